import numpy as np
import pytest
import torch
from matplotlib.patches import Circle

from coral_viz import style, tasks
from coral_viz.figures.data.token_samples import coordinates, two_views


@pytest.fixture(scope="module")
def world():
    return tasks.load("factors", seed=3, sigma=0.0, drop=False)


@pytest.fixture(scope="module")
def batch(world):
    return world.sample(5, "test", 3)


@pytest.fixture(scope="module")
def views(world, batch):
    return world.views(batch, torch.Generator().manual_seed(3))


def test_without_noise_a_sample_lies_on_the_circles_of_its_classes_alone(world, batch):
    for m, names in enumerate(world.shown):
        radius = np.hypot(*np.moveaxis(coordinates(world, m, batch.inputs[m])[:, 0], -1, 0))
        on = np.stack([np.eye(world.classes)[batch.latents[name]] for name in names], 1)
        np.testing.assert_allclose(radius, on, atol=1e-5)


def test_loudness_is_no_part_of_a_coordinate(batch):
    loud = tasks.load("factors", seed=3, sigma=0.0, amplitude_unique=2.5)
    radius = np.hypot(*np.moveaxis(coordinates(loud, 0, loud.sample(5, "test", 3).inputs[0]), -1, 0))
    np.testing.assert_allclose(radius.max(-1), 1, atol=1e-5)


def test_the_picture_shows_tokens_circles_and_both_views(world, batch, views):
    figure = two_views(world, batch, views, row=2)
    heat_maps = [ax for ax in figure.axes if ax.images]
    assert len(heat_maps) == 4
    shown = heat_maps[1].images[0].get_array()
    np.testing.assert_array_equal(shown, views[1][0][2].numpy().T)
    circles = [ax for ax in figure.axes if any(isinstance(patch, Circle) for patch in ax.patches)]
    assert len(circles) == 6
    first = circles[0]
    dots = [line.get_xydata()[0] for line in first.lines]
    assert len(dots) == 2 * world.classes
    r = int(batch.latents["r"][2])
    centre = np.array(first.patches[2 * r].center)
    np.testing.assert_allclose(np.hypot(*(np.array(dots[2 * r : 2 * r + 2]) - centre).T), 1, atol=1e-5)


def test_every_look_has_a_dot_on_the_circle_of_its_class():
    world = tasks.load("factors", seed=3, sigma=0.0, drop=False, observation="looks", features=24, tokens=5)
    batch = world.sample(3, "test", 3)
    figure = two_views(world, batch, world.views(batch, torch.Generator().manual_seed(3)), row=1)
    circles = [ax for ax in figure.axes if any(isinstance(patch, Circle) for patch in ax.patches)]
    assert len(circles) == 6
    last, t = circles[-1], int(batch.latents["t_2"][1])
    dots = np.stack([line.get_xydata() for line in last.lines[2 * t : 2 * t + 2]])
    assert dots.shape == (2, 5, 2)
    np.testing.assert_allclose(np.hypot(*(dots - last.patches[2 * t].center).T), 1, atol=1e-5)
    assert len(np.unique(dots.round(4).reshape(-1, 2), axis=0)) == 10
    assert "each token at one of its own" in figure.alt


def test_words_name_the_latents_in_the_colours_of_their_atoms(world, batch, views, assert_legible, face):
    figure = two_views(world, batch, views, row=2, look=style.screen() | face)
    assert_legible(figure)
    u = int(batch.latents["u_2"][2])
    assert f"u2 = {u}" in figure.alt
    titles = {ax.title.get_text(): ax.title.get_color() for ax in figure.axes}
    assert titles[f"u2 = {u}"] == style.LETTERS[style.ATOM_COLOURS["unique_2"]]


def test_silent_latents_are_left_out():
    relation = tasks.load("factors", seed=3, distribution="relation")
    batch = relation.sample(2, "test", 3)
    figure = two_views(relation, batch, relation.views(batch, torch.Generator().manual_seed(0)))
    assert "shows t1 = " in figure.alt
    assert " r = " not in figure.alt


def test_a_row_that_is_not_there_is_a_sentence(world, batch, views):
    with pytest.raises(ValueError, match=r"row = 5 is not in the batch, whose rows are 0 to 4"):
        two_views(world, batch, views, row=5)
