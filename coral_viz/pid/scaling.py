"""Robust standardisation of embeddings with heavy tails, outliers, constants or huge numbers."""

from __future__ import annotations

import warnings

import numpy as np

# Deviations beyond so many robust standard deviations are drawn in to less than one more; normal columns have none.
TAIL = 5.0
# A value so many times further out than the next is no tail but a mistake, or stands for a missing value.
ALONE = 20.0
# If so many different values lie out there, in parts of the samples, or so large a share of samples, it is a cluster.
DIFFERENT, SHARE = 0.005, 0.2
NORMAL = 1.4826
"""The standard deviation of a normal variable over its median absolute deviation."""


def deviations(z: np.ndarray) -> np.ndarray:
    """Distances of z (n, d) from the medians of its columns, in robust standard deviations.

    The scale is the median absolute deviation of the values that deviate from the median, so that columns that are
    mostly zero have a scale, too. Medians are over about 10 000 rows. Constant columns become zeros.
    """
    largest = np.abs(z).max(0)
    z = z / np.where(largest > 0, largest, 1.0)  # so that no difference overflows
    some = z[:: max(1, len(z) // 10_000)]
    z = z - np.median(some, axis=0)
    distance = np.sort(np.abs(z[:: max(1, len(z) // 10_000)]), axis=0)
    same = (distance == 0).sum(0)
    middle = np.minimum((len(distance) + same) // 2, len(distance) - 1)
    usual = NORMAL * distance[middle, np.arange(z.shape[1])]
    usual = np.where(usual > 0, usual, np.abs(z).max(0))
    return z / np.where(usual > 0, usual, 1.0)


def standardised(deviation: np.ndarray) -> np.ndarray:
    """Deviations (n, d) with compressed tails, mean 0 and variance 1, in float32.

    The map is linear up to ``TAIL`` and bounded beyond. It is invertible, so no information is lost, and a value of a
    thousand standard deviations counts hardly more than one of six.
    """
    distance = np.abs(deviation)
    beyond = np.maximum(distance - TAIL, 0.0)
    drawn_in = np.sign(deviation) * (np.minimum(distance, TAIL) + beyond / (1 + beyond))
    spread = drawn_in.std(0)
    return ((drawn_in - drawn_in.mean(0)) / np.where(spread > 0, spread, 1.0)).astype(np.float32)


def without_outliers(z: np.ndarray, deviation: np.ndarray, name: str) -> np.ndarray:
    """Deviations (n, d) of source z, with isolated outliers set to 0, the median of their column.

    Outliers are a few values, or a repeated one such as -999. Many different values are a cluster, which may be
    informative.

    Warns:
        UserWarning: that names the cell furthest out, if there is one.
    """
    distance = np.sort(np.abs(deviation), axis=0)
    apart = distance[1:] > ALONE * np.maximum(distance[:-1], 1.0)
    if not apart.any():
        return deviation
    nearest = np.where(apart, distance[1:], np.inf).min(0)
    outlying = np.abs(deviation) >= nearest
    for column in np.flatnonzero(outlying.any(0)):
        found = z[outlying[:, column], column]
        if len(found) > SHARE * len(z) or len(np.unique(found)) > max(1, DIFFERENT * len(z)):
            outlying[:, column] = False
    if not outlying.any():
        return deviation
    row, column = np.unravel_index(np.where(outlying, np.abs(deviation), 0.0).argmax(), z.shape)
    warnings.warn(
        f"Source {name} holds {z[row, column]:g} in row {row}, column {column}, {np.abs(deviation[row, column]):.0f} "
        f"standard deviations from the rest. Such values, {outlying.sum()} in all, count as missing and are set to the "
        "median of their column.",
        UserWarning,
        stacklevel=4,
    )
    return np.where(outlying, 0.0, deviation)
