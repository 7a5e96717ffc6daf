"""Total correlation, dual total correlation and their difference, the O-information, in bits.

There is no target; each axis of a joint table p[x1, ..., xM] is a variable. A bit that all M variables copy counts M-1
times in the total correlation and once in the dual. A parity bit of all M variables counts once in the total
correlation and M-1 times in the dual. So the sign of the difference shows whether redundancy or synergy prevails.

Several axes may form one variable (``groups``), and others may be conditioned on (``given``): then each entropy H(X) is
H(X, Z) - H(Z).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np

from coral_viz.pid.information import entropy, table

Groups = Sequence[Sequence[int]]


def total_correlation(p, groups: Groups | None = None, *, given: Sequence[int] = ()) -> float:
    """TC = sum of H(X_i) - H(X_1, ..., X_M) (Watanabe 1960): how far the variables are from independent.

    Args:
        p: probabilities or counts, one axis a variable, at least two.
        groups: axes that count as one variable each, such as [(0, 1), (2,)]; every axis by itself where None. Axes in
            no group are summed out.
        given: axes to condition on.

    Returns:
        Bits; 0 for independent variables, the mutual information for two.

    Raises:
        ValueError: a bad table, fewer than two groups, an axis that does not exist or is named twice.
    """
    found = _entropies(p, groups, given)
    return float(sum(found.alone) - found.joint)


def dual_total_correlation(p, groups: Groups | None = None, *, given: Sequence[int] = ()) -> float:
    """DTC = H(X_1, ..., X_M) - sum of H(X_i | all others) (Han 1978): the part of the entropy that variables share.

    Arguments, unit and errors as for ``total_correlation``; 0 for independent variables, the mutual information for
    two.
    """
    found = _entropies(p, groups, given)
    return float(sum(found.others) - (len(found.others) - 1) * found.joint)


def o_information(p, groups: Groups | None = None, *, given: Sequence[int] = ()) -> float:
    """Omega = TC - DTC (Rosas, Mediano, Gastpar and Jensen 2019, arXiv 1902.11239), in bits.

    Positive: redundancy prevails among the variables. Negative: synergy does. 0 for two variables, whatever they share.
    For three it is the co-information. Arguments and errors as for ``total_correlation``.
    """
    return total_correlation(p, groups, given=given) - dual_total_correlation(p, groups, given=given)


class _Entropies(NamedTuple):
    """Entropies in bits, given what is known: of each variable, of all but each, of all."""

    alone: list[float]
    others: list[float]
    joint: float


def _entropies(p, groups: Groups | None, given: Sequence[int]) -> _Entropies:
    p = table(p, max(np.ndim(p), 2))
    given = np.ravel(given).tolist()
    groups = [(axis,) for axis in range(p.ndim) if axis not in given] if groups is None else groups
    groups = [tuple(np.ravel(group).tolist()) for group in groups]
    named = [axis for group in (*groups, given) for axis in group]
    if any(axis not in range(p.ndim) for axis in named) or len(set(named)) < len(named) or not all(map(len, groups)):
        raise ValueError(f"Groups and given must name axes 0 to {p.ndim - 1}, each once, but are {groups} and {given}.")
    if len(groups) < 2:
        raise ValueError(f"Two or more variables can share information, but here is {len(groups)}: {list(groups)}.")

    def conditional(*chosen: Sequence[int]) -> float:
        return _joint(p, [*given, *chain(*chosen)]) - _joint(p, given)

    others = [conditional(*groups[:i], *groups[i + 1 :]) for i in range(len(groups))]
    return _Entropies([conditional(group) for group in groups], others, conditional(*groups))


def _joint(p, axes: Sequence[int]) -> float:
    """Entropy in bits of some axes together."""
    return float(entropy(p.sum(tuple(axis for axis in range(p.ndim) if axis not in axes)), None))
