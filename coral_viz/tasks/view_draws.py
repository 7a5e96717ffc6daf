"""Random parameters of augmented views, drawn from a generator on its device without synchronisation.

Views are those of SimCLR (arXiv 2002.05709) with the strengths of MoCo v2 (arXiv 2003.04297).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
from torch import Tensor

CONTRAST, SATURATION, HUE = 1, 2, 3  # places in NEUTRAL and STRENGTH, where brightness is 0
NEUTRAL = (1.0, 1.0, 1.0, 0.0)  # the factors that change nothing
STRENGTH = (0.4, 0.4, 0.4, 0.1)  # largest change by brightness, contrast, saturation; of hue, in turns
FLIPPED, JITTERED, GREYED, BLURRED = 0.5, 0.8, 0.2, 0.5  # probabilities
SIGMA = (0.1, 2.0)  # of the blur, in pixels of an image of 224
TRIES = 10  # boxes drawn before the whole image is taken


@dataclass(frozen=True)
class Draw:
    """The parameters of n views. A view without jitter has the factors (1, 1, 1, 0), one without blur sigma 0."""

    boxes: Tensor  # (n, 4): top, left, height, width in whole pixels
    flip: Tensor  # (n,) bool
    factors: Tensor  # (n, 4): brightness, contrast, saturation, turns of hue
    order: Tensor  # (n, 4): which of the four comes first, second, third and last
    grey: Tensor  # (n,) bool
    sigma: Tensor  # (n,): width of the blur in pixels

    def split(self, size: int) -> list[Draw]:
        """The same parameters in pieces of ``size`` views."""
        return [Draw(*piece) for piece in zip(*(getattr(self, field.name).split(size) for field in fields(self)))]

    def to(self, device) -> Draw:
        return Draw(*(getattr(self, field.name).to(device) for field in fields(self)))


def draw(n: int, size: int, generator: torch.Generator, *, recipe: str = "all", crop: float = 0.08) -> Draw:
    """Parameters of n views of images of ``size`` pixels, on the generator's device; see ``augment``.

    Every recipe consumes the same random numbers.
    """
    columns = [TRIES, TRIES, 2, 1, 1, 4, 4, 1, 1, 1]
    u = torch.rand(n, sum(columns), generator=generator, device=generator.device)
    area, ratio, corner, flip, jitter, change, rank, grey, blur, sigma = u.split(columns, 1)
    probability = 0.0 if recipe == "crop" else 1.0
    jitter, blur = jitter < JITTERED * probability, blur < BLURRED * probability
    low, high = (pixels * size / 224 for pixels in SIGMA)
    return Draw(
        boxes=_boxes(area, ratio, corner, size, crop if recipe != "no crop" else None),
        flip=(flip < FLIPPED * probability).squeeze(1),
        factors=torch.cat([n + jitter * s * (2 * c - 1) for n, s, c in zip(NEUTRAL, STRENGTH, change.split(1, 1))], 1),
        order=rank.argsort(1),
        grey=(grey < GREYED * probability).squeeze(1),
        sigma=(blur * (low + (high - low) * sigma)).squeeze(1),
    )


def _boxes(area: Tensor, ratio: Tensor, corner: Tensor, size: int, crop: float | None) -> Tensor:
    """(n, 4) boxes: the first of the tried ones (area uniform, ratio log-uniform in 3/4..4/3) that fits, or all."""
    if crop is None:
        whole = torch.zeros(len(area), 4, dtype=torch.long, device=area.device)
        whole[:, 2:] = size
        return whole
    side = size * (crop + (1 - crop) * area).sqrt()
    root = torch.pow(4 / 3, ratio - 0.5)  # 4 / 3 as a tensor would have to come from the CPU
    sides = torch.stack([side / root, side * root], -1).round().long()
    fits = ((sides >= 1) & (sides <= size)).all(-1)
    first = fits.byte().argmax(1)
    chosen = sides[torch.arange(len(sides), device=sides.device), first]
    chosen = torch.where(fits.any(1, keepdim=True), chosen, size)
    return torch.cat([(corner * (size - chosen + 1)).long(), chosen], 1)
