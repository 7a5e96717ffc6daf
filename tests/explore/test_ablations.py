"""The ablation explorer on a sweep of its own: what it offers, shows and says, and the sweeps that it starts."""

import sys
import tomllib

import pytest

from coral_viz import explore, style
from coral_viz.explore import shipped, sweep_launcher
from coral_viz.explore.background import Background
from coral_viz.explore.presenter import AT_REST
from coral_viz.explore.sweep_results import SweepResults
from coral_viz.figures.sweep import configuration_rows, label_lines, setting_curves, sweep_words, synergy_tradeoff
from coral_viz.figures.sweep.differences import differences
from coral_viz.figures.sweep.heat_map import heat
from coral_viz.figures.sweep.measure_costs import measure_costs
from coral_viz.figures.sweep.recorded_curves import recorded
from coral_viz.results import provenance
from coral_viz.runs import grids, replay, sweep_table, sweeps

LINES = [
    'method = "coral"',
    "seeds = 1",
    "budget = {steps = 4, batch = 16, samples = 64, probe_samples = 64, test_samples = 64}",
    "knobs.mask_ratio = [0.0, 0.5]",
    'knobs.masking = ["asymmetric", "symmetric"]',
]
PRINTS = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); print('1/4 runs', flush=True); "


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A finished sweep of four tiny runs, which were recorded, beside it its grid, tiny.toml."""
    place = tmp_path_factory.mktemp("sweep")
    (place / "tiny.toml").write_text("\n".join(LINES))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replay, "PROBED", 64)  # samples that recorded probes are fitted to
        sweeps.run(grids.read(place / "tiny.toml"), place / "out", executor="serial", device="cpu", record=2)
    return place


@pytest.fixture
def shown(folder, monkeypatch, tmp_path):
    """The explorer where that sweep ships as grid "tiny"."""
    monkeypatch.setattr(shipped, "RESULTS", tmp_path)
    (tmp_path / "grid_tiny.parquet").write_bytes((folder / "out" / "results.parquet").read_bytes())
    return explore.ablations(grid="tiny")


def table(folder):
    return sweep_table.read(folder / "out" / "results.parquet")


def test_it_offers_what_the_table_holds(shown):
    offered = {name: [option[1] for option in shown.widgets[name].options] for name in ("vary", "part", "label")}
    assert offered["vary"] == ["mask_ratio", "masking"]
    assert offered["part"][:2] == ["all", "shared"]
    assert offered["label"] == ["", "redundancy", "unique_1", "unique_2", "synergy"]
    assert shown.widgets["grid"].options == ("tiny",)
    assert len(shown.widgets["run"].options) == 4
    shown.widgets["measure"].value = "redundancy"
    assert [value for _, value in shown.widgets["part"].options] == ["shared|unique_1", "shared|unique_2"]
    shown.widgets["measure"].value = "loss/shared"
    assert [value for _, value in shown.widgets["part"].options] == [""]
    assert shown.presenter.words == AT_REST


@pytest.mark.parametrize(
    "view",
    [
        "curve",
        "configurations",
        "lines across labels",
        "heat map of two settings",
        "measure over parameters and seconds",
        "synergy against unique",
    ],
)
def test_every_picture_is_that_of_the_table(shown, folder, view):
    shown.widgets["view"].value = view
    free = ["mask_ratio", "masking"]
    wanted = {
        "curve": lambda rows: setting_curves.curve(rows, "mask_ratio"),
        "configurations": lambda rows: configuration_rows.cells(rows, free),
        "lines across labels": lambda rows: label_lines.parallel(rows, free),
        "heat map of two settings": lambda rows: heat(rows, free),
        "measure over parameters and seconds": lambda rows: measure_costs(rows, "mask_ratio"),
        "synergy against unique": lambda rows: synergy_tradeoff.trade(rows, setting="mask_ratio"),
    }[view](table(folder))
    assert shown.presenter.shown.alt == wanted.alt
    assert shown.figure(style.talk()).alt == wanted.alt


@pytest.mark.parametrize("axis", ["steps", "seconds"])
def test_learning_curves_are_those_of_recorded_trainings(folder, axis):
    shown = explore.ablations(grid=f"{folder}/tiny.toml", store=f"{folder}/out")
    shown.widgets["view"].value = f"learning curves over {axis}"
    shown.widgets["measure"].value = "bits"
    runs = table(folder).drop_duplicates("run_id").set_index("run_id")
    runs = runs[runs["masking"] == "asymmetric"]  # the default, as all else is held
    replays = [replay.load(folder / "out" / "replays" / f"{run_id}.npz") for run_id in runs.index]
    seconds = runs["seconds"].to_dict() if axis == "seconds" else None
    wanted = recorded(replays, "mask_ratio", metric="bits", seconds=seconds)
    assert shown.presenter.shown.alt == wanted.alt
    figure = shown.figure(style.paper())
    assert {ax.get_xlabel() for ax in figure.axes} == {axis}
    assert f"view='learning curves over {axis}'" in shown.code()


def test_without_recordings_it_says_how_to_make_them(shown):
    shown.widgets["view"].value = "learning curves over steps"
    assert shown.presenter.words.startswith("no training of these runs is recorded; record them: python -m coral_viz")


def test_the_caption_says_when_runs_were_made_differently(folder, monkeypatch, tmp_path):
    rows = table(folder)
    first, *others = rows.attrs["specs"]
    made = {first: provenance.known({"cpu": "old"})} | dict.fromkeys(others, provenance.known({"cpu": "new"}))
    rows.attrs["provenance"] = provenance.packed(made)
    monkeypatch.setattr(shipped, "RESULTS", tmp_path)
    sweep_table.write(rows, tmp_path / "grid_tiny.parquet")
    shown = explore.ablations(grid="tiny")
    caption = shown.caption(shown.compute(shown.settings), shown.settings)
    assert "Not all runs were made alike: cpu new (3 runs), old (1 run)." in caption


def test_a_baseline_is_chosen_by_hand(shown, folder):
    shown.widgets["view"].value = "configurations"
    options = {words: run for words, run in shown.widgets["baseline"].options}
    assert next(iter(options)) == "the defaults"
    assert len(options) == 5
    shown.widgets["baseline"].value = options["mask ratio 0, masking symmetric"]
    base = {"mask_ratio": 0.0, "masking": "symmetric"}
    assert shown.presenter.shown.alt == configuration_rows.cells(table(folder), list(base), base=base).alt
    shown.widgets["view"].value = "differences from the baseline"
    assert shown.presenter.shown.alt == differences(table(folder), list(base), base=base).alt
    shown.widgets["baseline"].value = ""
    assert "no run is at the baseline" in shown.presenter.words


def test_what_is_held_is_left_and_named_in_the_code(shown, folder):
    shown.widgets["hold"].lists["masking"].value = "symmetric"
    rows = table(folder)
    assert shown.presenter.shown.alt == setting_curves.curve(rows[rows["masking"] == "symmetric"], "mask_ratio").alt
    shown.widgets["view"].value = "configurations"
    said = " ".join(shown.figure().texts[0].get_text().split())
    assert said.endswith("No run is at the baseline: mask ratio 0.75, masking symmetric.")
    assert "hold={'masking': 'symmetric'}" in shown.code()
    again = eval(shown.code())
    assert again.settings == shown.settings
    assert again.presenter.shown.png == shown.presenter.shown.png
    again.widgets["hold"].lists["masking"].value = "any"
    assert again.settings["hold"] == {}


def test_linear_readouts_and_single_labels(shown, folder):
    shown.widgets["measure"].value = "bits, linear"
    shown.widgets["label"].value = "synergy"
    seen = {"metric": "bits", "readout": "linear", "labels": ["synergy"]}
    assert shown.presenter.shown.alt == setting_curves.curve(table(folder), "mask_ratio", **seen).alt


def test_a_run_can_be_opened_where_its_weights_are(shown, folder):
    shown.widgets["view"].value = "one run: bits by part"
    assert "bits" in shown.presenter.shown.alt
    before = shown.presenter.shown.png
    shown.widgets["view"].value = "one run: maps"
    assert "--out out/tiny) and name the folder of the sweep" in shown.presenter.words
    assert shown.presenter.shown.png == before
    shown.widgets["store"].value = str(folder / "out")
    assert shown.presenter.words == AT_REST
    assert "coloured by the class of synergy" in shown.presenter.shown.alt
    assert all(part in shown.presenter.shown.alt for part in ("shared", "path 1", "path 2"))
    assert f"{shown.settings['store']}/runs" in shown.caption(None, shown.settings)


def test_words_have_no_curve(shown):
    before = shown.presenter.shown.png
    shown.widgets["vary"].value = "masking"
    assert "'masking' are words" in shown.presenter.words
    assert shown.presenter.shown.png == before


def test_where_only_words_vary_it_opens_on_cells(tmp_path):
    grid = {"method": ["cross", "comm"], "seeds": 1, "budget": tomllib.loads("\n".join(LINES))["budget"]}
    sweeps.run(grids.make(grid), tmp_path, executor="serial", device="cpu")
    opened = explore.ablations(grid="words", store=str(tmp_path))
    assert opened.presenter.words == AT_REST
    assert opened.settings["view"] == "configurations"
    assert all(name in opened.presenter.shown.alt for name in ("Cross", "CoMM"))
    asked = explore.ablations(grid="words", store=str(tmp_path), view="curve")
    assert "'method' are words" in asked.presenter.words


def test_a_grid_without_results_says_how_to_make_them(shown, tmp_path):
    shown.widgets["grid"].value = "coral"
    assert "make them: python -m coral_viz sweep data/grids/coral.toml --out out/coral" in shown.presenter.words
    (tmp_path / "grid_coral.parquet").write_text("no table")
    shown.refresh()
    assert "is no parquet table" in shown.presenter.words
    shown.widgets["grid"].value = "tiny"
    assert shown.presenter.words == AT_REST


def test_where_nothing_ships_it_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(shipped, "RESULTS", tmp_path)
    nothing = explore.ablations()
    assert nothing.presenter.words.startswith("there are no results of grid 'coral' here")
    assert nothing.presenter.shown is None


def test_bad_settings_are_refused_in_words(shown):
    with pytest.raises(ValueError, match="masking = 'none' was not run"):
        explore.ablations(grid="tiny", hold={"masking": "none"})
    with pytest.raises(ValueError, match="depth = 2 was not run"):
        explore.ablations(grid="tiny", hold={"depth": 2})


def test_the_sweep_is_that_of_the_grid(shown, folder):
    assert sweep_launcher.command(str(folder / "tiny.toml"), "out")[1:] == [
        *("-m", "coral_viz", "sweep", str(folder / "tiny.toml")),
        *("--out", "out"),
    ]
    start, _ = buttons(shown)
    start.click()
    assert shown.presenter.words == "name a folder in which the sweep may keep its runs, such as out/coral."
    shown.widgets["store"].value = str(folder / "new")
    start.click()
    assert "there is no description" in shown.presenter.words


def buttons(shown):
    (row,) = [row for row in shown.column.children if getattr(row, "children", ()) and row not in shown.rows.values()]
    return row.children


def test_a_sweep_in_the_background_ends_with_its_table(shown, folder, monkeypatch, tmp_path):
    new = tmp_path / "new"
    shown.widgets["store"].value = str(new)
    made = str(folder / "out" / "results.parquet")
    copy = f"import pathlib, shutil; pathlib.Path({str(new)!r}).mkdir(); shutil.copy({made!r}, {str(new)!r})"
    monkeypatch.setattr(sweep_launcher, "command", lambda grid, store: [sys.executable, "-c", PRINTS + copy])
    start, stop = buttons(shown)
    start.click()
    assert (start.disabled, stop.disabled) == (True, False)
    shown.launcher.running.thread.join(30)
    assert (start.disabled, stop.disabled) == (False, True)
    assert shown.presenter.words == AT_REST
    assert SweepResults("tiny", str(new)).path == new / "results.parquet"


def test_a_sweep_can_be_cancelled(shown, monkeypatch):
    waits = [sys.executable, "-c", PRINTS + "import time; time.sleep(60)"]
    monkeypatch.setattr(sweep_launcher, "command", lambda grid, store: waits)
    start, stop = buttons(shown)
    start.click()
    while shown.presenter.words != "1/4 runs":
        shown.launcher.running.thread.join(0.05)
    stop.click()
    shown.launcher.running.thread.join(30)
    assert not shown.launcher.running.thread.is_alive()
    assert shown.presenter.words == "Cancelled; the runs that have ended are kept."
    assert 'role="alert"' not in shown.presenter.status.value


def test_progress_bars_are_told_line_by_line():
    said, ended = [], []
    code = "import sys; sys.stderr.write('a\\rb\\r'); sys.stderr.flush(); sys.exit(3)"
    Background([sys.executable, "-c", code], said.append, ended.append).thread.join(30)
    assert said[-1] == "b"
    assert ended == [3]


def test_progress_is_a_sentence():
    bar = "3/8 runs |###########                   | 00:05 elapsed, about 00:09 left"
    assert sweep_launcher.in_words(bar) == "3 of 8 runs are done, about 00:09 left."
    assert sweep_launcher.in_words("Table in out/results.parquet") == "Table in out/results.parquet"


def test_settings_are_words_in_pictures():
    assert [sweep_words.plain(value) for value in (0.50, 3, True, "hinge")] == ["0.5", "3", "on", "hinge"]
