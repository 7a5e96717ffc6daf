"""Views of one's own data, by kind of modality: label-preserving augmentations of standardised inputs.

What is NaN stays NaN: in a sequence those are steps of padding.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from coral_viz.options import Options, option
from coral_viz.tasks.views import augment


@dataclass(frozen=True)
class Dials(Options):
    """The dials of one's own data: which data, and what views change."""

    content: str = option("", "hash of the data: other data are another run")
    noise: float = option(0.1, "standard deviation of the noise on vectors and sequences (data: 1)", low=0.0)
    feature_drop: float = option(0.1, "share of a vector's features that a view sets to their mean", low=0.0, high=1.0)
    step_drop: float = option(0.8, "most of a sequence's steps that a view sets to their mean", low=0.0, high=1.0)
    crop: float = option(0.08, "smallest share of an image that a view shows", low=1e-6, high=1.0)


def view(kind: str, x: Tensor, generator: torch.Generator, dials: Dials) -> Tensor:
    """One view of inputs (n, ...): vectors (n, d), sequences (n, T, d), or images (n, 3, S, S) in [0, 1]."""
    if kind == "image":
        return augment(x, generator, crop=dials.crop, normalised=True)
    if kind == "vector":
        keep = torch.rand(x.shape, generator=generator, device=x.device) >= dials.feature_drop
    else:
        share = dials.step_drop * torch.rand(len(x), 1, 1, generator=generator, device=x.device)
        keep = torch.rand(*x.shape[:2], 1, generator=generator, device=x.device) >= share
    return x * keep + dials.noise * torch.randn(x.shape, generator=generator, device=x.device)
