"""The explorer of recordings: moments of a training, and what it says where there is no recording."""

import dataclasses
import sys
import threading

import numpy as np
import pytest

from coral_viz import explore, style
from coral_viz.explore.presenter import AT_REST
from coral_viz.runs import Budget, RunSpec, replay

pytestmark = pytest.mark.usefixtures("few_probed")
BUDGET = Budget(steps=4, batch=16, samples=64, probe_samples=64, test_samples=64)


@pytest.fixture(scope="module")
def recorded(few_probed):
    return replay.record(RunSpec.make("cross", "factors", 1, budget=BUDGET), points=3, samples=30, device="cpu")


@pytest.fixture
def folder(recorded, tmp_path):
    replay.save(recorded, tmp_path)
    longer = RunSpec.make("cross", "factors", 2, budget=dataclasses.replace(BUDGET, steps=9))
    replay.save(dataclasses.replace(recorded, spec=longer), tmp_path)
    return str(tmp_path)


@pytest.fixture
def shown(folder, recorded):
    return explore.recordings(folder=folder, run=recorded.spec.id)


def test_the_moment_moves_the_picture(shown, recorded):
    assert shown.widgets["moment"].max == len(recorded.steps) - 1 == 3
    for number, step in enumerate(recorded.steps):
        shown.widgets["moment"].value = number
        assert shown.presenter.words == AT_REST
        assert f"at step {step}:" in shown.presenter.shown.alt
        assert f"Cross, unbiased, seed 1: step {step} of 4." in shown.presenter.picture.value


@pytest.fixture
def at_once(monkeypatch):
    """Moments follow one another without a pause."""
    monkeypatch.setattr(sys.modules[explore.recordings.__module__], "PACE", 0.0)


@pytest.mark.usefixtures("at_once")
def test_play_goes_to_the_end_and_then_from_the_beginning(shown):
    seen = []
    shown.widgets["moment"].value = 1
    shown.widgets["moment"].observe(lambda change: seen.append(change["new"]), "value")
    for wanted in ([2, 3], [2, 3, 0, 1, 2, 3]):
        shown.play.value = True
        shown.playing.join(60)
        assert seen == wanted
        assert (shown.play.value, shown.play.description) == (False, "Play")
    assert shown.presenter.words == AT_REST


@pytest.mark.usefixtures("at_once")
def test_play_stops_when_told(shown):
    shown.widgets["moment"].observe(lambda change: setattr(shown.play, "value", False), "value")
    shown.play.value = True
    shown.playing.join(60)
    assert shown.widgets["moment"].value == 1


@pytest.mark.usefixtures("at_once")
def test_play_ends_with_the_explorer(shown):
    shown.widgets["moment"].observe(lambda change: shown.close(), "value")
    before = set(threading.enumerate())
    shown.play.value = True
    for thread in set(threading.enumerate()) - before:
        thread.join(60)
    assert shown.widgets["moment"].value == 1


def test_labels_and_measures_can_be_chosen(shown, recorded):
    shown.widgets["label"].value = "synergy"
    shown.widgets["metric"].value = "balanced_accuracy"
    assert "classes of synergy" in shown.presenter.shown.alt
    assert "balanced accuracy (linear probe)" in shown.presenter.shown.alt
    assert shown.figure(style.talk()).alt == shown.presenter.shown.alt


def test_code_builds_the_view_again(shown):
    shown.widgets["moment"].value = 2
    assert eval(shown.code()).presenter.shown.png == shown.presenter.shown.png


def test_bad_recordings_are_a_sentence_and_the_picture_stays(shown, folder, tmp_path):
    before = shown.presenter.shown
    (tmp_path / "0123456789abcdef.npz").write_bytes(b"short")
    shown.widgets["folder"].value = f"{folder}/."
    options = dict(shown.widgets["run"].options)
    assert options["0123456789abcdef (damaged)"] == "0123456789abcdef"
    shown.widgets["run"].value = "0123456789abcdef"
    assert "is damaged" in shown.presenter.words
    shown.widgets["folder"].value = "x" * 5000
    assert "there is no recording of a training in" in shown.presenter.words
    shown.widgets["folder"].value = f"{folder}/none"
    assert "there is no recording of a training in" in shown.presenter.words
    assert shown.presenter.shown.alt == before.alt


def test_a_damaged_recording_is_named_and_hides_no_other(folder, recorded, tmp_path):
    whole = {path.stem for path in tmp_path.glob("*.npz")}
    for number in range(8):
        raw = bytearray((tmp_path / f"{recorded.spec.id}.npz").read_bytes())
        raw[number * len(raw) // 8 + 40] ^= 1
        (tmp_path / f"{number}.npz").write_bytes(raw)
    (tmp_path / "8.npz").mkdir()
    shown = explore.recordings(folder=folder)
    runs = [run for _, run in shown.widgets["run"].options]
    assert set(runs[:2]) == whole
    assert runs[2:] == [str(number) for number in range(9)]
    assert shown.presenter.words == AT_REST
    named = ", ".join(f"{number}.npz" for number in range(9))
    assert f"Damaged: {named}." in shown.presenter.picture.value


def test_a_label_of_one_class_is_a_sentence_and_the_picture_stays(shown, recorded, tmp_path):
    before = shown.presenter.shown
    one = {name: np.zeros_like(classes) for name, classes in recorded.labels.items()}
    replay.save(dataclasses.replace(recorded, labels=one), tmp_path / "one")
    shown.widgets["folder"].value = str(tmp_path / "one")
    assert "label 'redundancy' has one class in these samples" in shown.presenter.words
    assert shown.presenter.shown is before


def test_the_former_name_warns_and_is_the_same_explorer():
    with pytest.warns(DeprecationWarning, match="explore.recordings now"):
        assert explore.theatre is explore.recordings
