"""Samples of ``digits``: the images themselves, in the right places, with labels and latents that are the sample's."""

import functools

import numpy as np
import pytest
import torch

from coral_viz import style, tasks
from coral_viz.figures.data.digit_strips import questions, samples
from coral_viz.figures.layout.canvas import caption_of
from coral_viz.tasks.handwriting import ink

LOOKS = {"screen": style.screen(), "one": style.paper(), "two": style.paper(columns=2), "talk": style.talk()}
WORLDS = {
    "plain": {},
    "relation": {"distribution": "relation"},
    "ten": {"classes": 10, "times": 1, "count": 3},
    "pairs": {"count": 4, "pairs": True, "classes": 3},
    "eight": {"count": 8, "times": 3},
}


@functools.cache
def world(name="plain"):
    task = tasks.load("digits", seed=1, **WORLDS[name])
    return task, task.sample(7, "test", 2)


def words(figure):
    return {text.get_text(): text.get_color() for text in figure.axes[0].texts}


@pytest.mark.parametrize(
    ("name", "look"),
    [("plain", "screen"), ("plain", "one"), ("relation", "talk"), ("ten", "one"), ("pairs", "two"), ("eight", "one")],
)
def test_every_word_can_be_read(assert_legible, face, name, look):
    task, batch = world(name)
    assert_legible(samples(task, batch, rows=1, look=LOOKS[look] | face))
    hidden = {"modality_2": torch.zeros(task.modalities[1].shape[0], dtype=torch.bool)}
    assert_legible(questions(task, batch, row=1, visible=hidden, look=LOOKS[look] | face))


@pytest.mark.parametrize("name", ["plain", "ten", "pairs"])
def test_the_sheet_shows_the_images_of_every_sample_in_order(name):
    task, batch = world(name)
    axes = samples(task, batch, rows=5).axes[0]
    shown = [np.asarray(image.get_array()) for image in axes.images]
    pixels = [[*np.hsplit(run, run.shape[1] // 8)] for run in shown]
    every = [image for run in pixels for image in run]
    expected = [image for row in range(5) for x in batch.inputs for image in ink(x[row]).numpy()]
    np.testing.assert_array_equal(every, expected)
    assert all(image.get_extent()[1] <= axes.get_xlim()[1] for image in axes.images)


@pytest.mark.parametrize("look", ["one", "screen"])
@pytest.mark.parametrize(("name", "lines"), [("plain", 1), ("eight", 8)])
def test_strips_of_a_sample_stand_beside_each_other_where_they_fit(look, name, lines):
    images = samples(*world(name), rows=1, look=LOOKS[look]).axes[0].images
    assert len({image.get_extent()[3] for image in images}) == lines


def test_digits_are_square_and_stand_above_the_colour_of_their_label():
    task, batch = world()
    figure = questions(task, batch, row=3)
    figure.draw_without_rendering()
    axes = figure.axes[0]
    colours = [
        style.ATOM_COLOURS[name] for name in ("redundancy", "unique_1", "synergy", "redundancy", "unique_2", "synergy")
    ]
    assert [line.get_color() for line in axes.lines] == colours
    for image, line in zip(axes.images, axes.lines, strict=True):
        box = image.get_window_extent()
        assert box.width == pytest.approx(2 * box.height, rel=0.05)
        left, right, bottom, _ = image.get_extent()
        assert line.get_xdata() == [left, right]
        assert bottom < line.get_ydata()[0] < bottom + 1


def test_labels_are_those_of_the_sample_in_their_colours():
    task, batch = world("ten")
    figure = samples(task, batch, rows=1)
    labels = {name: int(values[0]) for name, values in batch.labels.items()}
    colours = {
        f"R {labels['redundancy']}": style.ATOM_COLOURS["redundancy"],
        f"U1 {labels['unique_1']}": style.ATOM_COLOURS["unique_1"],
        f"U2 {labels['unique_2']}": style.ATOM_COLOURS["unique_2"],
        f"U3 {labels['unique_3']}": style.THIRD,
        f"S {'yes' if labels['synergy'] else 'no'}": style.ATOM_COLOURS["synergy"],
    }
    assert words(figure) == {word: style.LETTERS[colour] for word, colour in colours.items()}
    assert f"sample 1: R {labels['redundancy']}, U1 {labels['unique_1']}" in figure.alt
    r, u, t = (int(batch.latents[name][0]) for name in ("r", "u_2", "t_2"))
    assert f"modality 2 reads {r} {u} {t}" in figure.alt


@pytest.mark.parametrize("name", ["plain", "ten"])
def test_what_synergy_asks_is_answered_with_the_digits(name):
    task, batch = world(name)
    for row in range(7):
        t = [int(batch.latents[f"t_{m + 1}"][row]) for m in range(task.count)]
        holds = sum(t[:-1]) % task.classes == t[-1]
        asked = "t1 + t2 = t3 (mod 10)" if task.count == 3 else "t1 = t2"
        told = f"{' + '.join(map(str, t[:-1]))} {'=' if holds else '≠'} {t[-1]}, {'yes' if holds else 'no'}"
        assert f"S asks whether {asked}: {told}." in questions(task, batch, row=row).alt


def test_latents_of_pairs_answer_the_synergy_of_their_pair():
    task, batch = world("pairs")
    told = words(questions(task, batch))
    assert told[f"t34 = {int(batch.latents['t_34_4'][0])}"] == style.LETTERS[style.PAIRWISE]
    assert "part of S34" in told


def test_a_mask_crosses_out_digits_and_takes_their_words():
    task, batch = world()
    visible = {"modality_1": torch.tensor([True, False, True, True, False, False])}
    figure = questions(task, batch, row=0, visible=visible)
    r, u = (int(batch.latents[name][0]) for name in ("r", "u_1"))
    assert {f"r = {r}", f"u1 = {u}", "t1 = ?", "hidden here"} <= set(words(figure))
    crossed = [patch for patch in figure.axes[0].patches if patch.get_hatch()]
    assert [len(patch.get_path().vertices) // 5 for patch in crossed] == [1, 2]
    boxes = [image.get_extent() for image in figure.axes[0].images]
    corners = crossed[0].get_path().vertices[:, 0]
    assert corners.min() == pytest.approx(sum(boxes[0][:2]) / 2)
    assert corners.max() == pytest.approx(boxes[0][1])
    assert "Hidden in modality 1: 1 of 2 of r, 2 of 2 of t1." in figure.alt
    assert "nobody can tell, for t1 cannot be seen." in figure.alt
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["hidden"]
    assert not questions(task, batch, row=0).legends


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"row": 7}, "row = 7 is not in the batch, whose rows are 0 to 6"),
        ({"visible": {f"modality_{m}": torch.zeros(6, dtype=torch.bool) for m in (1, 2)}}, "the mask leaves no token"),
        (
            {"visible": {"sound": torch.ones(6, dtype=torch.bool)}},
            "modality 'sound' does not exist; the task has modality_1",
        ),
        (
            {"visible": {"modality_2": torch.ones(5, dtype=torch.bool)}},
            r"mask of modality_2 has shape \(5,\); it takes \(6,\)",
        ),
    ],
)
def test_what_cannot_be_shown_is_a_sentence(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        questions(*world(), **options)


def test_captions_say_what_is_drawn():
    task, batch = world()
    assert caption_of(samples(task, batch, rows=3)).long.startswith("3 samples of the task digits")
    assert "hidden" not in caption_of(questions(task, batch)).short
    masked = questions(task, batch, visible={"modality_1": torch.arange(6) > 0})
    assert (
        caption_of(masked).short == "The digits of one sample that determine each label; hidden digits are crossed out."
    )


@pytest.mark.parametrize("rows", [0, 8])
def test_rows_that_are_not_there_are_a_sentence(rows):
    with pytest.raises(ValueError, match=f"rows = {rows} cannot be shown; the batch has 1 to 7"):
        samples(*world(), rows=rows)
