"""Learning curves over a setting, from recordings that are made up."""

import numpy as np
import pandas as pd
import pytest

from coral_viz import style
from coral_viz.figures.sweep.recorded_curves import recorded
from coral_viz.results import intervals, statistics
from coral_viz.runs import Budget, RunSpec
from coral_viz.runs.equal_time import at_seconds
from coral_viz.runs.replay import Replay

LABELS = ("redundancy", "synergy")
STEPS = (0, 10, 100, 1000)


def a_recording(seed, method="coral", **knobs):
    """A recording whose accuracy of synergy is .3 + step / 10 000 + seed / 100 + .2 mask ratio."""
    spec = RunSpec.make(method, "factors", seed, knobs=knobs, budget=Budget(steps=STEPS[-1]))
    lift = 0.2 * float(spec.settings.get("mask_ratio") or 0)
    rows = [
        {"label": label, "metric": metric, "step": step, "value": start + step / 10_000 + seed / 100 + lift}
        for label, start in zip(LABELS, (0.4, 0.3))
        for metric in ("balanced_accuracy", "bits")
        for step in STEPS
    ]
    known = {"truth": dict.fromkeys(LABELS, 2.0), "chance": {"redundancy": 0.25, "synergy": 0.5}}
    maps = {"maps": np.zeros((len(STEPS), 3, 2)), "explained": (0.5, 0.5), "labels": {}}
    return Replay(spec=spec, losses=pd.DataFrame({"all": [1.0]}), probes=pd.DataFrame(rows), **known, **maps)


@pytest.fixture
def replays():
    return [a_recording(seed, mask_ratio=ratio) for ratio in (0.75, 0.0, 0.5) for seed in (1, 2, 3)]


@pytest.mark.parametrize("look", [style.paper(), style.paper(columns=2), style.screen(), style.talk()])
def test_a_line_per_level_is_a_mean_over_seeds_on_its_interval(replays, look, assert_legible, face):
    figure = recorded(replays, "mask_ratio", look=look | face)
    assert_legible(figure)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "mask ratio 0",
        "mask ratio 0.5",
        "mask ratio 0.75",
    ]
    synergy = figure.axes[1]
    _, half, _, chance = synergy.lines
    assert half.get_xdata().tolist() == [100, 1000]  # from a fiftieth of the training on
    assert half.get_ydata() == pytest.approx([0.3 + 0.01 + 0.02 + 0.1, 0.3 + 0.1 + 0.02 + 0.1])
    assert set(chance.get_ydata()) == {0.5}
    _, high = intervals.student(np.array([0.31, 0.32, 0.33]) + 0.2)
    band = synergy.collections[1].get_paths()[0].vertices
    assert band[:, 1].max() == pytest.approx(high)
    assert "synergy, mask ratio 0.5: 52.0 after 1000 steps" in figure.alt
    assert "a line per mask ratio" in figure.caption.short


def test_curves_stand_over_seconds_where_they_are_given(replays):
    seconds = {replay.spec.id: 20.0 if replay.spec.settings["mask_ratio"] else 10.0 for replay in replays}
    figure = recorded(replays, "mask_ratio", labels=["synergy"], metric="bits", seconds=seconds)
    (ax,) = figure.axes
    fast, slow, _, truth = ax.lines
    assert fast.get_xdata()[-1] == pytest.approx(10)
    assert slow.get_xdata()[-1] == pytest.approx(20)
    assert ax.get_xlabel() == "seconds"
    assert set(truth.get_ydata()) == {2.0}


def test_methods_are_levels_too_and_bring_their_own_settings():
    figure = recorded([a_recording(seed, method) for method in ("coral", "cross") for seed in (1, 2)], "method")
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["Cross", "COrAL"]


def test_what_cannot_be_shown_is_a_sentence(replays):
    mixed = [*replays, a_recording(1, mask_ratio=0.5, masking="symmetric")]
    for given, setting, more, words in (
        ([], "mask_ratio", {}, "there is no recording to draw"),
        (replays, "mask_ratio", {"metric": "loss"}, "metric = 'loss' was not recorded; choose one of bits, "),
        (replays, "colour", {}, "'coral' has no setting 'colour'; it has "),
        (mixed, "mask_ratio", {}, "the recordings differ in 'masking', too; hold it"),
        (replays, "mask_ratio", {"labels": ["mood"]}, "no recording measures mood; choose among redundancy, synergy"),
        (replays, "mask_ratio", {"seconds": {}}, "seconds says nothing of run "),
    ):
        with pytest.raises(ValueError, match=f"^{words}"):
            recorded(given, setting, **more)


def test_runs_are_compared_after_the_same_seconds(replays):
    seconds = {replay.spec.id: 20.0 if replay.spec.settings["mask_ratio"] else 10.0 for replay in replays}
    ratios = {replay.spec.id: replay.spec.settings["mask_ratio"] for replay in replays}
    rows = at_seconds(replays, seconds)
    rows = rows[(rows["label"] == "synergy") & (rows["metric"] == "bits")]
    rows = rows.assign(mask_ratio=rows["run_id"].map(ratios))
    assert set(rows["seconds"]) == {10.0}
    means = rows.groupby("mask_ratio")["value"].mean()
    assert means[0.0] == pytest.approx(0.3 + 0.1 + 0.02)
    between = 0.3 + 0.01 + 0.09 * np.log(500 / 100) / np.log(1000 / 100) + 0.02 + 0.1
    assert means[0.5] == pytest.approx(between)
    pairs = statistics.paired(rows, {"mask_ratio": 0.0}).set_index("mask_ratio")
    assert pairs.loc[0.5, "estimate"] == pytest.approx(between - 0.42)
    for at, words in ((11.0, "at = 11 seconds must be above 0 and at most 10"), (0.05, "after 0.05 seconds run ")):
        with pytest.raises(ValueError, match=f"^{words}"):
            at_seconds(replays, seconds, at)
    with pytest.raises(ValueError, match=r"^there is no recording"):
        at_seconds([], {})
    with pytest.raises(ValueError, match=r"^seconds says nothing of run "):
        at_seconds(replays, {})
