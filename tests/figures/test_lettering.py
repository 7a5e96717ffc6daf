"""Remembered outlines put the same words in the same places as matplotlib's own text."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from coral_viz.figures.layout import lettering


def drawn(canvas, **look):
    """Pixels of a page with one line of text, as darkness from 0 to 1."""
    figure = Figure(figsize=(4, 1), dpi=100)
    figure.text(0.1, 0.4, "Bits: 0.31, U1 − I_±", **look)
    shown = canvas(figure)
    shown.draw()
    return 1 - np.asarray(shown.buffer_rgba())[..., :3].mean(-1) / 255


@pytest.mark.parametrize(
    "look", [{}, {"weight": "bold"}, {"size": 20}, {"rotation": 12}, {"color": "#4477AA"}, {"alpha": 0.5}]
)
def test_words_look_as_they_do_without(look):
    ours, theirs = drawn(lettering.Canvas, **look), drawn(FigureCanvasAgg, **look)
    assert ours.sum() == pytest.approx(theirs.sum(), rel=0.1)
    for axis in (0, 1):
        centres = [(dark.sum(axis) * np.arange(dark.shape[1 - axis])).sum() / dark.sum() for dark in (ours, theirs)]
        assert centres[0] == pytest.approx(centres[1], rel=0.05)


def test_the_second_picture_is_that_of_the_first():
    first, remembered = drawn(lettering.Canvas), lettering._outline.cache_info().hits
    np.testing.assert_array_equal(drawn(lettering.Canvas), first)
    assert lettering._outline.cache_info().hits > remembered


def test_the_size_of_words_is_that_of_what_is_drawn():
    figure = Figure(figsize=(4, 1), dpi=100)
    words = figure.text(0.1, 0.4, "IHI")
    canvas = lettering.Canvas(figure)
    canvas.draw()
    dark = np.flatnonzero((np.asarray(canvas.buffer_rgba())[..., 0] < 200).any(0))
    box = words.get_window_extent(canvas.get_renderer())
    assert abs(box.x0 - dark[0]) < 3
    assert abs(box.x1 - dark[-1]) < 3


def test_formulas_and_blanks_are_drawn_too():
    figure = Figure(figsize=(4, 1), dpi=100)
    figure.text(0.1, 0.4, "$10^{-3}$")
    figure.text(0.5, 0.4, " ")
    canvas = lettering.Canvas(figure)
    canvas.draw()
    assert (np.asarray(canvas.buffer_rgba())[..., 0] < 100).any()
