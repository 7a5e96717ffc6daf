"""The ten shapes of Trifeature as signed distances, so that they can be drawn at any size with smooth edges.

Each function takes coordinates u (to the right) and v (upwards) of one shape in a box from -1/2 to 1/2, and gives how
far inside the outline a point lies (negative outside), exactly near straight edges: what a pixel's coverage needs.
The names are those of Hermann and Lampinen, "What shapes feature representations?", NeurIPS 2020.
"""

from __future__ import annotations

import math

from torch import Tensor


def triangle(u: Tensor, v: Tensor) -> Tensor:
    return _tapered(u, v, top=0.0)


def square(u: Tensor, v: Tensor) -> Tensor:
    return box(u, v, 1 / 2, 1 / 2)


def plus(u: Tensor, v: Tensor) -> Tensor:
    return box(u, v, 1 / 2, 1 / 6).maximum(box(u, v, 1 / 6, 1 / 2))


def circle(u: Tensor, v: Tensor) -> Tensor:
    return 1 / 2 - u.hypot(v)


def tee(u: Tensor, v: Tensor) -> Tensor:
    return box(u, v - 1 / 3, 1 / 2, 1 / 6).maximum(box(u, v, 1 / 6, 1 / 2))


def rhombus(u: Tensor, v: Tensor, width: float = 0.6) -> Tensor:
    """Narrower than high: with equal diagonals it would be a rotated square."""
    return (1 / 2 - u.abs() / width - v.abs()) / math.hypot(1 / width, 1)


def pentagon(u: Tensor, v: Tensor) -> Tensor:
    return _five_pointed(u, v, math.pi / 5)


def star(u: Tensor, v: Tensor) -> Tensor:
    return _five_pointed(u, v, 2 * math.pi / 5)


def fivesquare(u: Tensor, v: Tensor) -> Tensor:
    """The five squares of a die's five."""
    return box(u, v, 1 / 6, 1 / 6).maximum(box(u.abs() - 1 / 3, v.abs() - 1 / 3, 1 / 6, 1 / 6))


def trapezoid(u: Tensor, v: Tensor) -> Tensor:
    return _tapered(u, v, top=1 / 4)


def box(u: Tensor, v: Tensor, width: float, height: float) -> Tensor:
    """A rectangle around the origin; ``width`` and ``height`` are halves."""
    return (width - u.abs()).minimum(height - v.abs())


def _tapered(u: Tensor, v: Tensor, top: float) -> Tensor:
    """As wide as the box at the bottom, narrowing to half-width ``top``."""
    slope = 1 / 2 - top
    side = (1 / 2 - slope * (v + 1 / 2) - u.abs()) / math.hypot(1, slope)
    return side.minimum(1 / 2 - v.abs())


def _five_pointed(u: Tensor, v: Tensor, lean: float) -> Tensor:
    """Five tips at radius 1/2, one upwards; each edge's normal leans by so many radians from its tip's direction."""
    turn = u.atan2(v) / (2 * math.pi / 5)
    from_tip = (turn - turn.round()).abs() * (2 * math.pi / 5)
    return math.cos(lean) / 2 - u.hypot(v) * (lean - from_tip).cos()


SHAPES = {
    draw.__name__: draw
    for draw in (triangle, square, plus, circle, tee, rhombus, pentagon, star, fivesquare, trapezoid)
}
"""The drawing functions by name, in the order that attribute values count."""
