"""Total correlation, dual total correlation and O-information of jointly Gaussian variables, in bits, in closed form.

The entropy of a Gaussian is 1/2 log det of its covariance and a constant that cancels here. What the three quantities
say is told in ``multivariate``, their counterpart for tables. Of samples, give ``covariance_of(x)``, by their normal
scores if they are not Gaussian, and their number, which takes the bias away.
"""

from __future__ import annotations

import numpy as np

from coral_viz.pid.gaussian_closed_form import SINGULAR, checked
from coral_viz.pid.gaussian_estimate import correlation_of, log_determinant_bias, samples
from coral_viz.pid.information import BIT


def gaussian_total_correlation(covariance, sizes=None, *, n: int | None = None):
    """TC = sum of H(X_i) - H(X_1, ..., X_M) in bits.

    Args:
        covariance: shape batch axes + (d, d), not singular.
        sizes: dimensions of the M >= 2 variables, whose sum is d; one each where None.
        n: number of samples behind the covariance, d + 2 at least, whose bias is subtracted (exactly for Gaussian
            samples); the result may then be below 0. None: the covariance is exact.

    Returns:
        Bits, shape of the batch axes (a float for a single covariance).

    Raises:
        ValueError: a covariance that is not finite, symmetric, of that shape and positive definite; other sizes; too
            few samples.
    """
    alone, _, joint = _entropies(covariance, sizes, n)
    return (alone.sum(0) - joint)[()]


def gaussian_dual_total_correlation(covariance, sizes=None, *, n: int | None = None):
    """DTC = H(X_1, ..., X_M) - sum of H(X_i | all others) in bits; arguments as for ``gaussian_total_correlation``."""
    _, others, joint = _entropies(covariance, sizes, n)
    return (others.sum(0) - (len(others) - 1) * joint)[()]


def gaussian_o_information(covariance, sizes=None, *, n: int | None = None):
    """TC - DTC in bits, positive where redundancy prevails; arguments as for ``gaussian_total_correlation``."""
    return gaussian_total_correlation(covariance, sizes, n=n) - gaussian_dual_total_correlation(covariance, sizes, n=n)


def covariance_of(x, *, copula: bool = False) -> np.ndarray:
    """Correlations (d, d) of samples (n, d), which tell as much as covariances do; with ``copula`` of normal scores."""
    return correlation_of(samples(x), copula)


def _entropies(covariance, sizes, n):
    """Entropies in bits, up to what cancels: of each variable, of all but each, of all."""
    correlation = checked(covariance)
    d = correlation.shape[-1]
    sizes = np.ones(d, dtype=int) if sizes is None else np.asarray(sizes)
    if sizes.ndim != 1 or sizes.dtype.kind not in "iu" or len(sizes) < 2 or (sizes < 1).any() or sizes.sum() != d:
        raise ValueError(
            f"Two or more sizes, each at least 1, must sum to the {d} variables, but sizes={sizes.tolist()}."
        )
    if n is not None and n < d + 2:
        raise ValueError(f"{d} dimensions need at least {d + 2} samples, not n={n}.")
    least = np.linalg.eigvalsh(correlation).min(initial=1.0)
    if least < SINGULAR:
        raise ValueError(
            f"The covariance is singular, so that the variables share infinitely much: eigenvalue {least:.2g}."
        )
    owner = np.repeat(np.arange(len(sizes)), sizes)

    def entropy(kept):
        block = correlation[..., kept, :][..., kept]
        bias = 0.0 if n is None else log_determinant_bias(int(kept.sum()), n)
        return np.linalg.slogdet(block)[1] / 2 / BIT - bias

    alone = np.stack([entropy(owner == i) for i in range(len(sizes))])
    others = np.stack([entropy(owner != i) for i in range(len(sizes))])
    return alone, others, entropy(owner >= 0)
