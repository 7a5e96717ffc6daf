"""The masking explorer: masks are the method's own, drawn by number; sweeps where they ship; own runs from a button."""

import sys
import threading

import pytest
import torch

from coral_viz import __main__, explore, runs, style
from coral_viz.cli import tour
from coral_viz.explore import own_run, shipped
from coral_viz.explore.presenter import AT_REST
from coral_viz.results import tables
from coral_viz.runs import sweep_table

TINY = runs.Budget(steps=4, batch=16, samples=64, probe_samples=64, test_samples=64)


@pytest.fixture
def shown(folder, ids):
    return explore.masking(folder=folder, run=ids["coral"])


def test_masks_are_those_that_the_method_draws(shown, folder, ids):
    run, (found, _) = shown.compute(shown.settings | {"sample": 3, "progress": 0.6, "draw_number": 5})
    task, method = runs.restored(run.spec, runs.Store(folder))
    batch = task.sample(20, "train", 1)[[3]]
    views = task.views(batch, torch.Generator().manual_seed(5))
    torch.manual_seed(5)
    with torch.no_grad():
        wanted = method.explain(*views, progress=0.6)
    assert wanted.masks
    assert set(wanted.masks) <= set(wanted.attention)
    for kind in ("masks", "attention"):
        assert getattr(found, kind).keys() == getattr(wanted, kind).keys()
        for name, tensor in getattr(wanted, kind).items():
            assert torch.equal(getattr(found, kind)[name], tensor)


def test_early_in_training_coral_hides_less(shown):
    hidden = []
    for progress in (0.0, 1.0):
        settings = [shown.settings | {"progress": progress, "draw_number": i} for i in range(20)]
        masks = [shown.compute(chosen)[1][0].masks for chosen in settings]
        hidden.append(sum(mask.sum().item() for drawn in masks for mask in drawn.values()))
    assert hidden[0] < hidden[1] / 3
    assert "with probability 0.05" in captioned(shown, progress=0.0)
    assert "with probability 0.75" in captioned(shown, progress=1.0)


def captioned(shown, **changes):
    settings = shown.settings | changes
    return shown.caption(shown.compute(settings), settings)


@pytest.mark.parametrize(
    ("name", "words"), [("comm", "Entire modalities are left out"), ("infmasking", "Each of 6 masks")]
)
def test_other_methods_hide_otherwise(shown, ids, name, words):
    shown.widgets["run"].value = ids[name]
    assert shown.presenter.words == AT_REST
    assert words in captioned(shown)


def test_only_runs_with_a_fusion_are_offered(shown, ids):
    assert {value for _, value in shown.widgets["run"].options} == {
        ids[n] for n in ("coral", "again", "comm", "infmasking")
    }


def test_looking_leaves_the_random_state_alone(shown):
    torch.manual_seed(0)
    wanted = torch.rand(3)
    torch.manual_seed(0)
    shown.widgets["draw_number"].value = 7
    assert torch.equal(torch.rand(3), wanted)


def test_controls_move_the_picture_and_code_builds_it_again(shown):
    before = shown.presenter.shown.alt
    shown.widgets["sample"].value = 4
    assert shown.presenter.shown.alt != before
    assert eval(shown.code()).presenter.shown.png == shown.presenter.shown.png
    assert shown.figure(style.talk()).alt == shown.presenter.shown.alt


@pytest.fixture(scope="module")
def ratios(tmp_path_factory):
    """A folder with runs of two mask ratios, and their table."""
    store = runs.Store(tmp_path_factory.mktemp("ratios"))
    specs = [
        runs.RunSpec.make("coral", "factors", 1, knobs={"mask_ratio": ratio}, budget=TINY) for ratio in (0.2, 0.75)
    ]
    assert {outcome.status for outcome in runs.execute(specs, store, device="cpu", executor="serial")} == {"done"}
    return store.root, sweep_table.collect(specs, store, ["mask_ratio"])


def test_pictures_that_a_run_cannot_have_are_not_offered(folder, ids, monkeypatch, tmp_path):
    """COrAL has masks, but no sweep of it ships here; CoMM has none."""
    monkeypatch.setattr(shipped, "RESULTS", tmp_path)
    shown = explore.masking(folder=folder, run=ids["coral"])
    offered = shown.widgets["picture"]
    assert offered.options == ("masks and attention", "own runs", "bits under a mask")
    offered.value = "own runs"
    shown.widgets["run"].value = ids["comm"]
    assert offered.options == ("masks and attention", "bits under a mask")
    assert offered.value == "masks and attention"
    assert shown.presenter.words == AT_REST
    with pytest.raises(ValueError, match=r"picture = 'effect of masks' is not allowed; choose one of 'masks and att"):
        explore.masking(folder=folder, run=ids["coral"], picture="effect of masks")


def test_a_shipped_sweep_is_shown(ratios, folder, ids, monkeypatch, tmp_path):
    _, table = ratios
    sweep_table.write(table, tmp_path / "grid_coral.parquet")
    monkeypatch.setattr(shipped, "RESULTS", tmp_path)
    shown = explore.masking(folder=folder, run=ids["coral"], picture="effect of masks", metric="bits")
    assert shown.presenter.words == AT_REST
    bits = tables.select(table, metric="bits", part="all", readout="best", label="synergy")
    found = bits[bits["mask_ratio"] == 0.2]["value"].item()
    assert f"Synergy: {found:z.2f} at 0.2" in shown.presenter.shown.alt
    assert "on one line are those that differ in mask ratio alone." in shown.presenter.picture.value
    shown.widgets["metric"].value = "balanced_accuracy"
    assert "Means of balanced accuracy" in shown.presenter.shown.alt
    assert eval(shown.code()).presenter.shown == shown.presenter.shown
    sweep_table.write(table, tmp_path / "grid_infmasking.parquet")
    shown.widgets["run"].value = ids["infmasking"]
    assert shown.presenter.words == AT_REST
    sweep_table.write(table.drop(columns="mask_ratio"), tmp_path / "grid_comm.parquet")
    shown.widgets["run"].value = ids["comm"]
    assert shown.presenter.words == AT_REST
    assert shown.settings["picture"] == "masks and attention"


def test_controls_are_those_of_the_picture(shown):
    seen = {}
    for picture in shown.widgets["picture"].options:
        shown.widgets["picture"].value = picture
        seen[picture] = shown.visible, shown.own.view.layout.display
    hidden, turned, own, left = seen.values()
    assert hidden == (["run", "picture", "progress"], "none")
    assert turned == (["run", "picture", "turned", "metric"], "none")
    assert own == (["run", "picture", "metric"], "flex")
    assert left == (["run", "picture", "mask_ratio", "hidden"], "none")
    shown.more.value = True
    always = {"folder", "run", "picture"}
    assert set(shown.visible) == always | {"sample", "draw_number", "mask_ratio", "masked", "hidden"}


# --- own runs ---------------------------------------------------------------------------------------------------------


def test_own_runs_are_compared_where_there_are_some(ratios, shown, monkeypatch, tmp_path):
    monkeypatch.setattr(own_run, "FOLDER", tmp_path / "none")
    shown.widgets["picture"].value = "own runs"
    assert shown.presenter.words == "there is no own run yet; choose masks and press Train."
    monkeypatch.setattr(own_run, "FOLDER", ratios[0])
    shown.refresh()
    assert shown.presenter.words == AT_REST
    assert "2 own run(s) of COrAL" in shown.presenter.picture.value
    assert "mask ratio 0.2" in shown.presenter.shown.alt
    monkeypatch.setattr(own_run, "FOLDER", tmp_path)
    shown.refresh()
    assert shown.presenter.words.startswith("there is no own run of 'COrAL (hinge), unbiased, seed 1' yet")


def test_own_runs_are_like_the_chosen_one_but_for_their_masks(shown):
    own = {"mask_ratio": 0.3, "masking": "symmetric", "mask_schedule": "constant", "steps": 300, "seed": 7}
    spec = own_run.like(shown._chosen(), own)
    assert spec.settings["mask_ratio"] == 0.3
    assert spec.settings["masking"] == "symmetric"
    assert (spec.seed, spec.budget.steps, spec.distribution) == (7, 300, "unbiased")
    assert own_run.like(runs.RunSpec.make("infmasking", "factors", 1), own).settings["mask_ratio"] == 0.3
    with pytest.raises(ValueError, match="CoMM has no hyperparameters of masks"):
        own_run.like(runs.RunSpec.make("comm", "factors", 1), own)


@pytest.mark.parametrize("world", ["factors", "digits"])
@pytest.mark.parametrize(("method", "knobs"), [("coral", {}), ("comm", {}), ("infmasking", {"dim": 32, "width": None})])
def test_the_command_makes_the_run_of_the_spec(method, knobs, world, tmp_path):
    biased, budget = {"distribution": "biased"}, tour.budget(world, steps=9)
    spec = runs.RunSpec.make(method, world, 3, knobs=knobs, dials=biased, budget=budget)
    options = __main__._parser().parse_args(own_run.command(spec, tmp_path)[3:])
    (name, knobs), (task, dials) = tour.parse(options.method), tour.parse(options.task)
    budget = tour.budget(options.task, steps=options.steps)
    assert runs.RunSpec.make(name, task, options.seed, knobs=knobs, dials=dials, budget=budget) == spec
    assert options.out == str(tmp_path)


def trainer(said, done):
    return own_run.Trainer(
        lambda: runs.RunSpec.make("coral", "factors", 1), lambda words, **_: said.append(words), done
    )


def does(monkeypatch, code):
    monkeypatch.setattr(own_run, "command", lambda spec, folder: [sys.executable, "-c", code])


def test_progress_is_told_and_the_end(monkeypatch):
    does(monkeypatch, "print('COrAL: 50%|#  | 1/2', end='\\r', flush=True); print('COrAL: | 2/2', flush=True)")
    said, done = [], []
    own = trainer(said, lambda: done.append(own.train.disabled))
    own.train.click()
    own.running.thread.join(30)
    assert said[0] == "Starting."
    assert said[-1] == "Trained and measured."
    assert said[-2] == "Trained; measuring the embedding."
    assert done == [False]
    assert own.cancel.disabled


def test_a_failure_is_told_in_its_last_words(monkeypatch):
    does(monkeypatch, "import sys; sys.exit('coral_viz: cannot write')")
    said, done = [], []
    own = trainer(said, lambda: done.append(1))
    own.start()
    own.running.thread.join(30)
    assert said == ["Starting.", "There is no new run. The last words were: coral_viz: cannot write"]
    assert done == []
    assert not own.train.disabled


def test_a_run_can_be_cancelled(monkeypatch):
    does(monkeypatch, "import time; print('1/2', flush=True); time.sleep(60)")
    told, said = threading.Event(), []
    own = trainer(said, None)
    own._say = lambda words, **_: (said.append(words), words.startswith("Training") and told.set())
    own.train.click()
    assert own.train.disabled
    assert told.wait(30)
    own.cancel.click()
    own.running.thread.join(30)
    assert said[:2] == ["Starting.", "Training: step 1 of 2."]
    assert said[-1] == "Cancelled; there is no new run."


def test_images_are_shown_as_images(tmp_path):
    small = {"size": 16, "renders": 2, "pairs": 64}
    spec = runs.RunSpec.make("coral", "trifeature-4", 1, knobs={"dim": 8}, dials=small, budget=TINY)
    assert [outcome.status for outcome in runs.execute([spec], runs.Store(tmp_path), executor="serial")] == ["done"]
    shown = explore.masking(folder=str(tmp_path), run=spec.id, sample=2)
    assert "trifeature-4, unbiased, seed 1" in captioned(shown, sample=2)
    assert len(shown.figure().axes[0].images) == 6
