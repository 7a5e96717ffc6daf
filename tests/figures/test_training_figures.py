import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coral_viz.figures import curves
from coral_viz.figures.course.loss_curves import spread


def test_lines_are_seeds_and_their_mean(table):
    own = table[(table["method"] == "comm") & (table["distribution"] == "biased")]
    figure = curves(own)
    (ax,) = figure.axes
    assert len(ax.lines) == 3 * 3 + 3  # terms by seeds, then means
    full = own[own["metric"] == "loss/full"].groupby("step")["value"].mean()
    assert any(np.allclose(line.get_ydata(), full) for line in ax.lines[9:])
    assert {text.get_text() for text in ax.texts} == {"modality 1", "modality 2", "full", "biased"}
    assert ax.get_title("left") == "CoMM"
    assert ax.get_ylabel() == "nats"


def test_a_row_per_method_and_a_column_per_distribution(table):
    figure = curves(table)
    assert len(figure.axes) == 5 * 3
    assert "600 training steps" in figure.alt


def test_a_method_may_lack_a_distribution(table):
    figure = curves(table[~((table["method"] == "coral") & (table["distribution"] == "relation"))])
    assert [len(ax.lines) > 0 for ax in figure.axes[9:]] == [True, True, False] * 2
    assert {text.get_text() for text in figure.axes[11].texts} >= {"shared", "orthogonal unique"}


def test_no_training_rows_is_an_error(table):
    with pytest.raises(ValueError, match="split 'train'"):
        curves(table[table["split"] != "train"])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_spread_keeps_names_apart_in_order_and_inside(heights):
    moved = spread(np.sort(heights), 0.17)
    assert (np.diff(moved) >= 0.17 - 1e-9).all()
    assert moved[-1] <= 1 + 1e-9
    assert moved[0] >= -1e-9


def test_spread_leaves_names_with_room_alone():
    assert spread(np.array([0.1, 0.5, 0.9]), 0.17).tolist() == pytest.approx([0.1, 0.5, 0.9])
