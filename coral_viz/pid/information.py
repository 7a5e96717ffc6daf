"""Entropies and mutual informations of probability tables, batched, in bits, and the validation of tables.

A table is an array ``p[..., x1, x2, y]``: two sources, then the target, after any number of batch axes. Entropies and
mutual informations are used in loops of solvers and do not check their input; ``table`` validates and normalises.
"""

from __future__ import annotations

import numpy as np
from scipy.special import entr

from coral_viz.pid.arguments import as_array

BIT = np.log(2.0)
"""One bit in nats: divide nats by it."""


def table(p, ndim: int = 3) -> np.ndarray:
    """Validate probabilities or counts and normalise each table to sum 1.

    Args:
        p: shape batch axes + ``ndim`` table axes; non-negative, finite, not all zero.
        ndim: how many trailing axes form one table.

    Returns:
        A new float64 array of the same shape.

    Raises:
        ValueError: wrong dimension, an empty axis, masked, negative or non-finite entries, or a table of zeros.
    """
    p = as_array(p, "A table")
    if p.dtype.kind not in "biuf":
        raise ValueError(f"A table must hold real numbers, not {p.dtype}.")
    p = p.astype(float)
    if p.ndim < ndim:
        raise ValueError(f"A table needs {ndim} axes (after any batch axes), but this one has shape {p.shape}.")
    if 0 in p.shape[-ndim:]:
        raise ValueError(f"Every variable needs at least one value, but the table has shape {p.shape}.")
    if not np.isfinite(p).all():
        raise ValueError(f"Probabilities must be finite, but the table holds {p[~np.isfinite(p)][0]}.")
    if (p < 0).any():
        raise ValueError(f"Probabilities must not be negative, but the table holds {p.min():g}.")
    axes = tuple(range(-ndim, 0))
    p = p / np.maximum(p.max(axis=axes, keepdims=True), np.finfo(float).tiny)  # so that the total cannot overflow
    total = p.sum(axis=axes, keepdims=True)
    if (total == 0).any():
        raise ValueError(f"{int((total == 0).sum())} of {total.size} tables are all zeros, which is no distribution.")
    return p / total


def entropy(p, axis=-1) -> np.ndarray:
    """Joint entropy H of probabilities over ``axis`` (an int or a tuple), in bits; 0 log 0 = 0."""
    return entr(p).sum(axis=axis) / BIT


def mutual_information(p) -> np.ndarray:
    """I(A;B) in bits of joint probabilities ``p[..., a, b]``: H(A) + H(B) - H(A,B)."""
    return entropy(p.sum(-1)) + entropy(p.sum(-2)) - entropy(p, (-2, -1))


def informations(p) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """I(X1;Y), I(X2;Y) and I(X1,X2;Y) in bits of probabilities ``p[..., x1, x2, y]``."""
    joint = p.reshape(*p.shape[:-3], p.shape[-3] * p.shape[-2], p.shape[-1])
    return mutual_information(p.sum(-2)), mutual_information(p.sum(-3)), mutual_information(joint)
