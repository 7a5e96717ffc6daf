"""BROJA in closed form for a binary target: the union information is that of the concave hull of two ROC curves.

A source X of a binary target is, up to equivalence, its ROC curve: the points (P(accept|y=0), P(accept|y=1)) of the
likelihood-ratio tests, a concave polygon from (0,0) to (1,1). One source is a garbling of another exactly when its
curve lies below (Blackwell 1953), so the least informative channel above both sources has the concave hull of the two
curves. BROJA's unique information asks only which decisions a source helps with (Bertschinger et al. 2014), so the
mutual information of that channel is the union information. With three or more target values such a least channel
need not exist.

The hull is computed from its support function. A decision maker who gains w for accepting when y = 1 and loses 1 - w
for accepting when y = 0 earns V(w), the maximum over the curve, which is convex and piecewise linear in w. V of the
hull is the maximum of the two sources' V. So we sort the breakpoints of both, determine on each piece which source
earns more, and take its vertex. This needs one sort and cumulative sums, without loops, for any batch axes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coral_viz.pid.arguments import as_array
from coral_viz.pid.atoms import Atoms
from coral_viz.pid.information import mutual_information, table


@dataclass(frozen=True)
class Hull:
    """ROC curves as points (false positive rate, true positive rate), from (0,0) to (1,1).

    Attributes:
        curve_1, curve_2: the sources' curves, shapes (n1 + 1, 2) and (n2 + 1, 2).
        hull: the corners of their concave hull, shape (k, 2).
        p_y: P(y=0) and P(y=1).
    """

    curve_1: np.ndarray
    curve_2: np.ndarray
    hull: np.ndarray
    p_y: np.ndarray


def broja_binary(p1, p2, *, joint_information=np.nan) -> Atoms:
    """BROJA atoms of two sources of a binary target, exact, from the two source-target tables alone.

    Args:
        p1, p2: probabilities or counts of (x1, y) and (x2, y), shapes batch axes + (n1, 2) and (n2, 2), with the same
            batch axes and the same p(y). ``posterior_table`` makes them from continuous scores.
        joint_information: I(X1,X2;Y) in bits; without it the synergy, which needs the joint table, is NaN.

    Returns:
        Atoms in bits, fields of the shape of the batch axes (floats without any), gap 0.

    Raises:
        ValueError: a bad table, a target that is not binary, tables that disagree on p(y) or on the batch axes, or a
            joint information below the union information, which all joint tables have at least.
    """
    p1, p2 = _binary_tables(p1, p2)
    first, second = mutual_information(p1), mutual_information(p2)
    union = np.clip(union_information(p1, p2), np.maximum(first, second), first + second)
    if np.any(joint_information < union - 1e-6):
        least = f"as these sources have at least {np.max(union):.4g} bit together"
        raise ValueError(f"joint_information={joint_information} is too little, {least}.")
    atoms = (first + second - union, union - second, union - first, joint_information - union)
    return Atoms.of(atoms, gap=np.zeros(union.shape), source="BROJA, ROC hull")


def posterior_table(posterior, p_y=None) -> np.ndarray:
    """The source-target table of n equally likely source values with given posteriors.

    Args:
        posterior: P(y=1|x) of each value (or sample), shape batch axes + (n,), within [0, 1].
        p_y: P(y=1) the table shall have, which re-weights each class; the mean posterior where None. Two sources with
            estimated posteriors agree on p(y) only if they are given the same.

    Returns:
        Probabilities of shape batch axes + (n, 2).

    Raises:
        ValueError: posteriors or p_y outside [0, 1], or a class without posterior mass that p_y asks for.
    """
    posterior = as_array(posterior, "The list of posteriors")
    if posterior.dtype.kind not in "biuf":
        raise ValueError(f"Posteriors must be real numbers, not {posterior.dtype}.")
    if posterior.ndim == 0:
        raise ValueError(f"Posteriors need shape batch axes + (n,), but here is the number {posterior}.")
    posterior = posterior.astype(float)
    if not ((posterior >= 0) & (posterior <= 1)).all():
        raise ValueError("Posteriors must lie within [0, 1].")
    mass = np.stack([1.0 - posterior, posterior], -1) / posterior.shape[-1]
    if p_y is None:
        return mass
    if not 0 <= p_y <= 1:
        raise ValueError(f"p_y = {p_y} is no probability; it must lie within [0, 1].")
    wanted = np.array([1.0 - p_y, p_y])
    found = mass.sum(-2, keepdims=True)
    if ((found == 0) & (wanted > 0)).any():
        raise ValueError(f"p_y = {p_y:g}, but one class has no posterior mass.")
    return mass * (wanted / np.where(found > 0, found, 1.0))


def roc_hull(p1, p2) -> Hull:
    """The two ROC curves and their hull, for one pair of tables (arguments as for ``broja_binary``, no batch axes)."""
    p1, p2 = _binary_tables(p1, p2)
    if p1.ndim > 2:
        raise ValueError(f"A figure shows one pair of tables, but these have batch axes: {p1.shape}.")
    p_y = p1.sum(0)
    rate = np.where(p_y > 0, p_y, 1.0)
    corners = _hull_corners(p1, p2) / rate
    fresh = np.abs(np.diff(corners, axis=0, prepend=-1.0)).sum(1) > 1e-12
    return Hull(_curve(p1) / rate, _curve(p2) / rate, corners[fresh], p_y)


def union_information(p1, p2) -> np.ndarray:
    """min_Q I_Q(X1,X2;Y) in bits, shape of the batch axes, from probabilities as for ``broja_binary``."""
    if p1.shape[-1] == 1:
        return np.zeros(p1.shape[:-2])
    return mutual_information(np.diff(_hull_corners(p1, p2), axis=-2))


def _hull_corners(p1, p2):
    """Corners of the hull in order, some repeated, in cumulative masses (y=0, y=1): batch axes + (corners, 2)."""
    masses = np.concatenate([p1, p2], -2)
    total = masses.sum(-1)
    threshold = masses[..., 0] / np.where(total > 0, total, 1.0)  # the w from which on a value is accepted
    order = np.argsort(threshold, -1)
    threshold = np.take_along_axis(threshold, order, -1)
    masses = np.take_along_axis(masses, order[..., None], -2)
    of_first = (order < p1.shape[-2])[..., None]
    # Each source's corner on each piece between two thresholds.
    vertex_1, vertex_2 = _from_zero(masses * of_first), _from_zero(masses * ~of_first)

    ends = np.zeros_like(threshold[..., :1])
    corners = []
    for w in (np.concatenate([ends, threshold], -1), np.concatenate([threshold, ends + 1.0], -1)):
        lead = vertex_1 - vertex_2
        first_pays_more = w * lead[..., 1] >= (1.0 - w) * lead[..., 0]
        corners.append(np.where(first_pays_more[..., None], vertex_1, vertex_2))
    both_ends = np.stack(corners, -2).reshape(*masses.shape[:-2], 2 * masses.shape[-2] + 2, 2)
    # Where the sources tie, a corner may be listed behind another on the same edge: the larger one is the hull's.
    return np.maximum.accumulate(both_ends, axis=-2)


def _curve(p):
    """One ROC curve in cumulative masses, most likely y = 1 first."""
    total = p.sum(-1)
    return _from_zero(p[np.argsort(p[:, 0] / np.where(total > 0, total, 1.0))])


def _from_zero(steps):
    """Cumulative sums along the second last axis, with a zero in front."""
    return np.concatenate([np.zeros_like(steps[..., :1, :]), np.cumsum(steps, -2)], -2)


def _binary_tables(p1, p2):
    # Rounded input can agree on p(y) no better than it is rounded.
    p1, p2 = as_array(p1, "The first table"), as_array(p2, "The second table")
    rounding = [np.finfo(p.dtype).eps for p in (p1, p2) if p.dtype.kind == "f"]
    p1, p2 = table(p1, 2), table(p2, 2)
    for p in (p1, p2):
        if p.shape[-1] != 2:
            raise ValueError(f"A binary target has 2 values, but a table has shape {p.shape}.")
    if p1.shape[:-2] != p2.shape[:-2]:
        raise ValueError(f"The tables need the same batch axes, but have shapes {p1.shape} and {p2.shape}.")
    apart = np.abs(p1.sum(-2) - p2.sum(-2)).max(initial=0.0)
    if apart > max(1e-9, 16 * max(rounding, default=0.0)):
        raise ValueError(f"The tables must agree on p(y), but differ by {apart:.2g}.")
    if apart > 1e-9:
        found = p2.sum(-2, keepdims=True)
        p2 = p2 * (p1.sum(-2, keepdims=True) / np.where(found > 0, found, 1.0))
    return p1, p2
