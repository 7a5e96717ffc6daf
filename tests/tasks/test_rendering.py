"""Shapes, textures and images: areas in closed form, and finer images as the oracle of coarse ones."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from coral_viz.tasks import rendering
from coral_viz.tasks.rendering import COLOURS, Pose, render
from coral_viz.tasks.shapes import SHAPES
from coral_viz.tasks.textures import TEXTURES

WHITE = 9
AREAS = {
    "triangle": 1 / 2,
    "square": 1,
    "plus": 5 / 9,
    "circle": math.pi / 4,
    "tee": 5 / 9,
    "rhombus": 0.3,
    "pentagon": 5 / 8 * math.sin(math.radians(72)),
    "star": 5 / 4 * math.sin(math.radians(36)) * math.cos(math.radians(72)) / math.cos(math.radians(36)),
    "fivesquare": 5 / 9,
    "trapezoid": 3 / 4,
}
COORDINATES = st.floats(-1.5, 1.5)


def upright(n, angle=0.0):
    middle = torch.full((n, 2), 0.5)
    return Pose(torch.full((n,), angle), middle, torch.full((n,), 20.0), middle)


def painted(images):
    """Share of each pixel that is painted, of white objects."""
    return (images[:, 0].float() - 128) / 127


@pytest.mark.parametrize("name", list(SHAPES))
def test_shapes_have_their_areas(name):
    ticks = (torch.arange(1500, dtype=torch.float64) + 0.5) / 1000 - 0.75
    inside = SHAPES[name](ticks[None].expand(1500, -1), ticks[:, None].expand(-1, 1500)) > 0
    assert inside.double().sum().item() / 1e6 == pytest.approx(AREAS[name], abs=0.003)


@settings(max_examples=200)
@given(st.sampled_from(list(SHAPES)), COORDINATES, COORDINATES, COORDINATES, COORDINATES)
def test_no_shape_is_further_away_than_its_distance_says(name, a, b, c, d):
    u, v = torch.tensor([[a, c], [b, d]], dtype=torch.float64)
    one, two = SHAPES[name](u, v).tolist()
    assert abs(one - two) <= math.dist((a, b), (c, d)) + 1e-9


@pytest.mark.parametrize(
    ("name", "shift"),
    [
        ("stripes", (1, 0.3)),
        ("grid", (1, -2)),
        ("hexgrid", (1 / 2, math.sqrt(3) / 2)),
        ("dots", (3, 1)),
        ("noise", (64, 64)),
        ("triangles", (1, 1)),
        ("zigzags", (2, 1)),
        ("rain", (0, 2)),
        ("pluses", (1, 1)),
    ],
)
def test_textures_repeat_and_paint_a_part_of_the_plane(name, shift):
    p, q = torch.rand(2, 20_000, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 32
    inside = TEXTURES[name](p, q)
    torch.testing.assert_close(TEXTURES[name](p + shift[0], q + shift[1]), inside)
    assert 0.2 < (inside > 0).double().mean().item() < 0.7


def test_edges_cover_what_a_finer_image_covers():
    attributes = torch.cartesian_prod(torch.arange(10), torch.arange(10), torch.tensor([WHITE]))
    pose = Pose.draw(100, torch.Generator().manual_seed(0))
    coarse, fine = (painted(render(attributes, pose, size)) for size in (112, 672))
    difference = (coarse - F.avg_pool2d(fine, 6)).abs()
    assert difference.mean().item() < 0.01
    solid = attributes[:, 1] == 0
    assert difference[solid].max().item() < 0.4  # at the tips of stars
    assert difference[solid].mean().item() < 0.001


def test_no_pose_cuts_anything_off():
    n = 400
    attributes = torch.tensor([[1, 0, WHITE]]).expand(n, 3)
    images = painted(render(attributes, Pose.draw(n, torch.Generator().manual_seed(1)), 112))
    torch.testing.assert_close(images.sum((1, 2)), torch.full((n,), 64.0**2), atol=20, rtol=0)


def test_poses_are_whole_angles_and_use_all_places():
    pose = Pose.draw(20_000, torch.Generator().manual_seed(2))
    for angle in (pose.angle, pose.texture_angle):
        assert set(angle.tolist()) == set(range(-45, 45))
    straight = pose.centre[pose.angle == 0]
    assert straight.min().item() == pytest.approx(64 / 224, abs=0.01)
    assert straight.max().item() == pytest.approx(160 / 224, abs=0.01)


def test_angles_turn_counter_clockwise():
    image = painted(render(torch.tensor([[0, 0, WHITE]]), upright(1, angle=30.0), 224))[0]
    ticks = torch.arange(224) + 0.5
    right = (image.sum(0) * ticks).sum() / image.sum() - 112
    down = (image.sum(1) * ticks).sum() / image.sum() - 112
    # the triangle's centroid lies a sixth of its height below the middle of its box
    turn = math.radians(30)
    assert right.item() == pytest.approx(128 / 6 * math.sin(turn), abs=0.3)
    assert down.item() == pytest.approx(128 / 6 * math.cos(turn), abs=0.3)


def test_colours_are_exact_on_grey():
    attributes = torch.tensor([[1, 0, colour] for colour in range(10)])
    images = render(attributes, upright(10), 32)
    expected = torch.tensor(list(COLOURS.values())) * 255
    torch.testing.assert_close(images[:, :, 16, 16].float(), expected, atol=0.501, rtol=0)
    assert (images[:, :, 0, 0] == 128).all()


@pytest.mark.parametrize("size", [16, 32, 64])
def test_all_thousand_combinations_look_different(size):
    attributes = torch.cartesian_prod(*[torch.arange(10)] * 3)
    images = render(attributes, upright(1000, angle=10.0), size).flatten(1)
    assert len(images.unique(dim=0)) == 1000


def test_small_images_have_coarse_textures():
    assert rendering.period(224) == pytest.approx(10)
    assert rendering.period(64) == rendering.period(32) == 4


def test_chunks_change_nothing(monkeypatch):
    attributes = torch.randint(10, (30, 3), generator=torch.Generator().manual_seed(0))
    pose = Pose.draw(30, torch.Generator().manual_seed(3))
    whole = render(attributes, pose, 20)
    monkeypatch.setattr(rendering, "CHUNK", 7 * 400)
    torch.testing.assert_close(render(attributes, pose, 20), whole)


def test_too_small_an_image_is_a_sentence():
    with pytest.raises(ValueError, match="size = 15 pixels is too small; images take at least 16"):
        render(torch.zeros(1, 3, dtype=torch.long), upright(1), 15)
