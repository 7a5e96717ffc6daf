"""Metrics of one's own over a sweep, and recordings of its trainings."""

import sys

import numpy as np
import pandas as pd
import pytest
import torch

from coral_viz import evaluation
from coral_viz.__main__ import main
from coral_viz.results import statistics, tables
from coral_viz.runs import Store, grids, own_metrics, replay, restored, sweep_table, sweeps

TINY = {"steps": 4, "batch": 16, "samples": 64, "probe_samples": 64, "test_samples": 64}
GRID = {"method": "cross", "seeds": [0, 1], "budget": TINY, "knobs": {"temperature": [0.2, 0.5]}}
MODULE = """
def spread(parts, labels):
    return float(parts["all"].std(0).mean())

def hits(parts, labels):
    return {name: float((values == 0).float().mean()) for name, values in labels.items() if name == "synergy"}

hits.unit = "share"
"""


@pytest.fixture(scope="module", autouse=True)
def few_samples():
    """Recorded probes are fitted to few samples."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replay, "PROBED", 128)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A recorded sweep of four tiny runs."""
    out = tmp_path_factory.mktemp("sweep")
    sweeps.run(grids.make(GRID), out, executor="serial", device="cpu", record=3)
    return out


@pytest.fixture
def module(tmp_path, monkeypatch):
    (tmp_path / "own_measures.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    yield "own_measures"
    sys.modules.pop("own_measures", None)


def table(folder):
    return sweep_table.read(folder / "results.parquet")


def test_a_function_becomes_rows_of_every_run(folder, module, tmp_path):
    store, before = Store(folder / "runs", to_write=False), table(folder)
    joined = own_metrics.add(own_metrics.add(before, store, f"{module}:spread"), store, f"{module}:hits")
    read = sweep_table.read(sweep_table.write(joined, tmp_path / "joined.parquet"))
    spread = tables.select(read, metric="spread")
    assert len(spread) == before["run_id"].nunique() == 4
    for row in spread.itertuples():
        spec = store.open(row.run_id)
        task, method = restored(spec, store)
        parts = evaluation.embed(method, task.sample(64, "test", spec.seed))
        whole = torch.cat([parts[name] for name in method.whole], 1)
        assert row.value == pytest.approx(float(whole.std(0).mean()))
        assert row.temperature == spec.settings["temperature"]
    hits = tables.select(read, metric="hits")
    assert set(hits["label"]) == {"synergy"}
    assert set(hits["unit"]) == {"share"}
    assert np.isfinite(statistics.paired(spread, {"temperature": 0.2})["estimate"]).all()
    again = own_metrics.add(joined, store, f"{module}:hits")
    assert len(again) == len(joined)
    pd.testing.assert_frame_equal(read[~read["metric"].isin(["spread", "hits"])], before)


def test_the_command_adds_it_to_the_table_of_the_sweep(folder, module, tmp_path, capsys):
    lines = ['method = "cross"', "seeds = [0, 1]", "knobs.temperature = [0.2, 0.5]"]
    lines += [f"budget.{name} = {value}" for name, value in TINY.items()]
    (tmp_path / "grid.toml").write_text("\n".join(lines))
    asked = ["sweep", f"{tmp_path}/grid.toml", "--out", f"{folder}", "--device", "cpu"]
    assert main([*asked, "--metric", f"{module}:spread"]) == 0
    assert len(tables.select(table(folder), metric="spread")) == 4
    assert main([*asked, "--metric", f"{module}:nothing"]) != 0
    assert "metric 'own_measures:nothing' cannot be imported" in capsys.readouterr().err


def test_what_is_no_metric_is_a_sentence(folder):
    store = Store(folder / "runs", to_write=False)

    def bits(parts, labels):
        return 1.0

    def infinite(parts, labels):
        return float("inf")

    def elsewhere(parts, labels):
        return {"mood": 1.0}

    def painted(parts, labels):
        return 1.0

    painted.unit = "blue"
    for metric, words in (
        (bits, "a metric cannot be called 'bits'"),
        (infinite, "infinite of Cross"),
        (elsewhere, "elsewhere is about 'mood'; the labels are redundancy, "),
        (painted, "the unit of painted is 'blue'; it may be "),
        ("math:pi", "metric 'math:pi' cannot be imported"),
    ):
        with pytest.raises(ValueError, match=f"^{words}"):
            own_metrics.add(table(folder), store, metric)


def test_a_sweep_records_its_trainings_and_only_what_is_missing(folder, monkeypatch):
    ids = set(table(folder)["run_id"])
    paths = sorted((folder / "replays").glob("*.npz"))
    assert {path.stem for path in paths} == ids
    recording = replay.load(paths[0])
    assert recording.steps == [0, 1, 2, 4]
    assert set(recording.probes["metric"]) == {"bits", "balanced_accuracy"}
    plain = replay.record(recording.spec, points=3)
    pd.testing.assert_frame_equal(plain.probes, recording.probes)
    before = [path.read_bytes() for path in paths]
    paths[0].unlink()
    performed, perform = [], sweeps.execute.__globals__["perform"]

    def counted(spec, device, recorder=None):
        performed.append(spec.id)
        return perform(spec, device, recorder=recorder)

    monkeypatch.setattr("coral_viz.runs.executors.perform", counted)
    sweeps.run(grids.make(GRID), folder, executor="serial", device="cpu", record=3)
    assert performed == [paths[0].stem]
    assert [path.read_bytes() for path in paths] == before
    sweeps.run(grids.make(GRID), folder, executor="serial", device="cpu")
    assert len(performed) == 1
    with pytest.raises(ValueError, match=r"^points = 1 and samples = 300: a recording takes at least 2 and 3"):
        sweeps.run(grids.make(GRID), folder, executor="serial", device="cpu", record=1)
