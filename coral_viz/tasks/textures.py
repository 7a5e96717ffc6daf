"""The ten textures of Trifeature as signed distances, like the shapes that they fill.

Each function takes coordinates p and q in periods of the texture, unbounded, and gives how far inside the painted part
a point lies, in periods (negative outside). The names are those of Hermann and Lampinen, NeurIPS 2020.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from coral_viz.tasks.shapes import box

SHEET = 64
"""After so many periods the texture ``noise`` comes back."""


def solid(p: Tensor, q: Tensor) -> Tensor:
    return torch.ones_like(p)


def stripes(p: Tensor, q: Tensor) -> Tensor:
    return 1 / 4 - _fold(p).abs()


def grid(p: Tensor, q: Tensor) -> Tensor:
    return 0.15 - _fold(p).abs().minimum(_fold(q).abs())


def hexgrid(p: Tensor, q: Tensor) -> Tensor:
    """The walls of a honeycomb, whose cells lie around two interleaved lattices of centres."""
    row = math.sqrt(3)
    from_centre = _hexagonal(_fold(p), _fold(q / row) * row).minimum(
        _hexagonal(_fold(p + 1 / 2), _fold(q / row + 1 / 2) * row)
    )
    return from_centre - 0.36


def dots(p: Tensor, q: Tensor) -> Tensor:
    return 0.3 - _fold(p).hypot(_fold(q))


def noise(p: Tensor, q: Tensor) -> Tensor:
    """Cells of half a period, each painted with probability 1/2; the same for every seed."""
    coins = torch.randint(2, (2 * SHEET, 2 * SHEET), generator=torch.Generator().manual_seed(0)).to(p) * 2 - 1
    i, j = ((2 * x).floor().long() % (2 * SHEET) for x in (p, q))
    return coins[i, j]


def triangles(p: Tensor, q: Tensor) -> Tensor:
    height = _fold(q)
    side = (1 / 4 - height / 2 - _fold(p).abs()) / math.hypot(1, 1 / 2)
    return side.minimum(height + 0.4)


def zigzags(p: Tensor, q: Tensor) -> Tensor:
    return (1 / 4 - _fold(q + 2 * _fold(p / 2).abs()).abs()) / math.sqrt(2)


def rain(p: Tensor, q: Tensor) -> Tensor:
    """Dashes in columns, each column shifted by the golden section, so that no two neighbours line up."""
    return box(_fold(p), 2 * _fold(q / 2 + p.round() * 0.618), 0.17, 0.7)


def pluses(p: Tensor, q: Tensor) -> Tensor:
    p, q = _fold(p), _fold(q)
    return box(p, q, 0.36, 0.12).maximum(box(p, q, 0.12, 0.36))


def _fold(x: Tensor) -> Tensor:
    """Signed distance from the nearest whole number, -1/2 to 1/2."""
    return x - x.round()


def _hexagonal(a: Tensor, b: Tensor) -> Tensor:
    """The norm whose unit ball is a hexagon: 1/2 on the border of a cell whose neighbours' centres are 1 away."""
    a, b = a.abs(), b.abs()
    return a.maximum(a / 2 + b * math.sqrt(3) / 2)


TEXTURES = {
    draw.__name__: draw for draw in (solid, stripes, grid, hexgrid, dots, noise, triangles, zigzags, rain, pluses)
}
"""The drawing functions by name, in the order that attribute values count."""
