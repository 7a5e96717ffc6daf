"""The map of what several modalities share, who finds a relation of all, retrieval by count, and turned embeddings."""

import numpy as np
import pandas as pd
import pytest

from coral_viz import style
from coral_viz.figures.comparison.beyond_pairs import SCORE, by_count, information_map, relation, signs
from coral_viz.results import tables

LOOKS = {"screen": style.screen(), "talk": style.talk(), "two": style.paper(columns=2)}
SHARED = {
    "redundancy": (4.0, 2.0),
    "unique": (0.0, 0.0),
    "synergy": (2.0, 4.0),
    "pairs": (6.0, 6.0),
    "all": (12.0, 12.0),
}
DEGREES = np.arange(0, 361, 20)
CURVES = {"cosine": np.cos(np.radians(DEGREES)), "span": np.abs(np.cos(np.radians(DEGREES)))}
EACH_LOOK = pytest.mark.parametrize("look", LOOKS)


@pytest.fixture(scope="module")
def biased(triple_table):
    """Every method of three modalities after biased training."""
    return triple_table[triple_table["distribution"] == "biased"]


@pytest.fixture(scope="module")
def swept(biased):
    """One method with two settings for three modalities, one of which was also run for four."""
    usual = biased[(biased["method"] == "ovaib") & (biased["knob"] == "")]
    cells = [(3, 0.0), (3, 1.0), (4, 1.0)]
    return pd.concat(
        [
            usual.assign(count=count, beta=beta, temperature=0.01, run_id=usual["run_id"].str[:-1] + f"{place}")
            for place, (count, beta) in enumerate(cells)
        ]
    )


def dots(ax):
    """What the dots of a panel show, from top to bottom."""
    (line,) = [line for line in ax.lines if line.get_marker() == "o"]
    return line.get_xydata()[np.argsort(line.get_ydata())]


def words(ticks):
    return [tick.get_text() for tick in ticks]


# --- the map ----------------------------------------------------------------------------------------------------------


@EACH_LOOK
@pytest.mark.parametrize("shared", [SHARED, {"synergy": (1.0, 2.0), "all": (1.0, 2.0)}, {"independent": (0.0, 0.0)}])
def test_maps_can_be_read(assert_legible, face, look, shared):
    figure = information_map(shared, look=LOOKS[look] | face)
    assert figure.get_size_inches()[0] == LOOKS[look]["figure.figsize"][0]
    assert_legible(figure)


def test_points_are_where_the_correlations_say_and_bars_their_differences():
    plane, balance = information_map(SHARED).axes
    points = [line.get_xydata()[0].tolist() for line in plane.lines if line.get_marker() == "o"]
    assert points == [list(place) for place in SHARED.values()]
    assert [bar.get_width() for bar in balance.patches] == [2, 0, -2, 0, 0]
    assert words(balance.get_yticklabels()) == ["r", "u", "relation of all", "relations of pairs", "together"]


def test_what_lies_in_one_place_has_one_point_and_both_names():
    plane = information_map({"parity": (1.0, 2.0), "the same": (1 + 1e-12, 2.0)}).axes[0]
    assert sum(line.get_marker() == "o" for line in plane.lines) == 1
    assert "parity,\nthe same" in [text.get_text() for text in plane.texts]


def test_colours_are_those_of_the_labels():
    plane, balance = information_map(SHARED).axes
    colours = [style.ATOM_COLOURS["redundancy"], style.ATOM_COLOURS["unique_1"], style.ATOM_COLOURS["synergy"]]
    assert [line.get_color() for line in plane.lines if line.get_marker() == "o"][:3] == colours
    assert "relation of all 2.00 and 4.00" in balance.figure.alt


@pytest.mark.parametrize("shared", [{}, {"a": (1.0, -1.0)}, {"a": (np.nan, 1.0)}])
def test_what_is_no_correlation_is_not_drawn(shared):
    with pytest.raises(ValueError, match="a map needs correlations, finite and 0 or more"):
        information_map(shared)


# --- who finds it -----------------------------------------------------------------------------------------------------


@EACH_LOOK
def test_answers_can_be_read(assert_legible, face, biased, look):
    assert_legible(relation(biased, look=LOOKS[look] | face))


def test_three_panels_hold_the_means_of_three_answers(biased):
    axes = relation(biased).axes
    assert [ax.get_title("left") for ax in axes] == [SCORE, "a linear readout", "the best readout"]
    order = style.method_order(tables.variants(biased))
    assert words(axes[0].get_yticklabels()) == [style.method_style(*variant).label for variant in order]
    scored = biased[(biased["metric"] == "mAP") & (biased["label"] == "compatible")]
    bits = biased[(biased["metric"] == "bits") & (biased["label"] == "synergy") & (biased["part"] == "all")]
    for ax, rows in zip(axes, (scored, bits[bits["readout"] == "linear"], bits[bits["readout"] == "best"])):
        means = rows.groupby(["method", "knob"])["value"].mean()
        np.testing.assert_allclose(dots(ax)[:, 0], [means[variant] for variant in order])


def test_random_order_is_marked_where_scores_rank(biased):
    chance = biased.loc[(biased["metric"] == "chance/mAP") & (biased["label"] == "compatible"), "value"].mean()
    places = [next(line for line in ax.lines if line.get_ls() == ":").get_xdata()[0] for ax in relation(biased).axes]
    assert places == pytest.approx([chance, 0, 0])


def test_another_label_can_be_asked_for(biased):
    figure = relation(biased, label="redundancy")
    assert figure.axes[2].lines[0].get_color() == style.ATOM_COLOURS["redundancy"]
    assert "the best readout: Cross 100%" in figure.alt


def test_tables_without_an_answer_are_named(triple_table, biased):
    with pytest.raises(ValueError, match="one task and training distribution can be drawn at a time, not 3"):
        relation(triple_table)
    with pytest.raises(ValueError, match="no finished run with metric 'mAP'"):
        relation(biased[biased["metric"] != "mAP"])
    with pytest.raises(ValueError, match="no finished run with metric 'bits', part 'all', label 'unique_9'"):
        relation(biased, label="unique_9")


# --- by count ---------------------------------------------------------------------------------------------------------


@EACH_LOOK
def test_counts_can_be_read(assert_legible, face, swept, biased, look):
    assert_legible(by_count(swept, ["temperature", "beta"], look=LOOKS[look] | face))
    assert_legible(by_count(biased.assign(count=3), look=LOOKS[look] | face))


def test_a_panel_per_count_a_line_per_setting_and_a_gap_where_nothing_ran(swept):
    figure = by_count(swept, ["temperature", "beta"])
    assert [ax.get_title("left") for ax in figure.axes] == ["3 modalities", "4 modalities"]
    assert words(figure.axes[0].get_yticklabels()) == ["temperature 0.01, beta 0.0", "temperature 0.01, beta 1.0"]
    mean = swept.loc[(swept["metric"] == "mAP") & (swept["label"] == "compatible"), "value"].mean()
    np.testing.assert_allclose(dots(figure.axes[0]), [(mean, 0), (mean, 1)])
    np.testing.assert_allclose(dots(figure.axes[1]), [(mean, 1)])
    assert f"{mean:.0%} (temperature 0.01, beta 1.0, 4 modalities)" in figure.alt


def test_methods_are_lines_in_the_order_of_pictures(biased):
    ax = by_count(biased.assign(count=3)).axes[0]
    order = style.method_order(tables.variants(biased))
    assert words(ax.get_yticklabels()) == [style.method_style(*variant).label for variant in order]


def test_tables_without_columns_or_with_mixed_lines_are_named(swept):
    with pytest.raises(ValueError, match=r"lacks the column\(s\) count, width"):
        by_count(swept.drop(columns="count"), ["beta", "width"])
    with pytest.raises(ValueError, match="more than one value for count 3"):
        by_count(swept, ["temperature"])


# --- signs ------------------------------------------------------------------------------------------------------------


@EACH_LOOK
def test_turns_can_be_read(assert_legible, face, look):
    many = {f"score {i}": values for i, values in enumerate([*CURVES.values()] * 3) if i < 5}
    assert_legible(signs(DEGREES, many, look=LOOKS[look] | face))


def test_blind_are_those_that_half_a_turn_does_not_change():
    figure = signs(DEGREES, CURVES)
    assert [ax.get_title("left") for ax in figure.axes] == ["cosine\nsees signs", "span\nblind to signs"]
    for ax, values in zip(figure.axes, CURVES.values()):
        np.testing.assert_array_equal(ax.lines[1].get_xydata(), np.column_stack([DEGREES, values]))
        assert [line.get_xydata()[0].tolist() for line in ax.lines[2:]] == [[0, values[0]], [180, values[9]]]
    assert "cosine from 1.00 to -1.00; span from 1.00 to 1.00" in figure.alt


@pytest.mark.parametrize(
    ("degrees", "scores", "sentence"),
    [
        (DEGREES, {}, "every score needs one number for each of the 19 angles"),
        (DEGREES, {"cosine": np.ones(3)}, "every score needs one number for each of the 19 angles"),
        (DEGREES + 1, CURVES, "the angles must include 0 and 180 degrees"),
    ],
)
def test_curves_that_do_not_fit_are_named(degrees, scores, sentence):
    with pytest.raises(ValueError, match=sentence):
        signs(degrees, scores)
