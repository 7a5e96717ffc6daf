"""Total correlation, dual total correlation and O-information of jointly Gaussian variables, in bits, in closed form.

The entropy of a Gaussian is 1/2 log det of its covariance plus a constant that cancels here. ``multivariate``, the
counterpart for tables, explains the three quantities. For samples, pass ``covariance_of(x)``, with ``copula`` if they
are not Gaussian, and the number of samples, to correct the bias.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coral_viz.pid.gaussian_closed_form import SINGULAR, checked
from coral_viz.pid.gaussian_estimate import correlation_of, log_determinant_bias, samples
from coral_viz.pid.information import BIT


def gaussian_total_correlation(covariance, sizes=None, *, given: Sequence[int] = (), n: int | None = None):
    """TC = sum of H(X_i) - H(X_1, ..., X_M) in bits.

    Args:
        covariance: shape batch axes + (d, d), not singular.
        sizes: dimensions of the variables side by side, whose sum is d; one each where None.
        given: numbers, from 0, of the variables to condition on; the other M >= 2 are compared.
        n: number of samples behind the covariance, d + 2 at least, whose bias is subtracted (exactly for Gaussian
            samples); the result may then be below 0. None: the covariance is exact.

    Returns:
        Bits, shape of the batch axes (a float for a single covariance).

    Raises:
        ValueError: a covariance that is not finite, symmetric, of that shape and positive definite; other sizes; too
            few samples; variables to condition on that do not exist or leave fewer than two.
    """
    alone, _, joint = _entropies(covariance, sizes, given, n)
    return (alone.sum(0) - joint)[()]


def gaussian_dual_total_correlation(covariance, sizes=None, *, given: Sequence[int] = (), n: int | None = None):
    """DTC = H(X_1, ..., X_M) - sum of H(X_i | all others) in bits; arguments as for ``gaussian_total_correlation``."""
    _, others, joint = _entropies(covariance, sizes, given, n)
    return (others.sum(0) - (len(others) - 1) * joint)[()]


def gaussian_o_information(covariance, sizes=None, *, given: Sequence[int] = (), n: int | None = None):
    """TC - DTC in bits, positive where redundancy prevails; arguments as for ``gaussian_total_correlation``."""
    total = gaussian_total_correlation(covariance, sizes, given=given, n=n)
    return total - gaussian_dual_total_correlation(covariance, sizes, given=given, n=n)


def covariance_of(x, *, copula: bool = False) -> np.ndarray:
    """Correlations (d, d) of samples (n, d), which have the same informations as covariances.

    With ``copula`` they are those of normal scores. ValueError for fewer than two samples.
    """
    x = samples(x)
    if len(x) < 2:
        raise ValueError(f"A covariance needs at least two samples, but x has shape {x.shape}.")
    return correlation_of(x, copula)


def _entropies(covariance, sizes, given: Sequence[int], n):
    """Entropies in bits, up to what cancels, given what is known: of each variable, of all but each, of all."""
    correlation = checked(covariance)
    d = correlation.shape[-1]
    sizes = np.ones(d, dtype=int) if sizes is None else np.asarray(sizes)
    if sizes.ndim != 1 or sizes.dtype.kind not in "iu" or len(sizes) < 2 or (sizes < 1).any() or sizes.sum() != d:
        raise ValueError(
            f"Two or more sizes, each at least 1, must sum to the {d} variables, but sizes={sizes.tolist()}."
        )
    given = np.ravel(given).tolist()
    free = [i for i in range(len(sizes)) if i not in given]
    if len(free) != len(sizes) - len(given) or len(free) < 2:
        raise ValueError(
            f"given={list(given)} must name some of the variables 0 to {len(sizes) - 1} once and leave two or more."
        )
    if n is not None and not (isinstance(n, int | np.integer) and n >= d + 2):
        raise ValueError(f"{d} dimensions need at least {d + 2} samples, not n={n}.")
    least = np.linalg.eigvalsh(correlation).min(initial=1.0)
    if least < SINGULAR:
        raise ValueError(
            f"The covariance is singular, so that the variables share infinitely much: eigenvalue {least:.2g}."
        )
    owner = np.repeat(np.arange(len(sizes)), sizes)

    def entropy(variables):
        kept = np.isin(owner, variables)
        block = correlation[..., kept, :][..., kept]
        bias = 0.0 if n is None else log_determinant_bias(int(kept.sum()), int(n))
        return np.linalg.slogdet(block)[1] / 2 / BIT - bias

    known, every = entropy(list(given)), list(range(len(sizes)))
    alone = np.stack([entropy([*given, i]) - known for i in free])
    others = np.stack([entropy([j for j in every if j != i]) - known for i in free])
    return alone, others, entropy(every) - known
