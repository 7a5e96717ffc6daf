"""The numbers behind dots: where they are drawn, and in the words of their axis."""

import re

import matplotlib
import pytest

from coral_viz import figures
from coral_viz.figures.comparison.accuracy import accuracy
from coral_viz.figures.layout import hover
from coral_viz.figures.layout.saving import save
from coral_viz.results import tables


@pytest.fixture
def small(table):
    return table[table["method"].isin(["cross", "comm"]) & (table["distribution"] == "unbiased")]


def test_every_dot_says_its_mean_where_it_is_drawn(small, tmp_path):
    figure = figures.bits_kept(small)
    save(figure, tmp_path / "bits_kept", data=small)
    spots, summary = hover.spots(figure), tables.bits_kept(small)
    assert len(spots) == len(summary)
    row = summary[(summary["method"] == "cross") & (summary["label"] == "unique_1")].set_index("readout").loc["best"]
    (spot,) = [spot for spot in spots if spot.words.startswith("Cross, Unique 1, unbiased, best: ")]
    assert f": {row['estimate']:.2f} [{row['low']:.2f}, {row['high']:.2f}], n = 3" in spot.words
    ax = next(
        ax
        for ax in figure.axes
        for line in ax.lines
        if hasattr(line, hover.BEHIND) and getattr(line, hover.BEHIND)["label"].iloc[0] == "unique_1"
    )
    box = ax.get_position()
    assert box.x0 <= spot.x <= box.x1
    assert box.y0 <= 1 - spot.y <= box.y1
    low, high = ax.get_xlim()
    assert spot.x == pytest.approx(box.x0 + (row["estimate"] - low) / (high - low) * box.width, abs=1e-3)


def test_shares_are_said_in_percent_as_on_the_axis(small):
    figure = accuracy(small)
    figure.draw_without_rendering()
    words = [spot.words for spot in hover.spots(figure)]
    assert len(words) == 8
    assert all(re.search(r": \d+\.\d \[\d+\.\d, \d+\.\d\] %, n = 3$", each) for each in words)


def test_figures_without_dots_have_no_spots(table):
    with matplotlib.rc_context():
        assert hover.spots(figures.matrix(table[table["method"] == "cross"])) == []
