"""``bench cuda``: all that is to be known of a GPU, most valuable first, in as many minutes as there are.

In turn: does it compute what the CPU computes; how long does a step take, and what would shorten it; the papers' image
experiment, seed after seed; the default tour. Each unit is kept as soon as it is done (see ``unit_log``), and the same
call goes on from there.
"""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from coral_viz import files, methods
from coral_viz.cli.benchmarks import device_checks, device_runs, device_times
from coral_viz.cli.benchmarks.device_scale import Scale, rehearsal
from coral_viz.cli.benchmarks.unit_log import Unit, UnitLog
from coral_viz.results import provenance
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
    with tempfile.TemporaryDirectory() as folder:
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
    yield _times(scale, log), 1
    jobs = device_times.best_jobs(log.table("times")) if len(log.table("times")) else 1
    first, *later = scale.seeds
    yield _runs([first], scale, log), jobs
    tour = functools.partial(device_runs.default_tour, folder, scale, max(jobs, 2))
    yield [Unit("tour", "tour", 150, tour)], 1
    yield _runs(later, scale, log), jobs


def _times(scale: Scale, log: UnitLog) -> list[Unit]:
    """Steps of all methods; first those of the experiment at its size, and variants of one of them."""
    times = log.table("times")
    peaks = times.loc[times["what"] == "peak", "operations_per_second"] if len(times) else times
    rate = float(peaks.iloc[0]) if len(peaks) else float("nan")
    large = max(scale.sizes)
    other = [n for n in methods.names() if methods.get(n).COUNT[0] == 2 and n not in device_runs.METHODS]
    some = [(name, large) for name in device_runs.METHODS]
    rest = [(n, s) for s in scale.sizes for n in (*device_runs.METHODS, *other) if (n, s) not in some]

    def timed(name: str, size: int) -> Unit:
        work = functools.partial(device_times.step, name, size, scale, rate)
        return Unit(f"step of {name}, {size} px", f"step, {size} px", 10, work)

    side = device_times.side_by_side
    compiled = functools.partial(device_times.compiled, TIMED, large, scale, rate)
    graph = functools.partial(device_times.graph, TIMED, large, scale)
    return [
        *(timed(*one) for one in some),
        Unit(f"compiled views, {large} px", "compiled", 60, compiled),
        Unit(f"graph of {TIMED}, {large} px", "graph", 15, graph),
        *(
            Unit(f"{jobs} side by side", "side by side", 30, functools.partial(side, TIMED, large, scale, jobs))
            for jobs in scale.jobs
        ),
        *(timed(*one) for one in rest),
    ]


def _runs(seeds: list[int], scale: Scale, log: UnitLog) -> list[Unit]:
    """Runs of the experiment by seed, training distribution and method."""
    times = log.table("times")
    compiled = len(times) > 0 and device_times.better_compiled(times)
    units = []
    for seed in seeds:
        for distribution in device_runs.DISTRIBUTIONS:
            for name in device_runs.METHODS:
                work = functools.partial(device_runs.run, name, distribution, seed, scale, compiled)
                units.append(Unit(f"{name}, {distribution}, seed {seed}", f"run of {name}", 240, work))
    return units


def _write(log: UnitLog, made: dict[str, str]) -> None:
    """``summary.txt``: where, what was found, what failed, what was left for want of time."""
    lines = [f"{made['gpu'] or made['cpu']}; torch {made['torch']}, Python {made['python']}, commit {made['commit']}"]
    for name, unit in log.units.items():
        lines.append(f"{'FAILED ' * unit['failed']}{name} ({unit['seconds']:.0f} s): {unit['words']}")
    if log.late:
        lines.append(f"No time was left for {len(log.late)} units: {', '.join(log.late)}.")
    with files.replacing(log.folder / "summary.txt") as unfinished:
        unfinished.write_text("\n".join(lines) + "\n", encoding="utf-8")
