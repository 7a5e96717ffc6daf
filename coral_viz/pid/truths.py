"""Sources whose atoms about a label are known exactly, to test estimators.

A truth is a product of independent blocks with two fair label values each, and atoms add over independent products
(Bertschinger et al., "Quantifying unique information", Entropy 2014). A block's latents have one dimension per source.
``Truth.sample`` hides them among nuisance dimensions, behind a rotation, an invertible warp and another rotation, none
of which changes an atom.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, reduce
from typing import NamedTuple

import numpy as np
from scipy.special import expit, log_expit

from coral_viz.pid.arguments import check_whole
from coral_viz.pid.atoms import Atoms


class Latents(NamedTuple):
    """Latent samples: sources (n, k1) and (n, k2), labels (n,), exact posteriors (n, classes)."""

    source_1: np.ndarray
    source_2: np.ndarray
    label: np.ndarray
    posterior_1: np.ndarray
    posterior_2: np.ndarray
    posterior_12: np.ndarray


@dataclass(frozen=True)
class Truth:
    """A distribution of two sources and a label with its exact BROJA atoms in bits.

    Attributes:
        atoms: the exact decomposition.
        classes: number of label values, equally likely.
        latents: (generator, n) -> ``Latents``.
    """

    atoms: Atoms
    classes: int
    latents: Callable[[np.random.Generator, int], Latents]

    def sample(self, n: int, seed: int, dimensions: int = 32) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Embeddings z1, z2 of shape (n, dimensions) and labels (n,), from a seed."""
        check_whole(n, 1, "A sample needs at least 1 row")
        rng = np.random.default_rng(seed)
        drawn = self.latents(rng, n)
        return hide(drawn.source_1, dimensions, rng), hide(drawn.source_2, dimensions, rng), drawn.label

    def __mul__(self, other: Truth) -> Truth:
        """The independent product: sources side by side, the pair of labels as one label, atoms added."""

        def latents(rng, n):
            a, b = self.latents(rng, n), other.latents(rng, n)
            x1, x2 = (np.concatenate(pair, axis=1) for pair in zip(a[:2], b[:2]))
            p1, p2, p12 = (np.einsum("ni,nj->nij", *pair).reshape(n, -1) for pair in zip(a[3:], b[3:]))
            return Latents(x1, x2, a.label * other.classes + b.label, p1, p2, p12)

        redundancy, unique_1, unique_2, synergy = (self.atoms.as_array() + other.atoms.as_array()).tolist()
        atoms = Atoms(redundancy, unique_1, unique_2, synergy, source="exact")
        return Truth(atoms, self.classes * other.classes, latents)


def hide(latents: np.ndarray, dimensions: int, rng: np.random.Generator) -> np.ndarray:
    """Latents (n, k) as an embedding (n, dimensions): nuisance added, rotated, warped by x + sin(x)/2, rotated again.

    Every step is invertible and the nuisance is independent, so no atom changes.
    """
    n, k = latents.shape
    if dimensions < k:
        raise ValueError(f"A source of this truth has {k} latent dimensions, more than the {dimensions} asked for.")
    nuisance = rng.normal(size=(n, dimensions - k))
    first, second = (np.linalg.qr(rng.normal(size=(dimensions, dimensions)))[0] for _ in range(2))
    rotated = np.concatenate([latents, nuisance], axis=1) @ first
    return (rotated + np.sin(rotated) / 2) @ second


def gaussian_shift(d1: float, d2: float, correlation: float = 0.0) -> Truth:
    """A fair binary label shifts the mean of each source by d_i standard deviations.

    x_i | y ~ N(+-d_i/2, 1), with the given correlation of the two noises. The ROC curve of the larger shift is above
    that of the smaller, so the source with the smaller shift has no unique information, and redundancy equals its
    information. The shift of both sources together is d with d^2 = delta' Sigma^-1 delta.

    Raises:
        ValueError: if a shift is not finite, or the correlation is outside [-1, 1], or makes the label a noiseless
            function of the sources.
    """
    if not (np.isfinite(d1) and np.isfinite(d2)):
        raise ValueError(f"Shifts must be finite, but d1 = {d1} and d2 = {d2}.")
    if not -1 <= correlation <= 1:
        raise ValueError(f"The correlation must lie in [-1, 1], but is {correlation}.")
    if abs(correlation) == 1 and d1 != correlation * d2:
        raise ValueError(f"A correlation of {correlation} needs d1 = {correlation} * d2, but d1 = {d1} and d2 = {d2}.")
    delta = np.array([d1, d2])
    covariance = np.array([[1, correlation], [correlation, 1]])
    weights = np.linalg.pinv(covariance) @ delta
    i1, i2, i12 = (_shift_information(d) for d in (d1, d2, np.sqrt(weights @ delta)))
    atoms = Atoms(min(i1, i2), max(i1 - i2, 0.0), max(i2 - i1, 0.0), i12 - max(i1, i2), source="exact")

    def latents(rng, n):
        label = rng.integers(0, 2, n)
        common, own = rng.normal(size=(2, n))
        noise = np.stack([common, correlation * common + np.sqrt(1 - correlation**2) * own], axis=1)
        x = (label[:, None] - 0.5) * delta + noise
        return Latents(
            x[:, :1], x[:, 1:], label, *(_binary(odds) for odds in (d1 * x[:, 0], d2 * x[:, 1], x @ weights))
        )

    return Truth(atoms, 2, latents)


def noisy_xor(d1: float, d2: float) -> Truth:
    """The label is the exclusive or of two fair bits, each of which shifts one source by d_i standard deviations.

    Neither source alone is informative, so all of I(X1,X2;Y) is synergy.
    """
    points, weights = _normal_quadrature()
    # Given that both bits are 1 the label is 0; the other three cases mirror this one.
    odds_1, odds_2 = d1 * (d1 / 2 + points)[:, None], d2 * (d2 / 2 + points)
    log_posterior = _log_2cosh((odds_1 + odds_2) / 2) - _log_2cosh(odds_1 / 2) - _log_2cosh(odds_2 / 2)
    synergy = 1 + weights @ log_posterior @ weights / np.log(2)
    atoms = Atoms(0.0, 0.0, 0.0, float(synergy), source="exact")

    def latents(rng, n):
        bits = rng.integers(0, 2, (n, 2))
        x = (bits - 0.5) * [d1, d2] + rng.normal(size=(n, 2))
        same = np.tanh(d1 * x[:, 0] / 2) * np.tanh(d2 * x[:, 1] / 2)
        joint = np.stack([1 + same, 1 - same], axis=1) / 2
        nothing = np.full((n, 2), 0.5)
        return Latents(x[:, :1], x[:, 1:], bits[:, 0] ^ bits[:, 1], nothing, nothing, joint)

    return Truth(atoms, 2, latents)


def _binary(log_odds: np.ndarray) -> np.ndarray:
    """Posterior (n, 2) from the log odds of label 1."""
    return expit(np.stack([-log_odds, log_odds], axis=1))


def _log_2cosh(x: np.ndarray) -> np.ndarray:
    return np.logaddexp(x, -x)


@cache
def _normal_quadrature() -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Hermite nodes and weights of a standard normal."""
    points, weights = np.polynomial.hermite_e.hermegauss(160)
    return points, weights / weights.sum()


def _shift_information(d: float) -> float:
    """I(T;Y) in bits for a fair label and T | Y ~ N(+-d/2, 1)."""
    points, weights = _normal_quadrature()
    return max(0.0, float(1 + weights @ log_expit(d * (d / 2 + points)) / np.log(2)))


_TRUTHS = {
    "redundant": [gaussian_shift(2, 2)],
    "suppressor": [gaussian_shift(1.5, 0, correlation=0.8)],
    "xor": [noisy_xor(3, 3)],
    "two_bit": [gaussian_shift(2.5, 0), gaussian_shift(0, 2.5)],
    "mixture": [gaussian_shift(3, 3, correlation=1.0), gaussian_shift(3, 0), noisy_xor(3, 3)],
}


def names() -> list[str]:
    """The names that ``load`` takes."""
    return list(_TRUTHS)


def load(name: str) -> Truth:
    """One of the named truths.

    ``redundant`` (R and S), ``suppressor`` (U1, and S because source 2 knows the noise of source 1), ``xor`` (S),
    ``two_bit`` (U1 and U2, four classes), ``mixture`` (R, U1 and S, eight classes).
    """
    if name not in _TRUTHS:
        raise ValueError(f"There is no truth {name!r}; there are {', '.join(_TRUTHS)}.")
    return reduce(Truth.__mul__, _TRUTHS[name])
