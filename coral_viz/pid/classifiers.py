"""Held-out class posteriors of an embedding: a short ladder of classifiers, chosen by held-out cross-entropy.

No single classifier suits every embedding and sample size. Under-fitting and over-fitting both lower the information in
held-out posteriors. So the classifier with the most held-out information is also the least biased one, and it can be
selected without knowing the truth. Selection has two rounds, to save time: all candidates are fitted to a small
training set, then those near the best to a full one.
"""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from coral_viz.pid.arguments import check_whole
from coral_viz.pid.calibration import implied_information, recalibrate
from coral_viz.pid.directions import Directions
from coral_viz.pid.posteriors import FLOOR

# Beyond so many samples two folds do. Training sets, and those of a first trial, hold at most so many.
MANY, LARGEST, TRIAL = 20_000, 40_000, 5_000
# Two hidden layers are tried where a trial fits to so many samples: of fewer they learn no more than one.
DEEP = 1_500
# Directions are tried in up to so many columns: their time grows with the cube, and noise hides them in more.
WIDE = 1_000


class HeldOut(NamedTuple):
    """Held-out posteriors of n samples.

    Attributes:
        posterior: (n, classes); row i is predicted by a classifier fitted to other folds.
        halved: the same from classifiers fitted to half as many samples, for extrapolation to infinite samples.
        classifier: name in the ladder.
        parameters: the number of a linear classifier for these features and classes.
    """

    posterior: np.ndarray
    halved: np.ndarray
    classifier: str
    parameters: int


class Split(NamedTuple):
    """Row numbers to fit to, and others to predict."""

    train: np.ndarray
    test: np.ndarray


def ladder(blocks: tuple[int, ...], seed: int, classes: int = 2) -> dict[str, ClassifierMixin]:
    """The candidates by name, simplest first, for standardised features of sources of these widths, concatenated.

    Boosting grows a tree per class and round, so with more classes it takes fewer and longer steps. Its leaves are
    regularised, so that few samples have little effect.
    """
    perceptron = MLPClassifier((32,), alpha=1.0, learning_rate_init=1e-3, max_iter=30, random_state=seed)
    # Few inputs and a strong prior: L-BFGS reaches the optimum, and smooth units suit smooth log odds.
    small = MLPClassifier((16,), activation="tanh", solver="lbfgs", alpha=10.0, max_iter=200, random_state=seed)
    # Relations of what itself is no linear feature, such as whether two hidden classes agree.
    deep = MLPClassifier((128, 32), alpha=1.0, learning_rate_init=3e-3, max_iter=40, random_state=seed)
    rounds = max(12, 120 // classes)
    return {
        "shrunken logistic": LogisticRegression(C=0.01, max_iter=300),
        "logistic": LogisticRegression(C=0.1, max_iter=300),
        "directions": make_pipeline(Directions(blocks), StandardScaler(), small),
        "perceptron": perceptron,
        "deep perceptron": deep,
        "boosting": _boosting(rounds, min(0.4, 10 / rounds), 8, seed, l2_regularization=5.0),
    }


def cross_fit(sources: list[np.ndarray], y: np.ndarray, *, folds: int, seed: int, groups=None) -> HeldOut:
    """Cross-fitted posteriors of labels given sources: each row is predicted by a classifier fitted to other folds.

    Args:
        sources: standardised features, (n, d_i) each.
        y: labels (n,) in 0..C-1.
        folds: a training set has all but one of them, or, with large samples, half of them, up to ``LARGEST`` samples.
        seed: of folds and classifiers.
        groups: (n,); samples of one group share a fold.

    Raises:
        ValueError: if the samples of a class lie in too few groups to fit and predict it.
    """
    features = np.concatenate(sources, axis=1)
    fits = _Fits(ladder(tuple(source.shape[1] for source in sources), seed, int(y.max()) + 1), features, y)
    fold = partition(y, folds, seed, groups)
    full = _splits(fold, y, seed)
    half = _halves(fold, y, len(full[0].train) // 2, seed)
    best = _choice(fits, _trial(half[0], y, seed), full[0])
    parameters = features.shape[1] * int(y.max())
    return HeldOut(fits.assembled(best, full), fits.assembled(best, half), best, parameters)


class _Fits:
    """What candidates predict, each fitted to a split at most once."""

    def __init__(self, candidates: dict[str, ClassifierMixin], features: np.ndarray, y: np.ndarray):
        self.candidates, self.features, self.y = candidates, features, y
        self.known: dict[tuple, np.ndarray] = {}

    def posterior(self, name: str, split: Split) -> np.ndarray:
        key = name, id(split)
        if key not in self.known:
            self.known[key] = _predict(self.candidates[name], self.features, self.y, *split)
        return self.known[key]

    def information(self, name: str, split: Split) -> float:
        return implied_information(recalibrate([self.posterior(name, split)], self.y[split.test]))

    def assembled(self, name: str, splits: list[Split]) -> np.ndarray:
        """Predictions of every row; the splits' test sets partition them."""
        rows = np.concatenate([split.test for split in splits])
        return np.concatenate([self.posterior(name, split) for split in splits])[np.argsort(rows)]


def _choice(fits: _Fits, trial: Split, full: Split) -> str:
    """The candidate with the most held-out information on a full training set, of those near the best in a trial.

    Boosting is fitted only if five rounds of it come near: they cost a fraction, and show whether trees suit the data.
    """
    noise = 0.5 / np.sqrt(len(trial.test))
    few_rounds = {"boosting": _boosting(5, 0.5, 16, 0, max_bins=32)}
    glimpse = _Fits(few_rounds, fits.features, fits.y).information("boosting", trial)
    left_out = {
        "deep perceptron": len(trial.train) < DEEP,
        "directions": fits.features.shape[1] > WIDE,
        "boosting": True,
    }
    told = {name: fits.information(name, trial) for name in fits.candidates if not left_out.get(name)}
    if glimpse > max(0.7 * max(told.values()), noise):
        told["boosting"] = fits.information("boosting", trial)
    near = [name for name in told if told[name] >= 0.9 * max(told.values()) - noise]
    if len(trial.train) == TRIAL:  # sure enough to leave two
        near = sorted(sorted(near, key=told.__getitem__)[-2:], key=list(told).index)
    # A millibit is no reason to leave a simpler one.
    return max(near, key=lambda name: round(fits.information(name, full), 3))


def partition(y: np.ndarray, folds: int, seed: int, groups) -> np.ndarray:
    """The fold of each row, of a random partition that keeps groups together and classes in proportion."""
    check_whole(seed, 0, "A partition needs a seed of at least 0")
    splitter = (StratifiedKFold if groups is None else StratifiedGroupKFold)(folds, shuffle=True, random_state=seed)
    fold = np.empty(len(y), int)
    for number, (_, rows) in enumerate(splitter.split(y, y, groups)):
        fold[rows] = number
    for rows in (*_sides(fold), *(np.flatnonzero(fold != number) for number in range(folds))):
        missing = np.setdiff1d(y, y[rows])
        if len(missing):
            message = f"a training set of {folds} folds has none of it"
            raise ValueError(f"Class number {missing[0]} lies in too few groups: {message}.")
    return fold


def _splits(fold: np.ndarray, y: np.ndarray, seed: int) -> list[Split]:
    """Test sets that together hold every row, each with a training set from other folds."""
    if len(y) <= MANY:
        return [
            Split(np.flatnonzero(fold != number), np.flatnonzero(fold == number)) for number in range(fold.max() + 1)
        ]
    one, other = _sides(fold)
    return [Split(some_rows(train, y, LARGEST, seed), test) for train, test in ((other, one), (one, other))]


def _halves(fold: np.ndarray, y: np.ndarray, size: int, seed: int) -> list[Split]:
    """The same with at most ``size`` samples to fit to: two sides of the folds suffice."""
    one, other = _sides(fold)
    return [Split(some_rows(train, y, size, seed), test) for train, test in ((other, one), (one, other))]


def _trial(split: Split, y: np.ndarray, seed: int) -> Split:
    """A split with up to ``TRIAL`` samples to fit to and to predict; itself, and fitted once, if it has no more."""
    if max(map(len, split)) <= TRIAL:
        return split
    return Split(*(some_rows(rows, y, TRIAL, seed) for rows in split))


def _sides(fold: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the first half of the folds, the larger one if they are odd, and of the second."""
    return np.flatnonzero(fold <= fold.max() // 2), np.flatnonzero(fold > fold.max() // 2)


def some_rows(rows: np.ndarray, y: np.ndarray, size: int, seed: int) -> np.ndarray:
    """At most ``size`` of the rows, at random, classes in proportion."""
    if size >= len(rows):
        return rows
    rows = np.random.default_rng(seed).permutation(rows)
    rows = rows[np.argsort(y[rows], kind="stable")]
    _, first, count = np.unique(y[rows], return_index=True, return_counts=True)
    rank = (np.arange(len(rows)) - np.repeat(first, count)) / np.repeat(count, count)
    return np.sort(rows[np.argsort(rank, kind="stable")[:size]])


def _boosting(rounds: int, step: float, leaves: int, seed: int, **options) -> HistGradientBoostingClassifier:
    growth: dict = {"max_iter": rounds, "learning_rate": step, "max_leaf_nodes": leaves}
    growth |= {"max_bins": 64, "early_stopping": False, "random_state": seed}
    return HistGradientBoostingClassifier(**growth | options)


def _predict(model: ClassifierMixin, features, y, train, test) -> np.ndarray:
    # One thread: several wait for one another in loops, and on a busy machine that takes minutes in place of a second.
    with threadpool_limits(1), warnings.catch_warnings():
        # Stopping early regularises here, and how well that went is measured on held-out samples.
        warnings.simplefilter("ignore", ConvergenceWarning)
        predicted = model.fit(features[train], y[train]).predict_proba(features[test])
    predicted = np.maximum(predicted.astype(float), FLOOR)
    return predicted / predicted.sum(1, keepdims=True)
