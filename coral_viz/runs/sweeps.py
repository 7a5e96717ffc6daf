"""Sweeps: a grid's runs, done wherever they can be and put into one table as they finish.

The folder of a sweep holds ``runs/`` (see ``Store``), ``status.csv`` (every run: done, failed and why) and
``results.parquet`` (see ``results``), both written again every minute in which a run ends, and when the sweep ends or
is interrupted. The same call goes on where the last one stopped; shards of a grid may share one folder.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from coral_viz import tables, tasks
from coral_viz.devices import resolve
from coral_viz.runs import results
from coral_viz.runs.executors import EXECUTORS, Outcome, check_executor, execute, one_thread
from coral_viz.runs.grids import Grid
from coral_viz.runs.progress import watched
from coral_viz.runs.run import initialised, trained
from coral_viz.runs.spec import RunSpec
from coral_viz.runs.store import Store

SHORT = 20.0
"""Seconds of work that are done sooner than processes have started."""

PACED = 5
MINUTE = 60.0


@dataclasses.dataclass(frozen=True)
class Sweep:
    """A grid's results: the table of all its finished runs (None if there is none), and this call's failures."""

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
) -> Sweep:
    """Do the missing runs of a grid, or of its i-th n-th (``shard`` "i/n"), and write ``out`` (see above).

    ``executor`` "auto" is dask with a scheduler, else serial for less than twenty seconds of work, else joblib; the
    other arguments are those of ``execute``. ValueError before any work for what cannot be done.
    """
    check_executor(executor, ("auto", *EXECUTORS))
    plan, store = list(grid.shard(shard).specs), Store(Path(out) / "runs")
    if executor == "auto":
        executor = "dask" if scheduler else "joblib" if left(plan, store, device) > SHORT else "serial"
    outcomes = execute(plan, store, device=device, executor=executor, jobs=jobs, scheduler=scheduler, say=tqdm.write)
    ended: list[Outcome] = []
    written = time.monotonic()
    try:
        for outcome in watched(outcomes, plan, lambda outcome: _headline(outcome.spec, grid, store)):
            ended.append(outcome)
            if time.monotonic() - written > MINUTE:
                _written(grid, store, Path(out), ended, shard)
                written = time.monotonic()
    finally:
        sweep = _written(grid, store, Path(out), ended, shard)
    return sweep


def left(plan: Sequence[RunSpec], store: Store | None, device: str = "auto") -> float:
    """Seconds that one core needs for the runs that are missing (all, without a store), roughly.

    From finished runs of the same method and task, and where there is none, from a few steps of one that can be done.
    """
    missing, known = [], {}
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
    task = tasks.load(spec.task, seed=spec.seed, device=resolve(device), **dict(spec.dials))
    ticks = []
    callbacks = {1: lambda *_: ticks.append(time.perf_counter())}
    try:
        with one_thread():
            trained(initialised(spec, task), task, brief, progress=False, callbacks=callbacks)
    except Exception:
        return 0.0
    per_step = (ticks[-1] - ticks[0]) / (PACED - 1)
    return per_step * spec.budget.steps / (spec.cost - spec.budget.probe_samples / 2)


def _headline(spec: RunSpec, grid: Grid, store: Store) -> str:
    """Where in the grid the run stands, and what a linear probe reads of each label in its whole embedding, in %."""
    place = [f", {name}={spec.settings[name]}" for name in grid.varied if name in spec.settings]
    rows = tables.select(store.rows(spec), metric="balanced_accuracy", part="all", readout="linear")
    found = rows.set_index("label")["value"]
    return "".join([*place, ":", *(f" {label} {100 * found[label]:.0f}" for label in tables.labels(rows))])


def _written(grid: Grid, store: Store, out: Path, ended: list[Outcome], shard: str) -> Sweep:
    rows = [
        {"run_id": o.spec.id, "run": o.spec.words, "status": o.status, "seconds": o.seconds, "reason": o.reason}
        for o in ended
    ]
    status = pd.DataFrame(rows, columns=["run_id", "run", "status", "seconds", "reason"])
    suffix = "" if shard == "1/1" else "-" + shard.replace("/", "of")
    status.to_csv(out / f"status{suffix}.csv", index=False)
    failures = status[status["status"] == "failed"]
    table, shown = None, set()
    while done := {spec.id for spec in grid.specs if store.finished(spec)} - shown:
        table = results.collect(grid.specs, store, grid.varied)
        results.write(table, out / "results.parquet")  # another shard may have finished runs, and written, meanwhile
        shown |= done | set(table.attrs["specs"])
    return Sweep(table, failures)
