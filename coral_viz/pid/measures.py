"""All measures of redundancy by name: closed forms, BROJA from the solver, others from dit.

A redundancy measure is a function of a *node*, a tuple of collections of sources, such as ((0,), (1,)) for information
in X1 and also in X2, or ((0, 1),) for information in the pair. Tables are p[..., x_1, ..., x_k, y]. Marginals keep
their summed axes, so that they broadcast against the full table.
"""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np
from scipy.sparse import issparse

from coral_viz.pid.atoms import Atoms
from coral_viz.pid.bridge import dit_atoms
from coral_viz.pid.broja_solver import broja, two_sources
from coral_viz.pid.information import BIT, informations, table

PAIR = ((0,), (1,))
"""The bottom node of two sources."""


def i_min(p, node=PAIR, sources: int = 2) -> np.ndarray:
    """I_min (Williams and Beer 2010): the least specific information of any collection, averaged over the target.

    Args:
        p: probabilities or counts, shape batch axes + one axis a source + (ny,).
        node: collections of source indices.
        sources: how many sources there are.

    Returns:
        Redundancy in bits, shape of the batch axes; never negative.

    Raises:
        ValueError: a bad table, or a node with other sources or without any.
    """
    p = _checked(p, node, sources)
    specific = [(p * _pointwise(p, kept, sources)).sum(_axes(sources)) for kept in node]
    return np.min(specific, axis=0).sum(-1)


def mmi(p, node=PAIR, sources: int = 2) -> np.ndarray:
    """Minimum mutual information (Barrett 2015): the least I(X_A;Y) of any collection; arguments as for ``i_min``."""
    p = _checked(p, node, sources)
    return np.min([_mean(p, _pointwise(p, kept, sources), sources) for kept in node], axis=0)


def i_pm(p, node=PAIR, sources: int = 2) -> np.ndarray:
    """I_+- (Finn and Lizier 2018): least surprisal of any collection minus least surprisal given the target.

    Arguments as for ``i_min``. Its atoms may be negative.
    """
    p = _checked(p, node, sources)
    return _mean(p, np.subtract(*_parts_pm(p, node, sources)), sources)


def i_sx(p, node=PAIR, sources: int = 2) -> np.ndarray:
    """I_sx (Makkeh, Gutknecht and Wibral 2021): information in the event that one of the collections has its value.

    Arguments as for ``i_min``. The probability of this union of events comes from inclusion and exclusion. Its atoms
    may be negative.
    """
    p = _checked(p, node, sources)
    return _mean(p, np.subtract(*_parts_sx(p, node, sources)), sources)


def _parts_pm(p, node, sources: int) -> tuple[np.ndarray, np.ndarray]:
    """Informative and misinformative part of the pointwise I_+-, each broadcasting to the shape of p."""
    target = _log(_marginal(p, (), sources))
    specificity = ambiguity = np.full(1, np.inf)
    for kept in node:
        specificity = np.minimum(specificity, -_log(_without_target(p, kept, sources)))
        ambiguity = np.minimum(ambiguity, target - _log(_marginal(p, kept, sources)))
    return specificity, ambiguity


def _parts_sx(p, node, sources: int) -> tuple[np.ndarray, np.ndarray]:
    """The same of I_sx."""
    union = union_with_target = np.zeros(1)
    for size in range(1, len(node) + 1):
        for chosen in combinations(node, size):
            kept = tuple(set().union(*chosen))
            sign = (-1) ** (size + 1)
            union = union + sign * _without_target(p, kept, sources)
            union_with_target = union_with_target + sign * _marginal(p, kept, sources)
    return -_log(union), _log(_marginal(p, (), sources)) - _log(union_with_target)


CLOSED_FORMS = {"i_min": i_min, "mmi": mmi, "i_sx": i_sx, "i_pm": i_pm}

POINTWISE = {"i_pm": _parts_pm, "i_sx": _parts_sx}
"""Measures that are means over outcomes, each of which has an informative and a misinformative part."""

DIT = (
    "PID_CCS",
    "PID_CT",
    "PID_Deg",
    "PID_Delta",
    "PID_DeltaLambda",
    "PID_Do",
    "PID_GH",
    "PID_GK",
    "PID_IG",
    "PID_IPID",
    "PID_MC",
    "PID_MES",
    "PID_Prec",
    "PID_Proj",
    "PID_RA",
    "PID_RAV",
    "PID_RDR",
    "PID_RR",
    "PID_dep",
    "PID_SKAR_nw",
    "PID_SKAR_owa",
    "PID_SKAR_owb",
    "PID_SKAR_tw",
)
"""The measures left to dit, by the names of its classes. PID_Prec needs the package pypoman."""


def names() -> list[str]:
    """Every measure that ``decompose_pmf`` knows: ours first, then dit's."""
    return ["broja", *CLOSED_FORMS, *DIT]


def decompose_pmf(p, measure: str = "broja", *, batch_axes: int | None = None) -> Atoms:
    """Decompose distributions of two sources and a target by any measure.

    Args:
        p: probabilities or counts, shape batch axes + (n1, n2, ny).
        measure: one of ``names()``. dit's measures are solved one table at a time and take from milliseconds to
            minutes each.
        batch_axes: how many leading axes are a batch. Where None, all but the last three, if each table sums to 1.

    Returns:
        Atoms in bits; the gap is 0 for closed forms, certified for "broja", and NaN for dit's.

    Raises:
        ValueError: unknown measure, a bad table, or axes that look like more than two sources (as ``broja``).
        ImportError: a measure of dit's needs a package that is not installed.
    """
    if measure == "broja":
        return broja(p, batch_axes=batch_axes)
    if measure not in names():
        raise ValueError(f"There is no measure {measure!r}; there are {', '.join(names())}.")
    p = two_sources(p.toarray() if issparse(p) else p, batch_axes)
    if measure in DIT:
        return dit_atoms(p, measure)
    first, second, both = informations(p)
    shared = CLOSED_FORMS[measure](p)
    atoms = (shared, first - shared, second - shared, both - first - second + shared)
    return Atoms.of(atoms, gap=np.zeros(p.shape[:-3]), source=measure)


class Pointwise(NamedTuple):
    """Atoms of every outcome in bits, fields of the shape of the table, 0 for outcomes with probability 0.

    The informative part is the surprisal of the sources' values, the misinformative part their surprisal given the
    target. The mean of their difference is the decomposition.
    """

    informative: Atoms
    misinformative: Atoms


def decompose_pointwise(p, measure: str = "i_sx", *, batch_axes: int | None = None) -> Pointwise:
    """The atoms of each outcome (x1, x2, y): which ones are redundant or synergistic, and which mislead.

    Args:
        p: probabilities or counts, shape batch axes + (n1, n2, ny).
        measure: "i_sx" (Makkeh, Gutknecht and Wibral 2021) or "i_pm" (Finn and Lizier 2018).
        batch_axes: as for ``decompose_pmf``.

    Raises:
        ValueError: another measure, a bad table, or axes that look like more than two sources.

    >>> xor = np.array([[[1, 0], [0, 1]], [[0, 1], [1, 0]]])
    >>> decompose_pointwise(xor).informative.synergy[0, 1, 1].round(4)
    np.float64(0.415)
    """
    if measure not in POINTWISE:
        raise ValueError(f"There are no pointwise atoms of {measure!r}; there are {', '.join(POINTWISE)}.")
    p = two_sources(p.toarray() if issparse(p) else p, batch_axes)
    nodes = [POINTWISE[measure](p, node, 2) for node in (PAIR, ((0,),), ((1,),), ((0, 1),))]
    parts = []
    for name, (shared, first, second, both) in zip(Pointwise._fields, zip(*nodes)):
        atoms = (shared, first - shared, second - shared, both - first - second + shared)
        parts.append(Atoms.of((np.where(p > 0, atom, 0.0) for atom in atoms), source=f"{measure}, {name}"))
    return Pointwise(*parts)


def _checked(p, node, sources: int) -> np.ndarray:
    """The table, normalised; ValueError for a bad one, and for a node that is not made of these sources."""
    if not node or any(not kept or not set(kept) <= set(range(sources)) for kept in node):
        raise ValueError(f"A node holds collections of the sources 0 to {sources - 1}, which {node!r} does not.")
    return table(p, sources + 1)


def _axes(sources: int) -> tuple[int, ...]:
    """The axes of the sources, counted from the end so that batch axes may precede them."""
    return tuple(range(-sources - 1, -1))


def _marginal(p, kept, sources: int) -> np.ndarray:
    """p(x_kept, y), summed axes kept with size 1."""
    return p.sum(tuple(axis for source, axis in enumerate(_axes(sources)) if source not in kept), keepdims=True)


def _without_target(p, kept, sources: int) -> np.ndarray:
    """p(x_kept), summed axes kept with size 1."""
    return _marginal(p, kept, sources).sum(-1, keepdims=True)


def _pointwise(p, kept, sources: int) -> np.ndarray:
    """log2 p(x_kept, y) / (p(x_kept) p(y)), which broadcasts to the shape of p."""
    joint = _marginal(p, kept, sources)
    return _log(joint) - _log(joint.sum(-1, keepdims=True)) - _log(_marginal(p, (), sources))


def _log(p) -> np.ndarray:
    """log2, and 0 where p is 0 (or less by rounding): outcomes there have probability 0 and are weighed with it."""
    return np.log(np.where(p > 0, p, 1.0)) / BIT


def _mean(p, values, sources: int) -> np.ndarray:
    """Expectation over the joint distribution."""
    return (p * values).sum((*_axes(sources), -1))
