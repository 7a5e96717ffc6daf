"""Sweeps: the runs of a grid, performed by any executor, and their results in one table.

The folder of a sweep holds ``runs/`` (see ``Store``), ``status.csv`` (every run: done, or why it failed),
``results.parquet`` (see ``results``), and ``replays/`` if trainings are recorded (see ``replay``). Both files are
written at the end, at an interruption, and whenever a minute has passed and the number of finished runs has doubled, so
that the total time of writing is proportional to this number. The same call continues an interrupted sweep. Shards of a
grid may share one folder.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import time
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow.compute as pc
from tqdm import tqdm

from coral_viz import files
from coral_viz.results import tables
from coral_viz.results.metrics import LINEAR
from coral_viz.runs import sweep_table
from coral_viz.runs.executors import (
    EXECUTORS,
    Outcome,
    Recordings,
    check_executor,
    execute,
    one_thread,
    side_by_side,
)
from coral_viz.runs.grids import Grid
from coral_viz.runs.progress import watched
from coral_viz.runs.replay import Recorder
from coral_viz.runs.run import initialised, trained
from coral_viz.runs.spec import RunSpec
from coral_viz.runs.stated import stated
from coral_viz.runs.store import Store
from coral_viz.training.devices import resolve

SHORT = 20.0
"""Seconds of work that are done sooner than processes have started."""

RECORDINGS = "replays"
"""The folder of recordings in the folder of a sweep."""

PACED = 5
MINUTE = 60.0
GROWTH = 2


@dataclasses.dataclass(frozen=True)
class Sweep:
    """A grid's results: the table of all finished runs (None if there are none), and the failures of this call."""

    table: pd.DataFrame | None
    failures: pd.DataFrame


def run(
    grid: Grid,
    out: str | Path,
    *,
    shard: str = "1/1",
    executor: str = "auto",
    device: str = "auto",
    jobs: int | None = None,
    scheduler: str | None = None,
    record: int | None = None,
) -> Sweep:
    """Perform the missing runs of a grid or a shard, and write the folder ``out`` (see the module's docstring).

    Args:
        grid: the runs.
        out: the folder of the sweep.
        shard: "i/n", every n-th run from the i-th on.
        executor: "auto" chooses dask if there is a scheduler, serial for less than twenty seconds of work, else joblib.
        device, jobs, scheduler: as for ``execute``.
        record: record every training at about so many steps, in ``replays/``; finished runs without a recording are
            performed again. Recording changes no run. None: no recordings.

    Raises:
        ValueError: before any work, for a bad shard, executor or folder, or fewer than two recorded steps.
    """
    check_executor(executor, ("auto", *EXECUTORS))
    recordings = None if record is None else _recordings(Path(out), grid, record)
    store = Store(files.utf8(out) / "runs")
    grid = dataclasses.replace(grid, specs=tuple(stated(grid.specs, store.root, tqdm.write)))
    plan = list(grid.shard(shard).specs)
    if executor == "auto":
        executor = "dask" if scheduler else "joblib" if left(plan, store, device) > SHORT else "serial"
    where = {"device": device, "executor": executor, "jobs": jobs, "scheduler": scheduler}
    outcomes = execute(plan, store, **where, say=tqdm.write, recordings=recordings)  # type: ignore[arg-type]
    told = _Told(grid, store, Path(out), shard)
    written, due = time.monotonic(), 1
    try:
        for outcome in watched(outcomes, plan, told.headline, jobs=side_by_side(executor, jobs)):
            told.ended.append(outcome)
            if len(told.ended) >= due and time.monotonic() - written > MINUTE:
                told.write()
                written, due = time.monotonic(), GROWTH * len(told.ended)
    except BaseException as end:
        with contextlib.suppress(OSError, ValueError):  # what ended the sweep is to be heard
            if told.ended or isinstance(end, KeyboardInterrupt):  # a run may be kept, but not told of yet
                told.write()
        raise
    return told.write()


def _recordings(out: Path, grid: Grid, points: int) -> Recordings:
    """Where trainings are recorded. ValueError for too few points, before any run."""
    recorder = functools.partial(Recorder, points=points)
    recorder(grid.specs[0])
    return Recordings(out / RECORDINGS, recorder)


def left(plan: Sequence[RunSpec], store: Store | None, device: str = "auto") -> float:
    """The approximate time of missing runs (all, without a store) in seconds on one core.

    It is extrapolated from finished runs of the same method and task or, if there are none, from a few steps of a run.
    """
    missing: list[RunSpec] = []
    known: dict[tuple[str, str], list[float]] = {}
    for spec in plan:
        if store and store.finished(spec):
            known.setdefault((spec.method, spec.task), []).append(store.timing(spec)["seconds"] / spec.cost)
        else:
            missing.append(spec)
    pace = {key: pd.Series(values).median() for key, values in known.items()}
    for spec in missing:
        key = (spec.method, spec.task)
        pace[key] = pace.get(key) or _measured_pace(spec, device)
    return sum(spec.cost * pace[spec.method, spec.task] for spec in missing)


def _measured_pace(spec: RunSpec, device: str) -> float:
    """Seconds per unit of a run's cost, from a few training steps (the first, slower one left out).

    0 for a run that fails: it says why when its turn comes.
    """
    brief = dataclasses.replace(spec, budget=dataclasses.replace(spec.budget, steps=PACED))
    task = spec.load_task(resolve(device))
    ticks = []
    callbacks = {1: lambda *_: ticks.append(time.perf_counter())}
    try:
        with one_thread():
            trained(initialised(spec, task), task, brief, progress=False, callbacks=callbacks)
    except Exception:
        return 0.0
    per_step = (ticks[-1] - ticks[0]) / (PACED - 1)
    return per_step * spec.budget.steps / (spec.cost - spec.budget.probe_samples / 2)


class _Told:
    """What the folder of a sweep says: the runs that have ended, and the table of all that are finished."""

    def __init__(self, grid: Grid, store: Store, out: Path, shard: str):
        self.grid, self.store, self.out = grid, store, out
        self.status = out / f"status{'' if shard == '1/1' else '-' + shard.replace('/', 'of')}.csv"
        self.ended: list[Outcome] = []
        self.read: sweep_table.Read = {}

    def headline(self, outcome: Outcome) -> str:
        """Where in the grid a run stands, and what a linear probe reads of each label in its whole embedding, in %."""
        settings = outcome.spec.settings
        place = [f", {name}={settings[name]}" for name in self.grid.varied if name in settings]
        rows = sweep_table.take(outcome.spec, self.store, self.read)
        for name, wanted in (("metric", "balanced_accuracy"), ("part", "all"), ("readout", LINEAR)):
            rows = rows.filter(pc.equal(rows[name], wanted))
        found = dict(zip(rows["label"].to_pylist(), rows["value"].to_pylist()))
        labels = tables.in_label_order(found)
        return "".join([*place, ":", *(f" {label} {100 * found[label]:.0f}" for label in labels)])

    def write(self) -> Sweep:
        """Write ``status.csv`` and the table, once more if another shard has finished runs, and written, meanwhile."""
        rows = [(o.spec.id, o.spec.words, o.status, o.seconds, o.reason) for o in self.ended]
        status = pd.DataFrame(rows, columns=["run_id", "run", "status", "seconds", "reason"])
        with files.replacing(self.status) as unfinished:
            status.to_csv(unfinished, index=False)
        table = None
        while sweep_table.look(self.grid.specs, self.store, self.read) or (self.read and table is None):
            table = sweep_table.collect(self.grid.specs, self.store, self.grid.varied, self.read)
            sweep_table.write(table, self.out / "results.parquet")
        return Sweep(table, status[status["status"] == "failed"])
