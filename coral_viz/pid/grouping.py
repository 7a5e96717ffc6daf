"""Grouping of posteriors into a few cells by k-means, with little loss of information."""

from __future__ import annotations

import numpy as np


def group(t: np.ndarray, cells: int, rng: np.random.Generator, weights: np.ndarray | float = 1.0) -> np.ndarray:
    """Group posteriors (n, C) into at most ``cells`` cells: the joint distribution p(cell, y), shape (cells, C).

    k-means on square roots, where squared distance is the squared Hellinger distance, locally proportional to the
    information that merging two posteriors loses. Centres are fitted to at most 2048 samples.
    """
    roots = np.sqrt(t)
    sample = roots[rng.permutation(len(roots))[:2048]]
    centres = _spread_centres(sample, cells, rng)
    for _ in range(10):
        member = _nearest(sample, centres)
        sizes = member.sum(0)[:, None]
        centres = np.where(sizes > 0, member.T @ sample / np.maximum(sizes, 1), centres)
    table = _nearest(roots, centres).T @ (t * np.reshape(weights, (-1, 1))) / len(t)
    return table[table.sum(1) > 0]


def _nearest(points: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Membership (n, cells): 1.0 at the nearest centre."""
    nearest = (points @ centres.T - (centres**2).sum(1) / 2).argmax(1)
    return (nearest[:, None] == np.arange(len(centres))).astype(float)


def _spread_centres(points: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Starting centres by k-means++ (Arthur and Vassilvitskii, 2007); fewer where there are fewer distinct points."""
    centres = [points[0]]
    distance = np.full(len(points), np.inf)
    while len(centres) < count:
        distance = np.minimum(distance, ((points - centres[-1]) ** 2).sum(1))
        if distance.sum() < 1e-12 * len(points):
            break
        centres.append(points[rng.choice(len(points), p=distance / distance.sum())])
    return np.array(centres)
