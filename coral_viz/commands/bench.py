"""``bench``: measure, and write a table."""

from coral_viz.bench import BENCHMARKS


def add(commands) -> None:
    words = "Measure speed or accuracy against what others do, in one run on this machine, and write a table of ratios."
    parser = commands.add_parser("bench", help="measure; writes a table of ratios taken in one run", description=words)
    parser.add_argument("what", choices=BENCHMARKS, help="which benchmark")
    parser.add_argument("--out", default="out/bench", help="folder of the table (default %(default)s)")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    parser.set_defaults(run=run)


def run(options) -> None:
    from coral_viz import bench

    table = bench.run(options.what, options.out, quick=options.quick)
    print(table.to_string(index=False))
