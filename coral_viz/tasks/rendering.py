"""Images of Trifeature: one textured, coloured shape on grey, rendered as tensors at any size and on any device.

    image = m * colour + (1 - m) * grey,    m = shape * texture,

after Hermann and Lampinen, "What shapes feature representations?", NeurIPS 2020. This module places the shape and its
texture and rasterises their edges. A pixel on an edge gets the share that the shape covers, not 0 or 1, so that
textures survive in small images. For the same reason the period of a texture, 10/224 of the width, is at least
MIN_PERIOD pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from coral_viz.tasks import published_drawings
from coral_viz.tasks.shapes import SHAPES
from coral_viz.tasks.textures import SHEET, TEXTURES

COLOURS = {
    "red": (1.0, 0.0, 0.0),
    "green": (0.0, 1.0, 0.0),
    "blue": (0.0, 0.0, 1.0),
    "yellow": (1.0, 1.0, 0.0),
    "pink": (1.0, 0.4, 1.0),
    "cyan": (0.0, 1.0, 1.0),
    "purple": (0.3, 0.0, 0.5),
    "ocean": (0.1, 0.4, 0.5),
    "orange": (1.0, 0.6, 0.0),
    "white": (1.0, 1.0, 1.0),
}
GREY = 0.5
ATTRIBUTES = {"shape": tuple(SHAPES), "texture": tuple(TEXTURES), "colour": tuple(COLOURS)}
"""Names of the ten values of each attribute, in the order in which an image's attributes count."""

SHAPE_WIDTH, PERIOD = 128 / 224, 10 / 224
"""Width of a shape before it is turned, and period of the textures, in widths of the image."""
MIN_PERIOD, MIN_SIZE = 4.0, 16
"""Pixels: the shortest period of a texture, the smallest image."""
CHUNK = 2**21
"""Pixels rendered at once."""


@dataclass(frozen=True)
class Pose:
    """Rotations and places of n shapes. Angles are in degrees, counter-clockwise.

    Attributes:
        centre: place of the shape, (n, 2): right and down, in widths of the image.
        angle: rotation of the shape around its centre, (n,).
        texture_angle: rotation of the texture, (n,).
        phase: shift of the texture in periods, (n, 2).
    """

    angle: Tensor
    centre: Tensor
    texture_angle: Tensor
    phase: Tensor

    @classmethod
    def draw(cls, n: int, generator: torch.Generator) -> Pose:
        """Whole angles uniform in [-45, 45), and places uniform among those where the rotated shape is inside."""
        angle, texture_angle = torch.randint(-45, 45, (2, n), generator=generator, device=generator.device).float()
        reach = SHAPE_WIDTH / 2 * (angle.deg2rad().cos() + angle.deg2rad().sin().abs()).unsqueeze(1)
        where = torch.rand(n, 2, generator=generator, device=generator.device)
        phase = torch.rand(n, 2, generator=generator, device=generator.device) * SHEET
        return cls(angle, reach + (1 - 2 * reach) * where, texture_angle, phase)

    def __getitem__(self, index) -> Pose:
        return Pose(*(value[index] for value in vars(self).values()))

    def to(self, device) -> Pose:
        return Pose(*(value.to(device) for value in vars(self).values()))


def render(attributes: Tensor, pose: Pose, size: int, *, drawings: str = "own") -> Tensor:
    """Images (n, 3, size, size), uint8.

    Args:
        attributes: (n, 3), integers from 0 to 9 for shape, texture and colour.
        pose: of the n shapes.
        size: width in pixels, at least 16.
        drawings: shapes and textures of this package ("own"), or as published ("published"; ``published_drawings``).

    Raises:
        ValueError: a smaller size.
    """
    if size < MIN_SIZE:
        raise ValueError(f"size = {size} pixels is too small; images take at least {MIN_SIZE}.")
    own = drawings == "own"
    shapes = SHAPES if own else published_drawings.SHAPES
    textures = TEXTURES if own else published_drawings.textures(period(size))
    pose = pose.to(attributes.device)
    palette = torch.tensor(list(COLOURS.values()), device=attributes.device)
    grey = torch.tensor(255 * GREY + 0.5, device=attributes.device)
    images = torch.empty(len(attributes), 3, size, size, dtype=torch.uint8, device=attributes.device)
    step = max(1, CHUNK // size**2)
    for start in range(0, len(attributes), step):
        rows = slice(start, start + step)
        shape, texture, colour = attributes[rows].unbind(1)
        inside = _painted(shape, shapes, _shape_coordinates, pose[rows], size, SHAPE_WIDTH * size)
        covered = inside.mul_(_painted(texture, textures, _texture_coordinates, pose[rows], size, period(size)))
        ink = (palette[colour] - GREY)[:, :, None, None]
        images[rows] = torch.addcmul(grey, covered.unsqueeze(1), ink, value=255)
    return images


def period(size: int) -> float:
    """Period of the textures in pixels."""
    return max(PERIOD * size, MIN_PERIOD)


def _shape_coordinates(pose: Pose, size: int) -> tuple[Tensor, Tensor]:
    x, y = _pixels(size, pose.centre)
    return _turned(x / SHAPE_WIDTH, -y / SHAPE_WIDTH, pose.angle)


def _texture_coordinates(pose: Pose, size: int) -> tuple[Tensor, Tensor]:
    x, y = _pixels(size, torch.full_like(pose.centre, 0.5))
    scale = size / period(size)
    p, q = _turned(x * scale, -y * scale, pose.texture_angle)
    return p + pose.phase[:, :1, None], q + pose.phase[:, 1:, None]


def _painted(which: Tensor, drawings: dict, coordinates, pose: Pose, size: int, unit: float) -> Tensor:
    """How much of each pixel drawing number ``which`` (n,) covers, (n, size, size), 0 to 1.

    ``coordinates`` of (pose, size) are those of the drawing, whose unit is so many pixels.
    """
    covered = torch.empty(len(which), size, size, device=which.device)
    draw = list(drawings.values())
    for value in which.unique().tolist():
        rows = (which == value).nonzero().squeeze(1)
        covered[rows] = draw[value](*coordinates(pose[rows], size)).mul_(unit).add_(0.5).clamp_(0, 1)
    return covered


def _pixels(size: int, centre: Tensor) -> tuple[Tensor, Tensor]:
    """Where the middles of columns and of rows lie from ``centre`` (n, 2), each (n, size), in widths of the image."""
    middles = (torch.arange(size, device=centre.device) + 0.5) / size
    return middles - centre[:, :1], middles - centre[:, 1:]


def _turned(x: Tensor, y: Tensor, angle: Tensor) -> tuple[Tensor, Tensor]:
    """Coordinates (n, size, size) in axes turned by ``angle`` degrees, of columns x and rows y (n, size), y upwards."""
    cos, sin = angle.deg2rad().cos()[:, None], angle.deg2rad().sin()[:, None]
    return (cos * x)[:, None] + (sin * y)[:, :, None], (-sin * x)[:, None] + (cos * y)[:, :, None]
