"""What runs were made with is kept, is no part of what they are, and is told where it differs."""

import json
import shutil

import pandas as pd
import pytest

from coral_viz.__main__ import main
from coral_viz.results import provenance
from coral_viz.results.provenance import FIELDS
from coral_viz.runs import Store, grids, sweep_table, sweeps

GRID = """
method = "cross"
seeds = [0, 1, 2]
budget = {steps = 4, batch = 16, samples = 64, probe_samples = 200, test_samples = 200}
"""


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    place = tmp_path_factory.mktemp("done")
    (place / "small.toml").write_text(GRID)
    sweeps.run(grids.read(place / "small.toml"), place / "out", executor="serial", device="cpu")
    return place


@pytest.fixture
def swept(done, tmp_path):
    """A grid's file, its folder and runs, to be changed."""
    place = shutil.copytree(done, tmp_path / "copy")
    return place / "small.toml", place / "out", grids.read(place / "small.toml").specs


def changed(out, spec, **made):
    """The run as if it had been made with something else; with nothing, as if by a version that did not say."""
    path = out / "runs" / spec.id / "DONE"
    done = json.loads(path.read_text())
    path.write_text(json.dumps(done | {"provenance": done["provenance"] | made} if made else _without(done)))


def _without(done):
    return {name: value for name, value in done.items() if name != "provenance"}


def test_a_run_keeps_what_it_was_made_with(swept):
    _, out, specs = swept
    store, here = Store(out / "runs"), provenance.here()
    assert [store.provenance(spec) for spec in specs] == [here] * 3
    assert tuple(here) == FIELDS
    assert all(here[name] for name in FIELDS if name != "gpu")
    assert "cpu" not in specs[0].canonical


def test_a_table_says_what_its_runs_were_made_with_also_of_runs_that_do_not(swept):
    grid, out, specs = swept
    changed(out, specs[0], cpu="another")
    changed(out, specs[1])
    table = sweeps.run(grids.read(grid), out, executor="serial").table
    made = sweep_table.made(sweep_table.read(out / "results.parquet"))
    pd.testing.assert_frame_equal(made, sweep_table.made(table))
    assert dict(made.loc[specs[0].id]) == provenance.here() | {"cpu": "another"}
    assert set(made.loc[specs[1].id]) == {"unknown"}
    assert dict(made.loc[specs[2].id]) == provenance.here()
    table.attrs.pop("provenance")
    assert set(sweep_table.made(table).to_numpy().flat) == {"unknown"}


def test_a_sweep_says_when_runs_of_its_table_were_made_differently(swept, capsys):
    grid, out, specs = swept
    sweep = ["sweep", str(grid), "--out", str(out), "--executor", "serial"]
    assert main(sweep) == 0
    assert "made alike" not in capsys.readouterr().out
    changed(out, specs[0], cpu="Old CPU")
    changed(out, specs[1], cpu="Old CPU")
    assert main(sweep) == 0
    *_, said, place = capsys.readouterr().out.splitlines()
    cpu = provenance.here()["cpu"]
    assert said.startswith(f"Not all runs were made alike: cpu Old CPU (2 runs), {cpu} (1 run). ")
    assert place.startswith("Table in ")


@pytest.mark.parametrize("text", [3, "{", "[" * 100_000, "{}", '{"made": [], "runs": {"a": 5}}', '{"made": [1]}'])
def test_a_text_that_says_nothing_is_a_sentence(text):
    with pytest.raises(ValueError, match="what its runs were made with cannot be read"):
        provenance.unpacked(text)


def test_what_is_packed_comes_back():
    made = {"a": provenance.here(), "b": provenance.known(None), "c": provenance.here()}
    assert provenance.unpacked(provenance.packed(made)) == made
    assert provenance.unpacked(None) == {}
    assert provenance.mixed(pd.DataFrame([made["a"], made["c"]])) == ""


def test_a_cpu_or_commit_that_cannot_be_asked_for_is_told_as_such(monkeypatch, tmp_path):
    monkeypatch.setattr(provenance, "ROOT", tmp_path)  # not in a repository
    monkeypatch.setattr(provenance.metadata, "distribution", _no_distribution)
    assert provenance._commit.__wrapped__() == "unknown"
    (tmp_path / ".git").mkdir()
    assert provenance._commit.__wrapped__() == "unknown"
    monkeypatch.setattr(provenance.Path, "read_text", _no_file)
    assert provenance._model()


def _no_distribution(name):
    raise provenance.metadata.PackageNotFoundError(name)


def _no_file(*_, **__):
    raise FileNotFoundError
