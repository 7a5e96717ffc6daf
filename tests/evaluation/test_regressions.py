"""Continuous labels: R^2 and mean squared error of ridge regression and of the better of that and a perceptron."""

import numpy as np
import pytest
import torch

from coral_viz.evaluation.regressions import regress
from coral_viz.results import metrics


def made(n, seed, curved=False):
    z = torch.from_numpy(np.random.default_rng(seed).normal(size=(n, 3)))
    told = z[:, 0] ** 2 if curved else 2 * z[:, 0] + 5
    return {"a": z[:, :2], "b": z[:, 2:]}, {"age": told.float()}


def cells(**how):
    rows = regress(*made(400, 0, **how), *made(300, 1, **how), seed=0)
    return rows.set_index(["part", "metric", "readout"])["value"]


def test_a_linear_label_is_explained_where_it_is_and_nowhere_else():
    found = cells()
    assert found["all", "r2", "linear"] == pytest.approx(1, abs=1e-3)
    assert found["a", "r2", "best"] > 0.99
    assert abs(found["b", "r2", "linear"]) < 0.05
    assert found["b", "mse", "linear"] == pytest.approx(4, rel=0.2)


def test_a_curved_label_is_found_by_the_best_readout_alone():
    found = cells(curved=True)
    assert found["all", "r2", "linear"] < 0.1
    assert found["all", "r2", "best"] > 0.5


def test_folds_divide_no_group_and_bad_input_is_refused():
    parts, targets = made(60, 0)
    groups = torch.arange(60)[:, None] // 20
    rows = regress(parts, targets, *made(30, 1), pieces=groups)
    assert set(rows["part"]) == {"a", "b", "all"}
    assert np.isfinite(rows["value"]).all()
    with pytest.raises(ValueError, match="'age' is constant"):
        regress(parts, {"age": torch.ones(60)}, *made(30, 1))
    with pytest.raises(ValueError, match="holds NaN"):
        regress(parts | {"a": parts["a"] * torch.nan}, targets, *made(30, 1))


def test_the_metrics_are_declared():
    assert metrics.named("r2").in_percent
    assert metrics.named("mse").unit == ""
