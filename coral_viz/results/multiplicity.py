"""Holm's correction: p-values of a whole family of comparisons, so that many comparisons find nothing by chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def holm(p: ArrayLike) -> np.ndarray:
    """P-values adjusted so that, at a level alpha, any false finding in the family has probability alpha at most.

    After Holm ("A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6, 1979).
    NaN is no comparison: it stays, and the others' family is smaller by it.
    """
    p = np.asarray(p, float)
    adjusted, order = np.full(p.shape, np.nan), np.argsort(p)[: np.isfinite(p).sum()]
    steps = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return adjusted
