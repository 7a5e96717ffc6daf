"""Sweeps: a grid says what runs there are, the sweep does what is missing, its table cannot be mistaken."""

import numpy as np
import pandas as pd
import pytest

from coral_viz.results import schema
from coral_viz.runs import Budget, RunSpec, Store, grids, sweep_table, sweeps

TINY = {"steps": 4, "batch": 16, "samples": 64, "probe_samples": 64, "test_samples": 64}
KEYS = {"method": ["cross", "coral"], "seeds": [0, 1], "budget": TINY | {"steps": [4, 6]}}


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    out = tmp_path_factory.mktemp("sweep")
    return out, grids.make(KEYS), sweeps.run(grids.make(KEYS), out, executor="serial", device="cpu")


def test_a_grid_may_train_several_times_in_a_world():
    parts = [{}, {"seeds": 1, "training_seeds": [101, 102]}]
    grid = grids.make({"method": ["cross", "comm"], "seeds": [0, 1], "part": parts})
    seeds = [(0, 0), (1, 1), (1, 101), (1, 102)]
    assert sorted((s.method, s.seed, s.training_seed) for s in grid.specs) == sorted(
        (method, *both) for method in ("cross", "comm") for both in seeds
    )
    assert grid.varied == []


def test_a_grid_is_all_combinations_with_the_same_seeds():
    grid = grids.make(KEYS)
    cells = {(spec.method, spec.budget.steps, spec.seed) for spec in grid.specs}
    assert len(grid.specs) == len(cells) == 8
    assert grid.varied == ["steps"]
    assert [spec.seed for spec in grid.specs[:2]] == [0, 1]


def test_parts_start_from_the_grids_own_keys():
    parts = [{"knobs": {"mask_ratio": [0.0, 0.5]}}, {"knobs": {"masking": "symmetric"}, "budget": {"steps": 9}}]
    grid = grids.make({"method": "coral", "seeds": 7, "budget": TINY, "dials": {"sigma": 0.3}, "part": parts})
    assert [(s.settings["mask_ratio"], s.settings["masking"], s.budget.steps) for s in grid.specs] == [
        (0.0, "asymmetric", 4),
        (0.5, "asymmetric", 4),
        (0.75, "symmetric", 9),
    ]
    assert {spec.settings["sigma"] for spec in grid.specs} == {0.3}
    assert set(grid.varied) == {"mask_ratio", "masking", "steps"}


def test_methods_that_differ_by_default_are_not_a_varied_setting():
    assert grids.make({"method": ["comm", "infmasking", "coral"], "seeds": 0}).varied == []


def test_five_lines_of_toml(tmp_path):
    lines = [
        'method = "coral"',
        "seeds = [51, 52]",
        'dials.distribution = "biased"',
        "budget.steps = 1000",
        "knobs.mask_ratio = [0.25, 0.5, 0.75]",
    ]
    (tmp_path / "ratio.toml").write_text("\n".join(lines))
    grid = grids.read(tmp_path / "ratio.toml")
    assert (grid.name, len(grid.specs), grid.varied) == ("ratio", 6, ["mask_ratio"])
    assert grid.specs[0] == RunSpec.make(
        "coral",
        "factors",
        51,
        knobs={"mask_ratio": 0.25},
        dials={"distribution": "biased"},
        budget=Budget(steps=1000),
    )


def test_shards_are_the_grid():
    grid = grids.make(KEYS)
    shards = [grid.shard(f"{i}/3").specs for i in (1, 2, 3)]
    assert sorted(spec.id for shard in shards for spec in shard) == sorted(spec.id for spec in grid.specs)
    for wrong in ("3/2", "0/2", "2", "a/b", "²/4", "1/²", "٣/4", "01/4", "1/4\n", " 1/4", "1/" + "9" * 5000):
        with pytest.raises(ValueError, match="cannot be read: write i/n with"):
            grid.shard(wrong)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"method": "corral"}, "method 'corral' does not exist"),
        ({"task": "factor"}, "task 'factor' does not exist"),
        ({"knobs": {"mask": 1}}, "method 'cross' has no setting 'mask'"),
        ({"dials": {"sigma": [0.1, -1]}}, "sigma = -1.0 is not allowed"),
        ({"budget": {"step": 3}}, "task 'factors' has no setting 'step'"),
        ({"knobs": 3}, "knobs = 3 must name settings"),
        ({"seeds": ["one"]}, "seed 'one' is no whole number"),
        ({"training_seeds": [0.5]}, "training_seed 0.5 is no whole number"),
        ({"training_seeds": [0, 0]}, "holds a run twice: Cross, unbiased, seed 0"),
        ({"methods": "cross"}, "has no key 'methods'; it takes about, method"),
        ({"method": []}, "holds no run"),
        ({"seeds": []}, "holds no run"),
        ({"seeds": [1, 1]}, "holds a run twice: Cross, unbiased, seed 1"),
        ({"part": [{}, {}]}, "holds a run twice"),
        ({"part": 3}, "part = 3 must be tables of keys"),
        ({"part": [1]}, r"part = \[1\] must be tables of keys"),
        ({"method": [["cross"]]}, r"method \['cross'\] is no name"),
        ({"task": 1}, "task 1 is no name"),
        ({"part": [{"part": [{"seeds": 1}]}]}, "a part of grid 'grid' has no key 'part'; it takes about, method,"),
        ({"seeds": [10**400]}, r"seed = 10+\.\.\.0+ is not allowed"),
        ({"budget": {"lr": 10**400}}, r"lr = 10+\.\.\.0+ is not allowed"),
        ({"knobs": {"dim": 10**400}}, r"dim = 10+\.\.\.0+ is not allowed"),
        ({"method": "coral", "knobs": {"mask_ratio": [0.0, -0.0]}}, "holds a run twice: COrAL"),
        ({"seeds": list(range(1_000_000))}, r"holds 1,000,000 runs, more than 10,000; say --yes"),
    ],
)
def test_a_bad_grid_is_one_sentence(change, words):
    with pytest.raises(ValueError, match=words):
        grids.make({"method": "cross", "seeds": 0} | change)


def test_a_grid_of_numpys_numbers_is_that_of_pythons():
    ours = {"seeds": [1, 2], "knobs": {"temperature": [0.5, 1.0]}, "dials": {"count": 2}, "budget": {"steps": 9}}
    numpys = {"seeds": np.arange(1, 3), "knobs": {"temperature": np.array([0.5, 1.0])}}
    numpys |= {"dials": {"count": np.int64(2)}, "budget": {"steps": np.int32(9)}}
    made = [grids.make({"method": "cross"} | keys) for keys in (ours, numpys)]
    assert made[0] == made[1]
    assert [spec.id for spec in made[0].specs] == [spec.id for spec in made[1].specs]


def test_a_bad_grid_file_is_one_sentence(tmp_path):
    with pytest.raises(ValueError, match="cannot read the grid"):
        grids.read(tmp_path / "no.toml")
    for text in ("method = ", "seeds = " + "9" * 5000):
        (tmp_path / "half.toml").write_text(text)
        with pytest.raises(ValueError, match="is no TOML"):
            grids.read(tmp_path / "half.toml")
    for text in ("seeds = " + "[" * 10_000 + "]" * 10_000, "knobs = " + "{a = " * 10_000 + "1" + "}" * 10_000):
        (tmp_path / "half.toml").write_text(text)
        with pytest.raises(ValueError, match="nested too deeply"):
            grids.read(tmp_path / "half.toml")


def test_the_table_has_a_column_for_what_varies(swept):
    out, grid, sweep = swept
    assert sweep.failures.empty
    assert sweep_table.settings(sweep.table) == ["steps"]
    assert set(zip(sweep.table["method"], sweep.table["steps"], sweep.table["seed"])) == {
        (spec.method, spec.budget.steps, spec.seed) for spec in grid.specs
    }
    pd.testing.assert_frame_equal(sweep_table.read(out / "results.parquet"), sweep.table)
    schema.validate(sweep.table[list(schema.COLUMNS)])
    status = pd.read_csv(out / "status.csv")
    assert list(status["status"]) == ["done"] * 8


def test_a_method_without_the_setting_has_none(tmp_path):
    parts = [{"method": "cross"}, {"method": "comm", "knobs": {"depth": [1, 2]}}]
    grid = grids.make({"seeds": 0, "budget": TINY, "part": parts})
    table = sweeps.run(grid, tmp_path, executor="serial", device="cpu").table
    assert table[table["method"] == "cross"]["depth"].isna().all()
    assert set(table[table["method"] == "comm"]["depth"]) == {1, 2}
    assert set(sweep_table.read(tmp_path / "results.parquet")["depth"].dropna()) == {1, 2}


def test_the_same_call_reuses_what_is_finished(swept):
    out, grid, before = swept
    again = sweeps.run(grid, out, device="cpu")
    assert set(pd.read_csv(out / "status.csv")["status"]) == {"reused"}
    pd.testing.assert_frame_equal(again.table, before.table)
    assert sweeps.left(grid.specs, Store(out / "runs")) == 0


def test_the_table_fills_while_runs_end(tmp_path, monkeypatch, capsys):
    rows = []
    monkeypatch.setattr(sweeps, "MINUTE", 0.0)
    monkeypatch.setattr(sweep_table, "write", lambda frame, path: rows.append(frame["run_id"].nunique()))
    sweeps.run(grids.make(KEYS | {"seeds": 0, "method": "cross"}), tmp_path, executor="serial", device="cpu")
    assert rows == [1, 2, 2]
    assert "s, steps=6: redundancy " in capsys.readouterr().out


def test_an_interrupted_sweep_keeps_and_tells_what_is_done(tmp_path, monkeypatch):
    grid, done = grids.make(KEYS), []

    def interrupted(spec, device):
        if done:
            raise KeyboardInterrupt
        done.append(spec)
        return perform(spec, device)

    perform = sweeps.execute.__globals__["perform"]
    monkeypatch.setattr("coral_viz.runs.executors.perform", interrupted)
    with pytest.raises(KeyboardInterrupt):
        sweeps.run(grid, tmp_path, executor="serial", device="cpu")
    assert set(sweep_table.read(tmp_path / "results.parquet")["run_id"]) == {done[0].id}
    assert len(pd.read_csv(tmp_path / "status.csv")) == 1


def test_a_failed_run_keeps_its_reason_while_the_rest_goes_on(tmp_path):
    parts = [{"method": "cross"}, {"method": "cross", "budget": {"lr": 1e30, "steps": 20}}]
    sweep = sweeps.run(grids.make({"seeds": 0, "budget": TINY, "part": parts}), tmp_path, executor="serial")
    assert len(sweep.failures) == 1
    assert "TrainingDiverged" in sweep.failures["reason"].iloc[0]
    assert sweep.table["run_id"].nunique() == 1


def test_a_first_run_that_fails_stops_no_sweep(tmp_path):
    grid = grids.make({"method": "cross", "seeds": 0, "budget": TINY | {"steps": 20, "lr": [1e30, 1e-3]}})
    assert sweeps.left(grid.specs, None, "cpu") > 0
    sweep = sweeps.run(grid, tmp_path, device="cpu")
    assert (len(sweep.failures), sweep.table["run_id"].nunique()) == (1, 1)


def test_the_table_has_what_another_shard_finishes_meanwhile(tmp_path, monkeypatch):
    grid = grids.make(KEYS | {"method": "cross"})
    collect = sweep_table.collect

    def slowly(*arguments):
        """The other shard ends, and writes, while this one has read and not yet written."""
        monkeypatch.setattr(sweep_table, "collect", collect)
        table = collect(*arguments)
        sweeps.run(grid, tmp_path, shard="2/2", executor="serial", device="cpu")
        return table

    monkeypatch.setattr(sweep_table, "collect", slowly)
    sweep = sweeps.run(grid, tmp_path, shard="1/2", executor="serial", device="cpu")
    assert sweep.table["run_id"].nunique() == len(grid.specs)
    assert sweep_table.read(tmp_path / "results.parquet")["run_id"].nunique() == len(grid.specs)


def test_an_unknown_executor_is_told_all_there_are(tmp_path):
    with pytest.raises(ValueError, match="'foo' does not exist; choose one of auto, serial, joblib, dask"):
        sweeps.run(grids.make(KEYS), tmp_path / "out", executor="foo")
    assert not (tmp_path / "out").exists()


def test_the_time_left_is_from_finished_runs_or_measured(swept, tmp_path):
    out, grid, _ = swept
    more = grids.make(KEYS | {"seeds": [0, 1, 2]})
    known = sweeps.left(more.specs, Store(out / "runs"))
    seconds = [Store(out / "runs").timing(spec)["seconds"] for spec in grid.specs]
    assert 0 < known < 3 * sum(seconds)
    assert sweeps.left(more.specs[:1], None, "cpu") > 0


def _other_value(frame):
    frame.loc[3, "value"] += 1


def _other_setting(frame):
    frame.loc[:, "steps"] = 5
    frame.attrs["sha256"] = sweep_table._digest(frame)


def _no_column(frame):
    del frame["seed"]
    frame.attrs["sha256"] = sweep_table._digest(frame)


def _no_specs(frame):
    frame.attrs.pop("specs")


def _odd_specs(frame):
    frame.attrs["specs"] = ["spec"]


def _deep_specs(frame):
    frame.attrs["specs"] = dict.fromkeys(frame.attrs["specs"], "[" * 100_000)


def _odd_cells(frame):
    frame["steps"] = [[4]] * len(frame)
    frame.attrs["sha256"] = sweep_table._digest(frame)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_other_value, "was changed after it was written"),
        (_other_setting, "are not those of its spec"),
        (_no_column, "lacks the columns seed"),
        (_no_specs, "is no table of a sweep"),
        (_odd_specs, "is no table of a sweep"),
        (_deep_specs, "this is no spec of a run"),
        (_odd_cells, "holds what is no setting"),
    ],
)
def test_a_table_changed_by_hand_is_not_read(swept, tmp_path, change, words):
    frame = pd.read_parquet(swept[0] / "results.parquet")
    change(frame)
    frame.to_parquet(tmp_path / "changed.parquet", index=False)
    with pytest.raises(ValueError, match=words):
        sweep_table.read(tmp_path / "changed.parquet")


def test_a_missing_or_foreign_file_is_a_sentence(tmp_path):
    with pytest.raises(ValueError, match="there is no table"):
        sweep_table.read(tmp_path / "none.parquet")
    (tmp_path / "words.parquet").write_text("words")
    with pytest.raises(ValueError, match="is no parquet table"):
        sweep_table.read(tmp_path / "words.parquet")
    with pytest.raises(ValueError, match="is no parquet table"):
        sweep_table.read(tmp_path)
