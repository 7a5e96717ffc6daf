"""The embedding explorer against embeddings and rows taken by hand."""

import dataclasses
import shutil
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from coral_viz import evaluation, explore, runs, style
from coral_viz.evaluation import projections, similarity
from coral_viz.explore import finished
from coral_viz.explore.presenter import AT_REST


@pytest.fixture
def shown(folder, ids):
    return explore.embeddings(folder=folder, run=ids["coral"])


def test_the_map_is_of_the_trained_and_the_untrained_embedding(shown, folder, ids):
    store = runs.Store(folder)
    spec = store.open(ids["coral"])
    task, method = runs.restored(spec, store)
    batch = task.sample(finished.EMBEDDED, "test", 1)
    maps = shown.compute(shown.settings | {"part": "shared", "label": "unique_2"})
    for model, found in zip((runs.initialised(spec, task), method), maps.values(), strict=True):
        z = evaluation.embed(model, batch)["shared"].numpy()[: len(found.points)]
        np.testing.assert_allclose(found.points, projections.project(z)[0], atol=1e-5)
        np.testing.assert_array_equal(found.classes, batch.labels["unique_2"][: len(found.points)])


def test_the_whole_is_what_the_method_says_it_is(folder, ids):
    fused = finished.embedded(folder, ids["comm"])
    np.testing.assert_array_equal(fused.parts["all"], fused.parts["fused"])
    three = finished.embedded(folder, ids["coral"]).parts
    np.testing.assert_array_equal(three["all"], np.hstack([three[n] for n in ("shared", "unique_1", "unique_2")]))


def test_similarities_are_those_of_the_parts(shown, folder, ids):
    rows = shown.compute(shown.settings | {"picture": "similarity"})
    assert list(rows) == ["before training", "COrAL (hinge), unbiased, seed 1"]
    parts, tables = rows["COrAL (hinge), unbiased, seed 1"]
    z = finished.embedded(folder, ids["coral"]).parts
    assert parts == ["shared", "unique_1", "unique_2"]
    assert tables["linear CKA"][2, 0] == pytest.approx(similarity.linear_cka(z["unique_2"], z["shared"]))


@pytest.mark.parametrize(
    ("picture", "beside"),
    [
        ("map", "nothing"),
        ("map", "comm"),
        ("bits by part", "before training"),
        ("bits by part", "comm"),
        ("between parts", "again"),
        ("similarity", "comm"),
    ],
)
def test_every_picture_can_have_company(shown, ids, picture, beside):
    shown.widgets["beside"].value = ids.get(beside, beside)
    shown.widgets["picture"].value = picture
    assert shown.presenter.words == AT_REST
    assert shown.figure(style.talk()).alt == shown.presenter.shown.alt
    assert shown.caption(shown.compute(shown.settings), shown.settings).endswith(".")


def test_captions_tell_the_rows(shown, folder, ids):
    shown.widgets["beside"].value = ids["comm"]
    settings = shown.settings | {"label": "unique_1", "picture": "bits by part"}
    rows = finished.opened(folder, ids["comm"]).rows
    about = rows[(rows["label"] == "unique_1") & (rows["readout"] == "best")]
    bits = about[(about["part"] == "all") & (about["metric"] == "bits")]["value"].item()
    assert f"{bits:z.2f} (CoMM, unbiased)" in shown.caption(shown.compute(settings), settings)
    settings["picture"] = "between parts"
    one = about[(about["part"] == "modality_1|modality_2") & (about["metric"] == "unique_1")]["value"].item()
    assert f"in modality 1 only {one:.2f}" in shown.caption(shown.compute(settings), settings)


def test_two_runs_of_one_objective_are_not_averaged(shown, folder, ids):
    shown.widgets["beside"].value = ids["again"]
    rows = shown.compute(shown.settings | {"picture": "bits by part"})
    assert sorted(set(rows["knob"])) == [" seed 1", " seed 2"]
    run = finished.opened(folder, ids["comm"])
    other = SimpleNamespace(rows=run.rows.assign(run_id="0123456789abcdef"))
    sides = [SimpleNamespace(key=("", "", True), run=one) for one in (run, other)]
    rows = sys.modules[explore.embeddings.__module__]._rows(sides, {})
    assert set(rows["knob"]) == {" 012345", f" {ids['comm'][:6]}"}


def test_runs_of_one_name_bear_their_ids(folder):
    spec = runs.Store(folder).specs()[0]
    longer = dataclasses.replace(spec, budget=runs.Budget(steps=9))
    name = finished.title(spec)
    assert finished.titles([spec, longer]) == [f"{name} ({spec.id[:6]})", f"{name} ({longer.id[:6]})"]
    assert finished.titles([spec]) == [name]


def test_controls_offer_what_the_run_has(shown, ids):
    assert [value for _, value in shown.widgets["part"].options] == ["all", "shared", "unique_1", "unique_2"]
    shown.widgets["part"].value = "unique_1"
    shown.widgets["run"].value = ids["comm"]
    assert [value for _, value in shown.widgets["part"].options] == ["all", "modality_1", "modality_2", "fused"]
    assert shown.widgets["part"].value == "all"
    assert ids["comm"] not in [value for _, value in shown.widgets["beside"].options]
    shown.widgets["run"].value = ids["relation"]
    assert [value for _, value in shown.widgets["label"].options] == ["synergy"]
    assert shown.presenter.words == AT_REST


def test_one_change_is_drawn_once(shown, ids, monkeypatch):
    drawn = []
    monkeypatch.setattr(shown.presenter, "present", lambda figure, caption: drawn.append(caption))
    shown.widgets["label"].value = "unique_1"
    assert len(drawn) == 1
    shown.widgets["run"].value = ids["relation"]  # has another part and label, too
    assert len(drawn) == 2
    assert "classes of synergy" in drawn[1]


def test_code_builds_the_view_again(shown, ids):
    shown.widgets["picture"].value = "similarity"
    shown.widgets["beside"].value = ids["comm"]
    again = eval(shown.code())
    assert again.settings == shown.settings
    assert again.presenter.shown.png == shown.presenter.shown.png


def test_bad_runs_are_a_sentence_and_the_picture_stays(shown, folder, ids, tmp_path):
    copy = tmp_path / "runs"
    shutil.copytree(folder, copy)
    (copy / ids["comm"] / "model.safetensors").write_bytes(b"")
    before = shown.presenter.picture.value
    shown.widgets["folder"].value = str(tmp_path / "none")
    assert shown.presenter.words == f"there is no folder {str(tmp_path / 'none')!r} of runs."
    assert shown.presenter.picture.value == before
    shown.widgets["folder"].value = str(copy)
    before = shown.presenter.picture.value
    shown.widgets["run"].value = ids["comm"]
    assert "is damaged: model.safetensors changed since it was written" in shown.presenter.words
    (copy / ids["comm"] / "spec.json").unlink()
    shown.refresh()
    assert f"there is no run {ids['comm']!r}" in shown.presenter.words
    assert shown.presenter.picture.value == before
    shown.widgets["run"].value = ids["coral"]
    assert shown.presenter.words == AT_REST


def test_labels_must_be_in_both(shown, ids):
    shown.widgets["label"].value = "unique_1"
    shown.widgets["beside"].value = ids["relation"]
    assert shown.presenter.words == "Cross, relation, seed 1 has no label 'unique_1'."


def test_an_empty_folder_has_no_run(tmp_path):
    shown = explore.embeddings(folder=str(tmp_path))
    assert shown.presenter.words == f"there is no finished run in {str(tmp_path)!r}."
    assert shown.presenter.shown is None


def test_a_run_of_nobody_is_not_allowed(folder):
    with pytest.raises(ValueError, match="run = 'abc' is not allowed"):
        explore.embeddings(folder=folder, run="abc")


def test_looking_changes_no_random_state(folder, ids):
    torch.manual_seed(0)
    wanted = torch.rand(3)
    torch.manual_seed(0)
    finished.embedded.cache_clear()
    explore.embeddings(folder=folder, run=ids["again"])
    assert torch.equal(torch.rand(3), wanted)


def test_a_label_of_one_class_is_a_sentence_and_the_picture_stays(shown, monkeypatch):
    before, embedded = shown.presenter.shown, finished.embedded

    def constant(*key):
        found = embedded(*key)
        return dataclasses.replace(found, labels={name: 0 * classes for name, classes in found.labels.items()})

    monkeypatch.setattr(finished, "embedded", constant)
    other = "unique_1" if shown.settings["label"] == "synergy" else "synergy"
    shown.widgets["label"].value = other
    assert f"label '{other}' has one class in these samples" in shown.presenter.words
    assert shown.presenter.shown is before
    assert other not in shown.code()


def test_a_folder_of_unreadable_runs_says_so(tmp_path):
    (tmp_path / "0123456789abcdef").mkdir()
    (tmp_path / "0123456789abcdef" / "spec.json").write_text("{")
    shown = explore.embeddings(folder=str(tmp_path))
    assert "of 1 folders none has a spec that can be read" in shown.presenter.words
    shown.widgets["folder"].value = "x" * 5000
    assert "there is no folder" in shown.presenter.words
