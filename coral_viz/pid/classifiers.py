"""Held-out class posteriors of an embedding: a short ladder of classifiers, chosen by held-out cross-entropy.

No one classifier suits every embedding and sample size. Under-fitting and over-fitting both lower the information that
held-out posteriors carry, so the classifier with the most held-out information is also the least biased one, and to
choose it nothing need be known about the truth.
"""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np
from scipy.linalg import block_diag
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.covariance import ledoit_wolf
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from coral_viz.pid.calibration import implied_information, recalibrate
from coral_viz.pid.posteriors import FLOOR


class HeldOut(NamedTuple):
    """Held-out posteriors of n samples.

    Attributes:
        posterior: (n, classes); row i is predicted by a classifier fitted to the other folds.
        halved: the same from classifiers fitted to half of the other folds, for extrapolation to infinite samples.
        classifier: name in the ladder.
    """

    posterior: np.ndarray
    halved: np.ndarray
    classifier: str


def ladder(blocks: tuple[int, ...], seed: int) -> dict[str, Pipeline]:
    """The candidates by name, simplest first, for features that are sources of these widths side by side.

    Each standardises its input, so that no candidate depends on the scale of an embedding.
    """
    perceptron = MLPClassifier((32,), alpha=1.0, learning_rate_init=1e-3, max_iter=30, random_state=seed)
    # Few inputs and a strong prior: L-BFGS reaches the optimum, and smooth units suit smooth log odds.
    small = MLPClassifier((16,), activation="tanh", solver="lbfgs", alpha=10.0, max_iter=200, random_state=seed)
    boosting = HistGradientBoostingClassifier(max_iter=100, max_leaf_nodes=8, early_stopping=False, random_state=seed)
    return {
        "shrunken logistic": make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=300)),
        "logistic": make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=300)),
        "directions": make_pipeline(StandardScaler(), Directions(blocks), StandardScaler(), small),
        "perceptron": make_pipeline(StandardScaler(), perceptron),
        "boosting": make_pipeline(StandardScaler(), boosting),
    }


def cross_fit(sources: list[np.ndarray], y: np.ndarray, *, folds: int, seed: int) -> HeldOut:
    """Posteriors of labels y (n,) in 0..C-1 given sources (n, d_i) side by side, each row predicted by other folds.

    The ladder is climbed on the first fold; the candidate with the most held-out information, after recalibration as in
    ``posteriors``, then predicts every fold.
    """
    features = np.concatenate(sources, axis=1)
    candidates = ladder(tuple(source.shape[1] for source in sources), seed)
    splits = list(StratifiedKFold(folds, shuffle=True, random_state=seed).split(features, y))
    train, test = splits[0]
    first = {name: _predict(model, features, y, train, test) for name, model in candidates.items()}
    told = {name: implied_information(recalibrate([posterior], y[test])) for name, posterior in first.items()}
    best = max(told, key=lambda name: round(told[name], 3))  # a millibit is no reason to leave a simpler one

    posterior, halved = np.empty((2, len(y), first[best].shape[1]))
    for train, test in splits:
        half, _ = train_test_split(train, train_size=0.5, stratify=y[train], random_state=seed)
        posterior[test] = _predict(candidates[best], features, y, train, test)
        halved[test] = _predict(candidates[best], features, y, half, test)
    return HeldOut(posterior, halved, best)


def _predict(model: Pipeline, features, y, train, test) -> np.ndarray:
    # One thread: several wait for one another in loops, and on a busy machine that takes minutes in place of a second.
    with threadpool_limits(1), warnings.catch_warnings():
        # Stopping early regularises here, and how well that went is measured on held-out samples.
        warnings.simplefilter("ignore", ConvergenceWarning)
        predicted = model.fit(features[train], y[train]).predict_proba(features[test])
    predicted = np.maximum(predicted, FLOOR)
    return predicted / predicted.sum(1, keepdims=True)


class Directions(TransformerMixin, BaseEstimator):
    """Few projections of X in which the classes differ: by their means, and by their second moments.

    Sufficient dimension reduction: the space of class means (sliced inverse regression, Li 1991) and the leading
    eigenvectors of sum_c p_c (S_c - S)^2 (sliced average variance estimation, Cook and Weisberg 1991), S_c being the
    covariance of whitened X in class c. An exclusive or of two projections shows in no mean and no marginal, but here
    it does.

    Args:
        blocks: widths of the sources side by side in X. With several, only covariances *between* sources are compared:
            far fewer numbers to estimate, and what a source says by itself is asked of it alone.
        second_order: number of projections by second moments.
    """

    def __init__(self, blocks: tuple[int, ...], second_order: int = 4):
        self.blocks = blocks
        self.second_order = second_order

    def fit(self, X, y):
        classes, label = np.unique(y, return_inverse=True)
        member = np.eye(len(classes))[label]
        self.projection_ = np.concatenate([self._by_means(X, member), self._by_moments(X, member)], axis=1)
        return self

    def transform(self, X):
        return X @ self.projection_

    def _by_means(self, X, member):
        whiten = _whitening(X)
        means = member.T @ ((X - X.mean(0)) @ whiten) / np.sqrt(member.sum(0))[:, None]
        axes = np.linalg.svd(means, full_matrices=False)[2]
        return whiten @ axes[: member.shape[1] - 1].T

    def _by_moments(self, X, member):
        pieces = np.split(X, np.cumsum(self.blocks)[:-1], axis=1)
        whiten = block_diag(*[_whitening(piece) for piece in pieces])
        white = (X - X.mean(0)) @ whiten
        pooled, contrast = _covariance(white), np.zeros((X.shape[1], X.shape[1]))
        block = np.repeat(np.arange(len(self.blocks)), self.blocks)
        compared = np.not_equal.outer(block, block) if len(self.blocks) > 1 else 1.0
        for rows in member.T.astype(bool):
            difference = (_covariance(white[rows]) - pooled) * compared
            contrast += rows.mean() * difference @ difference
        return whiten @ np.linalg.eigh(contrast)[1][:, -self.second_order :]


def _covariance(X) -> np.ndarray:
    return np.atleast_2d(np.cov(X, rowvar=False, bias=True))


def _whitening(X) -> np.ndarray:
    """Symmetric inverse root of the covariance, shrunk after Ledoit and Wolf (2004); constant columns stay constant."""
    values, vectors = np.linalg.eigh(ledoit_wolf(X)[0])
    return vectors / np.sqrt(np.maximum(values, 1e-6)) @ vectors.T
