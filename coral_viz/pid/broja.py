"""BROJA, the decomposition by optimisation over couplings, with a certificate on every value.

Bertschinger, Rauh, Olbrich, Jost and Ay, "Quantifying unique information", Entropy 2014; Griffith and Koch 2014.
Among all distributions Q that share the source-target marginals (X1,Y) and (X2,Y) of P, find the one in which the
sources together say least about the target; what it still says is the union information

    I_union = min_Q I_Q(X1,X2;Y),
    unique_1 = I_union - I(X2;Y),                unique_2 = I_union - I(X1;Y),
    redundancy = I(X1;Y) + I(X2;Y) - I_union,    synergy = I(X1,X2;Y) - I_union.

All four are I_union plus or minus a constant, so one duality gap bounds the error of each.
"""

from __future__ import annotations

import warnings

import numpy as np

from coral_viz.pid import _barrier, _small
from coral_viz.pid.atoms import Atoms
from coral_viz.pid.binary import union_information
from coral_viz.pid.information import BIT, entropy, informations, table

CHUNK = 200_000
"""Floats in the largest arrays of one solve: small enough for the cache, large enough to hide call overhead."""

TRACE = 1e-12
"""Marginal probabilities below this are left out of the search, whose conditioning they would ruin, but not of the
certificate: they cost it at most TRACE log(1 / TRACE) nats each."""


def broja(p, *, tol: float = 1e-7, coupling: bool = False) -> Atoms:
    """Decompose I(X1,X2;Y) into redundancy, unique and synergistic information.

    Args:
        p: probabilities or counts, shape batch axes + (n1, n2, ny); each table is normalised to sum 1.
        tol: duality gap to reach, in bits. 1e-9 costs a fifth more time than 1e-7; float64 can reach it unless marginal
            probabilities of 1e-10 and less are present.
        coupling: also return the optimal joint distribution, whose marginals are exact to rounding.

    Returns:
        Atoms in bits, each field of the shape of the batch axes (floats for a single table). ``gap`` bounds the error
        of every atom. A target of one or two values is solved in closed form (gap 0) unless the coupling is asked for.

    Raises:
        ValueError: negative or non-finite entries, a table of zeros, fewer than three axes, or tol <= 0.

    Warns:
        RuntimeWarning: some tables missed ``tol``; they are returned with the gap they reached.

    >>> gate = np.zeros((2, 2, 2))
    >>> for x1, x2 in np.ndindex(2, 2):
    ...     gate[x1, x2, x1 & x2] = 1
    >>> atoms = broja(gate)
    >>> round(float(atoms.redundancy), 4), round(float(atoms.synergy), 4)
    (0.3113, 0.5)
    """
    if not tol > 0:
        raise ValueError(f"tol must be positive, not {tol}.")
    p = table(p)
    batch = p.shape[:-3]
    joint = None
    if p.shape[-1] <= 2 and not coupling:
        union, gap = union_information(p.sum(-2), p.sum(-3)), np.zeros(batch)
    else:
        union, gap, joint = (x.reshape(batch + x.shape[1:]) for x in solve(p.reshape(-1, *p.shape[-3:]), tol * BIT))
    atoms = _atoms(p, union, gap, joint if coupling else None)
    missed = int(np.sum(~(atoms.gap <= tol)))
    if missed:
        message = f"{missed} of {np.size(atoms.gap)} decompositions missed the tolerance of {tol:g} bit"
        warnings.warn(f"{message}; the worst gap is {np.max(atoms.gap):.2g} bit.", RuntimeWarning, stacklevel=2)
    return atoms


def solve(p, tol: float):
    """Union information (bits), gap (bits) and optimal coupling of probabilities (B, n1, n2, ny); tol in nats."""
    swap = p.shape[1] < p.shape[2]  # the dense part of a step is as large as the second source: let it be the smaller
    if swap:
        p = p.transpose(0, 2, 1, 3)
    size, n1, n2, ny = p.shape
    f, gap, q = np.empty(size), np.empty(size), np.empty_like(p)
    stride = max(1, CHUNK // (n1 * n2 * ny**2 + (n2 * ny) ** 2))
    for first in range(0, size, stride):
        chunk = np.s_[first : first + stride]
        f[chunk], gap[chunk], q[chunk] = _solve_chunk(p[chunk], tol)
    union = f / BIT + entropy(p.sum((1, 2)))
    return union, gap / BIT, q.transpose(0, 2, 1, 3) if swap else q


def _solve_chunk(p, tol: float):
    """f and its gap in nats, and the coupling with exact marginals; stalled tables get a second, careful pass."""
    a, b = p.sum(2), p.sum(1)
    f, gap, q = _certified(a, b, tol, _barrier.FAST)
    missed = ~(gap <= tol)
    if missed.any():
        again = _certified(a[missed], b[missed], tol, _barrier.CAREFUL)
        better = (again[1] < gap[missed]) | np.isnan(gap[missed])
        for array, value in zip((f, gap, q), again):
            array[np.flatnonzero(missed)[better]] = value[better]
    return f, gap, q


def _certified(a, b, tol: float, path: _barrier.Path):
    """Solve, round onto the exact marginals, and only then measure the gap."""
    one_by_one = a[0].size * b.shape[1] <= _small.CELLS and (len(a) == 1 or path is _barrier.CAREFUL)
    minimise = _small.minimise if one_by_one else _barrier.minimise
    q, alpha, beta = minimise(*_without_traces(a, b), 0.9 * tol, path)
    # A multiplier for each trace, so low that none of its cells can break the dual constraints.
    highest_alpha = alpha.max(1, where=a >= TRACE, initial=0.0, keepdims=True)
    highest_beta = beta.max(1, where=b >= TRACE, initial=0.0, keepdims=True)
    alpha = np.where(a < TRACE, np.log(TRACE) - highest_beta, alpha)
    beta = np.where(b < TRACE, np.log(TRACE) - highest_alpha, beta)
    q = with_marginals(q, a, b)
    f = _barrier.objective(q)
    return f, f - _barrier.dual_value(alpha, beta, a, b), q


def _without_traces(a, b):
    """The marginals without entries below TRACE, scaled so that both keep the same p(y)."""
    a, b = np.where(a < TRACE, 0.0, a), np.where(b < TRACE, 0.0, b)
    p_a, p_b = a.sum(1, keepdims=True), b.sum(1, keepdims=True)
    return a * (p_b > 0), b * _ratio(p_a, p_b)


def with_marginals(q, a, b):
    """The coupling near q with (X1,Y) marginals a and (X2,Y) marginals b exactly, shapes as in ``_barrier``.

    Scaling down what is too large leaves non-negative deficits of equal total per y, which a product of them fills
    (Altschuler, Weed and Rigollet, "Near-linear time approximation algorithms for optimal transport", 2017).
    """
    q = q * np.minimum(1.0, _ratio(a, q.sum(2)))[:, :, None]
    q = q * np.minimum(1.0, _ratio(b, q.sum(1)))[:, None]
    missing_a, missing_b = np.maximum(a - q.sum(2), 0.0), np.maximum(b - q.sum(1), 0.0)
    total = missing_a.sum(1)
    return q + missing_a[:, :, None] * _ratio(missing_b, total[:, None])[:, None]


def _ratio(x, y):
    """x / y, and 0 where y is."""
    return x / np.where(y > 0, y, 1.0) * (y > 0)


def _atoms(p, union, gap, joint) -> Atoms:
    """Atoms from an upper bound on the union information that is at most ``gap`` too large.

    The exact value lies between max(I1, I2) and min(I12, I1 + I2), where every atom is non-negative: moving the bounds
    there can only bring them closer to it.
    """
    first, second, both = informations(p)
    lowest, highest = np.maximum(first, second), np.minimum(both, first + second)
    lower = np.clip(union - gap, lowest, highest)
    union = np.clip(union, lowest, highest)
    atoms = (first + second - union, union - second, union - first, both - union)
    return Atoms(*(x[()] for x in atoms), gap=(union - lower)[()], coupling=joint, source="BROJA")
