"""Patches of an input, the pieces that a masked autoencoder hides: steps, features, or squares of an image."""

from __future__ import annotations

from torch import Tensor

SIDE = 8


def patched(x: Tensor) -> Tensor:
    """(B, N, p): the steps of a sequence (B, T, p), the features of a vector (B, d), squares of images (B, C, S, S).

    An image has up to 8 squares a side, the most that divide S, row by row.
    """
    if x.ndim == 2:
        return x.unsqueeze(-1)
    if x.ndim == 3:
        return x
    side = _side(x.shape[-1])
    return x.unflatten(3, (side, -1)).unflatten(2, (side, -1)).permute(0, 2, 4, 1, 3, 5).flatten(3).flatten(1, 2)


def unpatched(patches: Tensor, shape: tuple[int, ...]) -> Tensor:
    """The inputs (B, *shape) of which these are the patches."""
    if len(shape) < 3:
        return patches.reshape(-1, *shape)
    side = _side(shape[-1])
    size = shape[-1] // side
    cells = patches.unflatten(2, (shape[0], size, size)).unflatten(1, (side, side))
    return cells.permute(0, 3, 1, 4, 2, 5).reshape(-1, *shape)


def counted(shape: tuple[int, ...]) -> tuple[int, int]:
    """The number of patches of inputs with this shape, and the numbers in each."""
    if len(shape) == 1:
        return shape[0], 1
    if len(shape) == 2:
        return shape[0], shape[1]
    side = _side(shape[-1])
    return side**2, shape[0] * (shape[-1] // side) ** 2


def _side(size: int) -> int:
    return next(side for side in range(SIDE, 0, -1) if size % side == 0)
