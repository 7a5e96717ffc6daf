"""Atoms of two sources about a label from held-out class posteriors: posterior-BROJA.

Redundancy and the unique atoms depend on the sources only through p(x1, y) and p(x2, y), and p(y | x) is a sufficient
statistic for y, so each source may be replaced by its posterior, however many dimensions it had (Bertschinger et al.,
"Quantifying unique information", Entropy 2014; Rauh et al., "Unique information and secret key decompositions", 2017).
Three steps lead from predictions to bits:

1. Recalibrate the predictions on the labels (``calibration``). Afterwards all three posteriors agree on p(y), as BROJA
   requires, and the information each implies, H(Y) - mean H(t), *is* its held-out cross-entropy lower bound.
2. Turn each single source into a distribution p(t, y) by spreading every sample over the labels as its posterior says.
   Two classes need no binning (the hull of two ROC curves is exact); more are grouped into cells of similar posteriors.
3. The union information of the two gives R, U1 and U2; what the joint posterior tells beyond the union is S.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from coral_viz.pid import binary
from coral_viz.pid.arguments import as_array, check_whole
from coral_viz.pid.atoms import Atoms, Bits
from coral_viz.pid.broja_solver import broja
from coral_viz.pid.calibration import implied_information, recalibrate
from coral_viz.pid.grouping import group
from coral_viz.pid.information import entropy
from coral_viz.pid.samples import codes

# Predictions are kept at least this far from 0, so that one confident mistake costs at most 20 bits.
FLOOR = 1e-6
# The solver may be this far from the optimum: far less than what a sample can tell.
TOLERANCE = 1e-4
# Cells a source is first grouped into; the gap in bits for which more are taken; and the largest table for that.
CELLS, GAP, LARGEST = 32, 0.02, 30_000


class Informations(NamedTuple):
    """The informations behind an estimate in bits, floats or arrays of one shape; atoms are differences of these.

    Attributes:
        first, second, joint: I(X1;Y), I(X2;Y) and I(X1,X2;Y).
        union: the least information of two sources with these pairwise distributions.
        gap: bound on the error of ``union`` due to solver and grouping.
        entropy: H(Y), which no source can exceed; infinite if it is not known.
        needed: approximate number of cells per source that would reduce ``gap`` to ``GAP``; 0 if it is small enough.
    """

    first: Bits
    second: Bits
    union: Bits
    joint: Bits
    gap: Bits = 0.0
    entropy: Bits = np.inf
    needed: float = 0.0

    def atoms(self, source: str) -> Atoms:
        """The decomposition, after clipping informations that noise made inconsistent.

        Then every information is between 0 and H(Y), the union is between the larger of the two and their sum, and the
        joint information is at least the union. So no atom is negative, and the sums hold exactly.
        """
        first, second = np.clip(self.first, 0.0, self.entropy), np.clip(self.second, 0.0, self.entropy)
        lowest, highest = np.maximum(first, second), np.minimum(first + second, self.entropy)
        union = np.clip(self.union, lowest, highest)
        joint = np.clip(self.joint, union, self.entropy)
        parts = (first + second - union, union - second, union - first, joint - union)
        gap = np.minimum(self.gap, np.maximum(union - lowest, highest - union))
        return Atoms.of(parts, gap=gap, source=source)


def information_from_posterior(t: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Lower bound on I(Z;Y) in bits from held-out predictions t (n, C) and labels y (n,), and its standard error.

    H(Y) minus the cross-entropy of the predictions: in expectation below the information by the mean Kullback-Leibler
    divergence between the true posterior and the prediction (Barber and Agakov, NeurIPS 2003). It is negative where the
    predictions are worse than the label frequencies. Predictions below ``FLOOR`` count as ``FLOOR``.
    """
    gained = pointwise_information(t, y)
    return float(gained.mean()), float(gained.std(ddof=1) / np.sqrt(len(gained)))


def pointwise_information(t: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Pointwise information of predictions about labels, log2 t[y] / p(y) in bits (n,); negative if misleading.

    Arguments as for ``information_from_posterior``, which is the mean. Samples are synergistic if the joint source has
    more pointwise information than either source alone.
    """
    t, y = _checked(t, y, "t")
    return np.log2(t[np.arange(len(y)), y] / (np.bincount(y) / len(y))[y])


class Union(NamedTuple):
    """Union information in bits: an estimate, guaranteed bounds, and the cells per source that would suffice."""

    value: float
    low: float
    high: float
    needed: float = 0.0


def atoms_from_posteriors(
    t1: np.ndarray,
    t2: np.ndarray,
    t12: np.ndarray,
    y: np.ndarray,
    *,
    weights: np.ndarray | None = None,
    cells: int | None = None,
    seed: int = 0,
) -> Atoms:
    """Atoms in bits from held-out posteriors of source 1, of source 2 and of the joint source.

    The joint source is assumed to contain both sources, so its posterior is the best log-linear pool of all three. S is
    at least 0, as the joint information is at least the union information.

    Args:
        t1, t2, t12: predictions p(y | z) on samples their classifier was not fitted to, each (n, C).
        y: labels (n,), integers below C or booleans, or C names, in sorted order those of the columns. Classes without
            a sample are dropped.
        weights: weights of the samples (n,), such as the inverse of their sampling probability; equal if None.
        cells: groups of posteriors per source, for more than two classes. By default 32, or more if this can reduce the
            gap to .02 bit.
        seed: of the grouping.

    Returns:
        Atoms. ``gap`` bounds the error due to grouping and solver, given the posteriors; it is 0 for two classes. If
        it is large, ``source`` says how many cells would be needed; with many classes that are often confused, as
        many as samples. The gap does not include errors of the posteriors; see ``inference`` for intervals.

    Raises:
        ValueError: for posteriors that are no distributions or of unequal shape, labels that do not match them, and
            fewer than 1 cell.
    """
    found = informations(t1, t2, t12, y, weights=weights, cells=cells, seed=seed)
    return found.atoms("BROJA of posteriors" + told_of_grouping(found))


def told_of_grouping(found: Informations) -> str:
    """A remark on a gap that is larger than ``GAP``, else ""."""
    if not found.needed:
        return ""
    left = found.atoms("").gap
    return f"; grouping leaves {left:.2g} bit open, {GAP:g} would take about {found.needed:.0f} cells per source"


def informations(
    t1, t2, t12, y, *, weights=None, cells: int | None = None, gap: float = GAP, seed: int = 0
) -> Informations:
    """The informations behind ``atoms_from_posteriors``, before they are made consistent; arguments as there.

    ``gap``: to reach, in bits, if ``cells`` is None.
    """
    if cells is not None:
        check_whole(cells, 1, "Posteriors are grouped into at least 1 cell")
    if not np.shape(t1) == np.shape(t2) == np.shape(t12):
        shapes = f"{np.shape(t1)}, {np.shape(t2)} and {np.shape(t12)}"
        raise ValueError(f"Posteriors must share one shape, but have {shapes}.")
    (t1, labels), (t2, _), (t12, _) = (_checked(t, y, name) for t, name in ((t1, "t1"), (t2, "t2"), (t12, "t12")))
    weights = relative(weights, labels)
    joint = implied_information(recalibrate([t12, t1, t2], labels, weights), weights)
    t1, t2 = recalibrate([t1], labels, weights), recalibrate([t2], labels, weights)
    union, low, high, needed = union_information(t1, t2, weights=weights, cells=cells, gap=gap, seed=seed)
    first, second = implied_information(t1, weights), implied_information(t2, weights)
    left = max(high - union, union - low)
    return Informations(first, second, union, joint, left, entropy(np.bincount(labels, weights) / len(labels)), needed)


def union_information(t1, t2, *, weights=None, cells: int | None = None, gap: float = GAP, seed: int = 0) -> Union:
    """BROJA union information in bits of two calibrated posteriors (n, C) with one mean.

    For two classes, value and bounds are equal. For more, grouping source i loses d_i = I(T_i;Y) - I(cell_i;Y) bits.
    The union of the cells is too low by between 0 and d_1 + d_2: under the optimal coupling of the cells, let each T_i
    depend on the rest only through its cell and Y; then I(T_1,T_2;Y) exceeds I(cell_1,cell_2;Y) by at most this much.
    The missing share of d_1 + d_2, typically between a quarter and a half, is estimated from coarser cells. The bounds
    are guaranteed but wide. The loss decreases as a power of the number of cells, about 2/(C - 1). If the estimated
    power predicts that a feasible number of cells reaches ``gap``, this number is used.
    """
    weights = np.ones(len(t1)) if weights is None else weights
    first, second = implied_information(t1, weights), implied_information(t2, weights)
    if t1.shape[1] == 2:
        share = (weights / len(t1))[:, None]
        union = float(binary.union_information(t1 * share, t2 * share))
        return Union(union, union, union)
    size = cells or CELLS
    coarse, fine = (_grouped_union(t1, t2, weights, number, seed) for number in (max(2, size // 2), size))
    needed = _needed(coarse, fine, gap)
    finest = int(np.sqrt(LARGEST / t1.shape[1]))
    if cells is None and size < needed <= finest:
        coarse, fine = fine, _grouped_union(t1, t2, weights, min(int(1.2 * needed), finest), seed)
        needed = _needed(coarse, fine, gap)
    low = max(first, second, fine.union - fine.gap)
    high = max(low, min(first + second, fine.union + fine.lost))
    share = np.clip((fine.union - coarse.union) / max(coarse.lost - fine.lost, TOLERANCE), 0.0, 1.0)
    value = float(np.clip(fine.union + share * fine.lost, low, high))
    needed = min(needed, len(t1))  # one a sample loses nothing
    return Union(value, low, high, needed if max(high - value, value - low) > gap else 0.0)


class _Grouped(NamedTuple):
    """Union information of grouped posteriors, what grouping lost of both informations, the solver's gap, the cells."""

    union: float
    lost: float
    gap: float
    cells: int


def _grouped_union(t1, t2, weights, cells: int, seed: int) -> _Grouped:
    rng = np.random.default_rng(seed)
    table_1, table_2 = (group(t, cells, rng, weights) for t in (t1, t2))
    atoms = broja(table_1[:, None] * table_2 / table_1.sum(0), tol=TOLERANCE)
    kept = atoms.information_1 + atoms.information_2
    lost = max(0.0, implied_information(t1, weights) + implied_information(t2, weights) - kept)
    return _Grouped(atoms.redundancy + atoms.unique_1 + atoms.unique_2, lost, atoms.gap, cells)


def _needed(coarse: _Grouped, fine: _Grouped, gap: float) -> float:
    """Cells that bring what is lost down to ``gap``, on the power law through two numbers of cells; 0 if fine does."""
    if fine.lost <= gap:
        return 0.0
    power = np.log(max(coarse.lost / fine.lost, 1.01)) / np.log(fine.cells / coarse.cells)
    return float(fine.cells * (fine.lost / gap) ** (1 / power))


def relative(weights, labels: np.ndarray) -> np.ndarray:
    """Weights of mean 1; ValueError unless they are finite, not negative, one a sample, and leave two classes."""
    if weights is None:
        return np.ones(len(labels))
    weights = as_array(weights, "The list of weights")
    if weights.dtype.kind not in "biuf" or weights.shape != labels.shape:
        kind = f"{weights.dtype} of shape {weights.shape}"
        raise ValueError(f"Weights must be real numbers of shape {labels.shape}, not {kind}.")
    if not (np.isfinite(weights).all() and (weights >= 0).all()):
        odd = weights[~(np.isfinite(weights) & (weights >= 0))][0]
        raise ValueError(f"Weights must be finite and not negative, but one is {odd}.")
    if not (np.bincount(labels, weights > 0) > 0).all():
        raise ValueError("Weights must leave something of every class, but all of one class are 0.")
    weights = weights / weights.max()  # so that no sum overflows
    return weights / weights.mean()


def _checked(t: np.ndarray, y: np.ndarray, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Posteriors as positive distributions over the classes that occur, and labels renumbered to match."""
    t, y = as_array(t, f"Posterior {name}"), as_array(y, "The list of labels")
    if t.dtype.kind not in "biuf":
        raise ValueError(f"Posterior {name} must hold real numbers, not {t.dtype}.")
    t = t.astype(float)
    if t.ndim != 2:
        raise ValueError(f"Posterior {name} must have shape (samples, classes), but has {t.shape}.")
    if y.shape != t.shape[:1]:
        raise ValueError(f"Labels must have shape ({len(t)},) to match {name}, but have {y.shape}.")
    if y.dtype.kind in "USO":
        y = codes(y, "Labels")
        names = y.max(initial=-1) + 1
        if names != t.shape[1]:
            told = f"but there are {names} names for the {t.shape[1]} columns of {name}"
            raise ValueError(f"Labels that are names stand for columns in sorted order, {told}.")
    if y.dtype.kind not in "biu":
        raise ValueError(f"Labels must be integers, not {y.dtype}.")
    y = y.astype(int)
    bad = np.flatnonzero(~(np.isfinite(t).all(1) & (t >= 0).all(1) & (np.abs(t.sum(1) - 1) < 1e-3)))
    if len(bad):
        raise ValueError(
            f"Each row of {name} must be a distribution over classes, but row {bad[0]} is {t[bad[0]].tolist()}."
        )
    classes, labels = np.unique(y, return_inverse=True)
    if len(classes) < 2:
        raise ValueError(f"Labels must have at least two classes, but have only {classes.tolist()}.")
    if classes[0] < 0 or classes[-1] >= t.shape[1]:
        raise ValueError(
            f"Labels must lie in 0..{t.shape[1] - 1} to match {name}, but lie in {classes[0]}..{classes[-1]}."
        )
    kept = np.maximum(t[:, classes], FLOOR)
    return kept / kept.sum(1, keepdims=True), labels
