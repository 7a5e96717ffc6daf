"""Sufficient dimension reduction: a few projections in which classes differ, in their means or second moments."""

from __future__ import annotations

import numpy as np
from scipy.linalg import block_diag
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.covariance import ledoit_wolf


class Directions(TransformerMixin, BaseEstimator):
    """Few projections of X in which the classes differ: by their means, and by their second moments.

    Sufficient dimension reduction: the space of class means (sliced inverse regression, Li 1991) and the leading
    eigenvectors of sum_c p_c (S_c - S)^2 (sliced average variance estimation, Cook and Weisberg 1991), S_c being the
    covariance of whitened X in class c. The latter detect an exclusive or of two projections, which changes no mean and
    no marginal.

    Args:
        blocks: widths of the concatenated sources in X. With several, only covariances *between* sources are compared,
            which are far fewer numbers; classifiers of single sources cover the rest.
        second_order: number of projections by second moments.
    """

    def __init__(self, blocks: tuple[int, ...], second_order: int = 4):
        self.blocks = blocks
        self.second_order = second_order

    def fit(self, X, y):
        classes, label = np.unique(y, return_inverse=True)
        X, member = np.asarray(X, float), np.eye(len(classes))[label]
        self.projection_ = np.concatenate([self._by_means(X, member), self._by_moments(X, member)], axis=1)
        return self

    def transform(self, X):
        return X @ self.projection_.astype(X.dtype)

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
