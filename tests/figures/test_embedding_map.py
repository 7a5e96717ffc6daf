import numpy as np
import pytest

from coral_viz import style
from coral_viz.figures.course.embedding_map import Map, embedding_map, look, separation

RNG = np.random.default_rng(0)
CLASSES = RNG.integers(0, 4, 200)
APART = Map(np.eye(4)[CLASSES][:, :2] * 5 + RNG.normal(size=(200, 2)), CLASSES, ("first", "second"))
MIXED = Map(RNG.normal(size=(200, 2)), CLASSES)


@pytest.mark.parametrize("shown", [style.screen(), style.talk(), style.paper(columns=2)])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_maps_can_be_read(assert_legible, face, shown, count):
    maps = dict(list({"before": MIXED, "after": APART, "beside": MIXED}.items())[:count])
    figure = embedding_map(maps, label="unique_1", small_print="PCA", look=shown | face)
    assert_legible(figure)
    assert [ax.get_title("left") for ax in figure.axes] == list(maps)


def test_every_sample_is_drawn_in_the_look_of_its_class():
    (ax,) = embedding_map({"after": APART}, label="redundancy").axes
    assert len(ax.lines) == 4
    for k, line in enumerate(ax.lines):
        np.testing.assert_array_equal(line.get_xydata(), APART.points[k == CLASSES])
        assert line.get_color() == look(k)["color"]
    assert ax.get_xlabel() == "first"


def test_looks_of_36_classes_are_all_different():
    assert len({(look(k)["color"], look(k)["marker"]) for k in range(36)}) == 36
    assert len({look(k)["color"] for k in range(6)}) == len({look(k)["marker"] for k in range(6)}) == 6


def test_many_classes_have_no_key():
    many = Map(RNG.normal(size=(60, 2)), np.arange(60) % 12)
    assert not embedding_map({"a": many}, label="redundancy").legends
    assert len(embedding_map({"a": APART}, label="redundancy").legends) == 1


def test_separation_is_the_share_of_variance_between_classes():
    assert separation(np.array([[0.0, 0], [0, 0], [2, 0], [2, 0]]), np.array([0, 0, 1, 1])) == 1
    assert separation(np.array([[0.0, 0], [2, 0], [0, 0], [2, 0]]), np.array([0, 0, 1, 1])) == 0
    assert separation(np.array([[-1.0, 0], [3, 0], [5, 0], [9, 0]]), np.array([0, 0, 1, 1])) == pytest.approx(9 / 13)
    assert separation(np.zeros((4, 2)), np.array([0, 0, 1, 1])) == 0


def test_alt_text_says_how_far_classes_are_apart():
    figure = embedding_map({"before": MIXED, "after": APART}, label="unique_1")
    share = separation(APART.points, CLASSES)
    assert "coloured by the class of unique_1" in figure.alt
    assert f"after, 200 samples, classes account for {share:.0%} of the variance" in figure.alt


def test_what_cannot_be_drawn_is_a_sentence():
    with pytest.raises(ValueError, match="4 maps cannot stand side by side"):
        embedding_map({str(i): MIXED for i in range(4)}, label="a")
    with pytest.raises(ValueError, match="200 points have 3 classes"):
        embedding_map({"a": Map(MIXED.points, CLASSES[:3])}, label="a")
