"""Real handwriting: 1 797 digits of 8 x 8 pixels with the hand that wrote each, and augmentations of their pixels.

Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits (UCI Machine Learning Repository, 1998,
doi 10.24432/C50P49, CC BY 4.0), the part for tests, as scikit-learn packages it. Nothing is downloaded.

**Who wrote what.** The source says that 13 people wrote these images, but not who wrote which. The labels, in the order
of the file, are 14 copies of one text of 130 digits, some with a few digits missing: 14 forms, one after the other. An
image looks like its own form: the nearest other image of the same digit is 15 to 20 away within a form (mean Euclidean
distance, pixels 0 to 16), 22 to 36 in any other form. The two forms that are nearest to each other follow one another;
they count as one hand here, which makes 13. That a hand is a person is what the source suggests and cannot be checked.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

SIDE = 8  # pixels
FORMS = (0, 130, 256, 386, 516, 646, 776, 906, 1029, 1157, 1287, 1415, 1545, 1667)
"""The first image of every form."""

HANDS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 10, 11, 12)
"""The hand of every form."""

CENTRE, SCALE = 0.3, 0.375
"""Mean and standard deviation of the ink (0 to 1) of all pixels, which inputs are centred and scaled by."""

PAPER = -CENTRE / SCALE
"""The input that no ink gives."""

SHIFT, TURN, ERASED, NOISE = 0.75, 15.0, 2, 0.05
"""Views of pixels: the largest shift in pixels and turn in degrees, the side of the square, the spread of the noise."""


@lru_cache(maxsize=1)
def load() -> tuple[Tensor, Tensor, Tensor]:
    """Ink from 0 to 1 (1797, 64), the digit (1797,) and the hand (1797,) of every image, in the order of the file."""
    from sklearn.datasets import load_digits  # takes a second to import

    ink, digits = load_digits(return_X_y=True)
    forms = np.searchsorted(FORMS, np.arange(len(digits)), side="right") - 1
    return torch.tensor(ink / 16, dtype=torch.float32), torch.tensor(digits), torch.tensor(HANDS)[torch.tensor(forms)]


def hands_of(seed: int) -> dict[str, list[int]]:
    """The hands of a seed: ``seen``, the 7 of 13 that write training and probe data, and ``unseen``, the others."""
    order = np.random.default_rng([seed, 0]).permutation(1 + max(HANDS)).tolist()
    half = math.ceil(len(order) / 2)
    return {"seen": sorted(order[:half]), "unseen": sorted(order[half:])}


class Pool:
    """The images of some hands, sorted by digit.

    Attributes:
        inputs: centred and scaled ink, (N, 64).
        digits, hands: of each image, (N,).
    """

    def __init__(self, hands: list[int], device: torch.device):
        ink, digits, hand = load()
        chosen = torch.isin(hand, torch.tensor(hands)).nonzero().squeeze(1)
        chosen = chosen[digits[chosen].argsort(stable=True)]
        self.inputs = ((ink[chosen] - CENTRE) / SCALE).to(device)
        self.digits, self.hands = digits[chosen].to(device), hand[chosen].to(device)
        self._counts = torch.bincount(self.digits, minlength=10)
        self._starts = self._counts.cumsum(0) - self._counts

    def draw(self, digits: Tensor, generator: torch.Generator) -> Tensor:
        """Random images of these digits, uniform over the images of each digit: integers (...) to (..., 64)."""
        drawn = torch.randint(2**31, digits.shape, generator=generator, device=digits.device)
        return self.inputs[self._starts[digits] + drawn % self._counts[digits]]


def augment(inputs: Tensor, generator: torch.Generator) -> Tensor:
    """Images (..., 64), each randomly rotated and shifted, with a random square blanked and noise on every pixel.

    Angles are uniform within TURN degrees, shifts within SHIFT pixels in both directions.
    """
    images = inputs.reshape(-1, 1, SIDE, SIDE) - PAPER
    n, device = len(images), inputs.device
    angle = _uniform((n,), generator) * math.radians(TURN)
    shift = _uniform((n, 2, 1), generator) * 2 * SHIFT / SIDE
    turn = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()], 1).view(n, 2, 2)
    grid = F.affine_grid(torch.cat([turn, shift], 2), list(images.shape), align_corners=False)
    images = F.grid_sample(images, grid, align_corners=False)
    corner = torch.randint(SIDE - ERASED + 1, (n, 2, 1), generator=generator, device=device)
    place = torch.arange(SIDE, device=device) - corner
    down, across = ((place >= 0) & (place < ERASED)).unbind(1)
    images = images.masked_fill(down[:, None, :, None] & across[:, None, None, :], 0.0) + PAPER
    noise = torch.randn(images.shape, generator=generator, device=device) * NOISE / SCALE
    return (images + noise).view(inputs.shape)


def _uniform(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Numbers from -1 to 1."""
    return 2 * torch.rand(shape, generator=generator, device=generator.device) - 1


def ink(inputs: Tensor) -> Tensor:
    """Inputs (..., 64) as images (..., 8, 8): 0 is paper, 1 is ink."""
    return (inputs * SCALE + CENTRE).clamp(0, 1).unflatten(-1, (SIDE, SIDE))
