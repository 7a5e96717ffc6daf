"""Continuous labels: the share of their variance that regressions on an embedding explain.

``r2`` is 1 minus mean squared error / variance of the label in the test data, negative if the error is larger than that
of the mean. ``mse`` is the mean squared error, in the squared unit of the label.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import GroupKFold, KFold, cross_val_predict
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor

from coral_viz.evaluation import inputs
from coral_viz.results.metrics import BEST, LINEAR
from coral_viz.results.parts import Part, joined

PENALTIES = np.logspace(-2, 4, 7)
FOLDS = 4


def regress(
    parts: dict[str, Tensor],
    targets: dict[str, Tensor],
    parts_test: dict[str, Tensor],
    targets_test: dict[str, Tensor],
    *,
    whole: tuple[str, ...] | None = None,
    pieces: Tensor | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Regressions of every part and of the whole embedding, fitted to probe data.

    The linear readout is ridge regression. The best readout is this or a perceptron, the one with the lower error on
    held-out probe data, with folds that divide no group (``pieces``).

    Arguments are those of ``probe``, with values (n,) in place of classes.

    Returns:
        A row per measurement: part, label, metric (r2 or mse), readout, value, unit, n.

    Raises:
        ValueError: NaN in an embedding, or a constant target.
    """
    whole = whole or tuple(parts)
    x, x_test = ({name: z.cpu().numpy() for name, z in inputs.features(given).items()} for given in (parts, parts_test))
    rows = []
    for names in dict.fromkeys([*((name,) for name in parts), whole]):
        part = str(Part("whole") if names == whole else joined(names))
        z, z_test = (np.concatenate([given[name] for name in names], axis=1) for given in (x, x_test))
        for label in targets:
            y, y_test = (given[label].double().cpu().numpy() for given in (targets, targets_test))
            for readout, predicted in _predicted(z, y, z_test, label, pieces, seed).items():
                row = {"part": part, "label": label, "readout": readout, "n": len(y_test)}
                error = float(np.mean((predicted - y_test) ** 2))
                rows.append(row | {"metric": "r2", "value": 1 - error / float(y_test.var()), "unit": "share"})
                rows.append(row | {"metric": "mse", "value": error, "unit": ""})
    return pd.DataFrame(rows)


def _predicted(z, y, z_test, label: str, pieces: Tensor | None, seed: int) -> dict[str, np.ndarray]:
    """Test predictions by readout."""
    if not (np.isfinite(z).all() and np.isfinite(z_test).all()):
        raise ValueError("an embedding holds NaN or infinite numbers.")
    if np.ptp(y) == 0:
        raise ValueError(f"label {label!r} is constant in the probe data.")
    how = {"activation": "tanh", "solver": "lbfgs", "alpha": 1.0, "max_iter": 300}
    smooth = MLPRegressor(hidden_layer_sizes=(32,), random_state=seed, **how)
    models = {
        LINEAR: make_pipeline(StandardScaler(), RidgeCV(PENALTIES)),
        BEST: TransformedTargetRegressor(
            make_pipeline(StandardScaler(), smooth), transformer=StandardScaler(), check_inverse=False
        ),
    }
    groups = None if pieces is None else pieces[:, 0].cpu().numpy()
    folds = KFold(FOLDS, shuffle=True, random_state=seed) if groups is None else _by_group(groups)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        held = {name: cross_val_predict(model, z, y, cv=folds, groups=groups) for name, model in models.items()}
        best = min(held, key=lambda name: float(np.mean((held[name] - y) ** 2)))
        linear = models[LINEAR].fit(z, y).predict(z_test)
        return {LINEAR: linear, BEST: linear if best == LINEAR else models[BEST].fit(z, y).predict(z_test)}


def _by_group(groups: np.ndarray) -> GroupKFold:
    return GroupKFold(min(FOLDS, len(set(groups))))
