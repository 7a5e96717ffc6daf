"""Augmented views of images: crop, flip, colour jitter, grey and blur, with separate parameters for every image.

``view_draws`` draws the parameters of n views. The functions that apply them (``resized_crop``, ``colour_jitter_``,
``to_grey_``, ``gaussian_blur``) take n images and n parameters, and follow torchvision's transforms of tensors:

- A crop is resized bilinearly. No box exceeds the image, so crops are only enlarged, and antialiasing has no effect.
- Brightness, contrast and saturation blend with black, with the image's mean grey and with each pixel's grey.
- Hue is rotated in HSV, in closed form, without divisions or cases.
- The blur's kernel spans a tenth of the width (23 pixels at 224), and sigma is scaled likewise, so that smaller images
  are blurred less. The image is mirrored at its border.

On a CPU, an operation runs on only those images that it changes. On other devices, ``dense_views`` applies the same
parameters to all.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from coral_viz.tasks import dense_views
from coral_viz.tasks.dense_views import blend_, luma
from coral_viz.tasks.view_draws import CONTRAST, HUE, NEUTRAL, SATURATION, Draw, draw

RECIPES = ("all", "no crop", "crop", "none")
SMALLEST = 16  # pixels
MEAN, STD = np.array([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]], np.float32)  # of ImageNet's channels
NEGLIGIBLE = 6.1  # widths from its middle, a Gaussian has fallen below 1e-8 of its height
IN_CACHE = 2**19  # numbers worked on at once on a CPU: what its caches hold


def augment(
    images: Tensor, generator: torch.Generator, *, recipe: str = "all", crop: float = 0.08, normalised: bool = False
) -> Tensor:
    """One random view of each image.

    The same state of the generator gives the same views, and recipes share the parameters that they have in common.

    Args:
        images: (n, 3, S, S), floats in [0, 1] or bytes.
        generator: draws the parameters.
        recipe: "all"; "no crop", all but the crop; "crop", the crop alone; or "none", the images themselves.
        crop: the smallest share of the area that a crop keeps, in (0, 1].
        normalised: whether to ``normalise`` the views, which costs less here than afterwards.

    Returns:
        Views (n, 3, S, S), floats in [0, 1] unless normalised.

    Raises:
        ValueError: images of another shape, an unknown recipe, or a crop out of range.
    """
    _check(images, recipe, crop)
    if recipe == "none":
        images = images if images.is_floating_point() else images.float().div_(255)
        return normalise(images) if normalised else images
    drawn = draw(len(images), images.shape[-1], generator, recipe=recipe, crop=crop).to(images.device)
    if images.device.type != "cpu":
        seen = dense_views.view(images, drawn)
        return normalise(seen, out=seen) if normalised else seen
    # NumPy asks the system for large pages, which make the first write to this much memory several times faster.
    views = torch.from_numpy(np.empty(images.shape, np.float32))
    size = max(1, IN_CACHE // images[0].numel())
    for out, *piece in zip(views.split(size), images.split(size), drawn.split(size)):
        normalise(view(*piece), out=out) if normalised else out.copy_(view(*piece))
    return views


def normalise(images: Tensor, out: Tensor | None = None) -> Tensor:
    """Channels centred and scaled with ImageNet's statistics: (..., 3, S, S) in [0, 1] to about [-2, 3]."""
    out = torch.empty_like(images, dtype=torch.promote_types(images.dtype, torch.float32)) if out is None else out
    for channel, scale, shift in zip(range(3), (1 / STD).tolist(), (MEAN / STD).tolist()):
        torch.mul(images[..., channel, :, :], scale, out=out[..., channel, :, :]).sub_(shift)
    return out


def _check(images: Tensor, recipe: str, crop: float) -> None:
    if recipe not in RECIPES:
        raise ValueError(f"recipe {recipe!r} does not exist; choose one of {', '.join(RECIPES)}.")
    if not 0 < crop <= 1:
        raise ValueError(f"crop = {crop!r} is not allowed; it takes a share of the area above 0 and at most 1.")
    shape = tuple(images.shape)
    if len(shape) != 4 or shape[0] < 1 or shape[1] != 3 or shape[2] != shape[3] or shape[2] < SMALLEST:
        raise ValueError(f"images have the shape {shape}; they take (n, 3, S, S) with n from 1 and S from {SMALLEST}.")
    if images.dtype == torch.uint8:
        return
    if not images.is_floating_point():
        raise ValueError(f"images are {images.dtype}; they take bytes, or floating-point numbers in [0, 1].")
    low, high = (float(bound) for bound in images.aminmax())
    if not (low >= 0 and high <= 1):
        raise ValueError(f"images have values from {low:g} to {high:g}; they take numbers in [0, 1].")


# --- applying ---------------------------------------------------------------------------------------------------------


def view(images: Tensor, drawn: Draw) -> Tensor:
    """Views with these parameters, on the images' device: (n, 3, S, S) in [0, 1], or bytes, to floats in [0, 1]."""
    seen = resized_crop(images, drawn.boxes, drawn.flip)
    jittered = (drawn.factors != drawn.factors.new_tensor(NEUTRAL)).any(1)
    seen = _replace(seen, jittered, colour_jitter_, drawn.factors, drawn.order)
    seen = _replace(seen, drawn.grey, to_grey_)
    seen = _replace(seen, drawn.sigma > 0, gaussian_blur, drawn.sigma)
    return seen.clamp_(0, 1)


def _replace(images: Tensor, chosen: Tensor, operation, *parameters: Tensor) -> Tensor:
    """The images, those ``chosen`` replaced by what the operation makes of them and of their parameters."""
    rows = chosen.nonzero().squeeze(1)
    if len(rows) == len(images):
        return operation(images, *parameters)
    if len(rows):
        images.index_copy_(0, rows, operation(images.index_select(0, rows), *(p[rows] for p in parameters)))
    return images


def resized_crop(images: Tensor, boxes: Tensor, flip: Tensor) -> Tensor:
    """Each box (top, left, height, width), resized bilinearly to the image's size, then mirrored where ``flip``.

    Source positions are clamped to the centres of the box's outermost pixels, so pixels outside it have no effect.
    Bytes become floats in [0, 1].
    """
    size = images.shape[-1]
    ticks = (torch.arange(size, device=images.device) + 0.5) / size
    start, length = boxes[:, :2, None], boxes[:, 2:, None]
    position = (length * ticks - 0.5).clamp_min(0).minimum(length - 1)
    position[:, 1] = torch.where(flip[:, None], position[:, 1].flip(1), position[:, 1])
    near = position.long()
    share = position - near
    far = (near + 1).minimum(length - 1) + start
    near += start
    left, right = _columns(images.float(), torch.cat([near[:, 1], far[:, 1]], 1)).chunk(2, 3)
    seen = torch.lerp(left, right, share[:, 1, None, None])
    weights = torch.stack([1 - share[:, 0], share[:, 0]], -1) / (1 if images.is_floating_point() else 255)
    return _weighted_rows(seen, torch.stack([near[:, 0], far[:, 0]], -1), weights)


def _columns(images: Tensor, which: Tensor) -> Tensor:
    """The columns ``which`` (n, k) of each image: (n, 3, S, S) to (n, 3, S, k).

    One matrix after the other is fastest; the index of a whole batch has an entry for every pixel.
    """
    taken = images.new_empty((*images.shape[:3], which.shape[1]))
    for image, columns, out in zip(images.flatten(1, 2), which, taken.flatten(1, 2)):
        torch.index_select(image, 1, columns, out=out)
    return taken


def _weighted_rows(images: Tensor, which: Tensor, weights: Tensor) -> Tensor:
    """Sums of k rows of each image, ``which`` (n, S, k) by ``weights`` (n, S, k): (n, 3, H, W) to (n, 3, S, W)."""
    n, channels, height, width = images.shape
    which = which[:, None] + height * torch.arange(n * channels, device=images.device).view(n, channels, 1, 1)
    weights = weights[:, None].expand(which.shape)
    rows = images.reshape(-1, width)
    sums = F.embedding_bag(which.flatten(0, 2), rows, mode="sum", per_sample_weights=weights.flatten(0, 2))
    return sums.view(n, channels, -1, width)


def colour_jitter_(images: Tensor, factors: Tensor, order: Tensor) -> Tensor:
    """Jitter colours in place, by ``factors`` (n, 4), in the ``order`` (n, 4) of each image; see Draw."""
    turned = order == HUE
    turns = factors[:, HUE, None] * turned
    blends = order[~turned].view(-1, 3)
    own = factors.gather(1, blends)
    mean, grey = ((1 - own) * (blends == kind) for kind in (CONTRAST, SATURATION))
    for slot, shares in enumerate(torch.stack([own, mean, grey])[..., None, None, None].unbind(2)):
        adjust_hue_(images, turns[:, slot])
        blend_(images, *shares)
    return adjust_hue_(images, turns[:, 3])


def to_grey_(images: Tensor) -> Tensor:
    """Replace all three channels by each pixel's grey, in place."""
    return images.copy_(luma(images))


def adjust_hue_(images: Tensor, turns: Tensor) -> Tensor:
    """Rotate the hue in place, keeping S and V of HSV, by each image's ``turns`` (n,), at most 1/6 in absolute value.

    With V and m the largest and smallest channel and s = 6 |turns|, a channel g that follows r and precedes b in the
    direction of the turn becomes V + g - b - |r - (m + s (V - m))|, kept within [m, V]: one form for all six sectors
    of the hue circle, without divisions.
    """
    rows = turns.nonzero()
    if not len(rows):
        return images
    around = torch.tensor([[2, 0, 1, 2, 0], [0, 2, 1, 0, 2]], device=images.device)[(turns[rows[:, 0]] < 0).long()]
    planes = images.flatten(0, 1)
    ring = planes.index_select(0, (3 * rows + around).flatten()).unflatten(0, (-1, 5))
    before, own, after = ring[:, :3], ring[:, 1:4], ring[:, 2:]
    low, high = own.amin(1, keepdim=True), own.amax(1, keepdim=True)
    moved = torch.lerp(low, high, 6 * turns[rows].abs().to(images.dtype)[:, :, None, None])
    turned = (own - after).add_(high).sub_((before - moved).abs_()).clamp_(low, high)
    planes.index_copy_(0, (3 * rows + around[:, 1:4]).flatten(), turned.flatten(0, 1))
    return images


def gaussian_blur(images: Tensor, sigma: Tensor) -> Tensor:
    """Blur each image by a Gaussian with its own ``sigma`` (n,) in pixels, above 0; the kernel spans a tenth of it."""
    n, _, size, _ = images.shape
    reach = min(size // 20, math.ceil(NEGLIGIBLE * sigma.max()))
    steps = torch.arange(-reach, reach + 1, device=images.device)
    weights = (-0.5 * (steps / sigma[:, None]) ** 2).softmax(1)[:, None].expand(-1, size, -1)
    last = size - 1
    which = last - (last - (torch.arange(size, device=images.device)[:, None] + steps).abs()).abs()
    for _ in range(2):
        images = _weighted_rows(images, which.expand(n, -1, -1), weights).mT
    return images
