"""BROJA, the decomposition by optimisation over couplings, with a certificate on every value.

Bertschinger, Rauh, Olbrich, Jost and Ay, "Quantifying unique information", Entropy 2014; Griffith and Koch 2014.
Among all distributions Q with the same source-target marginals (X1,Y) and (X2,Y) as P, find the one in which the
sources together have the least information about the target, the union information

    I_union = min_Q I_Q(X1,X2;Y),
    unique_1 = I_union - I(X2;Y),                unique_2 = I_union - I(X1;Y),
    redundancy = I(X1;Y) + I(X2;Y) - I_union,    synergy = I(X1,X2;Y) - I_union.

All four are I_union plus or minus a constant, so one duality gap bounds the error of each.
"""

from __future__ import annotations

import warnings

import numpy as np
from scipy.sparse import coo_array, issparse

from coral_viz.pid import _barrier, _packed
from coral_viz.pid._cells import TRACE, Cells, Marginal
from coral_viz.pid.arguments import as_array
from coral_viz.pid.atoms import Atoms
from coral_viz.pid.binary import union_information
from coral_viz.pid.information import BIT, entropy, informations, table

CHUNK = 200_000
"""Floats in the largest arrays of one solve: small enough for the cache, large enough to hide call overhead."""

SMALL = 220
"""A table alone with up to so many free cells, or with at most half of its cells free, goes to ``_packed``."""


def broja(p, *, batch_axes: int | None = None, tol: float = 1e-7, coupling: bool = False) -> Atoms:
    """Decompose I(X1,X2;Y) into redundancy, unique and synergistic information.

    Args:
        p: probabilities or counts, shape batch axes + (n1, n2, ny); each table is normalised to sum 1. Or a single
            table as a ``scipy.sparse.coo_array`` of three axes. Time and memory then depend on the number of cells that
            the marginals leave free; cells whose y occurs with only one x1 or one x2 cost almost nothing.
        batch_axes: how many leading axes are a batch. Where None, all but the last three, if each table sums to 1.
        tol: duality gap to reach, in bits. 1e-9 costs a fifth more time than 1e-7; float64 can reach it unless marginal
            probabilities of 1e-10 and less are present.
        coupling: also return the optimal joint distribution, sparse if p is, whose marginals are exact to rounding.

    Returns:
        Atoms in bits, each field of the shape of the batch axes (floats for a single table). ``gap`` bounds the error
        of every atom. A target of one or two values is solved in closed form (gap 0) unless the coupling is asked for.

    Raises:
        ValueError: negative or non-finite entries, a table of zeros, fewer than three axes, tol <= 0, or axes that look
            like more than two sources (``two_sources``).

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
    decompose = _of_sparse if issparse(p) else _of_dense
    atoms = decompose(two_sources(p, batch_axes), tol * BIT, coupling)
    missed = int(np.sum(~(atoms.gap <= tol)))
    if missed:
        message = f"{missed} of {np.size(atoms.gap)} decompositions missed the tolerance of {tol:g} bit"
        warnings.warn(f"{message}; the worst gap is {np.max(atoms.gap):.2g} bit.", RuntimeWarning, stacklevel=2)
    return atoms


def two_sources(p, batch_axes: int | None = None):
    """p, checked and normalised as tables of two sources and a target.

    Args:
        p: as for ``broja``, dense or sparse.
        batch_axes: how many leading axes are a batch.

    Returns:
        The same tables, normalised by ``table`` if dense.

    Raises:
        ValueError: as ``table``; ``batch_axes`` that do not leave 3 axes; or, without ``batch_axes``, more than three
            axes that could be a single table of more sources: the tables do not sum to 1 each.
    """
    axes = p.ndim if issparse(p) else np.ndim(p)
    if batch_axes is not None and axes != batch_axes + 3:
        raise ValueError(f"A table needs 3 axes, but batch_axes={batch_axes} leaves {axes - batch_axes} of {axes}.")
    if issparse(p):
        return p
    p = as_array(p, "A table")
    if batch_axes is None and axes > 3 and not _are_distributions(p):
        raise ValueError(
            f"A table of shape {p.shape} looks like {axes - 1} sources and a target, which redundancy_lattice"
            f"({axes - 1}) decomposes; if it is a batch of tables of two sources, say batch_axes={axes - 3}."
        )
    return table(p)


def _are_distributions(p) -> bool:
    """Whether each table of a batch sums to 1, or there is no more than one. A table of more sources does not."""
    if np.prod(p.shape[:-3]) < 2 or p.dtype.kind not in "biuf" or not np.isfinite(p).all():
        return True  # one table, or what ``table`` refuses
    with np.errstate(over="ignore"):
        return bool((np.abs(p.sum((-3, -2, -1), dtype=float) - 1.0) < 1e-3).all())


def _of_dense(p, tol: float, coupling: bool) -> Atoms:
    """Atoms of normalised tables (batch axes, n1, n2, ny)."""
    batch = p.shape[:-3]
    joint = None
    if p.shape[-1] <= 2 and not coupling:
        union, gap = union_information(p.sum(-2), p.sum(-3)), np.zeros(batch)
    else:
        union, gap, joint = solve(p.reshape(-1, *p.shape[-3:]), tol, coupling)
        union, gap, joint = union.reshape(batch), gap.reshape(batch), joint.reshape(p.shape) if coupling else None
    return atoms_of_union(informations(p), union, gap, joint)


def _of_sparse(p, tol: float, coupling: bool) -> Atoms:
    """Atoms of one table held as its filled cells."""
    p = p.tocoo()
    if p.ndim != 3:
        raise ValueError(f"A sparse table needs 3 axes, but this one has shape {p.shape}.")
    x1, x2, y = (axis.astype(np.int64) for axis in p.coords)
    mass = table(p.data, 1)
    first, second = Marginal.summed(x1, y, mass), Marginal.summed(x2, y, mass)
    joint = Marginal.summed(x1 * p.shape[1] + x2, y, mass)
    known = [_information(marginal) for marginal in (first, second, joint)]
    if p.shape[2] <= 2 and not coupling:
        union = union_information(*(side.table(n, p.shape[2]) for side, n in zip((first, second), p.shape)))
        return atoms_of_union(known, union, 0.0, None)
    cells = Cells.of(first, second)
    f, gap, q = _solve_packed(cells, tol)
    union = f / BIT + entropy(np.bincount(first.y, first.mass))
    return atoms_of_union(known, union, gap / BIT, coo_array((q, cells.index), p.shape) if coupling else None)


def _information(marginal: Marginal):
    """I(X;Y) in bits of a table held as its positive entries."""
    x, y, mass = marginal
    p_x = np.bincount(np.unique(x, return_inverse=True)[1], mass)
    return entropy(p_x) + entropy(np.bincount(y, mass)) - entropy(mass)


def solve(p, tol: float, coupling: bool = True):
    """Union information (bits), gap (bits) and coupling, or None, of probabilities (B, n1, n2, ny); tol in nats."""
    swap = p.shape[1] < p.shape[2]  # the dense part of a step is as large as the second source: let it be the smaller
    if swap:
        p = p.transpose(0, 2, 1, 3)
    size, n1, n2, ny = p.shape
    f, gap, q = np.empty(size), np.empty(size), np.empty_like(p) if coupling else None
    stride = max(1, CHUNK // (n1 * n2 * ny**2 + (n2 * ny) ** 2))
    solver = _solve_chunk if min(stride, size) > 1 else _solve_alone
    for first in range(0, size, stride):
        chunk = np.s_[first : first + stride]
        f[chunk], gap[chunk], found = solver(p[chunk], tol)
        if q is not None:
            q[chunk] = found
    union = f / BIT + entropy(p.sum((1, 2)))
    return union, gap / BIT, q if q is None or not swap else q.transpose(0, 2, 1, 3)


def _solve_alone(p, tol: float):
    """As ``_solve_chunk`` for one table, by whichever method has less to do."""
    cells = Cells.of(Marginal.of(p[0].sum(1)), Marginal.of(p[0].sum(0)))
    if cells.free.sum() > max(SMALL, p[0].size // 2):
        return _solve_chunk(p, tol)
    f, gap, found = _solve_packed(cells, tol)
    q = np.zeros(p.shape)
    q[0][cells.index] = found
    return f, gap, q


def _solve_packed(cells: Cells, tol: float):
    """f and its gap in nats, and the coupling, one value a cell; a stalled table gets a second, careful pass."""
    found = _packed.solve(cells, tol)
    if not found[1] <= tol:
        again = _packed.solve(cells, tol, _barrier.CAREFUL)
        if again[1] < found[1] or np.isnan(found[1]):
            return again
    return found


def _solve_chunk(p, tol: float):
    """f and its gap in nats, and the coupling with exact marginals; stalled tables get a second, careful pass."""
    a, b = p.sum(2), p.sum(1)
    f, gap, q = _certified(a, b, tol, _barrier.FAST)
    missed = ~(gap <= tol)
    if missed.any():
        again = _again(a[missed], b[missed], tol)
        better = (again[1] < gap[missed]) | np.isnan(gap[missed])
        for array, value in zip((f, gap, q), again):
            array[np.flatnonzero(missed)[better]] = value[better]
    return f, gap, q


def _again(a, b, tol: float):
    """The careful pass: small tables one by one, where fewer digits are lost."""
    if a[0].size * b.shape[1] > SMALL:
        return _certified(a, b, tol, _barrier.CAREFUL)
    f, gap, q = np.empty(len(a)), np.empty(len(a)), np.zeros((len(a), a.shape[1], *b.shape[1:]))
    for index, marginals in enumerate(zip(a, b)):
        cells = Cells.of(*map(Marginal.of, marginals))
        f[index], gap[index], q[index][cells.index] = _packed.solve(cells, tol, _barrier.CAREFUL)
    return f, gap, q


def _certified(a, b, tol: float, path: _barrier.Path):
    """Solve, round onto the exact marginals, and only then measure the gap."""
    heavy_a, heavy_b = _without_traces(a, b)
    q, alpha, beta = _barrier.minimise(heavy_a, heavy_b, 0.9 * tol, path)
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

    Rows and columns that are too large are scaled down. The remaining deficits are non-negative and have equal totals
    per y, so adding their product gives exact marginals (Altschuler, Weed and Rigollet, "Near-linear time approximation
    algorithms for optimal transport", 2017).
    """
    q = q * np.minimum(1.0, _ratio(a, q.sum(2)))[:, :, None]
    q = q * np.minimum(1.0, _ratio(b, q.sum(1)))[:, None]
    missing_a, missing_b = np.maximum(a - q.sum(2), 0.0), np.maximum(b - q.sum(1), 0.0)
    total = missing_a.sum(1)
    return q + missing_a[:, :, None] * _ratio(missing_b, total[:, None])[:, None]


def _ratio(x, y):
    """x / y, and 0 where y is."""
    return x / np.where(y > 0, y, 1.0) * (y > 0)


def atoms_of_union(known, union, gap, coupling=None, source: str = "BROJA") -> Atoms:
    """Atoms in bits from I1, I2, I12 and an upper bound of the union information that is at most ``gap`` too large.

    The exact value is between max(I1, I2) and min(I12, I1 + I2), where all atoms are non-negative. So clipping to this
    range only reduces the error.
    """
    first, second, both = known
    lowest, highest = np.maximum(first, second), np.minimum(both, first + second)
    lower = np.clip(union - gap, lowest, highest)
    union = np.clip(union, lowest, highest)
    return Atoms(
        redundancy=(first + second - union)[()],
        unique_1=(union - second)[()],
        unique_2=(union - first)[()],
        synergy=(both - union)[()],
        gap=(union - lower)[()],
        coupling=coupling,
        source=source,
    )
