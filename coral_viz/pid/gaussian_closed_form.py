"""BROJA of jointly Gaussian sources and target, of any dimensions, in closed form.

Among all couplings of Gaussian (X1,Y) and (X2,Y), a Gaussian one has the least information about Y, because among all
distributions with a given covariance the Gaussian leaves Y most uncertain (Venkatesh, Gurushankar and Schamberg,
"Capturing and interpreting unique information", ISIT 2023; Venkatesh et al., "Gaussian partial information
decomposition: bias correction and application to high-dimensional data", NeurIPS 2023; Zhao et al., NeurIPS 2025).
These authors optimise it by gradient descent. It has a closed form:

A Gaussian channel from Y is, up to equivalence, the covariance P that it leaves of Y. It can be garbled into another
exactly if its P is smaller in the order of positive matrices. So couplings are the P below both P1 = Cov(Y|X1) and
P2 = Cov(Y|X2), and the union information is 1/2 log det Cov(Y) - 1/2 log det P for the largest of them:

    maximise   log det P   subject to   P <= P1,  P <= P2.

Some T turns both into diagonal matrices, P1 = T T' and P2 = T diag(d) T', d the generalised eigenvalues of (P2, P1).
By Hadamard's inequality the determinant of W = T^-1 P T'^-1 is at most the product of its diagonal, whose entries are
at most min(1, d). W = diag(min(1, d)) attains that: each direction of the target is told by whoever knows it better,

    unique_1 = 1/2 sum max(0, log d),    unique_2 = 1/2 sum max(0, -log d)    (nats).

For a target of one dimension this is the minimum mutual information (Barrett 2015): the smaller unique atom is 0.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from coral_viz.pid.arguments import as_array
from coral_viz.pid.atoms import Atoms
from coral_viz.pid.broja_solver import atoms_of_union
from coral_viz.pid.information import BIT

SINGULAR = 1e-9
"""Eigenvalues of a correlation matrix, or shares of variance, below this leave float64 too few digits."""


class Channels(NamedTuple):
    """Conditional covariances of a target with covariance I given the sources, and the ranks of the sources.

    Attributes:
        left: Cov(Y|X1), Cov(Y|X2) and Cov(Y|X1,X2), shapes batch axes + (dy, dy).
        ranks: of the covariances of X1, X2 and (X1,X2), shapes of the batch axes.
    """

    left: tuple[np.ndarray, np.ndarray, np.ndarray]
    ranks: tuple[np.ndarray, np.ndarray, np.ndarray]

    @property
    def informations(self):
        """I(X1;Y), I(X2;Y) and I(X1,X2;Y) in bits."""
        return tuple(-np.linalg.slogdet(left)[1] / 2 / BIT for left in self.left)


def gaussian(covariance, d1: int, d2: int) -> Atoms:
    """BROJA atoms of Gaussian sources and a Gaussian target.

    Args:
        covariance: of (X1, X2, Y), shape batch axes + (d, d). Sources may be singular, as copies of each other are.
        d1, d2: dimensions of the sources; the other d - d1 - d2 variables are the target.

    Returns:
        Atoms in bits, each field of the shape of the batch axes (floats for a single covariance). ``gap`` is the
        distance to the dual bound, about 1e-13 because of rounding.

    Raises:
        ValueError: a covariance that is not finite, symmetric, positive semidefinite and of that shape; a target with a
            singular covariance; sources that determine a part of the target, so that information is infinite; or a
            source that is singular up to rounding.

    >>> sum_of_two = np.array([[1, 0, 1], [0, 1, 1], [1, 1, 3.0]])  # Y = X1 + X2 + noise, all of variance 1
    >>> gaussian(sum_of_two, 1, 1)
    Atoms(redundancy=0.292, unique_1=0, unique_2=0, synergy=0.5, gap=0, source='BROJA, Gaussian')
    """
    channels = channels_of(checked(covariance), d1, d2)
    union, gap = union_information(*channels.left[:2])
    return atoms_of_union(channels.informations, union, gap, source="BROJA, Gaussian")


def channels_of(correlation, d1: int, d2: int) -> Channels:
    """The sources as channels from the target whitened; errors as for ``gaussian``, but for what ``checked`` raises."""
    d = correlation.shape[-1]
    whole = all(isinstance(size, int | np.integer) for size in (d1, d2))
    if not (whole and d1 >= 1 and d2 >= 1 and d1 + d2 < d):
        raise ValueError(f"Sources of dimensions d1={d1} and d2={d2} leave no target in a covariance of {d} variables.")
    spread, axes = np.linalg.eigh(correlation[..., d1 + d2 :, d1 + d2 :])
    if (spread < SINGULAR).any():
        raise ValueError(
            f"The covariance of the target is singular: its correlations have eigenvalue {spread.min():.2g}."
        )
    whiten = axes / np.sqrt(spread)[..., None, :]
    parts = {"Source 1": np.s_[:d1], "Source 2": np.s_[d1 : d1 + d2], "The pair of sources": np.s_[: d1 + d2]}
    found = []
    for name, part in parts.items():
        cross = correlation[..., part, d1 + d2 :] @ whiten
        found.append(_channel(correlation[..., part, part], cross, name))
    return Channels(*map(tuple, zip(*found)))


def _channel(source, cross, name: str):
    """Cov(Y|X) and the rank of Cov(X), from Cov(X) and Cov(X, Y) with Y white."""
    spread, axes = np.linalg.eigh(source)
    none = _nothing(source)
    if ((spread > none) & (spread < SINGULAR)).any():
        smallest = spread[spread > none].min()
        raise ValueError(f"{name} has correlations with eigenvalue {smallest:.2g}, too near to singular for float64.")
    known = spread > none
    told = np.where(known, 1.0 / np.sqrt(np.where(known, spread, 1.0)), 0.0)[..., None] * (axes.mT @ cross)
    left = np.eye(cross.shape[-1]) - told.mT @ told
    least = np.linalg.eigvalsh(left).min(initial=1.0)
    if least < SINGULAR:
        raise ValueError(
            f"{name} leaves {max(least, 0):.2g} of the variance of the target in some direction: the information is "
            "infinite, or too large for float64."
        )
    return left, known.sum(-1)


def union_information(p1, p2):
    """min over couplings of I(X1,X2;Y) in bits, and how far it is from its dual bound.

    Args:
        p1, p2: Cov(Y|X1) and Cov(Y|X2) of a white target, shapes batch axes + (dy, dy).

    For any positive L1 and L2 with sum L, log det P <= tr(L P) - log det L - dy <= tr(L1 P1 + L2 P2) - log det L - dy.
    """
    lower = np.linalg.cholesky(p1)
    inverse = np.linalg.inv(lower)
    d, axes = np.linalg.eigh(inverse @ p2 @ inverse.mT)
    to, back = lower @ axes, axes.mT @ inverse  # T and its inverse
    best = (to * np.minimum(d, 1.0)[..., None, :]) @ to.mT
    prices = [(back.mT * share[..., None, :]) @ back for share in (d >= 1.0, (d < 1.0) / d)]
    bound = np.einsum("...ij,...ij->...", prices[0], p1) + np.einsum("...ij,...ij->...", prices[1], p2)
    bound = bound - np.linalg.slogdet(prices[0] + prices[1])[1] - d.shape[-1]
    size = np.linalg.slogdet(best)[1]
    beyond = [np.linalg.eigvalsh(back @ (best - p) @ back.mT).max(-1) for p in (p1, p2)]
    shrink = d.shape[-1] * np.maximum(0.0, np.maximum(*beyond)) / np.minimum(d, 1.0).min(-1)
    union = -size / 2 / BIT
    return union, np.maximum(bound - size + shrink, 0.0) / 2 / BIT


def checked(covariance):
    """The correlation matrices of covariances, shape batch axes + (d, d); ValueError if they are none."""
    found = as_array(covariance, "A covariance")
    if found.dtype.kind not in "biuf":
        raise ValueError(f"A covariance must hold real numbers, not {found.dtype}.")
    if found.ndim < 2 or found.shape[-1] != found.shape[-2] or not found.shape[-1]:
        raise ValueError(f"A covariance needs shape batch axes + (d, d), but this one has {found.shape}.")
    if not np.isfinite(found).all():
        raise ValueError(f"A covariance must be finite, but this one holds {found[~np.isfinite(found)][0]}.")
    slack = _nothing(found)
    found = found.astype(float)
    variance = np.einsum("...ii->...i", found)
    if (variance < 0).any():
        raise ValueError(f"Variances must not be negative, but the covariance holds {variance.min():.3g}.")
    scale = np.sqrt(np.where(variance > 0, variance, 1.0))
    found = found / scale[..., None] / scale[..., None, :]
    apart = np.abs(found - found.mT).max(initial=0.0)
    if apart > 100 * slack:
        raise ValueError(f"A covariance must be symmetric, but this one is off by {apart:.2g} of its variances.")
    found = (found + found.mT) / 2
    least = np.linalg.eigvalsh(found).min(initial=0.0)
    if least < -slack:
        raise ValueError(
            f"A covariance must be positive semidefinite, but its correlations have eigenvalue {least:.2g}."
        )
    return found


def _nothing(matrix) -> float:
    """The size of rounding errors in eigenvalues of a correlation matrix."""
    kind = matrix.dtype if matrix.dtype.kind == "f" else np.dtype(float)
    return 20 * matrix.shape[-1] * float(np.finfo(kind).eps)
