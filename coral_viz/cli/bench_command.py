"""``bench``: measure, and write a table."""

from coral_viz.cli.benchmarks import BENCHMARKS

BRIEF = "measure speed or accuracy, and write a table of ratios"
WORDS = "Compare speed or accuracy with other implementations on this machine, and write a table of ratios."


def add(parser) -> None:
    parser.add_argument("what", choices=BENCHMARKS, help="benchmark to run")
    parser.add_argument("--out", default="out/bench", help="folder of the table (default %(default)s)")
    rehearsed = "do fewer repetitions; cuda: do every unit at a tiny size"
    parser.add_argument("--quick", "--rehearse", action="store_true", help=rehearsed)
    parser.add_argument("--minutes", type=float, help="cuda: start no unit that would end later (default 60)")
    parser.add_argument("--device", help="cuda: the device (default cuda)")


def run(options) -> None:
    from coral_viz.cli import benchmarks

    own = {name: getattr(options, name) for name in ("minutes", "device") if getattr(options, name) is not None}
    if own and options.what != "cuda":
        raise ValueError(f"--{next(iter(own))} is of the benchmark cuda alone, not of {options.what}.")
    table = benchmarks.run(options.what, options.out, quick=options.quick, **own)
    print(table.to_string(index=False))
