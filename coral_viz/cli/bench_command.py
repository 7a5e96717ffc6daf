"""``bench``: measure, and write a table."""

from coral_viz.cli.benchmarks import BENCHMARKS

BRIEF = "measure speed or accuracy, and write a table of ratios"
WORDS = "Compare speed or accuracy with other implementations on this machine, and write a table of ratios."


def add(parser) -> None:
    parser.add_argument("what", choices=BENCHMARKS, help="which benchmark")
    parser.add_argument("--out", default="out/bench", help="folder of the table (default %(default)s)")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")


def run(options) -> None:
    from coral_viz.cli import benchmarks

    table = benchmarks.run(options.what, options.out, quick=options.quick)
    print(table.to_string(index=False))
