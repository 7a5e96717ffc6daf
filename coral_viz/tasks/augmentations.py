"""Views of one's own data, by kind of modality: label-preserving augmentations of standardised inputs.

Sequences lose steps and get noise as in CoMM's experiments on MultiBench (arXiv 2409.07402), each with probability .5.
Images are augmented as in SimCLR (``views``). NaN, which marks padded steps of a sequence, stays NaN.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import torch
from torch import Tensor

from coral_viz.options import Options, option
from coral_viz.tasks.padding import is_padding
from coral_viz.tasks.views import augment

FEATURE_DROP = "share of the features that a view sets to their mean, in all steps of a sequence"


@dataclass(frozen=True)
class Dials(Options):
    """Settings of a task of one's own data: the data's hash, and the strength of each augmentation."""

    content: str = option("", "hash of the data; runs on other data have other ids")
    noise: float = option(0.1, "standard deviation of the noise on vectors and sequences", low=0.0)
    feature_drop: float = option(0.1, FEATURE_DROP, low=0.0, high=1.0)
    step_drop: float = option(
        0.8, "largest share of a sequence's steps that a view sets to their mean", low=0.0, high=1.0
    )
    step_crop: float = option(
        1.0,
        "smallest share of consecutive steps that a view keeps; others are set to their mean (1: all are kept; "
        "CoMM: .08)",
        low=0.0,
        high=1.0,
    )
    mix: float = option(
        0.0,
        "largest share of another sample that a view mixes into a vector or sequence; only for labels that allow it",
        low=0.0,
        high=1.0,
    )
    chance: float = option(0.5, "probability of each of these augmentations, per sample and view", low=0, high=1)
    crop: float = option(0.08, "smallest share of an image's area that a view shows", low=1e-6, high=1.0)


def view(kind: str, x: Tensor, generator: torch.Generator, dials: Dials) -> Tensor:
    """One view of inputs (n, ...): vectors (n, d), sequences (n, T, d), or images (n, 3, S, S) in [0, 1]."""
    if kind == "image":
        return augment(x, generator, crop=dials.crop, normalised=True)
    changes = (
        (mixed, features_dropped, noisy) if kind == "vector" else (mixed, cropped, dropped, features_dropped, noisy)
    )
    amounts = {mixed: dials.mix, cropped: dials.step_crop, dropped: dials.step_drop}
    amounts |= {features_dropped: dials.feature_drop, noisy: dials.noise}
    uniform = functools.partial(torch.rand, generator=generator, device=x.device)
    for change in changes:
        chosen = uniform(len(x)).view(-1, *[1] * (x.ndim - 1)) < dials.chance
        x = torch.where(chosen, change(x, amounts[change], generator), x)
    return x


def noisy(x: Tensor, std: float, generator: torch.Generator) -> Tensor:
    """Normal noise on every number."""
    return x + std * torch.randn(x.shape, generator=generator, device=x.device)


def features_dropped(x: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Features (last axis) of every sample set to 0, each with probability ``share``, in all steps alike."""
    ones = [1] * (x.ndim - 2)
    return x * (torch.rand(len(x), *ones, x.shape[-1], generator=generator, device=x.device) >= share)


def dropped(x: Tensor, most: float, generator: torch.Generator) -> Tensor:
    """Steps of sequences (n, T, d) set to 0: of every sample's own steps a share that is uniform from 0 to ``most``."""
    padding = is_padding(x)
    share = most * torch.rand(len(x), 1, generator=generator, device=x.device)
    order = torch.rand(x.shape[:2], generator=generator, device=x.device).masked_fill(padding, torch.inf)
    count = (share * (~padding).sum(1, keepdim=True)).round()
    return x * (order.argsort(1).argsort(1) >= count).unsqueeze(-1)


def cropped(x: Tensor, least: float, generator: torch.Generator) -> Tensor:
    """All but a row of steps of sequences (n, T, d) set to 0: left is a share from ``least`` to 1 of a sample's own."""
    place = (~is_padding(x)).cumsum(1) - 1  # of each step among the sample's own
    length = place[:, -1:] + 1
    share, corner = torch.rand(2, len(x), 1, generator=generator, device=x.device)
    kept = ((least + (1 - least) * share) * length).ceil().clamp(min=1)
    start = (corner * (length - kept + 1)).floor()
    return x * ((place >= start) & (place < start + kept)).unsqueeze(-1)


def mixed(x: Tensor, most: float, generator: torch.Generator) -> Tensor:
    """Every sample moved towards another of the batch, where both have steps, by a share uniform from 0 to ``most``."""
    other = x[torch.randperm(len(x), generator=generator, device=x.device)]
    share = most * torch.rand(len(x), *[1] * (x.ndim - 1), generator=generator, device=x.device)
    return torch.where(other.isnan(), x, torch.lerp(x, other, share))
