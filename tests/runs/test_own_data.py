"""Runs on one's own data: what they are, where the data are, and that they reach the page without a truth."""

import pickle

import numpy as np
import pytest

from coral_viz import tasks
from coral_viz.cli import tour
from coral_viz.runs import Budget, RunSpec, grids, perform
from coral_viz.runs.spec import said
from coral_viz.tasks.real_data import SOURCES, DigitHalves


def arrays(n=120, seed=0):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 3
    x = {"sound": rng.normal(size=(n, 6)) + 3 * np.eye(6)[y], "touch": rng.normal(size=(n, 5, 2))}
    return x, {"kind": y}


def task(**more):
    return tasks.from_arrays(*arrays(), **{"name": "mine"} | more)


def test_other_data_are_another_run_and_a_name_does_not_hide_it():
    spec = RunSpec.make("cross", task(), 1)
    x, labels = arrays()
    shuffled = tasks.from_arrays(x, {"kind": np.random.default_rng(1).permutation(labels["kind"])}, name="mine")
    touched = tasks.from_arrays(x | {"sound": x["sound"] + 1e-3}, labels, name="mine")
    ids = {RunSpec.make("cross", other, 1).id for other in (shuffled, touched)}
    assert len(ids | {spec.id}) == 3
    assert RunSpec.make("cross", task(), 1).id == spec.id
    assert RunSpec.make("cross", task(noise=0.5), 1).id != spec.id
    assert spec.task == "mine"


def test_the_data_travel_with_the_spec_and_are_no_part_of_its_text():
    spec = RunSpec.make("cross", task(), 1)
    assert pickle.loads(pickle.dumps(spec)).load_task().data.content == spec.data.content
    bare = RunSpec.from_canonical(spec.canonical)
    assert bare == spec
    assert bare.settings == spec.settings
    assert (bare.knob, bare.words) == (spec.knob, spec.words)
    with pytest.raises(ValueError, match=r"on the data 'mine' \(content .*\), which are not at hand"):
        bare.load_task()
    assert bare.on(task()).load_task().data.content == spec.data.content
    with pytest.raises(ValueError, match="is on other data than these"):
        bare.on(tasks.from_arrays(*arrays(seed=2), name="mine"))


def test_runs_on_data_of_a_package_are_read_where_it_is_missing(monkeypatch):
    spec = RunSpec.make("coral", "digit-halves", 1, dials={"noise": 0.2}, budget={"steps": 3})

    def missing():
        raise ModuleNotFoundError(SOURCES["watch"].package)

    monkeypatch.setattr(DigitHalves, "read", missing)
    bare = RunSpec.from_canonical(spec.canonical)
    assert bare == spec
    assert (bare.settings, bare.knob, bare.words, bare.cost) == (spec.settings, spec.knob, spec.words, spec.cost)
    assert said(spec.canonical) == (spec.id, spec.settings)
    with pytest.raises(ModuleNotFoundError, match="seglearn"):
        bare.load_task()


def test_a_run_uses_all_samples_unless_told_otherwise_and_says_what_it_cuts():
    assert RunSpec.make("cross", task(), 1).budget == Budget(batch=36, samples=72, probe_samples=24, test_samples=24)
    assert RunSpec.make("cross", task(), 1, budget=Budget()).budget.probe_samples == 24
    with pytest.warns(UserWarning, match="'mine' hold fewer samples than asked for: cut samples = 90 to 72"):
        spec = RunSpec.make("cross", task(), 1, budget=Budget(samples=90, batch=80))
    assert (spec.budget.samples, spec.budget.batch) == (72, 72)


def test_a_grid_takes_own_data_and_names():
    grid = grids.make({"method": ["cross"], "task": [task(), "factors"], "seeds": [1, 2], "budget": {"steps": 3}})
    assert [spec.task for spec in grid.specs] == ["mine", "mine", "factors", "factors"]
    assert {spec.budget.samples for spec in grid.specs} == {72, 8192}


def test_a_run_states_the_entropy_and_no_truth():
    groups = np.arange(120) // 6
    rows = perform(RunSpec.make("cross", task(groups=groups), 1, budget=Budget(steps=2, batch=16, samples=60))).rows
    data = rows[rows["part"] == "data"].set_index("metric")["value"]
    assert data["entropy"] == pytest.approx(np.log2(3))
    assert "truth" not in data
    assert set(rows["distribution"]) == {""}


def test_own_data_reach_the_page_through_the_tour(tmp_path):
    done = tour.run(tmp_path, chosen=["cross"], task=task(), seeds=[1], budget=Budget(steps=2), executor="serial")
    text = done.page.read_text(encoding="utf-8")
    assert "the data <i>mine</i>" in text
    assert "Nobody knows what these data hold" in text
    assert "Resplits share samples" in text
    assert "exact, from the distribution" not in text
    assert done.failures.empty


def test_a_continuous_label_is_regressed_and_its_quarters_are_read():
    x, _ = arrays()
    mine = tasks.from_arrays(x, {"age": x["sound"][:, 0]}, name="mine")
    rows = perform(RunSpec.make("cross", mine, 1, budget=Budget(steps=2))).rows
    whole = rows[rows["part"] == "all"].set_index(["metric", "readout"])["value"]
    assert whole["r2", "best"] <= 1
    assert whole["mse", "linear"] > 0
    assert np.isfinite(whole["bits", "best"])
    assert rows[rows["metric"] == "chance"]["value"].tolist() == [0.25]
