"""Gaussian atoms of samples, bias-corrected and with intervals, and the Gaussian copula for other distributions.

A sample covariance has a Wishart distribution, so the bias of a log-determinant is known exactly for any covariance
(``log_determinant_bias``), and so is that of every mutual information. The union information is no function of
determinants: if both sources are equally informative in a direction of the target, its unique atoms are |log d| of pure
noise. The bias of the union comes from a parametric bootstrap, Wishart draws from the estimate, whose cost does not
depend on the number of samples.

The remaining bias is positive and at most about as large as the bias that was removed. It is largest if the sources are
equally informative in many directions. So intervals are extended by this amount, downwards for unique atoms and upwards
for the others. On seven Gaussian truths of 3 to 15 dimensions with 30 to 2 000 samples, 98 % of 6 720 intervals at
level 95 % covered; for the worst case, the synergy of two equally good sources with 100 samples, 85 %.
"""

from __future__ import annotations

import dataclasses
from statistics import NormalDist

import numpy as np
from scipy.special import digamma, ndtri
from scipy.stats import rankdata

from coral_viz.pid.arguments import as_array
from coral_viz.pid.atoms import Atoms
from coral_viz.pid.broja_solver import atoms_of_union
from coral_viz.pid.gaussian_closed_form import channels_of, union_information
from coral_viz.pid.inference import check_interval
from coral_viz.pid.information import BIT

CHUNK = 2_000_000
"""Floats in the covariances of one block of replicates."""


def gaussian_of_samples(
    z1, z2, y, *, copula: bool = False, replicates: int = 200, level: float = 0.95, seed: int = 0
) -> Atoms:
    """BROJA atoms of samples under the assumption that sources and target are jointly Gaussian, bias-corrected.

    For other data it measures linear dependence only, or monotone dependence with ``copula``.

    Args:
        z1, z2, y: samples of sources and of a continuous target, shapes (n, d1), (n, d2), (n, dy), or (n,) for one
            dimension; n at least d1 + d2 + dy + 2.
        copula: replace each variable by its normal scores first.
        replicates: Wishart draws for the bias and the intervals.
        level: probability with which each interval covers its atom.
        seed: of the draws.

    Returns:
        Atoms in bits with ``low`` and ``high``; ``p`` is NaN, for there is no test.

    Raises:
        ValueError: samples that are not finite real numbers, of unlike or too few rows; a covariance that ``gaussian``
            refuses; a level outside (0, 1); fewer than 20 replicates.
    """
    check_interval(level, replicates)
    columns = [samples(z, name) for z, name in ((z1, "z1"), (z2, "z2"), (y, "y"))]
    counts = [len(z) for z in columns]
    d1, d2, dy = (z.shape[1] for z in columns)
    if len(set(counts)) > 1:
        raise ValueError(f"z1, z2 and y need the same number of rows, but have {', '.join(map(str, counts))}.")
    if counts[0] < d1 + d2 + dy + 2:
        raise ValueError(f"{d1 + d2 + dy} dimensions need at least {d1 + d2 + dy + 2} samples, not {counts[0]}.")
    correlation = correlation_of(np.concatenate(columns, axis=1), copula)
    plug_in = _Plugin.of(correlation, d1, d2, counts[0])
    drawn = _replicates(correlation, d1, d2, counts[0], replicates, np.random.default_rng(seed))
    bias = drawn.excess.mean() - plug_in.excess
    point = plug_in.atoms(bias, f"BROJA, Gaussian{' copula' if copula else ''}, bias-corrected")
    chance = drawn.excess.std(ddof=1) / np.sqrt(replicates)
    return _with_interval(point, drawn.atoms(bias, "").as_array(), level, max(bias, 0.0), chance)


def normal_scores(x) -> np.ndarray:
    """Each column as a standard normal of the same ranks: the Gaussian copula (Ince et al. 2017).

    Args:
        x: samples of continuous variables, shape (n,) or (n, d). Equal values share their mean rank.
    """
    ranks = rankdata(x, axis=0)
    return ndtri(ranks / (len(ranks) + 1))


def samples(x, name: str = "x") -> np.ndarray:
    """Samples as an array (n, d) of floats; ValueError if they are not finite real numbers of that shape."""
    x = as_array(x, name)
    if x.dtype.kind not in "biuf":
        raise ValueError(f"{name} must hold real numbers, not {x.dtype}.")
    if x.ndim not in (1, 2) or not x.size:
        raise ValueError(f"{name} needs shape (n,) or (n, dimensions), but has {x.shape}.")
    if not np.isfinite(x).all():
        raise ValueError(f"{name} must be finite, but holds {x[~np.isfinite(x)][0]}.")
    return x.astype(float).reshape(len(x), -1)


def correlation_of(x, copula: bool = False) -> np.ndarray:
    """Correlations (d, d) of samples (n, d), of their normal scores if ``copula``; 0 for a constant."""
    x = normal_scores(x) if copula else x / np.maximum(np.abs(x).max(0), np.finfo(float).tiny)
    x = x - x.mean(0)
    size = np.sqrt((x**2).mean(0))
    varies = size > 1e-13
    x = np.where(varies, x / np.where(varies, size, 1.0), 0.0)
    return x.T @ x / len(x)


def log_determinant_bias(rank, n: int):
    """Bias in bits of 1/2 log2 det of a sample covariance of n samples and so many dimensions, a number or an array.

    For a sample covariance S with estimated mean, Wishart with n - 1 degrees of freedom, E log det S exceeds the truth
    by the sum over k = 1, ..., d of digamma((n - k) / 2) + log(2 / (n - 1)).
    """
    terms = np.arange(1, 1 + np.max(rank))
    each = (digamma((n - terms) / 2) + np.log(2 / (n - 1))) / 2 / BIT
    return np.concatenate([[0.0], np.cumsum(each)])[rank]


@dataclasses.dataclass
class _Plugin:
    """Informations (I1, I2, I12) of sample covariances, without their bias, and the union's excess, with it.

    The excess is that over the mean of I1 and I2; shapes of the batch axes.
    """

    informations: tuple
    excess: np.ndarray
    gap: np.ndarray

    @classmethod
    def of(cls, correlation, d1: int, d2: int, n: int):
        channels = channels_of(correlation, d1, d2)
        union, gap = union_information(*channels.left[:2])
        first, second, both = channels.informations
        dy = correlation.shape[-1] - d1 - d2
        unbiased = tuple(
            information - sum(log_determinant_bias(part, n) for part in (rank, dy)) + log_determinant_bias(rank + dy, n)
            for information, rank in zip((first, second, both), channels.ranks)
        )
        return cls(unbiased, union - (first + second) / 2, gap)

    def atoms(self, bias: float, source: str) -> Atoms:
        """Atoms after ``bias`` has been taken from the excess, within the bounds that the informations set."""
        first, second, both = (np.maximum(x, 0.0) for x in self.informations)
        both = np.maximum(both, np.maximum(first, second))
        union = (first + second) / 2 + self.excess - bias
        return atoms_of_union((first, second, both), union, self.gap, source=source)


def _replicates(correlation, d1: int, d2: int, n: int, replicates: int, rng) -> _Plugin:
    """The same of sample covariances drawn from this one."""
    block = max(1, CHUNK // correlation.size)
    drawn = [
        _Plugin.of(wishart(correlation, n, min(block, replicates - done), rng), d1, d2, n)
        for done in range(0, replicates, block)
    ]
    informations = tuple(np.concatenate(parts) for parts in zip(*(each.informations for each in drawn)))
    excess, gap = (np.concatenate([getattr(each, name) for each in drawn]) for name in ("excess", "gap"))
    return _Plugin(informations, excess, gap)


def wishart(covariance, n: int, size: int, rng) -> np.ndarray:
    """Sample covariances (size, d, d) of n Gaussian samples each, by Bartlett's decomposition; n > d."""
    d = len(covariance)
    spread, axes = np.linalg.eigh(covariance)
    lower = np.tril(rng.normal(size=(size, d, d)), -1)
    index = np.arange(d)
    lower[:, index, index] = np.sqrt(rng.chisquare(n - 1 - index, size=(size, d)))
    root = (axes * np.sqrt(np.maximum(spread, 0.0))) @ lower
    return root @ root.mT / (n - 1)


def _with_interval(point: Atoms, drawn, level: float, left: float, chance: float) -> Atoms:
    """Interval from bootstrap atoms (4, replicates), with the point inside.

    ``left`` is the bias that may be left, ``chance`` the standard error of what was taken off.
    """
    atoms, width = point.as_array(), NormalDist().inv_cdf((1 + level) / 2)
    down, up = (left * np.array(atom) + width * chance for atom in ([0, 1, 1, 0], [1, 0, 0, 1]))
    centre, reach = 2 * atoms - drawn.mean(1), width * drawn.std(1, ddof=1)
    low = np.minimum(centre - reach, atoms) - down
    high = np.maximum(np.maximum(centre + reach, np.quantile(drawn, (1 + level) / 2, axis=1)), atoms) + up
    return dataclasses.replace(point, low=np.maximum(low, 0.0), high=high, p=np.full(4, np.nan))
