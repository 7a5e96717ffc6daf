"""The benchmark of sweeps: ratios to one core, and no time is told of runs that failed."""

import pandas as pd
import pytest

from coral_viz.cli.benchmarks import sweep_times as bench
from coral_viz.runs import Store, grids

TINY = {"steps": 20, "batch": 16, "samples": 64, "probe_samples": 64, "test_samples": 64}


def test_every_way_is_compared_with_one_core(tmp_path, monkeypatch):
    took = iter([12.0, 6.0, 0.008])  # one core, two processes, the look-ups
    monkeypatch.setattr(bench, "_timed", lambda specs, store, **options: next(took))
    monkeypatch.setattr(bench, "_timed_on_cluster", lambda specs, store: 8.0)
    table = bench.run(tmp_path, quick=True)
    assert dict(zip(table["what"], table["seconds"])) == {
        "serial": 12.0,
        "joblib": 6.0,
        "dask": 8.0,
        "look-up of a finished run": 0.001,
    }
    assert list(table["ratio"])[:3] == [1, 2, 1.5]
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "bench_sweeps.csv"), table)


def test_a_failed_run_ends_it(tmp_path):
    specs = grids.make({"method": "cross", "seeds": 0, "budget": TINY | {"lr": 1e30}}).specs
    with pytest.raises(RuntimeError, match="a run of the benchmark failed: TrainingDiverged"):
        bench._timed(specs, Store(tmp_path), executor="serial")
