"""How a modality of ``factors`` shows its latents: as points on circles, one circle for every class.

A *look* is ``sum_f A_f (cos(phi) a_f + sin(phi) b_f) + noise``, with a_f and b_f the plane of latent f's class. Planes
are orthogonal, drawn once per world, and scaled so that three latents of amplitude 1 give numbers of mean square 1.
The phase phi, uniform on (-alpha, alpha) and fresh for every latent of every look, is the nuisance that views change
and a linear readout cannot undo. Looks of a sample share its latents and the planes, nothing else.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class Circles:
    """One modality: the latents it shows, their planes (latent, class, cos or sin, size), how it looks at them.

    amplitudes: (latent, 1). looks: how many of them a sample has, each of ``size`` numbers. warp: a fixed invertible
    map x + warp sin(x) of every number.
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
        """Looks at samples of these latents, (n, looks, size)."""
        shape, device = (len(phases), self.looks, self.planes.shape[-1]), self.planes.device
        x = torch.randn(shape, generator=generator, device=device) * self.sigma
        if self.names:
            classes = torch.stack([latents[name] for name in self.names], 1)
            circle = torch.stack([phases.cos(), phases.sin()], -1) * self.amplitudes
            chosen = F.one_hot(classes, self.planes.shape[1])[:, None, :, :, None]
            x = x + (chosen * circle.unsqueeze(-2)).flatten(2) @ self.planes.flatten(0, 2)
        return x + self.warp * x.sin() if self.warp else x
