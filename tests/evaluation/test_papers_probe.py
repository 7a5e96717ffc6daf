"""The papers' probe: its regression by its own optimum, its search for a strength step by step."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.optimize import minimize

from coral_viz import evaluation
from coral_viz.evaluation import papers_probe
from coral_viz.results import schema


def classes(n, seed, rare=0.2, width=3):
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < rare).astype(int)
    return torch.tensor(y[:, None] + rng.normal(size=(n, width)), dtype=torch.float32), torch.tensor(y)


@pytest.mark.parametrize("cost", [1.0, 100.0])
def test_the_regression_minimises_cross_entropy_and_the_norm_itself(cost):
    x, y = classes(300, 0)
    weight, bias = papers_probe._regression(x, y, 2, cost)

    def loss(flat):
        w, b = torch.tensor(flat[:6]).view(2, 3), torch.tensor(flat[6:])
        return float(F.cross_entropy(x.double() @ w.T + b, y) + w.norm() / (2 * cost))

    ours = loss(np.concatenate([weight.flatten(), bias]).astype(float))
    assert ours == pytest.approx(minimize(loss, np.full(8, 0.1)).fun, abs=1e-3)


def test_the_search_finds_a_peak_to_an_eighth_of_a_decade():
    for peak in (-3.3, 0.4, 5.0):
        found = papers_probe._searched(lambda cost, peak=peak: -abs(np.log10(cost) - peak))
        assert abs(np.log10(found) - peak) < 0.15
    assert papers_probe._searched(lambda cost: 1.0) == pytest.approx(1e-6)


def test_rows_are_of_the_whole_embedding_by_arg_max():
    (x, y), (x_test, y_test) = classes(200, 0), classes(400, 1)
    rows = evaluation.published_probe(x, x_test, {"y": y}, {"y": y_test})
    assert rows[["part", "label", "metric", "readout", "unit", "n"]].to_numpy().tolist() == [
        ["all", "y", "macro_accuracy", "published", "share", 400]
    ]
    assert rows["readout"].isin(schema.COLUMNS["readout"].words).all()
    weight, bias = papers_probe._fitted(x, y)
    chosen = (x_test @ weight.T + bias).argmax(1)
    assert rows["value"].item() == pytest.approx(np.mean([(chosen[y_test == k] == k).double().mean() for k in (0, 1)]))
