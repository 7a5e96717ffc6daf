"""The masking explorer: masks are the method's own, drawn by number, and sweeps are shown where they ship."""

import pandas as pd
import pytest
import torch

from coral_viz import explore, runs, style, tables
from coral_viz.explore import shipped


@pytest.fixture
def shown(folder, ids):
    return explore.masking(folder=folder, run=ids["coral"])


def test_masks_are_those_that_the_method_draws(shown, folder, ids):
    run, found = shown.compute(shown.settings | {"sample": 3, "progress": 0.6, "draw_number": 5})
    task, method = runs.restored(run.spec, runs.Store(folder))
    batch = task.sample(20, "train", 1)[[3]]
    views = task.views(batch, torch.Generator().manual_seed(5))
    torch.manual_seed(5)
    with torch.no_grad():
        wanted = method.explain(*views, progress=0.6)
    for kind in ("masks", "attention"):
        for name, tensor in getattr(wanted, kind).items():
            assert torch.equal(getattr(found, kind)[name], tensor)


def test_early_in_training_coral_hides_less(shown):
    hidden = []
    for progress in (0.0, 1.0):
        masks = [shown.compute(shown.settings | {"progress": progress, "draw_number": i})[1].masks for i in range(20)]
        hidden.append(sum(mask.sum().item() for drawn in masks for mask in drawn.values()))
    assert hidden[0] < hidden[1] / 3
    assert "with probability 0.05" in captioned(shown, progress=0.0)
    assert "with probability 0.75" in captioned(shown, progress=1.0)


def captioned(shown, **changes):
    settings = shown.settings | changes
    return shown.caption(shown.compute(settings), settings)


@pytest.mark.parametrize(
    ("name", "words"), [("comm", "Whole modalities are left out"), ("infmasking", "Each of 6 masks")]
)
def test_other_methods_hide_otherwise(shown, ids, name, words):
    shown.widgets["run"].value = ids[name]
    assert shown.presenter.words == "Ready."
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


def test_without_a_sweep_the_caption_says_so(shown, monkeypatch, tmp_path):
    monkeypatch.setattr(shipped, "RESULTS", tmp_path)
    fresh = explore.masking(folder=shown.settings["folder"])
    assert "no sweep ships here" in captioned(fresh)
    assert "knob" not in fresh.widgets
    assert fresh.widgets["picture"].options == ("what is hidden",)


def test_a_shipped_sweep_is_shown(table, folder, ids, monkeypatch, tmp_path):
    usual = table[(table["method"] == "coral") & (table["knob"] == "")]
    less = usual.assign(knob="mask_ratio=0.2", run_id=usual["run_id"].str[:-1] + "g")
    tables.validate(pd.concat([usual, less])).to_parquet(tmp_path / "ablations.parquet")
    monkeypatch.setattr(shipped, "RESULTS", tmp_path)
    shown = explore.masking(folder=folder, run=ids["coral"], picture="what turning it changes", knob="mask_ratio")
    assert "coral keeps at each value of mask_ratio" in shown.presenter.shown.alt
    assert "at 0.2" in shown.presenter.shown.alt
    assert "at 0.75" in shown.presenter.shown.alt
    shown.widgets["run"].value = ids["comm"]
    assert "value(s) of 'mask_ratio' for 'comm'" in shown.presenter.words
