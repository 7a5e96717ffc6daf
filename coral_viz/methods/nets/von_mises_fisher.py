"""Random directions around a mean direction: the von Mises-Fisher distribution, whose density is exp(kappa cosine)."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

GRID, QUANTILES = 20_000, 4096


class VonMisesFisher(nn.Module):
    """Draws unit vectors around mean directions of E numbers, with concentration kappa: (B, E) -> (B, E).

    The cosine w with the mean has the density exp(kappa w) (1 - w^2)^((E - 3) / 2) and is drawn from a table of its
    quantiles. The orthogonal component has a uniform direction. Draws use torch's random state and are differentiable
    in the means.
    """

    def __init__(self, dim: int, concentration: float):
        super().__init__()
        cosines = torch.from_numpy(_cosines(dim, concentration)).float()
        self.cosines: Tensor
        self.register_buffer("cosines", cosines, persistent=False)

    def forward(self, mean: Tensor) -> Tensor:
        mean = F.normalize(mean.float() if mean.dtype in (torch.bfloat16, torch.float16) else mean, dim=-1)
        place = mean.new_empty(len(mean), 1).uniform_(0, QUANTILES - 1)
        low = place.long().clamp(max=QUANTILES - 2)
        cosine = torch.lerp(self.cosines[low].to(mean), self.cosines[low + 1].to(mean), place - low)
        noise = torch.randn_like(mean)
        across = F.normalize(noise - (noise * mean).sum(-1, keepdim=True) * mean, dim=-1)
        return cosine * mean + (1 - cosine.square()).clamp(min=0).sqrt() * across


def _cosines(dim: int, concentration: float) -> np.ndarray:
    """Quantiles of the cosine w, ascending. t = kappa (1 - w) has density exp(-t) (t (2 - t / kappa))^((E - 3) / 2)."""
    end = min(2 * concentration, dim + 12 * dim**0.5 + 40)
    t = end * ((np.arange(GRID) + 0.5) / GRID) ** 2  # finer near 0, where the density of few numbers is largest
    log_density = -t + (dim - 3) / 2 * np.log(t * (2 - t / concentration)) + np.log(t) / 2  # of the grid's own spacing
    mass = np.cumsum(np.exp(log_density - log_density.max()))
    share = (mass - mass[0] / 2) / mass[-1]
    return 1 - np.interp((np.arange(QUANTILES) + 0.5) / QUANTILES, share, t)[::-1] / concentration
