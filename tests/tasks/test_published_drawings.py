"""Trifeature's shapes and textures as published: against their pixel-by-pixel definitions at 224 px."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from coral_viz.tasks import published_drawings
from coral_viz.tasks.rendering import Pose, render
from coral_viz.tasks.textures import TEXTURES

BOX, PERIOD = 128, 10
ROW, COL = np.mgrid[:BOX, :BOX]  # rows from the top, columns from the left
MIDDLE = np.abs(COL - BOX // 2)
COORDINATES = st.floats(-1.5, 1.5)


def star():
    tip = (ROW < 51) & (MIDDLE - ROW // 4 < 1)
    off = (ROW - 51) * 2.4
    arms = (ROW >= 51) & (ROW < 76) & (off < COL) & (BOX - off > COL)
    one, two = 0.33 * BOX - 0.43 * (ROW - 70), 0.62 * BOX - 1.05 * (ROW - 70)
    legs = (ROW >= 70) & (((one < COL) & (two > COL)) | ((one < BOX - COL) & (two > BOX - COL)))
    return tip | arms | legs


def five():
    third, cells = BOX // 3, np.ones((BOX, BOX), bool)
    cells[:, third : 2 * BOX // 3] = cells[third : 2 * BOX // 3] = False
    cells[third : 2 * BOX // 3, third : 2 * BOX // 3] = True
    return cells


def bar(x):
    return (x >= BOX // 2 - BOX // 6) & (x < BOX // 2 + BOX // 6 + 1)


SHAPES = {
    "triangle": MIDDLE - ROW // 2 < 1,
    "square": np.ones((BOX, BOX), bool),
    "plus": bar(ROW) | bar(COL),
    "circle": (ROW + 0.5 - 64) ** 2 + (COL + 0.5 - 64) ** 2 < 64**2,
    "tee": bar(COL) | (ROW < BOX // 3),
    "rhombus": (COL - 64 + ROW // 2 > 0) & (COL - 64 + ROW // 2 < 64),
    "pentagon": np.where(ROW < 51, MIDDLE - 1.25 * ROW < 1, MIDDLE < 64 - (ROW - 51) // 3.1),
    "star": star(),
    "fivesquare": five(),
    "trapezoid": (ROW // 3.1 < COL) & (COL < BOX - ROW // 3.1),
}

Y, X = np.mgrid[:400, :400]
R, C = Y % PERIOD, X % PERIOD
ODD = Y // PERIOD % 2 == 1
FLIPPED = np.where(ODD, PERIOD - C - 1, C)
CENTRE_X, CENTRE_Y = np.abs(C - 5) < 1.5, np.abs(R - 5) < 1.5
DROPS = np.random.default_rng(0).random((400, 400)) < 0.05
TEXTURE = {
    "solid": np.ones_like(R, bool),
    "stripes": R < 3,
    "grid": (R < 3) | (C < 3),
    "hexgrid": ((X + (1.73 * Y).astype(int)) % 10 < 2) | ((X - (1.73 * Y).astype(int)) % 10 < 2) | (R < 2),
    "dots": (C - 5) ** 2 + (R - 5) ** 2 < 16,
    "noise": np.random.default_rng(0).random((400, 400)) < 0.5,
    "triangles": R // 2 - np.abs(C - 5) > 0,
    "zigzags": (FLIPPED > R // 2) & (FLIPPED < 5 + R // 2),
    "rain": np.any([np.roll(DROPS, k, 0) for k in range(7)], 0),
    "pluses": np.where(ODD, (C < 1.5) | (10 - C < 1.5) | (CENTRE_Y & (np.abs(C - 5) > 1.5)), CENTRE_X | CENTRE_Y),
}


def drawn(name, size=400):
    """The texture as ours paints it, a pixel a tenth of a period, with no edge on a pixel's middle."""
    ticks = (torch.arange(size, dtype=torch.float64) + 0.5) / PERIOD
    p, q = torch.meshgrid(ticks + 0.05, 0.027 - ticks, indexing="xy")
    return (published_drawings.textures(PERIOD)[name](p, q) > 0).numpy()


@pytest.mark.parametrize("name", list(SHAPES))
def test_shapes_cover_what_the_published_ones_cover(name):
    ticks = (torch.arange(BOX, dtype=torch.float64) + 0.5) / BOX - 0.5
    u, v = torch.meshgrid(ticks, -ticks, indexing="xy")
    ours, theirs = (published_drawings.SHAPES[name](u, v) > 0).numpy(), SHAPES[name]
    assert (ours & theirs).sum() / (ours | theirs).sum() >= 0.97


@settings(max_examples=200)
@given(st.sampled_from(["rhombus", "pentagon", "star", "trapezoid"]), *[COORDINATES] * 4)
def test_no_shape_is_further_away_than_its_distance_says(name, a, b, c, d):
    u, v = torch.tensor([[a, c], [b, d]], dtype=torch.float64)
    one, two = published_drawings.SHAPES[name](u, v).tolist()
    assert abs(one - two) <= math.dist((a, b), (c, d)) + 1e-9


@pytest.mark.parametrize("name", list(TEXTURE))
def test_textures_have_the_published_share_of_paint(name):
    assert drawn(name).mean() == pytest.approx(TEXTURE[name].mean(), abs=0.02)


def spectrum(paint):
    """Power over wave vectors, whatever the phase, in windows of two periods."""
    windows = (paint - paint.mean()).reshape(20, 20, 20, 20).swapaxes(1, 2).reshape(-1, 20, 20)
    return (np.abs(np.fft.fft2(windows)) ** 2).mean(0)


@pytest.mark.parametrize("name", [name for name in TEXTURE if name != "solid"])
def test_textures_have_the_published_spectrum(name):
    ours, theirs = (np.sqrt(spectrum(paint.astype(float))).ravel() for paint in (drawn(name), TEXTURE[name]))
    similarity = ours @ theirs / np.sqrt((ours @ ours) * (theirs @ theirs))
    assert similarity > 0.95


def test_every_value_is_drawn_and_all_combinations_differ():
    assert list(published_drawings.textures(10)) == list(TEXTURES) == list(TEXTURE)
    assert list(published_drawings.SHAPES) == list(SHAPES)
    middle = torch.full((1000, 2), 0.5)
    pose = Pose(torch.full((1000,), 10.0), middle, torch.full((1000,), 20.0), middle)
    attributes = torch.cartesian_prod(*[torch.arange(10)] * 3)
    for size in (16, 32):
        images = render(attributes, pose, size, drawings="published").flatten(1)
        assert len(images.unique(dim=0)) == 1000


@pytest.mark.parametrize("period", [10.0, 4.0])
def test_random_textures_keep_their_share_in_small_images(period):
    ticks = (torch.arange(2000, dtype=torch.float64) + 0.5) / period
    p, q = torch.meshgrid(ticks, -ticks, indexing="xy")
    for name, share in (("noise", 0.5), ("rain", published_drawings.WET)):
        assert (published_drawings.textures(period)[name](p, q) > 0).double().mean().item() == pytest.approx(
            share, abs=0.02
        )
