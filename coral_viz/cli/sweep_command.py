"""``sweep``: the runs of a grid that are missing, or how long they would take."""

from pathlib import Path

from coral_viz import files
from coral_viz.cli import shared_options

BRIEF = "perform the runs of a grid, on cores or a Dask cluster; resumable"
WORDS = (
    "Perform the missing runs of a grid, in parallel on cores or on a Dask cluster, and write one table of all runs. "
    "Ctrl-C, or a closed terminal, keeps finished runs; the same command continues from there."
)


def add(parser) -> None:
    parser.add_argument("grid", help="TOML file that describes the grid")
    parser.add_argument("--out", help="folder of the sweep (default out/NAME of the file)")
    parser.add_argument("--executor", default="auto", help="auto, serial, joblib or dask (default %(default)s)")
    reach = "anyone who can reach it can run code on it: use 127.0.0.1, a private network or TLS (docs/sweeps.md)"
    parser.add_argument("--scheduler", help=f"tcp://host:port (or tls://) of a Dask scheduler; {reach}")
    shared_options.add_jobs(parser)
    parser.add_argument("--shard", default="1/1", metavar="I/N", help="do only every N-th run, from the I-th on")
    shared_options.add_device(parser)
    words = "record every training at about POINTS steps, for learning curves (if no number follows: %(const)s)"
    parser.add_argument("--record", nargs="?", const=12, type=int, metavar="POINTS", help=words)
    words = "metric of your own, module:function of the embedding of test samples, for every finished run"
    parser.add_argument("--metric", action="append", default=[], help=words)
    parser.add_argument("--dry-run", action="store_true", help="only count the runs and estimate their time")
    parser.add_argument("--yes", action="store_true", help="confirm a grid of more than 10 000 runs")


def run(options) -> int:
    from coral_viz.runs import grids, own_metrics, sweeps

    for metric in options.metric:
        own_metrics.named(metric)
    grid = grids.read(options.grid, many=options.yes)
    out = options.out or f"out/{grid.name}"
    if options.dry_run:
        return _counted(grid.shard(options.shard).specs, out, options.device)
    where = {"device": options.device, "jobs": options.jobs, "scheduler": options.scheduler}
    sweep = sweeps.run(grid, out, shard=options.shard, executor=options.executor, **where, record=options.record)
    if options.metric and sweep.table is not None:
        _measured_too(sweep.table, options.metric, out)
    print(*_closing(sweep.table, out), sep="\n")
    if grid.tuning and sweep.table is not None:
        print(_tuned(sweep.table, out))
    return 1 if len(sweep.failures) else 0


def _measured_too(table, asked: list[str], out: str) -> None:
    """Add one's own metrics to the table in the folder of the sweep."""
    from coral_viz.runs import Store, own_metrics, sweep_table

    store = Store(Path(out, "runs"), to_write=False)
    for metric in asked:
        table = own_metrics.add(table, store, metric)
    sweep_table.write(table, Path(out, "results.parquet"))


def _closing(table, out: str) -> list[str]:
    """Where the table is, and a word if its runs were made with different things."""
    from coral_viz.runs import sweep_table

    if table is None:
        return ["no run is finished"]
    return [*filter(None, [sweep_table.mixed(table)]), f"Table in {out}/results.parquet"]


def _tuned(table, out: str) -> str:
    """Which settings are best for each method, and whether its defaults are within noise; also in a file."""
    from coral_viz.runs import tuning

    found = tuning.tuned(table)
    with files.replacing(Path(out, "tuning.csv")) as unfinished:
        found.to_csv(unfinished, index=False)
    return found.round(3).to_string(index=False)


def _counted(plan, out: str, device: str) -> int:
    from coral_viz.runs import Store, sweeps

    folder = Path(out, "runs")
    store = Store(folder, to_write=False) if folder.is_dir() else None
    missing = len(plan) - sum(store.finished(spec) for spec in plan) if store else len(plan)
    time = f": about {_in_words(sweeps.left(plan, store, device))} of one core" if missing else ""
    print(f"{len(plan)} run{'s' * (len(plan) != 1)}, {missing or 'none'} missing{time}.")
    return 0


def _in_words(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"
