"""A measure over costs: dots at their medians and means, in the colours of their level."""

import pytest

from coral_viz import style
from coral_viz.figures.sweep.measure_costs import measure_costs


@pytest.fixture
def priced(table):
    """Runs of two methods after biased training, with what they cost."""
    rows = table[table["method"].isin(["cross", "comm"]) & (table["distribution"] == "biased")]
    parameters = rows["method"].map({"cross": 1000.0, "comm": 64000.0})
    return rows.assign(parameters=parameters, seconds=rows["seed"].astype(float), embedding_width=64.0)


@pytest.mark.parametrize("look", [style.paper(), style.paper(columns=2), style.screen()])
def test_a_dot_per_configuration_stands_at_its_median_cost_and_mean(priced, look, assert_legible, face):
    figure = measure_costs(priced, labels=["synergy"], look=look | face)
    assert_legible(figure)
    by_parameters, by_seconds = figure.axes
    rows = priced[
        (priced["metric"] == "balanced_accuracy") & (priced["part"] == "all") & (priced["label"] == "synergy")
    ]
    for method, x in (("comm", 64000.0), ("cross", 1000.0)):
        own = rows[rows["method"] == method]
        dots = {
            tuple(point) for line in by_parameters.lines for point in line.get_xydata() if len(line.get_xydata()) == 1
        }
        assert any(at == pytest.approx((x, 100 * own["value"].mean())) for at in dots)
    assert by_parameters.get_xscale() == "log"
    assert by_seconds.get_xlabel() == "seconds a run"
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["Cross", "CoMM"]
    assert "with 64,000 parameters, 1 seconds a run" in figure.alt


def test_a_cost_that_is_the_same_of_all_has_one_tick(priced):
    (ax,) = measure_costs(priced, labels=["synergy"], against=["embedding_width"]).axes
    assert [text.get_text() for text in ax.get_xticklabels()] == ["64"]


def test_what_cannot_be_drawn_is_a_sentence(priced):
    for asked, words in (
        ({"against": ["money"]}, "'money' is no cost of a run; choose among embedding_width, parameters"),
        ({"against": ["passes"]}, "not every run states its passes, as older ones did not; make them again"),
        ({"setting": "colour"}, "the table has no setting 'colour'"),
    ):
        with pytest.raises(ValueError, match=f"^{words}"):
            measure_costs(priced, **asked)
