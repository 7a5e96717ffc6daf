"""How sure an estimate is: bias correction, intervals and tests, all seeded and solved in batches.

What decides the choices here, measured on tables of 4 x 4 x 2 (``python -m coral_viz bench coverage``):

* Plug-in atoms are biased upwards, synergy most: it inherits the bias of I(X1,X2;Y), about cells / (4 n ln 2) bits for
  two classes. Extrapolating to infinite n from the sample, its halves and its quarters removes that from about 10
  samples a cell on.
* Percentile intervals of a bootstrap never reach down to an atom that is truly 0, because every replicate is biased up.
  A normal interval around the bias-corrected value does, once clipped at 0; but near 0 it is too short upwards, where
  the percentile is right. So the lower end is the one and the upper end the larger of the two.
* Shuffling X2 within classes is no null for S = 0: it changes R and U as well. The optimal coupling keeps both and has
  no synergy at all, so samples from it are.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from statistics import NormalDist

import numpy as np

from coral_viz.pid.atoms import Atoms
from coral_viz.pid.broja import broja
from coral_viz.pid.information import mutual_information
from coral_viz.pid.posteriors import Informations

# Gap of the solver in bits: no sample knows its atoms to anything like this.
TOLERANCE = 1e-5


def bias_corrected(counts: np.ndarray, *, method: str = "quadratic", seed: int = 0) -> Atoms:
    """Atoms in bits of a table of counts (n1, n2, ny), without the leading bias of the plug-in.

    Args:
        counts: how often each (x1, x2, y) was seen.
        method: "quadratic" extrapolates all four informations in 1/n from the sample, its halves and its quarters
            (Strong et al., PRL 1998), for about 10 samples a cell or more. "miller-madow" subtracts
            (cells - rows - columns + 1) / (2 n ln 2) from the three mutual informations, counting what occurs (Miller
            1955; Panzeri and Treves 1996); it has no variance of its own, and leaves the union as it is.
        seed: of the random halves and quarters.

    Raises:
        ValueError: for an unknown method, or a table that does not hold whole counts of at least 4 samples.
    """
    counts = _checked(counts)
    if method == "quadratic":
        corrected = _extrapolated(counts, np.random.default_rng(seed))
    elif method == "miller-madow":
        corrected = _miller_madow(counts)
    else:
        raise ValueError(f"There is no bias correction {method!r}; there are 'quadratic' and 'miller-madow'.")
    return corrected.atoms(f"BROJA of counts, {method} bias correction")


def infer(counts: np.ndarray, *, level: float = 0.95, replicates: int = 200, seed: int = 0) -> Atoms:
    """Bias-corrected atoms of counts (n1, n2, ny) with intervals, and a p-value for S = 0.

    Returns:
        Atoms whose ``low`` and ``high`` (4,) cover each atom with probability ``level``, and whose ``p`` is
        (nan, nan, nan, p-value of S = 0). Bootstrap: multinomial samples from the table.

    Raises:
        ValueError: as ``bias_corrected``; a level outside (0, 1); fewer than 20 replicates.
    """
    counts = _checked(counts)
    check_interval(level, replicates)
    drawn = _resampled(counts, replicates, np.random.default_rng(seed))
    point, plug_in = bias_corrected(counts, seed=seed), broja(counts, tol=TOLERANCE).as_array()
    with_interval = _with_interval(point, plug_in, broja(drawn, tol=TOLERANCE).as_array(), level, point.gap)
    p = synergy_p_value(counts, replicates=replicates, seed=seed)
    return dataclasses.replace(with_interval, p=np.array([np.nan, np.nan, np.nan, p]))


def infer_rows(
    estimate: Callable[[np.ndarray], Informations],
    n: int,
    source: str,
    *,
    slack: np.ndarray | float = 0.0,
    level: float = 0.95,
    replicates: int = 200,
    seed: int = 0,
) -> Atoms:
    """Atoms with intervals from any estimator that maps row numbers of n samples to ``Informations``.

    Rows are resampled with replacement and posteriors grouped anew, but classifiers are not fitted again: what the
    bootstrap cannot know of their error is to be given as ``slack`` in bits, per atom (4,). The ``gap`` of the
    estimate, a worst case of the grouping, pads no interval. ``p`` is NaN: a null would need new fits.
    """
    check_interval(level, replicates)
    rng = np.random.default_rng(seed)
    point = estimate(np.arange(n)).atoms(source)
    drawn = [estimate(rng.integers(0, n, n)).atoms(source).as_array() for _ in range(replicates)]
    with_interval = _with_interval(point, point.as_array(), np.stack(drawn, axis=1), level, slack)
    return dataclasses.replace(with_interval, p=np.full(4, np.nan))


def synergy_p_value(counts: np.ndarray, *, replicates: int = 200, seed: int = 0) -> float:
    """p-value of S = 0 given counts (n1, n2, ny): parametric bootstrap from the optimal coupling.

    The coupling keeps the (X1,Y) and (X2,Y) tables, so R, U1 and U2, and its synergy is 0 by definition. Each replicate
    resamples the table, finds its coupling and samples from that. The coupling of the one table at hand would not do:
    which of its cells are empty is uncertain too, and to ignore it rejects a true null up to three times too often.
    """
    counts = _checked(counts)
    rng = np.random.default_rng(seed)
    couplings = broja(_resampled(counts, replicates, rng), tol=TOLERANCE, coupling=True).coupling
    cells = np.maximum(couplings, 0.0).reshape(replicates, -1)
    null = rng.multinomial(int(counts.sum()), cells / cells.sum(1, keepdims=True)).reshape(couplings.shape)
    return _exceedance(broja(null, tol=TOLERANCE).synergy, broja(counts, tol=TOLERANCE).synergy)


def information_p_values(counts: np.ndarray, *, replicates: int = 200, seed: int = 0) -> tuple[float, float, float]:
    """p-values of I(X1;Y) = 0, I(X2;Y) = 0 and I(X1,X2;Y) = 0 given counts (n1, n2, ny), by shuffling Y."""
    counts = _checked(counts)
    rng = np.random.default_rng(seed)
    n1, n2, ny = counts.shape
    pairs, labels = (np.repeat(np.arange(n1 * n2), counts.sum(2).ravel()), np.repeat(np.arange(ny), counts.sum((0, 1))))
    shuffled = [np.bincount(pairs * ny + rng.permutation(labels), minlength=counts.size) for _ in range(replicates)]
    shuffled = np.reshape(shuffled, (-1, n1, n2, ny)) / counts.sum()
    observed = counts / counts.sum()

    def p_value(marginal):
        return _exceedance(mutual_information(marginal(shuffled)), mutual_information(marginal(observed[None]))[0])

    return (
        p_value(lambda table: table.sum(2)),
        p_value(lambda table: table.sum(1)),
        p_value(lambda table: table.reshape(-1, n1 * n2, ny)),
    )


def check_interval(level: float, replicates: int) -> None:
    """ValueError unless a bootstrap of so many replicates has an interval of that level."""
    if not 0 < level < 1:
        raise ValueError(f"The level of an interval must lie in (0, 1), but is {level}.")
    if replicates < 20:
        raise ValueError(f"An interval needs at least 20 replicates, not {replicates}.")


def _resampled(counts: np.ndarray, replicates: int, rng: np.random.Generator) -> np.ndarray:
    """Multinomial samples (replicates, n1, n2, ny) of as many counts, at their frequencies."""
    n = int(counts.sum())
    return rng.multinomial(n, counts.ravel() / n, size=replicates).reshape(-1, *counts.shape)


def _exceedance(null: np.ndarray, observed: float) -> float:
    """Share of null values at least as large, the observed one counted among them, so that it is never 0."""
    return float((1 + np.sum(null >= observed - 1e-12)) / (1 + len(null)))


def _with_interval(point: Atoms, plug_in: np.ndarray, drawn: np.ndarray, level: float, pad) -> Atoms:
    """Interval from bootstrap atoms (4, replicates) of a plug-in (4,), padded, with the point inside."""
    centre = 2 * plug_in - drawn.mean(1)
    reach = NormalDist().inv_cdf((1 + level) / 2) * drawn.std(1, ddof=1)
    percentile = np.quantile(drawn, (1 + level) / 2, axis=1)
    atoms = point.as_array()
    low = np.minimum(centre - reach - pad, atoms)
    high = np.maximum(np.maximum(centre + reach, percentile) + pad, atoms)
    return dataclasses.replace(point, low=np.maximum(low, 0.0), high=high)


def _informations(tables: np.ndarray) -> Informations:
    """Plug-in informations of tables (..., n1, n2, ny)."""
    atoms = broja(tables, tol=TOLERANCE)
    joint = atoms.information
    return Informations(atoms.information_1, atoms.information_2, joint - atoms.synergy, joint, atoms.gap)


def _extrapolated(counts: np.ndarray, rng: np.random.Generator, partitions: int = 8) -> Informations:
    """Value at 1/n = 0 of the parabola through the sample, its halves and its quarters, averaged over partitions."""
    samples = np.repeat(np.arange(counts.size), counts.ravel())
    parts = [np.array_split(rng.permutation(samples), 4) for _ in range(partitions)]
    quarters = np.array([[np.bincount(part, minlength=counts.size) for part in four] for four in parts])
    quarters = quarters.reshape(partitions, 4, *counts.shape)
    whole, half, quarter = (_informations(x) for x in (counts, quarters[:, ::2] + quarters[:, 1::2], quarters))
    values = [(8 * one - 6 * two.mean() + four.mean()) / 3 for one, two, four in zip(whole[:4], half[:4], quarter[:4])]
    return Informations(*values, gap=whole.gap)


def _miller_madow(counts: np.ndarray) -> Informations:
    plug_in = _informations(counts)
    tables = counts.sum(1), counts.sum(0), counts.reshape(-1, counts.shape[-1])
    first, second, joint = (_first_order_bias(table) for table in tables)
    return plug_in._replace(first=plug_in.first - first, second=plug_in.second - second, joint=plug_in.joint - joint)


def _first_order_bias(table: np.ndarray) -> float:
    """Bias in bits of the plug-in mutual information of counts (rows, columns), to first order in 1/n."""
    cells, rows, columns = (np.count_nonzero(x) for x in (table, table.sum(1), table.sum(0)))
    return (cells - rows - columns + 1) / (2 * table.sum() * np.log(2))


def _checked(counts: np.ndarray) -> np.ndarray:
    counts = np.asarray(counts)
    if counts.ndim != 3:
        raise ValueError(f"Counts must have shape (n1, n2, ny), but have {counts.shape}.")
    if not (np.isfinite(counts).all() and (counts >= 0).all() and (counts == np.floor(counts)).all()):
        raise ValueError("Counts must be whole numbers, none negative: probabilities say nothing of the sample size.")
    if counts.sum() < 4:
        raise ValueError(f"Inference needs at least 4 samples, but the table counts {int(counts.sum())}.")
    return counts.astype(int)
