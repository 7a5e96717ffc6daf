"""Runs on one's own data: what they are, where the data are, and that they reach the page without a truth."""

import gc
import pickle
import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from coral_viz import explore, figures, pid, tasks
from coral_viz.cli import tour
from coral_viz.explore import finished
from coral_viz.figures.sweep import configuration_rows
from coral_viz.publishing.cell_table import grid_table
from coral_viz.publishing.paper.words import of_runs
from coral_viz.results import tables
from coral_viz.runs import Budget, RunSpec, Store, grids, perform, sweep_table, sweeps
from coral_viz.runs.spec import said, usual_settings
from coral_viz.tasks import estimates
from coral_viz.tasks.real_data import DigitHalves


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
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks, "AT_HAND", {})
        with pytest.raises(ValueError, match=r"on the data 'mine' \(content .*\), which are not at hand"):
            bare.load_task()
        assert bare.on(task()).load_task().data.content == spec.data.content
    with pytest.raises(ValueError, match="is on other data than these"):
        bare.on(tasks.from_arrays(*arrays(seed=2), name="mine"))


def test_runs_are_opened_once_there_is_a_task_of_their_data(tmp_path):
    x, labels = arrays()
    np.savez(tmp_path / "mine.npz", **x, **labels)
    spec, store = RunSpec.make("coral", str(tmp_path / "mine.npz"), 1, budget={"steps": 1}), Store(tmp_path / "runs")
    store.save(spec, perform(spec, "cpu"), seconds=0.0, device="cpu")
    kept = spec.id, spec.data.content
    del spec
    gc.collect()
    with pytest.raises(ValueError, match=r"make their task first, by tasks\.from_arrays\(\.\.\.\) or tasks\.load"):
        finished.opened(str(store.root), kept[0])
    mine = tasks.load(str(tmp_path / "mine.npz"))
    opened = finished.opened(str(store.root), kept[0])
    assert opened.task.data is mine.data
    assert opened.task.data.content == kept[1]


@pytest.fixture
def without_package(monkeypatch):
    """A function after which the data of digit-halves cannot be read."""

    def missing():
        raise ModuleNotFoundError("no package")

    return lambda: monkeypatch.setattr(DigitHalves, "read", missing)


def test_runs_on_data_of_a_package_are_read_where_it_is_missing(without_package):
    spec = RunSpec.make("coral", "digit-halves", 1, dials={"noise": 0.2}, budget={"steps": 3})
    usual = RunSpec.make("coral", "digit-halves", 0).settings
    without_package()
    bare = RunSpec.from_canonical(spec.canonical)
    assert bare == spec
    assert (bare.settings, bare.knob, bare.words, bare.cost) == (spec.settings, spec.knob, spec.words, spec.cost)
    assert said(spec.canonical) == (spec.id, spec.settings)
    counted = {"content", "samples", "probe_samples", "test_samples"}
    assert usual_settings("coral", "digit-halves") == {name: usual[name] for name in usual if name not in counted}
    with pytest.raises(ModuleNotFoundError, match="no package"):
        bare.load_task()


def test_what_is_usual_on_own_data_is_known_without_them():
    usual = RunSpec.make("coral", task(), 1).settings
    counted = {"content", "samples", "probe_samples", "test_samples", "batch"}
    assert usual_settings("coral", "mine") == {name: usual[name] for name in usual if name not in counted}
    with pytest.raises(ValueError, match="method 'theirs' does not exist"):
        usual_settings("theirs", "mine")


def test_tables_of_such_runs_are_drawn_and_compared_where_the_package_is_missing(tmp_path, without_package):
    budgets = [{"steps": steps} for steps in (3, 1500)]
    specs = [RunSpec.make("coral", "digit-halves", seed, budget=budget) for seed in (1, 2, 3) for budget in budgets]
    row = {"method": "coral", "task": "digit-halves", "metric": "balanced_accuracy", "readout": "linear"}
    row |= {"unit": "share", "part": "all", "label": "digit", "split": "test", "distribution": "", "knob": ""}
    row |= {"status": "done", "step": 3, "n": 359, "method_version": 1}
    rows = [row | {"run_id": spec.id, "seed": spec.seed, "value": 0.5, "steps": spec.budget.steps} for spec in specs]
    table = pd.DataFrame(rows)
    table.attrs["specs"] = {spec.id: spec.canonical for spec in specs}
    path = sweep_table.write(table, tmp_path / "results.parquet")
    without_package()
    table = sweep_table.read(path)
    drawn = configuration_rows.cells(table, ["steps"], metric="balanced_accuracy")
    assert "baseline: 50.0" in drawn.alt
    assert "| steps 3 | 50.0 | 3 |" in grid_table(table)
    shown = explore.ablations(store=str(tmp_path), vary="steps")
    assert shown.figure() is not None
    shown.close()


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


def test_three_modalities_of_three_kinds_with_groups_go_through_a_sweep_to_figures(tmp_path, monkeypatch):
    ends = [f"{atom}{end}" for atom in pid.NAMES for end in ("", "/low", "/high")]
    monkeypatch.setattr(estimates, "_atoms", lambda data, label: dict.fromkeys(ends, 0.125))
    rng, n = np.random.default_rng(0), 90
    mine = tasks.from_arrays(
        {
            "photo": rng.integers(0, 256, (n, 16, 16), dtype=np.uint8),
            "sound": rng.normal(size=(n, 6, 3)),
            "face": rng.normal(size=(n, 5)),
        },
        {"mood": np.arange(n) % 3, "age": rng.random(n)},
        groups=np.arange(n) // 6,
        lengths={"sound": rng.integers(1, 7, n)},
        name="mine",
    )
    knobs = {"dim": 32, "hidden": 16, "projection": 16}
    grid = grids.make({"method": "coral", "task": mine, "seeds": 1, "knobs": knobs, "budget": {"steps": 1}})
    sweep = sweeps.run(grid, tmp_path, executor="serial", device="cpu")
    assert sweep.failures.empty
    assert set(sweep.table.loc[sweep.table["metric"] == "r2", "label"]) == {"age"}
    asked = {"bits_kept", "subsets", "retrieval", "parts", "where_coral_dots"}
    drawn = figures.overview(sweep.table, only=asked)
    assert set(drawn) == asked
    said = [*(figure.alt for figure in drawn.values()), of_runs(tables.select(sweep.table, metric="bits", part="all"))]
    assert [text for text in said if re.search(r", ,|  |on samples", text)] == []
    assert "trained for 1 steps, seeds 1 (each with its own split of the data, " in said[-1]
    words = " ".join(text.get_text() for text in drawn["bits_kept"].findobj(Text))
    assert "about 0.5 bits" in words
    assert "an estimate with its 95% interval, not exact" in words
