"""The command line: ``python -m coral_viz tour | sweep | train | figures | methods | doctor | bench | ship``.

Errors are one sentence and a non-zero exit status.
"""

from __future__ import annotations

import argparse
import shlex
import sys


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    options = _parser().parse_args(arguments)
    options.typed = shlex.join(["python", "-m", "coral_viz", *arguments])
    try:
        return options.run(options) or 0
    except (ValueError, RuntimeError, OSError) as error:
        print(f"coral_viz: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ncoral_viz: interrupted; finished runs are kept, the same command goes on from there.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m coral_viz", description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(required=True, metavar="command")

    tour = commands.add_parser("tour", help="train, probe, decompose and draw; writes a report to read")
    tour.add_argument("--out", default="out/tour", help="folder of the report and its runs (default %(default)s)")
    tour.add_argument(
        "--methods", nargs="+", metavar="METHOD", help="name or name:knob=value,...; 'all' for all that fit"
    )
    tour.add_argument("--task", default="factors", help="name or name:dial=value,... (default %(default)s)")
    tour.add_argument("--seeds", nargs="+", type=int, metavar="SEED", help="worlds (default 41 42 43)")
    tour.add_argument("--steps", type=int, help="training steps a run (default: the task's)")
    tour.add_argument("--batch", type=int, help="samples a step (default: the task's)")
    tour.add_argument("--quick", action="store_true", help="one seed, few steps: under a minute, numbers not settled")
    tour.add_argument("--device", default="auto", help="auto, cpu, cuda or mps (default %(default)s)")
    tour.add_argument("--jobs", type=int, help="runs side by side (default: one per core, at most 4)")
    tour.set_defaults(run=_tour)

    train = commands.add_parser("train", help="one run; under torchrun on several devices as one")
    train.add_argument("method", help="name or name:knob=value,...")
    train.add_argument("--task", default="factors", help="name or name:dial=value,... (default %(default)s)")
    train.add_argument("--seed", type=int, default=41, help="world (default %(default)s)")
    train.add_argument("--steps", type=int, help="training steps (default: the task's)")
    train.add_argument("--batch", type=int, help="samples a step (default: the task's)")
    train.add_argument("--device", default="auto", help="auto, cpu, cuda or mps (default %(default)s)")
    train.add_argument("--out", default="out/runs", help="folder of runs (default %(default)s)")
    train.set_defaults(run=_train)

    sweep = commands.add_parser("sweep", help="the runs of a grid, resumable, on cores or a Dask cluster")
    sweep.add_argument("grid", help="TOML file that describes the grid")
    sweep.add_argument("--out", help="folder of the sweep (default out/NAME of the file)")
    sweep.add_argument("--executor", default="auto", help="auto, serial, joblib or dask (default %(default)s)")
    sweep.add_argument("--scheduler", help="tcp://host:port of a Dask scheduler")
    sweep.add_argument("--jobs", type=int, help="runs side by side (default: one per core, at most 4)")
    sweep.add_argument("--shard", default="1/1", metavar="I/N", help="only every N-th run, from the I-th")
    sweep.add_argument("--device", default="auto", help="auto, cpu, cuda or mps (default %(default)s)")
    sweep.add_argument("--dry-run", action="store_true", help="count the runs and estimate the hours, run nothing")
    sweep.add_argument("--yes", action="store_true", help="mean it: a grid of more than 10 000 runs")
    sweep.set_defaults(run=_sweep)

    paper = commands.add_parser("figures", help="the figures and tables of a paper, at a venue's exact widths")
    paper.add_argument("--out", default="out/paper", help="folder to write to (default %(default)s)")
    paper.add_argument("--venue", default="icml", help="whose columns: icml, neurips, cvpr, ... (default %(default)s)")
    paper.add_argument(
        "--results", nargs="+", default=[], metavar="TABLE", help="own results.parquet of a tour or sweeps"
    )
    paper.add_argument("--data", default="data", help="folder of shipped data (default %(default)s)")
    paper.add_argument("--only", nargs="+", default=[], metavar="NAME", help="these figures and tables alone")
    paper.set_defaults(run=_figures)

    catalogue = commands.add_parser("methods", help="the methods there are, as a table")
    catalogue.set_defaults(run=_methods)

    doctor = commands.add_parser("doctor", help="versions, device and a five-second self-test, with fixes")
    doctor.set_defaults(run=_doctor)

    bench = commands.add_parser("bench", help="measure; writes a table of ratios taken in one run")
    bench.add_argument("what", choices=BENCHMARKS, help="which benchmark")
    bench.add_argument("--out", default="out/bench", help="folder of the table (default %(default)s)")
    bench.add_argument("--quick", action="store_true", help="fewer repetitions")
    bench.set_defaults(run=_bench)

    ship = commands.add_parser("ship", help="make the tables and pictures of data/ from a finished tour or sweep")
    ship.add_argument("tour", help="folder of the tour or sweep")
    what = ship.add_mutually_exclusive_group(required=True)
    what.add_argument("--name", help="ship the tables and pictures, under this name, such as factors")
    what.add_argument("--runs", type=int, metavar="SEED", help="ship the trained methods of this seed and recordings")
    what.add_argument("--grid", metavar="NAME", help="ship the tables of a sweep, under this name, such as coral")
    ship.add_argument("--data", default="data", help="folder to write to (default %(default)s)")
    ship.add_argument("--command", required=True, help="what made the folder, for the manifest")
    ship.set_defaults(run=_ship)
    return parser


def _tour(options) -> int:
    from coral_viz import tour

    budget = tour.budget(options.task, quick=options.quick, steps=options.steps, batch=options.batch)
    seeds = options.seeds or (tour.SEEDS[:1] if options.quick else None)
    result = tour.run(
        options.out,
        chosen=options.methods,
        task=options.task,
        seeds=seeds,
        budget=budget,
        device=options.device,
        jobs=options.jobs,
    )
    print(f"Read {result.page}")
    return 1 if len(result.failures) else 0


def _train(options) -> int:
    from coral_viz import tour
    from coral_viz.runs import RunSpec, Store, alone

    (name, knobs), (task, dials) = tour.parse(options.method), tour.parse(options.task)
    budget = tour.budget(options.task, steps=options.steps, batch=options.batch)
    spec = RunSpec.make(name, task, options.seed, knobs=knobs, dials=dials, budget=budget)
    rows = alone(spec, Store(options.out), options.device)
    if rows is not None:
        whole = rows[(rows["part"] == "all") & rows["metric"].isin(["bits", "balanced_accuracy"])]
        print(whole.pivot_table("value", ["metric", "readout"], "label").round(3).to_string())
        print(f"Kept in {options.out}/{spec.id}")
    return 0


def _sweep(options) -> int:
    from coral_viz.runs import Store, grids, sweeps

    grid = grids.read(options.grid, many=options.yes)
    out = options.out or f"out/{grid.name}"
    if options.dry_run:
        plan, store = grid.shard(options.shard).specs, Store(f"{out}/runs")
        hours = sweeps.left(plan, store, options.device) / 3600
        missing = sum(not store.finished(spec) for spec in plan)
        print(f"{len(plan)} runs, {missing} of them missing: about {hours:.1f} hours of one core.")
        return 0
    where = {"device": options.device, "jobs": options.jobs, "scheduler": options.scheduler}
    sweep = sweeps.run(grid, out, shard=options.shard, executor=options.executor, **where)
    print(f"Table in {out}/results.parquet" if sweep.table is not None else "no run is finished")
    return 1 if len(sweep.failures) else 0


def _figures(options) -> int:
    from coral_viz import paper

    chosen = {"venue": options.venue, "results": options.results, "data": options.data, "only": options.only}
    made = paper.make(options.out, **chosen)
    lines = [str(paths[0]) for paths in [*made.figures.values(), *made.tables.values()]]
    lines += [f"missing: {name}, since {reason}" for name, reason in made.missing.items()]
    print(*lines, sep="\n")
    print(f"{len(made.figures)} figures and {len(made.tables)} tables; what they rest on is in {made.manifest}")
    return 0


def _methods(options) -> int:
    from coral_viz.methods.catalogue import markdown

    print(markdown(), end="")
    return 0


def _doctor(options) -> int:
    from coral_viz import doctor

    return doctor.main()


def _ship(options) -> int:
    from coral_viz import ship

    if options.grid is not None:
        paths = ship.ship_grid(options.tour, options.data, name=options.grid, command=options.command)
    elif options.runs is None:
        paths = ship.ship(options.tour, options.data, name=options.name, command=options.command)
    else:
        paths = ship.ship_runs(options.tour, options.data, seed=options.runs, command=options.command)
    print(*paths, sep="\n")
    return 0


BENCHMARKS = ("training", "pid", "estimators", "dimensions", "coverage", "trifeature", "sweeps", "explorers")


def _bench(options) -> int:
    from coral_viz import bench

    table = bench.run(options.what, options.out, quick=options.quick)
    print(table.to_string(index=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
