"""Recalibration: its identities, an independent optimiser, and what it refuses to do."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from coral_viz.pid.calibration import implied_information, recalibrate


def predictions(n, classes, seed, sharpness=1.0):
    """Informative, miscalibrated posteriors of labels that cycle through the classes; the seed is of their noise."""
    y = np.arange(n) % classes
    score = np.random.default_rng(seed).normal(size=(n, classes)) + 1.5 * np.eye(classes)[y]
    t = np.exp(sharpness * score)
    return t / t.sum(1, keepdims=True), y


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 5), st.floats(0.2, 4))
def test_recalibration_meets_its_two_identities(seed, classes, sharpness):
    t, y = predictions(400, classes, seed, sharpness)
    found = recalibrate([t], y)
    np.testing.assert_allclose(found.mean(0), np.bincount(y) / len(y), atol=1e-4)
    entropy = -(found * np.log(found)).sum(1).mean()
    assert entropy == pytest.approx(-np.log(found[np.arange(len(y)), y]).mean(), abs=1e-4)


def test_recalibration_is_the_best_pool():
    (one, y), other = predictions(300, 3, 0, 2.0), predictions(300, 3, 1)[0]
    logs, rows = np.log([one, other]), np.arange(300)

    def loss(x):
        score = np.tensordot(x[:2], logs, 1) + np.append(x[2:], 0)
        return np.mean(np.log(np.exp(score).sum(1)) - score[rows, y])

    best = minimize(loss, np.zeros(4), bounds=[(0, None)] * 2 + [(None, None)] * 2)
    found = recalibrate([one, other], y)
    assert -np.log(found[rows, y]).mean() == pytest.approx(best.fun, abs=1e-7)


def test_predictions_worse_than_none_are_not_turned_around():
    t, y = predictions(400, 2, 0)
    assert implied_information(recalibrate([t[:, ::-1]], y)) < 1e-6
