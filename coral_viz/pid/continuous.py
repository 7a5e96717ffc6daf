"""Continuous targets: regression in place of classifiers, for dependence that is neither linear nor monotone.

The target, of any dimension, is replaced by its normal scores, and each source by held-out predictions of these, from a
short ladder of regressors. The predictions are decomposed as Gaussian channels (``gaussian_closed_form``). So any
dependence of the target's mean on a source counts, and dependence of its variance does not. For Gaussian targets the
three mutual informations are lower bounds, as Gaussian noise has the largest entropy for its covariance.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import nnls
from sklearn.base import RegressorMixin
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import RidgeCV
from sklearn.multioutput import MultiOutputRegressor
from sklearn.neural_network import MLPRegressor
from threadpoolctl import threadpool_limits

from coral_viz.pid.atoms import Atoms
from coral_viz.pid.classifiers import partition, some_rows
from coral_viz.pid.estimate import prepared
from coral_viz.pid.gaussian_closed_form import union_information
from coral_viz.pid.gaussian_estimate import normal_scores, samples
from coral_viz.pid.inference import check_interval, infer_rows, undetectable, undetectable_interaction
from coral_viz.pid.information import BIT
from coral_viz.pid.posteriors import Informations

# Shares of the variance of the target below this count as this: what is told exactly would be told infinitely well.
FLOOR = 1e-6


def decompose_continuous(
    z1, z2, y, *, groups: np.ndarray | None = None, folds: int = 5, replicates: int = 0, seed: int = 0
) -> Atoms:
    """Atoms in bits of two embeddings about a continuous target.

    Args:
        z1, z2: embeddings (n, d1) and (n, d2).
        y: target (n,) or (n, dy), finite numbers.
        groups: (n,) integers or names; samples of one group are held out together.
        folds: of the cross-fit.
        replicates: bootstrap replicates for ``low`` and ``high``; 0 for none.
        seed: of folds, regressors and bootstrap.

    Returns:
        Atoms whose ``source`` names the regressors. If sources and target are Gaussian, or monotone functions of
        Gaussian variables, ``gaussian_of_samples`` is more precise.

    Raises:
        ValueError: samples that are missing or no numbers, of unlike or too few rows; too few replicates.

    Warns:
        UserWarning: of outliers and copies, as ``decompose``.
    """
    if replicates:
        check_interval(0.95, replicates)
    target = normal_scores(samples(y, "y"))
    target = _white(target - target.mean(0))
    high = (target[:, 0] > 0).astype(int)  # so that folds hold high and low values in proportion
    (z1, z2), groups = prepared({"z1": z1, "z2": z2}, high, folds, groups)
    fold = partition(high, folds, seed, groups)
    features = [z1, z2, np.concatenate([z1, z2], axis=1)]
    names, full, half = zip(*(_predicted(x, target, high, fold, seed) for x in features))

    def estimate(rows: np.ndarray) -> Informations:
        return _extrapolated(*(_informations([t[rows] for t in kind], target[rows]) for kind in (full, half)))

    every = np.arange(len(target))
    source = f"BROJA of regressions as Gaussian channels ({', '.join(names)})"
    atoms = estimate(every).atoms(source)
    if not replicates:
        return atoms
    moved = np.abs(atoms.as_array() - _informations(list(full), target).atoms("").as_array())
    parameters = np.array([x.shape[1] for x in features]) * target.shape[1]
    weak = undetectable(parameters, len(target))
    hidden = undetectable_interaction(parameters[0], parameters[1], len(target))
    floor = np.array([weak[:2].min(), *weak[:2], max(weak[2], hidden)])
    return infer_rows(
        estimate, len(target), source, slack=moved, floor=floor, replicates=replicates, seed=seed, groups=groups
    )


def ladder(outputs: int, seed: int) -> dict[str, RegressorMixin]:
    """The candidates by name, simplest first, for standardised features and targets of so many dimensions."""
    boosting = HistGradientBoostingRegressor(max_iter=75, max_leaf_nodes=8, max_bins=64, random_state=seed)
    smooth = {"activation": "tanh", "solver": "lbfgs", "max_iter": 200, "random_state": seed}
    return {
        "ridge": RidgeCV(np.logspace(-1, 4, 11)),
        "perceptron": MLPRegressor(hidden_layer_sizes=(16,), alpha=10.0, **smooth),
        "boosting": boosting if outputs == 1 else MultiOutputRegressor(boosting),
    }


def _predicted(x, target, high, fold, seed: int) -> tuple[str, np.ndarray, np.ndarray]:
    """The regressor that tells most in two folds, its held-out predictions (n, dy), and those of half training sets."""
    splits = [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(fold.max() + 1)]
    models, tried = ladder(target.shape[1], seed), fold < 2
    trial = {name: _held_out(model, x, target, splits[:2])[tried] for name, model in models.items()}
    best = max(trial, key=lambda name: round(_told(_left([trial[name]], target[tried])), 3))
    halves = [(some_rows(train, high, len(train) // 2, seed), test) for train, test in splits]
    return best, _held_out(models[best], x, target, splits), _held_out(models[best], x, target, halves)


def _held_out(model: RegressorMixin, x, target, splits) -> np.ndarray:
    found, told = np.empty_like(target), target[:, 0] if target.shape[1] == 1 else target
    with threadpool_limits(1):
        for train, test in splits:
            found[test] = model.fit(x[train], told[train]).predict(x[test]).reshape(len(test), -1)
    return found


def _informations(predictions: list[np.ndarray], target) -> Informations:
    """Of predictions by source 1, source 2 and both; the joint source is the best linear pool of all three."""
    target = _white(target - target.mean(0))
    first, second, joint = (_left(kind, target) for kind in (predictions[:1], predictions[1:2], predictions))
    union, gap = union_information(first, second)
    return Informations(_told(first), _told(second), float(union), _told(joint), float(gap))


def _extrapolated(full: Informations, half: Informations) -> Informations:
    """Values at 1/n = 0 on the lines through full and half training sets; more samples never tell less."""
    first, second, union, joint = (one + max(one - other, 0.0) for one, other in zip(full[:4], half[:4]))
    return Informations(first, second, union, joint, full.gap)


def _left(predictions: list[np.ndarray], target) -> np.ndarray:
    """Covariance (dy, dy) that predictions (n, dy) leave of a white target (n, dy), pooled with weights from 0 on.

    Predictions worse than none are ignored, not turned around.
    """
    pool = np.stack(predictions, axis=2)
    pool = pool - pool.mean(0)
    residual = np.stack([y - x @ nnls(x, y)[0] for x, y in zip(pool.swapaxes(0, 1), target.T)], axis=1)
    return residual.T @ residual / len(target) + FLOOR * np.eye(target.shape[1])


def _told(left) -> float:
    return float(-np.linalg.slogdet(left)[1] / 2 / BIT)


def _white(target) -> np.ndarray:
    """A centred target (n, dy) with the identity as covariance, moved as little as that takes.

    ValueError if some direction of it is constant.
    """
    spread, axes = np.linalg.eigh(target.T @ target / len(target))
    if spread[0] < FLOOR:
        raise ValueError(f"The target is singular: in some direction its normal scores vary by {spread[0]:.2g} only.")
    return target @ (axes / np.sqrt(spread)) @ axes.T
