from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from coral_viz import style
from coral_viz.figures.course.moment import moment

LABELS = ("redundancy", "unique_1", "unique_2", "synergy")
STEPS = [0, 1, 5, 30, 200]


@pytest.fixture(scope="module")
def replay():
    """A made-up recording."""
    rng = np.random.default_rng(0)
    terms = ["shared", "unique_1", "unique_2", "orthogonal_1", "orthogonal_2", "orthogonal_unique"]
    rows = [
        {"step": step, "label": label, "metric": metric, "value": 0.1 * i + 0.2 * j}
        for i, step in enumerate(STEPS)
        for j, label in enumerate(LABELS)
        for metric in ("bits", "balanced_accuracy")
    ]
    return SimpleNamespace(
        spec=SimpleNamespace(words="COrAL, unbiased, seed 41"),
        steps=STEPS,
        losses=pd.DataFrame(rng.random((20, 6)) * 5, columns=terms, index=pd.Index(range(1, 201, 10), name="step")),
        probes=pd.DataFrame(rows),
        truth=dict(zip(LABELS, (2.0, 2.0, 2.0, 1.0))),
        chance=dict(zip(LABELS, (0.25, 0.25, 0.25, 0.5))),
        maps=rng.normal(size=(5, 60, 2)) * np.arange(1, 6)[:, None, None],
        explained=(0.4, 0.2),
        labels={label: rng.integers(0, 4, 60) for label in LABELS},
    )


@pytest.mark.parametrize("look", [style.screen(), style.talk(), style.paper(columns=2)])
@pytest.mark.parametrize("metric", ["bits", "balanced_accuracy"])
def test_a_moment_can_be_read(assert_legible, face, replay, look, metric):
    assert_legible(moment(replay, step=30, label="redundancy", metric=metric, look=look | face))


def test_the_map_is_that_of_the_step(replay):
    ax = moment(replay, step=5, label="unique_1").axes[0]
    assert ax.get_title("left") == "after step 5"
    for k, line in enumerate(ax.lines):
        np.testing.assert_array_equal(line.get_xydata(), replay.maps[2][replay.labels["unique_1"] == k])
    assert moment(replay, step=0, label="synergy").axes[0].get_title("left") == "before training"


def test_charts_hold_every_step_and_mark_one(replay):
    _, losses, found = moment(replay, step=5, label="redundancy").axes
    assert [line.get_xdata()[0] for line in (losses.lines[-1], found.lines[-1])] == [5, 5]
    np.testing.assert_array_equal(losses.lines[1].get_ydata(), replay.losses["unique_1"])
    lines = {line.get_color(): line for line in found.lines}
    synergy = lines[style.ATOM_COLOURS["synergy"]]
    np.testing.assert_array_equal(synergy.get_xdata(), STEPS)
    np.testing.assert_allclose(synergy.get_ydata(), 0.1 * np.arange(5) + 0.6)


def test_pale_lines_are_truth_or_chance(replay):
    for metric, wanted in (("bits", {1.0, 2.0}), ("balanced_accuracy", {0.25, 0.5})):
        found = moment(replay, step=5, label="redundancy", metric=metric).axes[2]
        assert {line.get_ydata()[0] for line in found.lines if line.get_color() == style.FAINT} == wanted


def test_alt_text_tells_the_numbers_of_the_moment(replay):
    alt = moment(replay, step=30, label="redundancy").alt
    assert "COrAL, unbiased, seed 41 at step 30" in alt
    assert "Now: redundancy 0.30, unique_1 0.50, unique_2 0.70, synergy 0.90." in alt


def test_what_was_not_recorded_is_a_sentence(replay):
    for bad in ({"step": 7}, {"label": "colour"}, {"metric": "nats"}):
        with pytest.raises(ValueError, match=f"{next(iter(bad))} = .* was not recorded; choose one of"):
            moment(replay, **({"step": 5, "label": "redundancy"} | bad))
