"""How a modality of ``factors`` encodes its latents: as points on circles, one circle for every class.

A *look* is ``sum_f A_f (cos(phi) a_f + sin(phi) b_f) + noise``, with a_f and b_f the plane of latent f's class. Planes
are orthogonal, drawn once per seed, and scaled so that three latents of amplitude 1 give numbers of mean square 1.
The phase phi, uniform on (-alpha, alpha) and fresh for every latent of every look, is the nuisance that views change
and a linear readout cannot undo. Looks of one sample share only the latents and the planes.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
import torch
from scipy.special import roots_legendre
from torch import Tensor

LEAST_SIGMA = 1e-3
"""With less noise a look is certain to machine precision."""


@dataclass(frozen=True)
class Circles:
    """How one modality encodes its latents.

    Attributes:
        names: of the latents that it encodes.
        planes: (latent, class, cos or sin, size).
        amplitudes: (latent, 1).
        looks: how many looks a sample has, each of ``size`` numbers.
        alpha: the phase is uniform on (-alpha, alpha).
        sigma: standard deviation of the noise.
        warp: strength of a fixed invertible map of every number, x + warp sin(x).
    """

    names: tuple[str, ...]
    planes: Tensor
    amplitudes: Tensor
    looks: int
    alpha: float
    sigma: float
    warp: float

    @classmethod
    def draw(cls, rng: np.random.Generator, shown: dict[str, float], classes: int, size: int, device, **how) -> Circles:
        """Random planes for latents and their amplitudes; ``how``: looks, alpha, sigma, warp.

        ``size`` must be at least 2 * classes * latents, or the planes could not be orthogonal.
        """
        need = 2 * classes * len(shown)
        basis = np.linalg.qr(rng.normal(size=(size, max(need, 1))))[0].T[:need] * math.sqrt(size / 3)
        planes = torch.tensor(basis.reshape(len(shown), classes, 2, size), dtype=torch.float32, device=device)
        loudness = torch.tensor(list(shown.values()), device=device)
        return cls(tuple(shown), planes, loudness[:, None], **how)

    def phases(self, n: int, generator: torch.Generator) -> Tensor:
        """Fresh phases of n samples, (n, looks, latents)."""
        shape = (n, self.looks, len(self.names))
        return (2 * torch.rand(shape, generator=generator, device=self.planes.device) - 1) * self.alpha

    def observe(self, latents: dict[str, Tensor], phases: Tensor, generator: torch.Generator) -> Tensor:
        """Looks of samples with these latents, (n, looks, size)."""
        shape, device = (len(phases), self.looks, self.planes.shape[-1]), self.planes.device
        x = torch.randn(shape, generator=generator, device=device) * self.sigma
        if self.names:
            classes = torch.stack([latents[name] for name in self.names], 1)
            circle = torch.stack([phases.cos(), phases.sin()], -1) * self.amplitudes
            every = torch.arange(self.planes.shape[1], device=device)
            chosen = (classes.unsqueeze(-1) == every)[:, None, :, :, None]
            x = x + (chosen * circle.unsqueeze(-2)).flatten(2) @ self.planes.flatten(0, 2)
        return x + self.warp * x.sin() if self.warp else x

    def log_likelihoods(self, x: Tensor) -> Tensor:
        """log p(look | latent = k) up to a constant of the look, (n, looks, latents, classes), float64; x as observed.

        The planes are orthogonal, so the latents decouple. The phase is integrated out.
        """
        x = _unwarped(x.double().reshape(len(x), self.looks, -1), self.warp)
        along = torch.einsum("nls,fkcs->nlfkc", x, self.planes.double())
        evidence = along * self.amplitudes.double().unsqueeze(-1) / max(self.sigma, LEAST_SIGMA) ** 2
        return _log_mean_over_phase(evidence, self.alpha)


def _log_mean_over_phase(evidence: Tensor, alpha: float) -> Tensor:
    """log of the mean over phi in (-alpha, alpha) of exp(a cos(phi) + b sin(phi)); (n, ..., 2) holds a, b.

    For alpha = pi this is log I0 of the radius; else Gauss's rule, with more nodes for narrower peaks (512 at most,
    which resolve sigma >= .02).
    """
    radius = evidence.norm(dim=-1)
    if alpha == math.pi:
        return torch.special.i0e(radius).log() + radius
    widest = float(radius.max()) if radius.numel() else 0.0
    nodes, weights = _gauss(min(24 + 8 * math.ceil(alpha * math.sqrt(widest) / 2), 512)) if alpha else _gauss(1)
    wave = torch.tensor(np.stack([np.cos(nodes * alpha), np.sin(nodes * alpha)]), device=evidence.device)
    share = torch.tensor(np.log(weights), device=evidence.device)
    return torch.cat([(chunk @ wave + share).logsumexp(-1) for chunk in evidence.split(64)])


@functools.lru_cache
def _gauss(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes on (-1, 1) and weights that sum to 1."""
    nodes, weights = roots_legendre(count)
    return nodes, weights / 2


def _unwarped(y: Tensor, warp: float) -> Tensor:
    """Invert y = x + warp sin(x) by bisection (the map is increasing for warp < 1)."""
    low, high = y - warp, y + warp
    for _ in range(60 if warp else 0):
        middle = (low + high) / 2
        above = middle + warp * middle.sin() > y
        low, high = torch.where(above, low, middle), torch.where(above, middle, high)
    return (low + high) / 2
