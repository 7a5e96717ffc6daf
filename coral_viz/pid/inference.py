"""Bias correction and intervals of estimates from counts; tests are in ``significance``.

The choices here are based on measurements with tables of 4 x 4 x 2 (``python -m coral_viz bench coverage``):

* Plug-in atoms are biased upwards. The bias of synergy is largest, that of I(X1,X2;Y), about cells / (4 n ln 2) bits
  for two classes. With about 10 samples per cell or more, extrapolation to infinite n from the sample, its halves and
  its quarters removes it.
* Percentile intervals of a bootstrap never include a true value of 0, because every replicate is biased upwards. Normal
  intervals around the bias-corrected value do, after clipping at 0, but their upper ends are too low near 0, where
  percentiles are correct. So the lower end is that of the normal interval, and the upper end the larger of the two.
* In sparse tables, a bootstrap underestimates the bias of S. So the interval includes 0 if the test does not reject
  S = 0.
"""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Callable
from statistics import NormalDist

import numpy as np

from coral_viz.pid.arguments import check_whole
from coral_viz.pid.atoms import Atoms
from coral_viz.pid.broja_solver import broja
from coral_viz.pid.information import BIT, entropy
from coral_viz.pid.posteriors import Informations
from coral_viz.pid.significance import LARGEST, TOLERANCE, checked_counts, synergy_p_value

# Samples per cell below which the synergy of a table is mostly bias.
DENSE = 4


def bias_corrected(counts: np.ndarray, *, method: str = "quadratic", seed: int = 0) -> Atoms:
    """Atoms in bits of a table of counts (n1, n2, ny), without the leading bias of the plug-in.

    Args:
        counts: how often each (x1, x2, y) was seen. Time and memory depend on the cells, not on the samples.
        method: "quadratic" extrapolates all four informations in 1/n from the sample, its halves and its quarters
            (Strong et al., PRL 1998), for about 10 samples a cell or more. "miller-madow" subtracts
            (cells - rows - columns + 1) / (2 n ln 2) from the three mutual informations, counting what occurs (Miller
            1955; Panzeri and Treves 1996); it adds no variance and does not correct the union information. With both,
            informations are clipped to between 0 and H(Y) of the sample.
        seed: of the random halves and quarters.

    Raises:
        ValueError: for an unknown method, or a table that does not hold whole counts of at least 4 samples.

    Warns:
        UserWarning: if the table has fewer than 4 samples per cell.
    """
    counts = checked_counts(counts)
    warn_if_sparse(counts)
    return _bias_corrected(counts, method, seed)


def infer(counts: np.ndarray, *, level: float = 0.95, replicates: int = 200, seed: int = 0) -> Atoms:
    """Bias-corrected atoms of counts (n1, n2, ny) with intervals, and a p-value for S = 0.

    Returns:
        Atoms whose ``low`` and ``high`` (4,) cover each atom with probability ``level``, and whose ``p`` is
        (nan, nan, nan, p-value of S = 0). Bootstrap: multinomial samples from the table.

    Raises:
        ValueError: as ``bias_corrected``; a level outside (0, 1); fewer than 20 replicates.

    Warns:
        UserWarning: if the table has fewer than 4 samples per cell.
    """
    counts = checked_counts(counts)
    check_interval(level, replicates)
    warn_if_sparse(counts)
    drawn = np.random.default_rng(seed).multinomial(counts.sum(), counts.ravel() / counts.sum(), size=replicates)
    drawn = broja(drawn.reshape(-1, *counts.shape), batch_axes=1, tol=TOLERANCE).as_array()
    point, plug_in = _bias_corrected(counts, "quadratic", seed), broja(counts, tol=TOLERANCE).as_array()
    ceiling = largest_entropy(counts.sum((0, 1)), level)
    low, high = _interval(point.as_array(), plug_in, drawn, level, point.gap, ceiling)
    p = synergy_p_value(counts, replicates=replicates, seed=seed)
    if p > 1 - level:
        low[3] = 0.0
    return dataclasses.replace(point, low=low, high=high, p=np.array([np.nan, np.nan, np.nan, p]))


def infer_rows(
    estimate: Callable[[np.ndarray], Informations],
    n: int,
    source: str,
    *,
    point: Atoms | None = None,
    slack: np.ndarray | float = 0.0,
    floor: np.ndarray | float = 0.0,
    ceiling: float = np.inf,
    level: float = 0.95,
    replicates: int = 200,
    seed: int = 0,
    groups: np.ndarray | None = None,
) -> Atoms:
    """Atoms with intervals from any estimator that maps row numbers of n samples to ``Informations``.

    The bootstrap resamples rows and groups posteriors again, but does not refit classifiers. ``p`` is NaN, as a test
    would need new fits. Intervals do not include the ``gap`` of the estimate, a worst case of the grouping.

    Args:
        estimate: from row numbers to informations.
        n: the number of samples.
        source: of the atoms, in words.
        point: the estimate that the intervals are for, if ``estimate`` is a faster and coarser one.
        slack: per atom (4,), bits by which intervals are extended for the error of classifiers.
        floor: per atom (4,), bits that could remain undetected; upper ends are at least as large.
        ceiling: the maximum of the label's information; upper ends are at most as large.
        level: nominal coverage of each interval.
        replicates: of the bootstrap.
        seed: of the bootstrap.
        groups: (n,); rows of one group are resampled together.
    """
    check_interval(level, replicates)
    rng = np.random.default_rng(seed)
    coarse = estimate(np.arange(n)).atoms(source)
    point = coarse if point is None else point
    members = None if groups is None else [np.flatnonzero(groups == group) for group in np.unique(groups)]

    def resampled() -> np.ndarray:
        if members is None:
            return rng.integers(0, n, n)
        return np.concatenate([members[i] for i in rng.integers(0, len(members), len(members))])

    drawn = np.stack([estimate(resampled()).atoms(source).as_array() for _ in range(replicates)], axis=1)
    atoms = point.as_array()
    drawn += (atoms - coarse.as_array())[:, None]
    low, high = _interval(atoms, atoms, drawn, level, slack, ceiling)
    high = np.maximum(high, np.minimum(floor, ceiling))
    return dataclasses.replace(point, low=low, high=high, p=np.full(4, np.nan))


def largest_entropy(counts: np.ndarray, level: float) -> float:
    """Upper confidence bound in bits of H(Y), hence of every atom, given the counts of classes.

    It is the entropy of the sample plus its bias (Miller 1955) and a multiple of its standard error, at most log2 of
    the number of classes.
    """
    frequencies = counts[counts > 0] / counts.sum()
    bias = (len(frequencies) - 1) / (2 * counts.sum() * BIT)
    spread = np.sqrt(max(0.0, frequencies @ np.log2(frequencies) ** 2 - entropy(frequencies) ** 2) / counts.sum())
    bound = entropy(frequencies) + bias + NormalDist().inv_cdf((1 + level) / 2) * spread
    return float(min(np.log2(len(frequencies)), bound))


def undetectable(parameters: np.ndarray, n: int) -> np.ndarray:
    """Information in bits that a classifier with ``parameters`` parameters may fail to detect in n samples.

    A likelihood-ratio test of k parameters needs (z sqrt(2k) + z^2) / (2 n ln 2) bits to reject the hypothesis of no
    information, with z = 1.645. Classifiers that are regularised or selected on held-out samples need up to twice as
    much (measured with weak shifts in 16 to 256 dimensions).
    """
    z = NormalDist().inv_cdf(0.95)
    return (2 * z * np.sqrt(2 * parameters) + z**2) / (2 * n * BIT)


def undetectable_interaction(first: int, second: int, n: float) -> float:
    """Information in bits that only both sources tell and that n samples can hide, as an exclusive or does.

    Products of d1 columns of noise with d2 others, correlated with a contrast between classes, have singular values up
    to (sqrt(d1) + sqrt(d2)) / sqrt(n). The product of one direction of each source shows beyond that, at its square
    over 2 ln 2 bits. Half of the samples count, as candidates are compared on so many. ``first`` and ``second``: the
    parameters of a linear classifier of each source, dimensions times contrasts.
    """
    return float((np.sqrt(first) + np.sqrt(second)) ** 2 / (n * BIT))


def check_interval(level: float, replicates: int) -> None:
    """ValueError for a level outside (0, 1), or too few replicates."""
    if not 0 < level < 1:
        raise ValueError(f"The level of an interval must lie in (0, 1), but is {level}.")
    check_whole(replicates, 20, "An interval needs at least 20 replicates")


def warn_if_sparse(counts: np.ndarray) -> None:
    """UserWarning if a table (n1, n2, ny) counts fewer than ``DENSE`` samples per cell."""
    per_cell = counts.sum() / counts.size
    if per_cell < DENSE:
        shape = " x ".join(map(str, counts.shape))
        message = f"The table of {shape} has {per_cell:.2g} samples per cell; below {DENSE} its synergy is mostly bias."
        warnings.warn(message, UserWarning, stacklevel=3)


def _interval(atoms, plug_in, drawn, level: float, pad, ceiling: float) -> tuple[np.ndarray, np.ndarray]:
    """Ends in [0, ceiling] from bootstrap atoms (4, replicates) of a plug-in (4,), padded, with ``atoms`` inside."""
    centre = 2 * plug_in - drawn.mean(1)
    reach = NormalDist().inv_cdf((1 + level) / 2) * drawn.std(1, ddof=1)
    percentile = np.quantile(drawn, (1 + level) / 2, axis=1)
    low = np.minimum(centre - reach - pad, atoms)
    high = np.maximum(np.minimum(np.maximum(centre + reach, percentile) + pad, ceiling), atoms)
    return np.maximum(low, 0.0), high


def _bias_corrected(counts: np.ndarray, method: str, seed: int) -> Atoms:
    if method == "quadratic":
        corrected = _extrapolated(counts, np.random.default_rng(seed))
    elif method == "miller-madow":
        corrected = _miller_madow(counts)
    else:
        raise ValueError(f"There is no bias correction {method!r}; there are 'quadratic' and 'miller-madow'.")
    return corrected.atoms(f"BROJA of counts, {method} bias correction")


def _informations(tables: np.ndarray) -> Informations:
    """Plug-in informations of tables (..., n1, n2, ny)."""
    atoms = broja(tables, batch_axes=tables.ndim - 3, tol=TOLERANCE)
    joint = atoms.information
    known = Informations(atoms.information_1, atoms.information_2, joint - atoms.synergy, joint, atoms.gap)
    return known._replace(entropy=entropy(tables.sum((-3, -2)) / tables.sum((-3, -2, -1))[..., None]))


def _extrapolated(counts: np.ndarray, rng: np.random.Generator, partitions: int = 8) -> Informations:
    """Value at 1/n = 0 of the parabola through the sample, its halves and its quarters, averaged over partitions."""
    halves = _halved(counts, rng, partitions).reshape(-1, *counts.shape)
    quarters = np.concatenate([_halved(half, rng) for half in halves])
    whole, half, quarter = (_informations(tables) for tables in (counts, halves, quarters))
    first, second, union, joint = (
        (8 * one - 6 * two.mean() + four.mean()) / 3 for one, two, four in zip(whole[:4], half[:4], quarter[:4])
    )
    return Informations(first, second, union, joint, whole.gap, whole.entropy)


def _halved(counts: np.ndarray, rng: np.random.Generator, times: int = 1) -> np.ndarray:
    """Random halves of the samples behind counts, and the other halves: shape (2, times) + counts.shape, or (2, ...).

    Tables are drawn, not samples, so that a million of these cost what a hundred do.
    """
    n, cells = counts.sum(), counts.ravel()
    if n < LARGEST:
        one = rng.multivariate_hypergeometric(cells, n // 2, size=times, method="marginals")
    else:
        one = rng.binomial(cells, 0.5, size=(times, len(cells)))
    return np.concatenate([one, cells - one]).reshape(-1, *counts.shape)


def _miller_madow(counts: np.ndarray) -> Informations:
    plug_in = _informations(counts)
    tables = counts.sum(1), counts.sum(0), counts.reshape(-1, counts.shape[-1])
    first, second, joint = (_first_order_bias(table) for table in tables)
    return plug_in._replace(first=plug_in.first - first, second=plug_in.second - second, joint=plug_in.joint - joint)


def _first_order_bias(table: np.ndarray) -> float:
    """Bias in bits of the plug-in mutual information of counts (rows, columns), to first order in 1/n."""
    cells, rows, columns = (np.count_nonzero(x) for x in (table, table.sum(1), table.sum(0)))
    return (cells - rows - columns + 1) / (2 * table.sum() * BIT)
