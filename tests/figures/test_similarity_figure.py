import numpy as np
import pytest

from coral_viz import style
from coral_viz.evaluation import similarity
from coral_viz.figures.course.part_similarity import similarity as drawn

RNG = np.random.default_rng(0)
PARTS = {"shared": RNG.normal(size=(50, 8)), "unique_1": RNG.normal(size=(50, 4)), "unique_2": RNG.normal(size=(50, 4))}
TABLES = similarity.between(PARTS)
FUSED = {"modality_1": RNG.normal(size=(50, 8)), "modality_2": RNG.normal(size=(50, 8))}


def rows(count=2):
    every = {
        "COrAL (squared), unbiased, seed 41": (list(PARTS), TABLES),
        "Cross": (list(FUSED), similarity.between(FUSED)),
    }
    return dict(list(every.items())[:count])


@pytest.mark.parametrize("look", [style.screen(), style.talk(), style.paper(columns=2)])
@pytest.mark.parametrize("count", [1, 2])
def test_tiles_can_be_read(assert_legible, face, look, count):
    assert_legible(drawn(rows(count), look=look | face))


def test_a_tile_for_every_two_parts():
    axes = drawn(rows(1)).axes
    assert [ax.get_title("left") for ax in axes] == list(similarity.MEASURES)
    for ax, (measure, table) in zip(axes, TABLES.items()):
        words = {text.get_position(): text.get_text() for text in ax.texts if text.get_text() not in rows(1)}
        assert set(words) == {(0, 0), (0, 1), (1, 1)}
        assert words[1, 1] == f"{table[2, 1]:.2f}"
        assert words[0, 1] == ("–" if measure == "mean |cosine|" else f"{table[2, 0]:.2f}")
    assert [text.get_text() for text in axes[0].get_yticklabels()] == ["path 1", "path 2"]
    assert [text.get_text() for text in axes[0].get_xticklabels()] == ["shared", "path 1"]


def test_alt_text_holds_the_numbers():
    alt = drawn(rows()).alt
    assert f"linear CKA: shared and path 1 {TABLES['linear CKA'][1, 0]:.2f}" in alt
    assert "mean |cosine|: path 1 and path 2" in alt


def test_what_cannot_be_drawn_is_a_sentence():
    with pytest.raises(ValueError, match="no embedding"):
        drawn({})
    with pytest.raises(ValueError, match="SimCLR has a single part"):
        drawn({"SimCLR": (["fused"], similarity.between({"fused": PARTS["shared"]}))})
