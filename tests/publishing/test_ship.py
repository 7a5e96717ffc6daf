"""What ships is made from a tour alone, and made the same way twice."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import torch

from coral_viz.__main__ import main
from coral_viz.publishing import manifest
from coral_viz.publishing.shipping import accuracy_table, ship, ship_grid, ship_runs, summary
from coral_viz.results import tables
from coral_viz.runs import Store, grids, restored, sweep_table, sweeps

DATA = Path(__file__).parents[2] / "data"
KILLED = """
import os, signal, sys
from pathlib import Path
from coral_viz.publishing import manifest
with manifest.aside(Path(sys.argv[1])):
    os.kill(os.getpid(), signal.SIGKILL)
"""
MADE_BY_HAND = {"README.md", "manifest.json", "grids"}
TINY = {"steps": 2, "batch": 16, "samples": 64, "probe_samples": 64, "test_samples": 64}


def test_what_has_shipped_is_what_the_manifest_says_and_small():
    manifest = json.loads((DATA / "manifest.json").read_text())
    said = {name: digest for entry in manifest.values() for name, digest in entry["sha256"].items()}
    assert {name: hashlib.sha256((DATA / name).read_bytes()).hexdigest() for name in said} == said
    files = {path.relative_to(DATA) for path in DATA.rglob("*") if path.is_file()}
    made = {path.as_posix() for path in files if path.parts[0] not in MADE_BY_HAND and "bench_" not in path.name}
    assert made == set(said)
    assert sum((DATA / path).stat().st_size for path in files) <= 15_000_000


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """The folder of a sweep of two cells in two worlds."""
    out = tmp_path_factory.mktemp("sweep")
    grid = grids.make({"method": "cross", "seeds": [0, 1], "knobs": {"hidden": [64, 128]}, "budget": TINY})
    sweeps.run(grid, out, executor="serial", device="cpu")
    return out


def test_ships_tables_pictures_and_their_hashes(table, tmp_path):
    (tmp_path / "tour").mkdir()
    tables.write(table, tmp_path / "tour" / "results")
    paths = ship(tmp_path / "tour", tmp_path / "data", name="factors", command="the command")
    manifest = json.loads((tmp_path / "data" / "manifest.json").read_text())["factors"]
    assert manifest["command"] == "the command"
    assert {tmp_path / "data" / name for name in manifest["sha256"]} == set(paths)
    for name, digest in manifest["sha256"].items():
        assert hashlib.sha256((tmp_path / "data" / name).read_bytes()).hexdigest() == digest
    shipped = pd.read_parquet(tmp_path / "data" / "results" / "factors.parquet")
    assert len(shipped) == (table["split"] != "train").sum()
    ship(tmp_path / "tour", tmp_path / "again", name="factors", command="the command")
    assert (tmp_path / "again" / "manifest.json").read_bytes() == (tmp_path / "data" / "manifest.json").read_bytes()
    tables.write(
        table[(table["method"] == "cross") & (table["distribution"] == "relation")], tmp_path / "tour" / "results"
    )
    ship(tmp_path / "tour", tmp_path / "data", name="others", command="another command")
    both = json.loads((tmp_path / "data" / "manifest.json").read_text())
    assert both["factors"] == manifest
    assert both["others"]["command"] == "another command"


def test_a_sweep_of_methods_ships_as_a_tour_does(swept, tmp_path):
    ship(swept, tmp_path / "data", name="factors", command="the command")
    shipped = tables.read(tmp_path / "data" / "results" / "factors.parquet")
    assert tables.variants(shipped) == {("cross", ""), ("cross", "hidden=64")}
    assert "| Cross (hidden=64) |" in (tmp_path / "data" / "results" / "factors.md").read_text()


def test_a_sweep_over_settings_of_the_task_is_no_main_table(tmp_path):
    grid = grids.make({"method": "cross", "seeds": [0], "dials": {"sigma": [1.0, 1.3]}, "budget": TINY})
    sweeps.run(grid, tmp_path / "sweep", executor="serial", device="cpu")
    with pytest.raises(ValueError, match="varies sigma, unsaid in a table of methods; ship a grid"):
        ship(tmp_path / "sweep", tmp_path / "data", name="factors", command="")
    assert not (tmp_path / "data" / "manifest.json").exists()


def test_summary_is_the_mean_over_seeds_of_the_whole_embedding(table):
    row = summary(table).query("method == 'comm' and distribution == 'biased' and label == 'synergy' and part == 'all'")
    accuracy = row[row.metric == "balanced_accuracy"].iloc[0]
    values = table.query(
        "method == 'comm' and distribution == 'biased' and label == 'synergy' and part == 'all' "
        "and metric == 'balanced_accuracy'"
    )["value"]
    assert accuracy["estimate"] == pytest.approx(values.mean())
    assert accuracy["n"] == len(values)
    assert accuracy["low"] < accuracy["estimate"] < accuracy["high"]


def test_a_folder_without_results_is_a_sentence(tmp_path):
    with pytest.raises(ValueError, match=r"holds no results\.parquet; run `python -m coral_viz tour"):
        ship(tmp_path, tmp_path / "data", name="factors", command="")


def test_accuracy_table_has_a_line_a_method_and_says_the_interval(table):
    lines = accuracy_table(table).splitlines()
    assert len(lines) == 2 + len(tables.variants(table))
    assert lines[0].split(" | ")[1] == "unbiased: R"
    row = summary(table).query("method == 'comm' and distribution == 'biased' and label == 'synergy' and part == 'all'")
    row = row[row.metric == "balanced_accuracy"].iloc[0]
    cell = f"{100 * row['estimate']:.1f} ± {50 * (row['high'] - row['low']):.1f}"
    comm = next(line for line in lines if line.startswith("| CoMM |")).split(" | ")
    assert comm[lines[0].split(" | ").index("biased: S")] == f"{cell}<br>(1/3: 1 to 91)"


def test_columns_of_own_data_which_have_no_distribution_are_named_by_labels(table):
    rows = table[table["distribution"] == "biased"].assign(distribution="")
    assert accuracy_table(rows).startswith("| | R | ")


def test_accuracy_table_counts_seeds_where_some_found_a_label_and_others_did_not(table):
    rows = table[(table["method"] == "cross") & (table["distribution"] == "biased") & (table["label"] == "synergy")]
    found = (rows["metric"] == "bits") & (rows["readout"] == "linear") & (rows["part"] == "all")
    lines = accuracy_table(rows.assign(value=rows["value"].mask(found & (rows["seed"] == 1), 0.9))).splitlines()
    assert lines[2].endswith("<br>(1/3: 1 to 91) |")
    assert "(" not in accuracy_table(rows)


def test_a_folder_without_such_runs_is_a_sentence(tmp_path):
    with pytest.raises(ValueError, match="there is no folder"):
        ship_runs(tmp_path, tmp_path / "data", seed=41, command="")
    (tmp_path / "runs").mkdir()
    with pytest.raises(ValueError, match="holds no finished run with seed 41"):
        ship_runs(tmp_path, tmp_path / "data", seed=41, command="")


def test_runs_ship_in_half_precision_and_take_the_place_of_those_before(tmp_path, few_probed):
    data, dials = tmp_path / "data", {"distribution": "biased"}
    for name, methods in (("first", ["cross", "coral"]), ("second", ["cross"])):
        grid = grids.make({"method": methods, "seeds": [0, 1], "dials": dials, "budget": TINY})
        sweeps.run(grid, tmp_path / name, executor="serial", device="cpu")
        paths = ship_runs(tmp_path / name, data, seed=1, command="the command")
    (spec,) = Store(data / "runs", to_write=False).specs()
    assert (spec.method, spec.seed) == ("cross", 1)
    assert {path.relative_to(data).parts[0] for path in paths} == {"runs", "replays", "figures"}
    assert [path.name for path in (data / "replays").iterdir()] == [f"{spec.id}.npz"]
    drawn = [path.name for path in paths if path.suffix == ".svg"]
    assert drawn == ["runs_factors_learning.svg", "runs_factors_learning_seconds.svg"]
    full, half = (Store(place / "runs", to_write=False) for place in (tmp_path / "second", data))
    assert half.finished(spec)
    assert half.timing(spec) == full.timing(spec)
    pd.testing.assert_frame_equal(half.rows(spec), full.rows(spec))
    for name, tensor in full.weights(spec).items():
        torch.testing.assert_close(half.weights(spec)[name].to(tensor.dtype), tensor, rtol=1e-3, atol=1e-6)
    _, method = restored(spec, half)
    assert {tensor.dtype for tensor in method.parameters()} == {torch.float32}


def test_ships_a_sweep_with_its_cells_and_their_comparison(swept, tmp_path, capsys):
    (tmp_path / "manifest.json").write_text('{"others": {}}')
    assert main(["ship", str(swept), "--grid", "width", "--data", str(tmp_path), "--command", "the command"]) == 0
    names = [f"results/grid_width{suffix}" for suffix in (".parquet", ".csv", ".md")]
    assert capsys.readouterr().out.split() == [str(tmp_path / name) for name in names]
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert list(manifest) == ["grid_width", "others"]
    assert manifest["grid_width"]["command"] == "the command"
    assert list(manifest["grid_width"]["sha256"]) == names
    table, shipped = sweep_table.read(swept / "results.parquet"), sweep_table.read(tmp_path / names[0])
    pd.testing.assert_frame_equal(table, shipped)
    assert shipped.attrs["specs"] == table.attrs["specs"]
    where = {"part": "all", "label": "synergy", "metric": "balanced_accuracy", "hidden": 64}
    row, values = (
        frame[(frame[list(where)] == where).all(axis=1)] for frame in (pd.read_csv(tmp_path / names[1]), table)
    )
    assert row["estimate"].item() == pytest.approx(values["value"].mean(), abs=1e-4)
    assert (row["n"].item(), row["interval"].item()) == (2, "95% t-interval over seeds")
    lines = (tmp_path / names[2]).read_text().splitlines()
    assert [line.split(" | ")[0] for line in lines[2:4]] == ["| baseline", "| hidden 64"]


def test_a_sweep_ships_the_same_twice(swept, tmp_path):
    for folder in ("first", "again"):
        ship_grid(swept, tmp_path / folder, name="width", command="")
    first, again = ((tmp_path / folder / "manifest.json").read_bytes() for folder in ("first", "again"))
    assert first == again


def test_a_folder_without_a_sweep_is_a_sentence(tmp_path):
    with pytest.raises(ValueError, match=r"there is no table .*results\.parquet"):
        ship_grid(tmp_path, tmp_path / "data", name="width", command="")
    assert not (tmp_path / "data").exists()


def held(folder):
    """Every file below a folder and its bytes; links as they are."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


BAD_NAMES = [
    "../../x",
    "/abs",
    "",
    ".",
    "a/b",
    "a\\b",
    ".hidden",
    "-x",
    "two words",
    "x\n",
    "é",
    "x" * 65,
    "runs_factors",
]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_names_are_names(swept, tmp_path, capsys, name):
    data = tmp_path / "in" / "data"
    for option in ("--name", "--grid"):
        options = [str(swept), f"{option}={name}", "--data", str(data), "--command", ""]
        assert main(["ship", *options]) == 1
        said = capsys.readouterr().err
        assert said.startswith("coral_viz: ")
        assert f"{name!r} " in said
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def data(tmp_path):
    """A folder with files, a manifest that can be written, and a neighbour that must stay as it is."""
    folder = tmp_path / "data"
    for file in ("data/results/old.csv", "data/README.md", "victim/file"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("precious")
    return folder


PLACES = [
    "",
    ".",
    "results",
    "README.md",
    "manifest.json",
    "grids/x.toml",
    "victim/file",
    "../victim/file",
    "{victim}/file",
]
PLACES += ["results/../../victim/file", "results/out/file", "results/loop", "results/a\0b", "results/old.csv/x"]
PLACES += [f"results/{300 * 'x'}"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", ["grid_width", "others"])
def test_nothing_changes_where_a_manifest_names_a_file_elsewhere(swept, tmp_path, data, place, name):
    (data / "results" / "out").symlink_to(tmp_path / "victim")
    (data / "results" / "loop").symlink_to(data / "results" / "loop")
    place = place.format(victim=tmp_path / "victim")
    files = {"results/old.csv": "", place: ""}
    (data / "manifest.json").write_text(json.dumps({name: {"sha256": files}}))
    before = held(tmp_path)
    with pytest.raises(ValueError, match="does not name a file in figures, replays, results or runs of"):
        ship_grid(swept, data, name="width", command="")
    assert held(tmp_path) == before


@pytest.mark.parametrize(
    "text", ["[]", "1", "null", '{"a": 1}', '{"a": {"sha256": []}}', "{", "", "\x00", "[" * 100_000, b"\xff"]
)
def test_a_manifest_that_is_none_is_a_sentence(swept, tmp_path, data, text):
    (data / "manifest.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    before = held(tmp_path)
    with pytest.raises(ValueError, match=r"manifest\.json' (cannot be read|is no manifest)"):
        ship_grid(swept, data, name="width", command="")
    assert held(tmp_path) == before


def test_files_of_a_folder_that_has_gone_are_no_obstacle(swept, data):
    files = {"figures/gone.svg": "", "runs/gone/DONE": "", "results/old.csv": "", "results/shared.csv": ""}
    others = {"others": {"sha256": {"results/shared.csv": ""}}}
    (data / "results" / "shared.csv").write_text("of others, too")
    (data / "manifest.json").write_text(json.dumps({"grid_width": {"sha256": files}} | others))
    ship_grid(swept, data, name="width", command="")
    names = {path.name for path in (data / "results").iterdir()}
    assert names == {"grid_width.parquet", "grid_width.csv", "grid_width.md", "shared.csv"}
    assert set(data.iterdir()) == {data / "results", data / "README.md", data / "manifest.json"}
    assert manifest.entries(data)["others"] == others["others"]


def test_a_file_of_another_name_is_not_replaced(swept, tmp_path, data):
    (data / "results" / "grid_width.md").write_text("theirs")
    (data / "manifest.json").write_text(json.dumps({"theirs": {"sha256": {"results/grid_width.md": ""}}}))
    before = held(tmp_path)
    with pytest.raises(ValueError, match=r"grid_width\.md' belongs to 'theirs' already; choose another name"):
        ship_grid(swept, data, name="width", command="")
    assert held(tmp_path) == before


def test_nothing_is_written_through_a_link_that_leads_outside(swept, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "data" / "results").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ValueError, match=r"'results/grid_width\.parquet' does not name a file in"):
        ship_grid(swept, tmp_path / "data", name="width", command="")
    assert held(tmp_path) == {}


def test_what_fails_while_it_is_made_changes_nothing(swept, tmp_path, data, monkeypatch):
    monkeypatch.setattr("coral_viz.publishing.shipping.grid_table", lambda table: 1 / 0)
    before = held(tmp_path)
    with pytest.raises(ZeroDivisionError):
        ship_grid(swept, data, name="width", command="")
    assert held(tmp_path) == before
    assert {path.name for path in data.iterdir()} == {"results", "README.md"}


def test_one_process_at_a_time_ships_to_a_folder(swept, data, monkeypatch):
    """Or of two that have read the manifest, the first to write it would lose its entry."""
    from coral_viz.publishing import shipping

    drawn = shipping.grid_table

    def meanwhile(table):
        with pytest.raises(ValueError, match=r"another process ships to '.*data' now; wait until it has ended"):
            ship_grid(swept, data, name="other", command="")
        return drawn(table)

    monkeypatch.setattr(shipping, "grid_table", meanwhile)
    ship_grid(swept, data, name="width", command="")
    monkeypatch.undo()
    ship_grid(swept, data, name="other", command="")
    assert [*manifest.entries(data)] == ["grid_other", "grid_width"]


def test_what_a_killed_ship_leaves_goes_with_the_next(swept, data):
    killed = subprocess.Popen([sys.executable, "-c", KILLED, str(data)], stderr=subprocess.DEVNULL)
    killed.wait()
    old = data / ".shipping-abcd1234"  # by an earlier version, which held no lock
    old.mkdir()
    os.utime(old, (0, 0))
    assert len([*data.glob(".shipping-*")]) == 2
    ship_grid(swept, data, name="width", command="")
    assert {path.name for path in data.iterdir()} == {"results", "README.md", "manifest.json"}
