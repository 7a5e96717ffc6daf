"""What many variables share beyond pairs: total correlation, dual total correlation and their difference, in bits.

There is no target: each axis of a joint table p[x1, ..., xM] is one variable. A bit that all M variables copy counts
M-1 times in the total correlation and once in the dual; a bit of parity, which only all M hold together, counts once in
the total correlation and M-1 times in the dual. So the sign of their difference tells which of the two prevails.
"""

from __future__ import annotations

import numpy as np

from coral_viz.pid.information import entropy, table


def total_correlation(p) -> float:
    """TC = sum of H(X_i) - H(X_1, ..., X_M) (Watanabe 1960): how far the variables are from independent.

    Args:
        p: probabilities or counts, one axis a variable, at least two.

    Returns:
        Bits; 0 for independent variables, the mutual information for two.

    Raises:
        ValueError: a bad table.
    """
    p = _joint(p)
    return float(sum(entropy(p.sum(_others(p, i))) for i in range(p.ndim)) - entropy(p, None))


def dual_total_correlation(p) -> float:
    """DTC = H(X_1, ..., X_M) - sum of H(X_i | all others) (Han 1978): the uncertainty no variable has alone.

    Argument, unit and errors as for ``total_correlation``; 0 for independent variables, the mutual information for two.
    """
    p = _joint(p)
    return float(sum(entropy(p.sum(i), None) for i in range(p.ndim)) - (p.ndim - 1) * entropy(p, None))


def o_information(p) -> float:
    """Omega = TC - DTC (Rosas, Mediano, Gastpar and Jensen 2019, arXiv 1902.11239), in bits.

    Positive: redundancy prevails among the variables. Negative: synergy does. 0 for two variables, whatever they share.
    For three it is the co-information. Argument and errors as for ``total_correlation``.
    """
    return total_correlation(p) - dual_total_correlation(p)


def _joint(p) -> np.ndarray:
    return table(p, max(np.ndim(p), 2))


def _others(p, i: int) -> tuple[int, ...]:
    return tuple(axis for axis in range(p.ndim) if axis != i)
