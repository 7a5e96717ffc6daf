"""Executors: perform the missing runs, longest first, and yield one outcome per run as it ends.

All executors perform a run with one thread, so results are the same bytes on machines with the same type of CPU and
the same versions (see ``provenance``). Small networks gain nothing from several threads and sometimes lose a lot, so
cores are used by parallel runs instead. Workers return files and the caller stores them, so a cluster needs no common
folder, and a lost worker costs only its run. If a process is killed, the others of its pool end too; their runs are
repeated once, one by one.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import pandas as pd
import threadpoolctl
import torch
from joblib.externals.loky import BrokenProcessPool

from coral_viz import files, methods, tasks
from coral_viz.parents import begin_work
from coral_viz.runs import cluster
from coral_viz.runs.memory import keep_memory
from coral_viz.runs.run import perform
from coral_viz.runs.run_logs import Log
from coral_viz.runs.spec import RunSpec
from coral_viz.runs.store import Store, packed
from coral_viz.training import distributed
from coral_viz.training.devices import resolve

Held = dict[str, bytes]
"""The files of a run by name (see ``store.packed``)."""

EXECUTORS = ("serial", "joblib", "dask")
MOST_PROCESSES = 4
TRIES = 2
KILLED = f"its process was killed, {TRIES} times; perhaps it needs more memory than there is (--jobs 1 leaves it all)"


RECORDED = "recording"
"""What the recording of a run is called among its files, until it goes to a folder of its own."""


@dataclass(frozen=True)
class Recordings:
    """The folder of the recordings of runs, and what makes the ``replay.Recorder`` of a run."""

    folder: Path
    recorder: Callable[[RunSpec], Any]

    def path(self, run_id: str) -> Path:
        return self.folder / f"{run_id}.npz"

    def keep(self, run_id: str, recorded: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with files.replacing(self.path(run_id)) as unfinished:
            unfinished.write_bytes(recorded)


@dataclass(frozen=True)
class Outcome:
    """How a run ended: its status ``done``, ``reused`` or ``failed``, its time, and the reason of a failure."""

    spec: RunSpec
    status: str
    seconds: float = 0.0
    reason: str = ""


def execute(
    specs: Iterable[RunSpec],
    store: Store,
    *,
    device: str = "auto",
    executor: str = "joblib",
    jobs: int | None = None,
    scheduler: str | None = None,
    say: Callable[[str], None] = print,
    recordings: Recordings | None = None,
) -> Iterator[Outcome]:
    """Yield an outcome for every spec: finished runs first, then the others as they end, the longest started first.

    A failed run yields its reason, and the others continue. Damaged folders are set aside and reported.

    Args:
        specs: the runs.
        store: where finished runs are.
        device: auto, cpu or cuda.
        executor: serial, joblib (parallel processes), or dask (the workers of a cluster, each on its own device).
        jobs: processes of joblib, by default one per core and at most 4.
        scheduler: address of the cluster, tcp://host:port.
        say: reports messages.
        recordings: where trainings are recorded; a run without a recording is performed again.

    Raises:
        ValueError: an unknown executor or device, fewer than one process, or a cluster that cannot be used (see
            ``cluster.connected``).
        RuntimeError: the scheduler ended before the runs.
    """
    check_executor(executor, EXECUTORS)
    if jobs is not None and jobs < 1:
        raise ValueError(f"jobs = {jobs} parallel runs are too few; ask for at least 1.")
    if (executor == "dask") != bool(scheduler):
        raise ValueError(f"executor {executor!r} with scheduler {scheduler!r}: dask needs one, the others take none.")
    if scheduler:
        return _on_cluster(specs, store, device, scheduler, say, recordings)
    jobs = side_by_side(executor, jobs)
    more = _told_worker(str(resolve(device)), recordings)
    return _execute(specs, store, say, lambda missing: _ended(missing, more, jobs), recordings)


def side_by_side(executor: str, jobs: int | None = None) -> int:
    """How many runs go on at a time on this machine."""
    return jobs or _processes() if executor == "joblib" else 1


def check_executor(name: str, known: Iterable[str]) -> None:
    """ValueError for an unknown executor."""
    if name not in known:
        raise ValueError(f"executor {name!r} does not exist; choose one of {', '.join(known)}.")


def _told_worker(device: str, recordings: Recordings | None) -> dict:
    """What a worker is told beside the run."""
    return {"device": device} | ({"recorder": recordings.recorder} if recordings else {})


def _on_cluster(specs, store: Store, device: str, scheduler: str, say, recordings) -> Iterator[Outcome]:
    specs = list(specs)
    named = {(spec.method, spec.task) for spec in specs if spec.data is None}  # data that were handed over go along
    own = {pair for pair in named if set(pair) - {*methods.names(), *tasks.names()}}
    with cluster.connected(scheduler) as client:
        if own:
            client.run(_find, own)
        more = _told_worker(device, recordings)
        yield from _execute(specs, store, say, lambda missing: _ended_on(client, missing, more, say), recordings)


def _find(names: set[tuple[str, str]]) -> None:
    """ValueError where one of these methods and tasks cannot be imported here."""
    for method, task in sorted(names):
        methods.get(method)
        tasks.preset(task)


def _execute(
    specs, store: Store, say, ended: Callable[[list[RunSpec]], Iterable], recordings: Recordings | None
) -> Iterator[Outcome]:
    missing, specs = [], dict.fromkeys(specs)
    finished = {spec.id for spec in specs if store.finished(spec)}  # of all first: one that cannot be read ends it here
    if recordings:
        finished = {run_id for run_id in finished if recordings.path(run_id).is_file()}
    for spec in specs:
        if spec.id in finished:
            yield Outcome(spec, "reused", store.timing(spec)["seconds"])
            continue
        if damage := store.damage(spec):
            say(f"{spec.id} ({spec.words}) is damaged: {damage}; set aside as {store.set_aside(spec).name}, run again.")
        missing.append(spec)
    missing.sort(key=lambda spec: -spec.cost)
    for outcome, held in ended(missing):
        if held is not None:
            recorded = held.pop(RECORDED, None)
            store.keep(outcome.spec, held)
            if recordings and recorded is not None:
                recordings.keep(outcome.spec.id, recorded)
        yield outcome


def _ended_on(client, specs: Iterable[RunSpec], more: dict, say) -> Iterator[tuple[Outcome, Held | None]]:
    """What each run came to on a cluster, as it ends."""
    for spec, found, reason in cluster.ended(client, functools.partial(_tried, **more), specs, say):
        yield found or (Outcome(spec, "failed", reason=reason), None)


def _ended(specs: Iterable[RunSpec], more: dict, jobs: int) -> Iterator[tuple[Outcome, Held | None]]:
    """What each run came to, as it ends."""
    left = {spec.id: spec for spec in specs}
    losses: Counter[str] = Counter()
    while left:
        begun: list[str] = []
        suspects = [spec for spec in left.values() if losses[spec.id]]
        chosen = suspects[:1] or list(left.values())  # a suspect alone, so that no other's result is lost with it
        many = 2 if suspects else min(jobs, len(left))
        begin = {"initializer": begin_work, "initargs": (tuple(path or os.getcwd() for path in sys.path),)}
        parallel = joblib.Parallel(
            n_jobs=many, return_as="generator_unordered", batch_size=1, pre_dispatch=many, **begin
        )
        try:
            for outcome, held in parallel(_handed_out(chosen, more, begun)):
                del left[outcome.spec.id]
                yield outcome, held
        except BrokenProcessPool:
            losses.update(set(begun) & set(left))
            for lost in [run_id for run_id in left if losses[run_id] == TRIES]:
                yield Outcome(left.pop(lost), "failed", reason=KILLED), None


def _handed_out(specs: list[RunSpec], more: dict, begun: list[str]) -> Iterator:
    for spec in specs:
        begun.append(spec.id)
        yield joblib.delayed(_tried)(spec, **more)


def alone(
    spec: RunSpec, store: Store, device: str = "auto", recorder=None, log: Log | None = None
) -> pd.DataFrame | None:
    """The rows of one run, from the store or performed with a progress bar. Only tiny tasks are limited to one thread.

    With a ``replay.Recorder`` or a log the run is always performed. Under ``torchrun`` all processes perform it
    together (see ``distributed``), and all but the first return None.
    """
    with distributed.processes(str(resolve(device))) as mine:
        first = distributed.place()[0] == 0
        if recorder or log or not store.finished(spec):
            start = time.perf_counter()
            with one_thread() if getattr(spec.preset.task, "tiny", False) else contextlib.nullcontext():
                result = perform(spec, str(mine), first, recorder, log)
            if result is not None:
                store.save(spec, result, seconds=time.perf_counter() - start, device=str(mine))
        return store.rows(spec) if first else None


def _tried(spec: RunSpec, device: str, recorder: Callable[[RunSpec], Any] | None = None) -> tuple[Outcome, Held | None]:
    """How the run ended, and its files if it did not fail, with its recording if there is a recorder."""
    if multiprocessing.parent_process():  # a worker's process
        keep_memory()
    start, bare = time.perf_counter(), dataclasses.replace(spec, data=None)  # the caller has the data
    recording = recorder(spec) if recorder else None
    try:
        with one_thread():
            result = perform(spec, device, recorder=recording) if recording else perform(spec, device)
    except Exception as error:
        return Outcome(bare, "failed", time.perf_counter() - start, f"{type(error).__name__}: {error}"), None
    seconds = time.perf_counter() - start
    held = None if result is None else packed(spec, result, seconds=seconds, device=device)
    if held is not None and recording:
        held[RECORDED] = recording.packed()
    return Outcome(bare, "done", seconds), held


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """A context in which torch and linear algebra libraries have one thread; their settings are restored afterwards."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpoolctl.threadpool_limits(1):
            yield
    finally:
        torch.set_num_threads(threads)


def _processes() -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MOST_PROCESSES)
