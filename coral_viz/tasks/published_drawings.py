"""Shapes and textures of Trifeature as published: the same names as in ``shapes`` and ``textures``, other drawings.

They follow the definitions of Hermann and Lampinen, "What shapes feature representations?", NeurIPS 2020, which the
code of CoMM, InfMasking and COrAL repeats for 224 px: shapes in a box of 128 px, textures with a period of 10 px. That
code draws pixels; this module has signed distances, as in ``shapes``, with the same edges. Only shapes that differ from
those of ``shapes`` are defined here.

The published textures ``noise`` and ``rain`` are random in every pixel. Here their cells are a tenth of a period wide,
but at least a pixel, with the same share of paint.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import torch
from torch import Tensor

from coral_viz.tasks import shapes
from coral_viz.tasks.textures import SHEET, solid

PIXEL = 1 / 128  # of the published box
CELLS = 10  # a period
STREAK, WET = 0.7, 1 - 0.95**7  # of ``rain``: height of a streak in periods, share of paint
Drawing = Callable[[Tensor, Tensor], Tensor]


# --- shapes: u to the right and v upwards, from -1/2 to 1/2 -----------------------------------------------------------


def rhombus(u: Tensor, v: Tensor) -> Tensor:
    """A parallelogram half as wide as the box, leaning to the right."""
    return ((0.246 - (u - v / 2 - PIXEL).abs()) / math.hypot(1, 1 / 2)).minimum(1 / 2 - v.abs())


def pentagon(u: Tensor, v: Tensor) -> Tensor:
    """Widest at two fifths of its height, with a steep roof."""
    roof, wall = _slanted(u, 5 / 8 - 5 / 4 * v, 5 / 4), _slanted(u, 1 / 2 - (0.1 - v) / 3.1, 1 / 3.1)
    return roof.minimum(wall).minimum(v + 1 / 2)


def star(u: Tensor, v: Tensor) -> Tensor:
    """A thin tip upwards, two arms to the sides, two legs."""
    u = u - PIXEL / 2  # mirrored about the middle of a pixel
    tip = _slanted(u, (1 / 2 - v) / 4, 1 / 4).minimum(v)
    arms = _slanted(u, 1 / 2 - 2.4 * (0.098 - v), 2.4).minimum(0.102 - v)
    down = -0.051 - v
    legs = [
        ((x + 0.17 + 0.43 * down) / math.hypot(1, 0.43))
        .minimum((0.12 - 1.05 * down - x) / math.hypot(1, 1.05))
        .minimum(down)
        for x in (u, -u)
    ]
    return tip.maximum(arms).maximum(legs[0]).maximum(legs[1])


def trapezoid(u: Tensor, v: Tensor) -> Tensor:
    """Wide at the top."""
    return _slanted(u, 1 / 2 - (1 / 2 - v) / 3.1, 1 / 3.1).minimum(1 / 2 - v.abs())


def _slanted(u: Tensor, reach: Tensor, slope: float) -> Tensor:
    """How far inside two mirrored edges, ``reach`` from the middle, which grows or shrinks by ``slope`` with height."""
    return (reach - u.abs()) / math.hypot(1, slope)


SHAPES: dict[str, Drawing] = {**shapes.SHAPES, "rhombus": rhombus, "pentagon": pentagon, "star": star}
SHAPES["trapezoid"] = trapezoid


# --- textures: p and q in periods, q upwards --------------------------------------------------------------------------


def stripes(p: Tensor, q: Tensor) -> Tensor:
    return 0.15 - _fold(q).abs()


def grid(p: Tensor, q: Tensor) -> Tensor:
    return 0.15 - _fold(p).abs().minimum(_fold(q).abs())


def hexgrid(p: Tensor, q: Tensor) -> Tensor:
    """Lines in three directions, which cross: no honeycomb."""
    slanted = (0.1 - _fold(p + 1.73 * q).abs().minimum(_fold(p - 1.73 * q).abs())) / math.hypot(1, 1.73)
    return slanted.maximum(0.1 - _fold(q).abs())


def dots(p: Tensor, q: Tensor) -> Tensor:
    """45 of the 100 pixels of a period."""
    return math.sqrt(0.45 / math.pi) - _fold(p).hypot(_fold(q))


def noise(p: Tensor, q: Tensor, cells: int = CELLS) -> Tensor:
    return _looked_up(_noise_sheet(cells), p, q, cells)


def triangles(p: Tensor, q: Tensor) -> Tensor:
    down = _share(-q)
    return _slanted(_fold(p), down / 2 - 0.1, 1 / 2).minimum(1 - down)


def zigzags(p: Tensor, q: Tensor) -> Tensor:
    """Steep bands, which lean to the right in one period and to the left in the next."""
    lean = 2 * _fold(q / 2).abs()
    return (0.2 - _fold(p - lean / 2).abs()) / math.hypot(1, 1 / 2)


def rain(p: Tensor, q: Tensor, cells: int = CELLS) -> Tensor:
    """Upright streaks at random places, which may overlap."""
    return _looked_up(_rain_sheet(cells), p, q, cells)


def pluses(p: Tensor, q: Tensor) -> Tensor:
    """Rows of pluses, shifted by half a period from row to row, with arms so long that they touch."""
    across, even = 0.15 - _fold(q).abs(), _share(q / 2 + 1 / 4) < 1 / 2
    crossed = (0.15 - _fold(p).abs()).maximum(across)
    gapped = (0.15 - _fold(p + 1 / 2).abs()).maximum(across.minimum(_fold(p).abs() - 0.15))
    return torch.where(even, crossed, gapped)


def textures(period: float) -> dict[str, Drawing]:
    """The drawing functions by name, for textures with a period of so many pixels."""
    cells = max(1, min(CELLS, int(period)))
    drawn = (solid, stripes, grid, hexgrid, dots, noise, triangles, zigzags, rain, pluses)
    return {d.__name__: functools.partial(d, cells=cells) if d in (noise, rain) else d for d in drawn}


def _looked_up(sheet: Tensor, p: Tensor, q: Tensor, cells: int) -> Tensor:
    """+1 where the sheet is painted, else -1; it comes back after ``SHEET`` periods."""
    i, j = ((cells * x).floor().long() % len(sheet) for x in (p, q))
    return sheet.to(p)[i, j]


@functools.lru_cache(maxsize=CELLS)
def _noise_sheet(cells: int) -> Tensor:
    """Every cell is painted with probability 1/2; the same for every seed."""
    return _uniform(cells).lt(1 / 2) * 2 - 1


@functools.lru_cache(maxsize=CELLS)
def _rain_sheet(cells: int) -> Tensor:
    """A streak starts in a cell so often that its share of paint is ``WET``."""
    height = max(1, round(STREAK * cells))
    starts = _uniform(cells) < 1 - (1 - WET) ** (1 / height)
    return torch.stack([starts.roll(k, 1) for k in range(height)]).any(0) * 2 - 1


def _uniform(cells: int) -> Tensor:
    return torch.rand(cells * SHEET, cells * SHEET, generator=torch.Generator().manual_seed(0))


def _fold(x: Tensor) -> Tensor:
    """Signed distance from the nearest whole number, -1/2 to 1/2."""
    return x - x.round()


def _share(x: Tensor) -> Tensor:
    """What is left above a whole number, 0 to 1."""
    return x - x.floor()
