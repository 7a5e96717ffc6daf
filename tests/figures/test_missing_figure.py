import pytest
from matplotlib.colors import to_hex

from coral_viz import style
from coral_viz.figures import accuracy, bits_kept, matrix, subsets
from coral_viz.figures.comparison.part_bits import EMPTY


@pytest.fixture
def two(wide_table):
    return wide_table[wide_table["method"].isin(["comm", "cross"])]


def tiles(ax):
    """Tiles' fillings by (column, line)."""
    return {(round(p.get_x() + 0.47), round(p.get_y() + 0.44)): to_hex(p.get_facecolor()) for p in ax.patches}


def numbers(ax):
    return {text.get_position(): text.get_text() for text in ax.texts if text.get_text().isdecimal()}


def test_tiles_are_means_over_seeds_by_what_is_given(two):
    figure = subsets(two)
    assert len(figure.axes) == 9
    ax = figure.axes[7]  # synergy after biased training
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == ["Cross", "CoMM"]
    rows = two[(two["metric"] == "balanced_accuracy") & (two["distribution"] == "biased") & (two["label"] == "synergy")]
    means = rows.groupby(["method", "part"])["value"].mean()
    given = ["all(modality_1)", "all(modality_2)", "all(modality_1,modality_2)"]
    expected = {
        (x, y): f"{100 * means[method, part]:.0f}"
        for y, method in enumerate(["cross", "comm"])
        for x, part in enumerate(given)
    }
    assert numbers(ax) == expected


def test_colour_runs_from_chance_to_what_the_label_allows(two):
    rows = two.copy()
    probed = (rows["metric"] == "balanced_accuracy") & (rows["label"] == "unique_1")
    rows.loc[probed & (rows["part"] == "all(modality_1)"), "value"] = 1.0
    rows.loc[probed & (rows["part"] == "all(modality_2)"), "value"] = 0.25
    found = tiles(subsets(rows).axes[1])
    assert found[0, 0] == style.ATOM_COLOURS["unique_1"].lower()
    assert found[1, 0] == EMPTY


def test_dots_say_which_modalities_are_given(triple_table):
    own = triple_table[(triple_table["method"] == "gram") & (triple_table["distribution"] == "biased")]
    ax = subsets(own[own["label"].isin(["redundancy", "unique_3"])]).axes[0]
    given = [line.get_xdata().tolist() for line in ax.lines if to_hex(line.get_color()) == style.INK]
    assert given == [[0, 3, 4, 6], [1, 3, 5, 6], [2, 4, 5, 6]]


def test_alt_text_tells_who_reads_what_from_what(two):
    alt = subsets(two).alt
    assert "unique_1 after unbiased training from modality 2: Cross 25%, CoMM 25%" in alt
    assert "synergy after relation training from modality 1 and modality 2: Cross 50%, CoMM 9" in alt


def test_a_table_without_withheld_modalities_is_an_error(table):
    with pytest.raises(ValueError, match="no probe of embeddings with missing modalities"):
        subsets(table)


@pytest.mark.parametrize("draw", [bits_kept, accuracy, matrix])
def test_other_figures_do_not_see_such_rows(two, draw):
    plain = two[~two["part"].str.startswith("all(") & ~two["metric"].str.contains("recall|mAP")]
    assert len(plain) < len(two)
    assert draw(two).alt == draw(plain).alt
