import pytest

from coral_viz import style
from coral_viz.figures import bits_kept
from coral_viz.figures.layout.strip import BETWEEN, GAP, _bands, _ratios

THREE = {"unbiased": ["R", "U1", "U2", "S"], "biased": ["R", "U1", "U2", "S"], "relation": ["S"]}


def heads(figure):
    """Words above the panels."""
    return {text.get_text() for ax in figure.axes for text in ax.texts}


def test_widths_count_what_lies_between_panels():
    assert sum(_ratios(THREE)) == pytest.approx(9 + 6 * BETWEEN + 2 * GAP)


def test_as_much_stands_side_by_side_as_there_is_room_for():
    assert _bands(THREE, 12) == [THREE]
    two = [{"unbiased": THREE["unbiased"]}, {"biased": THREE["biased"], "relation": ["S"]}]
    assert _bands(THREE, 6.3) == two
    alone = [{name: labels} for name, labels in THREE.items()]
    assert _bands(THREE, 5) == alone


def test_a_distribution_too_wide_is_cut_evenly():
    labels = [f"U{m}" for m in range(8)]
    assert [len(band["biased"]) for band in _bands({"biased": labels}, 7)] == [4, 4]
    assert [len(band["biased"]) for band in _bands({"biased": labels[:5]}, 4.9)] == [3, 2]
    assert [name for band in _bands({"biased": labels}, 0.5) for name in band["biased"]] == labels


def test_symbols_stand_in_for_names_where_room_is_short_and_are_spelled_out(table, wide_table):
    assert {"Redundancy", "Unique 1"} <= heads(bits_kept(table))
    figure = bits_kept(wide_table, look=style.paper("neurips"))
    assert {"R", "U1"} <= heads(figure)
    assert "Redundancy" not in heads(figure)
    words = figure.texts[0].get_text().replace("\n", " ")
    assert words.endswith("R: redundancy, U1: unique 1, U2: unique 2, S: synergy.")
    assert len({round(ax.get_position().y0, 3) for ax in figure.axes}) == 1  # one band


def test_all_panels_of_a_label_are_there_in_every_look(triple_table):
    few = triple_table[triple_table["method"].isin(["coral", "gram"])]
    for look in (style.paper(), style.paper(columns=2), style.talk()):
        assert len(bits_kept(few, look=look).axes) == 8 + 8 + 4
