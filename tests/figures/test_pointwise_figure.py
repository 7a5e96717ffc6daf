"""What the picture of pointwise information shows: a mark a sample, and the kinds that only both sources tell."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from coral_viz import style
from coral_viz.figures.decomposition.pointwise import ONLY_BOTH, pointwise

FIRST, SECOND, JOINT = np.array([[0.1, -0.4, 0.9, 0.2], [0.3, 0.2, -2.0, 0.1], [1.0, 0.9, 0.8, 0.2]])
NAMES = ["odd", "odd", "even", "alike"]


@pytest.mark.parametrize(
    "look", [style.paper("icml", 1), style.screen(), style.talk()], ids=["narrow", "screen", "talk"]
)
@pytest.mark.parametrize("names", [None, NAMES])
def test_words_can_be_read(look, names, assert_legible, face):
    assert_legible(pointwise(FIRST, SECOND, JOINT, names, look=look | face))


def test_every_sample_is_a_mark_coloured_by_who_tells_it():
    figure = pointwise(FIRST, SECOND, JOINT, NAMES)
    marks = figure.axes[0].collections[0]
    np.testing.assert_allclose(marks.get_offsets(), np.c_[np.maximum(FIRST, SECOND), JOINT])
    purple = (marks.get_facecolors()[:, :3] == to_rgb(ONLY_BOTH)).all(1)
    assert purple.tolist() == [True, True, False, False]
    assert "of 50%, 0.325 bits more on average; most for odd 0.70, alike 0.00, even -0.10" in figure.alt


def test_kinds_stand_in_descending_order_and_no_more_than_asked():
    ax = pointwise(FIRST, SECOND, JOINT, NAMES, shown=2).axes[1]
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([0.7, 0.0])
    assert [label.get_text().split(":")[0] for label in ax.get_yticklabels()] == ["odd", "alike"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"joint": JOINT[:3]}, r"three arrays of one shape \(n,\)"),
        ({"first": np.full(4, np.nan)}, "must be finite"),
        ({"names": ["a"]}, "There are 1 names for 4 samples"),
    ],
)
def test_bad_input_is_named(change, words):
    with pytest.raises(ValueError, match=words):
        pointwise(**({"first": FIRST, "second": SECOND, "joint": JOINT} | change))
