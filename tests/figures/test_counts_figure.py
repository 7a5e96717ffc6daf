"""The picture of counts: its bars, intervals and numbers are those of ``results.found``."""

import numpy as np
import pytest

from coral_viz import style
from coral_viz.figures import found_counts
from coral_viz.results.found import found


def test_bars_numbers_and_intervals_are_the_counts(table):
    figure, summary = found_counts(table), found(table)
    ax = figure.axes[7]  # synergy after biased training
    rows = summary[(summary["distribution"] == "biased") & (summary["label"] == "synergy")]
    names = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    drawn = {(round(bar.get_y() + bar.get_height() / 2), round(bar.get_width(), 9)) for bar in ax.patches}
    place = [names.index(style.method_style(row.method, row.knob).label) for row in rows.itertuples()]
    assert drawn == {(y, round(share, 9)) for y, share in zip(place, rows["share"])}
    assert 0 < rows["found"].sum() < rows["n"].sum()
    words = {text.get_text() for text in ax.texts}
    assert {f"{row.found:g}/{row.n}" for row in rows.itertuples()} <= words
    (lines,) = [c.get_segments() for c in ax.collections if len(c.get_segments()) == len(rows) and c.get_zorder() == 2]
    ends = [[x for x, _ in line] for line in lines]
    assert np.asarray(ends) == pytest.approx(rows[["low", "high"]].to_numpy())
    assert ax.get_xlim() == (0, 1)


def test_the_readout_and_the_threshold_are_said(table):
    figure = found_counts(table, readout="best")
    words = figure.texts[0].get_text().replace("\n", " ")
    assert "more than half of the label's bits by the best readout" in words
    assert "exact binomial interval over seeds" in words
    assert "COrAL (squared) 3 of 3" in figure.alt


@pytest.mark.parametrize("columns", [1, 2])
def test_it_can_be_read(assert_legible, face, table, columns):
    assert_legible(found_counts(table, look=style.paper(columns=columns) | face))
