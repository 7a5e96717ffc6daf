import pandas as pd
import pytest
from matplotlib.colors import to_hex, to_rgb

from coral_viz import style
from coral_viz.figures import matrix


def test_tiles_hold_the_means_in_the_order_of_parts_and_labels(table):
    own = table[(table["method"] == "coral") & (table["knob"] == "") & (table["distribution"] == "biased")]
    (ax,) = matrix(own).axes
    assert [text.get_text() for text in ax.get_yticklabels()] == ["whole", "shared", "path 1", "path 2"]
    bits = own[(own["metric"] == "bits") & (own["readout"] == "best")].groupby(["part", "label"])["value"].mean()
    cells = {text.get_position(): text.get_text() for text in ax.texts if "." in text.get_text()}
    assert len(cells) == 16
    for y, part in enumerate(["all", "shared", "unique_1", "unique_2"]):
        for x, label in enumerate(style.ATOM_NAMES):
            assert cells[x, y] == f"{bits[part, label]:.2f}"


def test_joined_parts_are_left_out(table):
    own = table[(table["method"] == "cross")]
    joined = own[own["part"] == "modality_1"].assign(part="modality_1+modality_2")
    (first, *_) = matrix(pd.concat([own, joined])).axes
    assert [text.get_text() for text in first.get_yticklabels()] == ["whole", "modality 1", "modality 2"]


def test_a_full_tile_has_its_labels_colour(table):
    own = table[(table["method"] == "coral") & (table["distribution"] == "unbiased")].copy()
    own.loc[(own["metric"] == "bits") & (own["part"] == "all") & (own["label"] != "synergy"), "value"] = 2.0
    ax = matrix(own).axes[0]
    tiles = {patch.get_xy(): to_hex(patch.get_facecolor()) for patch in ax.patches}
    first_row = [tiles[x - 0.47, -0.46] for x in range(3)]
    assert first_row == [style.ATOM_COLOURS[label].lower() for label in ("redundancy", "unique_1", "unique_2")]


def test_words_contrast_with_their_tiles(table):
    ax = matrix(table[table["method"] == "coral"]).axes[1]
    tiles = {(round(p.get_x() + 0.47), round(p.get_y() + 0.46)): p.get_facecolor()[:3] for p in ax.patches}

    def luminance(colour):
        rgb = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
        return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]

    numbers = [text for text in ax.texts if "." in text.get_text()]
    assert numbers
    for text in numbers:
        light, dark = sorted([luminance(tiles[text.get_position()]), luminance(to_rgb(text.get_color()))])[::-1]
        assert (light + 0.05) / (dark + 0.05) >= 4.0


def test_alt_text_names_the_most_telling_part(table):
    assert "COrAL (hinge), relation, synergy: shared" in matrix(table).alt


def test_truth_is_needed(table):
    with pytest.raises(ValueError, match="states no truth"):
        matrix(table[table["metric"] != "truth"])


@pytest.mark.parametrize("look", [style.screen(), style.talk(), style.paper(columns=2)], ids=["screen", "talk", "two"])
def test_the_first_methods_name_has_air_above_it(table, look):
    figure = matrix(table, look=look)
    figure.draw_without_rendering()
    ax = figure.axes[0]
    truth = next(text for text in ax.texts if text.get_text() == "of 2")
    air = truth.get_window_extent().y0 - ax._left_title.get_window_extent().y1
    assert air > 0.3 * look["font.size"] / 72 * figure.dpi


@pytest.mark.parametrize("look", [style.screen(), style.talk(), style.paper(columns=2)], ids=["screen", "talk", "two"])
def test_labels_stand_on_the_canvas_where_no_training_distribution_has_a_name(table, look):
    figure = matrix(table[table["distribution"] == "biased"].assign(distribution=""), look=look)
    figure.draw_without_rendering()
    names = [text for text in figure.axes[0].texts if text.get_text() in ("R", "U1", "U2", "S")]
    assert len(names) == 4
    assert max(text.get_window_extent().y1 for text in names) <= figure.bbox.y1
