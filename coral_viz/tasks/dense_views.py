"""The augmentations of ``views`` for GPUs: every operation on all images, at fixed shapes, without synchronisation.

A crop and a blur are linear in the rows and in the columns of an image, so each is two products with (S, S) matrices
made from its parameters. Images that an operation does not change get parameters that change nothing. Results equal
those of ``views`` up to rounding.
"""

from __future__ import annotations

import torch
from torch import Tensor

from coral_viz.tasks.view_draws import CONTRAST, HUE, SATURATION, Draw

LUMA = (0.299, 0.587, 0.114)
SHARPEST = 1e-3
"""Pixels: a Gaussian of this width has nothing beside its middle."""


def view(images: Tensor, drawn: Draw) -> Tensor:
    """The views of these parameters: (n, 3, S, S) in [0, 1], or bytes, to floats in [0, 1]."""
    rows, columns = _interpolation(drawn.boxes, drawn.flip, images.shape[-1])
    seen = rows @ (images.float() if images.is_floating_point() else images.float() / 255) @ columns.mT
    seen = _colour_jitter(seen, drawn.factors, drawn.order)
    seen = torch.where(drawn.grey[:, None, None, None], luma(seen), seen)
    smooth = _smoothing(drawn.sigma, images.shape[-1])
    return (smooth @ seen @ smooth.mT).clamp_(0, 1)


def _interpolation(boxes: Tensor, flip: Tensor, size: int) -> tuple[Tensor, Tensor]:
    """What of each row, and of each column, of an image goes into each of its crop: (n, 1, S, S) twice."""
    pixels = torch.arange(size, device=boxes.device)
    start, length = boxes[:, :2, None], boxes[:, 2:, None]
    position = (length * ((pixels + 0.5) / size) - 0.5).clamp_min(0).minimum(length - 1) + start
    rows, columns = position.unbind(1)
    columns = torch.where(flip[:, None], columns.flip(1), columns)
    rows, columns = ((1 - (at[:, None, :, None] - pixels).abs()).clamp_min(0) for at in (rows, columns))
    return rows, columns


def _smoothing(sigma: Tensor, size: int) -> Tensor:
    """What of each row goes into each row of the blurred image, mirrored at the border: (n, 1, S, S)."""
    reach, last = size // 20, size - 1
    steps = torch.arange(-reach, reach + 1, device=sigma.device)
    weights = (-0.5 * (steps / sigma.clamp_min(SHARPEST)[:, None]) ** 2).softmax(1)
    which = last - (last - (torch.arange(size, device=sigma.device)[:, None] + steps).abs()).abs()
    shape = (len(sigma), size, len(steps))
    matrix = torch.zeros(len(sigma), size, size, device=sigma.device)
    return matrix.scatter_add_(2, which.expand(shape), weights[:, None].expand(shape)).unsqueeze(1)


def _colour_jitter(images: Tensor, factors: Tensor, order: Tensor) -> Tensor:
    """Colours changed by ``factors`` (n, 4), in the ``order`` (n, 4) of each image; hue's place blends nothing."""
    own = factors.gather(1, order)
    turns = torch.where(order == HUE, own, 0)
    own = torch.where(order == HUE, 1, own)
    mean, grey = ((1 - own) * (order == kind) for kind in (CONTRAST, SATURATION))
    for slot in range(4):
        images = _turned(images, turns[:, slot])
        images = blend_(images, *(share[:, slot, None, None, None] for share in (own, mean, grey)))
    return images


def _turned(images: Tensor, turns: Tensor) -> Tensor:
    """``views.adjust_hue_`` of all images: a channel's predecessor and successor change places with the direction."""
    turns = turns[:, None, None, None]
    low, high = images.amin(1, keepdim=True), images.amax(1, keepdim=True)
    one, other = images.roll(1, 1), images.roll(-1, 1)
    before, after = torch.where(turns < 0, other, one), torch.where(turns < 0, one, other)
    moved = torch.lerp(low, high, 6 * turns.abs())
    return (images - after).add_(high).sub_((before - moved).abs_()).clamp_(low, high)


def blend_(images: Tensor, own: Tensor, mean: Tensor, grey: Tensor) -> Tensor:
    """A weighted sum of each image, its mean grey and each pixel's grey, in place, within [0, 1].

    The weights have shape (n, 1, 1, 1); black has the rest of the weight, up to 1.
    """
    other = luma(images)
    mean = mean * other.mean((2, 3), keepdim=True)
    return torch.addcmul(other.mul_(grey).add_(mean), images, own, out=images).clamp_(0, 1)


def luma(images: Tensor) -> Tensor:
    """The grey of every pixel: (n, 1, S, S)."""
    red, green, blue = images.split(1, 1)
    return (red * LUMA[0]).add_(green, alpha=LUMA[1]).add_(blue, alpha=LUMA[2])
