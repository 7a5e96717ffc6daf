import numpy as np
import pytest
import torch

from coral_viz import style
from coral_viz.figures.data.image_samples import contact_sheet, pairs
from coral_viz.tasks.rendering import ATTRIBUTES
from coral_viz.tasks.trifeature import Trifeature
from coral_viz.tasks.views import normalise

LOOKS = {"screen": style.screen(), "one": style.paper(), "two": style.paper(columns=2), "talk": style.talk()}


@pytest.fixture(scope="module")
def world():
    return Trifeature(seed=42)


@pytest.fixture(scope="module")
def batch(world):
    return world.sample(5, "test", 0)


@pytest.fixture(scope="module")
def views(world, batch):
    return world.views(batch, torch.Generator().manual_seed(0))


@pytest.mark.parametrize("look", LOOKS)
def test_every_word_can_be_read(world, batch, views, assert_legible, face, look):
    assert_legible(contact_sheet(world, look=LOOKS[look] | face))
    assert_legible(pairs(world, batch, views, look=LOOKS[look] | face))


def test_the_sheet_shows_every_value_of_every_attribute(world):
    figure = contact_sheet(world)
    upper, lower = figure.axes
    assert [label.get_text() for label in upper.get_yticklabels()] == list(ATTRIBUTES["shape"])
    assert [label.get_text() for label in upper.get_xticklabels()] == list(ATTRIBUTES["texture"])
    leads = [ATTRIBUTES["colour"][value] for value in world.mapping]
    assert [label.get_text() for label in lower.get_xticklabels()] == leads
    assert sorted(leads) == sorted(ATTRIBUTES["colour"])
    assert f"solid to {leads[0]}" in figure.alt


@pytest.mark.parametrize(("row", "column"), [(0, 0), (3, 7), (9, 9)])
def test_the_sheet_holds_the_worlds_own_images(world, row, column):
    sheet = np.asarray(contact_sheet(world).axes[0].images[0].get_array())
    shown = sheet[32 * row : 32 * (row + 1), 32 * column : 32 * (column + 1)]
    wanted = torch.tensor([row, column, (row + column) % 10])
    index = (world.attributes == wanted).all(1).nonzero()[0, 0]
    np.testing.assert_array_equal(shown, world.images[index].permute(1, 2, 0))


def test_a_small_world_has_a_small_sheet(assert_legible, face):
    world = Trifeature(values=3, pairs=50, shared="colour", related_2="shape", size=16)
    figure = contact_sheet(world, look=style.screen() | face)
    assert_legible(figure)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["red", "green", "blue"]
    assert figure.axes[0].images[0].get_array().shape == (48, 48, 3)


def test_pairs_show_both_images_and_their_views(world, batch, views):
    figure = pairs(world, batch, views, rows=2)
    shown = [normalise(torch.tensor(ax.images[0].get_array()).permute(2, 0, 1)) for ax in figure.axes]
    expected = [x[1] for x in (batch.inputs[0], views[0][0], views[1][0], batch.inputs[1], views[0][1], views[1][1])]
    torch.testing.assert_close(torch.stack(shown[6:]), torch.stack(expected), atol=1e-4, rtol=0)


def test_words_name_the_labels_in_the_colours_of_their_atoms(world, batch, views):
    figure = pairs(world, batch, views, rows=3)
    words = {text.get_text(): text.get_color() for ax in figure.axes[12:18] for text in ax.texts}
    assert [len(ax.texts) for ax in figure.axes[12:18]] == [2, 0, 0, 1, 0, 1]  # of image 1, of image 2
    texture = ATTRIBUTES["texture"][batch.latents["texture_1"][2]]
    assert words[f"U1 {texture}"] == style.ATOM_COLOURS["unique_1"]
    answer = "yes" if batch.labels["synergy"][2] else "no"
    leads = ATTRIBUTES["colour"][world.mapping[batch.latents["texture_1"][2]]]
    assert words[f"S {answer}, {texture} → {leads}"] == style.ATOM_COLOURS["synergy"]
    assert f"pair 3: R {ATTRIBUTES['shape'][batch.latents['shape_1'][2]]}, U1 {texture}" in figure.alt


def test_rows_that_are_not_there_are_a_sentence(world, batch, views):
    with pytest.raises(ValueError, match="rows = 6 cannot be shown; the batch has 1 to 5"):
        pairs(world, batch, views, rows=6)
