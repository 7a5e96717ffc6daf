"""``bench cuda``: all that is to be known of a GPU, most valuable first, in as many minutes as there are.

In turn: does it compute what the CPU computes; how long does a step take; the papers' image experiment with the first
seed; what would shorten a step, and all other steps; the default tour; the other seeds. Each unit is kept as soon as it
is done (see ``unit_log``), and the same call goes on from there.
"""

from __future__ import annotations

import functools
import itertools
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from coral_viz import files, methods
from coral_viz.cli.benchmarks import device_checks, device_runs, device_times
from coral_viz.cli.benchmarks.device_scale import Scale, rehearsal
from coral_viz.cli.benchmarks.unit_log import Unit, UnitLog
from coral_viz.results import provenance
from coral_viz.runs import one_thread
from coral_viz.training.devices import resolve

TIMED = "comm"
"""The method of which variants of a step are timed."""


def run(out: Path, quick: bool = False, *, minutes: float = 60.0, device: str = "cuda") -> pd.DataFrame:
    """Do the units that end within so many minutes; their list, with ``words``, also in ``summary.txt``.

    ``quick`` rehearses: every kind of unit at a tiny size. ValueError for a device that is not there, or an ``out`` of
    another device or size.
    """
    if not minutes > 0:
        raise ValueError(f"minutes = {minutes} is not allowed; it takes a number above 0.")
    where = str(resolve(device))
    scale = rehearsal(where) if quick else Scale(where)
    made = provenance.here(where)
    log = UnitLog(files.utf8(out), {"device": made["gpu"] or made["cpu"], "rehearsal": quick}, minutes)
    with tempfile.TemporaryDirectory() as folder, one_thread():
        for units, jobs in plan(scale, log, Path(folder)):
            for line in log.do(units, jobs):
                print(line, flush=True)
                _write(log, made)
    _write(log, made)
    return pd.DataFrame([{"unit": name} | unit for name, unit in log.units.items()])


def plan(scale: Scale, log: UnitLog, folder: Path) -> Iterator[tuple[list[Unit], int]]:
    """Units in order of their value, and how many at once; later ones go by what earlier ones found."""
    yield (
        [
            Unit("self-tests", "self-tests", 30, device_checks.self_tests),
            Unit("tests", "tests", 120, functools.partial(device_checks.marked_tests, scale)),
            Unit("peak", "peak", 10, functools.partial(device_times.peak, scale)),
        ],
        1,
    )
    large = max(scale.sizes)
    yield [*_steps(scale.methods, large, scale, log), _compiled(large, scale, log)], 1
    first, *later = scale.seeds
    yield _runs([first], scale, log)
    alone = functools.partial(device_times.graph, TIMED, large, scale)
    others = [n for n in methods.names() if methods.get(n).COUNT[0] == 2 and n not in scale.methods and scale.others]
    yield (
        [
            Unit(f"graph of {TIMED}, {large} px", "graph", 15, alone),
            *(_together(jobs, large, scale) for jobs in scale.jobs),
            *_steps(others, large, scale, log),
            *(
                unit
                for size in scale.sizes
                if size != large
                for unit in _steps((*scale.methods, *others), size, scale, log)
            ),
        ],
        1,
    )
    tour = functools.partial(device_runs.default_tour, folder, scale)
    yield [Unit("tour", "tour", 150, tour)], 1
    yield _runs(later, scale, log)


def _steps(names: Iterable[str], size: int, scale: Scale, log: UnitLog) -> list[Unit]:
    """A training step of each method at one size."""
    return [
        Unit(
            f"step of {name}, {size} px",
            f"step, {size} px",
            10,
            functools.partial(device_times.step, name, size, scale, _peak(log)),
        )
        for name in names
    ]


def _compiled(size: int, scale: Scale, log: UnitLog) -> Unit:
    work = functools.partial(device_times.compiled, TIMED, size, scale, _peak(log))
    return Unit(f"compiled views, {size} px", "compiled", 60, work)


def _together(jobs: int, size: int, scale: Scale) -> Unit:
    work = functools.partial(device_times.side_by_side, TIMED, size, scale, jobs)
    return Unit(f"{jobs} side by side", "side by side", 30, work)


def _peak(log: UnitLog) -> float:
    return float(device_times.found(log.table("times"), "peak")["operations_per_second"].max())


def _runs(seeds: list[int], scale: Scale, log: UnitLog) -> tuple[list[Unit], int]:
    """Runs of the experiment by seed, training distribution and method, as fast as was found possible."""
    times = log.table("times")
    compiled, jobs = device_times.better_compiled(times), device_times.best_jobs(times)
    units = []
    for seed, distribution, name in itertools.product(seeds, scale.distributions, scale.methods):
        work = functools.partial(device_runs.run, name, distribution, seed, scale, compiled)
        seconds = device_times.run_seconds(times, name, max(scale.sizes), device_runs.budget(scale).steps, jobs)
        units.append(Unit(f"{name}, {distribution}, seed {seed}", f"run of {name}, {jobs} at once", seconds, work))
    return units, jobs


def _write(log: UnitLog, made: dict[str, str]) -> None:
    """``summary.txt``: where, what was found, what failed, what was left for want of time."""
    lines = [f"{made['gpu'] or made['cpu']}; torch {made['torch']}, Python {made['python']}, commit {made['commit']}"]
    for name, unit in log.units.items():
        lines.append(f"{'FAILED ' * unit['failed']}{name} ({unit['seconds']:.0f} s): {unit['words']}")
    if log.late:
        lines.append(f"No time was left for {len(log.late)} units: {', '.join(log.late)}.")
    with files.replacing(log.folder / "summary.txt") as unfinished:
        unfinished.write_text("\n".join(lines) + "\n", encoding="utf-8")
