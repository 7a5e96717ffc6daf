import numpy as np
import pytest
from matplotlib.colors import to_hex

from coral_viz import style
from coral_viz.figures import dots, stacked
from coral_viz.figures.comparison.part_atoms import EITHER
from coral_viz.results.tables import LABELS


@pytest.fixture(scope="module")
def coral(table):
    return table[(table["method"] == "coral") & (table["knob"] == "") & (table["distribution"] == "biased")]


@pytest.fixture(scope="module")
def bars(coral):
    return stacked(coral)


def atoms_of(coral, pair):
    return coral[coral["part"] == pair].pivot_table(index="label", columns="metric", values="value")


def test_bars_stack_the_atoms_to_what_two_parts_tell(coral, bars):
    assert len(bars.axes) == 3  # pairs of parts
    atoms = atoms_of(coral, "shared|unique_1")
    ax = bars.axes[0]
    names = [text.get_text() for text in ax.get_yticklabels()]
    assert names == list(style.ATOM_NAMES.values())
    redundancy, synergy = (style.ATOM_COLOURS[name] for name in ("redundancy", "synergy"))
    colours = [redundancy, *EITHER, synergy]
    for atom, colour, drawn in zip(LABELS, colours, ax.containers):
        for bar, label in zip(drawn, atoms.index):
            assert bar.get_width() == pytest.approx(atoms.loc[label, atom])
            assert round(bar.get_y() + 0.33) == LABELS.index(label)
            assert to_hex(bar.get_facecolor()) == colour.lower()
            assert bar.get_hatch() == style.ATOM_HATCHES[atom]
    ends = {round(bar.get_y() + 0.33): bar.get_x() + bar.get_width() for bar in ax.containers[-1]}
    for label, row in atoms.iterrows():
        assert ends[LABELS.index(label)] == pytest.approx(row[list(LABELS)].sum())


def test_a_part_has_no_colour_of_an_atom_and_its_own_in_the_key(table):
    cross = table[(table["method"] == "cross") & (table["distribution"] == "biased")]
    figure = stacked(cross)
    bars = figure.axes[0].containers
    shown = [to_hex(bars[LABELS.index(atom)][0].get_facecolor()) for atom in ("unique_1", "unique_2")]
    key = {text.get_text(): patch for text, patch in zip(figure.legends[0].texts, figure.legends[0].legend_handles)}
    assert shown == [to_hex(key[words].get_facecolor()) for words in ("first only", "second only")] == list(EITHER)
    assert not set(EITHER) & {colour.lower() for colour in style.ATOM_COLOURS.values()}


def test_no_word_stands_before_the_name_of_the_parts(bars):
    assert "label" not in [text.get_text() for text in bars.axes[0].texts]


def test_bars_start_at_the_axis_and_end_before_its_end(bars):
    assert [ax.get_xlim()[0] for ax in bars.axes] == [0, 0, 0]
    for ax in bars.axes:
        right = ax.get_xlim()[1]
        assert right > max(2, *(bar.get_x() + bar.get_width() for drawn in ax.containers for bar in drawn))


def test_ticks_stand_at_the_truth(bars):
    ax = bars.axes[0]
    ticks = {round(segment[:, 1].mean()): segment[0, 0] for lines in ax.collections for segment in lines.get_segments()}
    assert ticks == {0: 2, 1: 2, 2: 2, 3: 1}


def test_dots_are_means_with_every_seed(coral):
    ax = dots(coral).axes[0]
    atoms = atoms_of(coral, "shared|unique_1")
    for atom in LABELS:
        (line,) = [line for line in ax.lines if line.get_marker() == style.ATOM_MARKERS[atom]]
        rows = [LABELS[round(y)] for y in line.get_ydata()]
        assert np.asarray(line.get_xdata()) == pytest.approx(atoms.loc[rows, atom].to_numpy())
    seeds = np.concatenate([line.get_xdata() for line in ax.lines if line.get_marker() == "|"])
    shown = coral[(coral["part"] == "shared|unique_1")]["value"]
    assert sorted(seeds) == pytest.approx(sorted(shown))


@pytest.mark.parametrize("draw", [stacked, dots])
def test_a_method_may_lack_a_distribution(table, draw):
    own = table[table["method"].isin(["cross", "comm"]) & (table["distribution"] != "unbiased")]
    figure = draw(own[(own["method"] == "cross") | (own["distribution"] == "biased")])
    assert [bool(ax.collections) for ax in figure.axes] == [True, True, True, False]


def test_intervals_end_at_the_truth(table):
    two_seeds = table[(table["method"] == "coral") & (table["knob"] == "") & (table["seed"] < 2)].copy()
    atom = (two_seeds["part"] == "shared|unique_1") & (two_seeds["metric"] == "unique_1")
    two_seeds.loc[atom & (two_seeds["label"] == "redundancy"), "value"] = [0.0, 1.9] * 2
    ends = [ax.get_xlim()[1] for ax in dots(two_seeds).axes]
    assert max(ends) < 2.5


def test_alt_text_says_who_holds_what(coral):
    value = atoms_of(coral, "shared|unique_1").loc["synergy", "unique_1"]
    assert f"synergy in shared and path 1: in both 0.01, first only {value:.2f}" in stacked(coral).alt


def test_tables_without_pairs_are_an_error(table):
    with pytest.raises(ValueError, match="no decomposition between two parts"):
        stacked(table[~table["part"].str.contains("|", regex=False)])
