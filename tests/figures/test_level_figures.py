"""Ranks with their critical difference, and accuracy over costs: marks are the numbers of the table."""

import numpy as np
import pytest

from coral_viz import style
from coral_viz.figures.comparison.costs import costs
from coral_viz.figures.comparison.rank_differences import rank_differences
from coral_viz.results import tables
from coral_viz.results.rank_tests import friedman


@pytest.fixture(scope="module")
def costly(table):
    each = {method: 1e5 * (1 + i) for i, method in enumerate(sorted(set(table["method"])))}
    parameters = table["method"].map(each)
    return table.assign(parameters=parameters, seconds=parameters / 1e4, embedding_width=64.0, passes=600.0)


def lines_of(ax, marker):
    return [line for line in ax.lines if line.get_marker() == marker]


def test_ranks_bars_and_p_are_those_of_the_test(table):
    figure, ax = rank_differences(table), rank_differences(table).axes[7]
    rows = table[(table["distribution"] == "biased") & (table["label"] == "synergy") & (table["part"] == "all")]
    test = friedman(rows[rows["metric"] == "balanced_accuracy"])
    names = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    (dots,) = lines_of(ax, "o")
    drawn = {names[round(y)]: x for x, y in zip(dots.get_xdata(), dots.get_ydata())}
    said = {style.method_style(row.method, row.knob).label: row.rank for row in test.ranks.itertuples()}
    assert drawn == pytest.approx(said)
    (bars,) = [c.get_segments() for c in ax.collections if c.get_alpha() == 0.5]
    ends = sorted((low, high) for (low, _), (high, _) in bars)
    half = test.critical_difference / 2
    told = sorted((max(rank - half, 1), min(rank + half, 5)) for rank in said.values())
    assert np.array(ends) == pytest.approx(np.array(told))
    assert f"p = {test.p:.3f}".replace("0.", ".") in {text.get_text() for text in ax.texts}
    (ticks,) = lines_of(ax, "|")
    assert sorted(ticks.get_xdata()) == sorted(test.each["rank"])
    assert f"critical difference {test.critical_difference:.2f}" in figure.alt


def test_dots_stand_over_costs(costly):
    figure = costs(costly, against=("parameters", "seconds"))
    rows = costly[(costly["distribution"] == "biased") & (costly["label"] == "synergy") & (costly["part"] == "all")]
    summary = tables.summarise(rows[rows["metric"] == "balanced_accuracy"], tables.VARIANT)
    for ax, name in zip(figure.axes, ("parameters", "seconds"), strict=True):
        drawn = [(line.get_xdata()[0], line.get_ydata()[0]) for line in ax.lines if line.get_linestyle() == "None"]
        costs_of = costly.groupby("method")[name].first()
        told = [(costs_of[row.method], 100 * row.estimate) for row in summary.itertuples()]
        assert np.array(sorted(drawn)) == pytest.approx(np.array(sorted(told)))
        assert ax.get_xscale() == "log"
    assert "CoMM 87% with 100,000 parameters, 10 seconds a run" in figure.alt


def test_what_is_no_cost_or_was_not_said_is_a_sentence(table, costly):
    with pytest.raises(ValueError, match="'hours' is no cost of a run; choose among embedding_width, parameters"):
        costs(costly, against=["hours"])
    with pytest.raises(ValueError, match="not every run states its seconds"):
        costs(table, against=["seconds"])


@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize("draw", [rank_differences, costs])
def test_they_can_be_read(assert_legible, face, costly, draw, columns):
    assert_legible(draw(costly, look=style.paper(columns=columns) | face))
