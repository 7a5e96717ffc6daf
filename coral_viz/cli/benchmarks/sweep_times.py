"""A grid of 24 short runs: one after the other, on two processes, on two Dask workers; and what finished runs cost.

Wall time, processes and workers started within it, as a user meets them; every way does the same runs from nothing.
"""

from __future__ import annotations

import platform
import tempfile
import time
from pathlib import Path

import pandas as pd
import torch
from distributed import LocalCluster

from coral_viz.runs import Store, execute, grids

WORKERS = 2
BUDGET = {"steps": 60, "samples": 2048, "probe_samples": 1024, "test_samples": 1024}


def run(out: Path, quick: bool = False) -> pd.DataFrame:
    """Seconds of serial, joblib and dask, their ratio to serial; milliseconds of a look-up; writes bench_sweeps.csv."""
    runs = 8 if quick else 24
    specs = grids.make({"method": ["cross", "comm"], "seeds": list(range(runs // 2)), "budget": BUDGET}).specs
    with tempfile.TemporaryDirectory() as folder:
        stores = {name: Store(Path(folder) / name) for name in ("serial", "joblib", "dask")}
        seconds = {
            "serial": _timed(specs, stores["serial"], executor="serial"),
            "joblib": _timed(specs, stores["joblib"], executor="joblib", jobs=WORKERS),
            "dask": _timed_on_cluster(specs, stores["dask"]),
        }
        lookup = _timed(specs, stores["serial"], executor="serial") / len(specs)
    rows = [{"what": name, "seconds": took, "ratio": seconds["serial"] / took} for name, took in seconds.items()]
    rows.append({"what": "look-up of a finished run", "seconds": lookup})
    table = pd.DataFrame(rows).assign(runs=runs, workers=WORKERS, machine=platform.machine(), torch=torch.__version__)
    table.to_csv(Path(out) / "bench_sweeps.csv", index=False)
    return table


def _timed(specs, store: Store, **options) -> float:
    start = time.perf_counter()
    outcomes = list(execute(specs, store, device="cpu", **options))
    if failed := [outcome.reason for outcome in outcomes if outcome.status == "failed"]:
        raise RuntimeError(f"a run of the benchmark failed: {failed[0]}")
    return time.perf_counter() - start


def _timed_on_cluster(specs, store: Store) -> float:
    start = time.perf_counter()
    with LocalCluster(n_workers=WORKERS, threads_per_worker=1, dashboard_address=None) as cluster:
        _timed(specs, store, executor="dask", scheduler=cluster.scheduler_address)
    return time.perf_counter() - start
