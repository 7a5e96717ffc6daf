"""Holm's correction of p-values for a family of comparisons."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def holm(p: ArrayLike) -> np.ndarray:
    """Adjusted p-values. At a level alpha, the probability of any false finding in the family is at most alpha.

    Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6, 1979. NaN
    stays NaN and does not count as a comparison.
    """
    p = np.asarray(p, float)
    adjusted, order = np.full(p.shape, np.nan), np.argsort(p)[: np.isfinite(p).sum()]
    steps = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return adjusted
