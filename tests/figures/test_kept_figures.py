import numpy as np
import pytest
from matplotlib.colors import to_hex

from coral_viz import style
from coral_viz.figures import accuracy, bits_kept
from coral_viz.figures.comparison.accuracy import ceiling
from coral_viz.results import tables

VARIANTS = ["Cross", "Cross+Self", "CoMM", "COrAL (hinge)", "COrAL (squared)"]


@pytest.fixture(scope="module")
def kept(table):
    return bits_kept(table)


def marks(ax, marker):
    return [line for line in ax.lines if line.get_marker() == marker]


def test_panels_dots_seeds_and_truth_are_the_data(table, kept):
    assert len(kept.axes) == 9  # four labels twice, then synergy alone
    assert [text.get_text() for text in kept.axes[0].get_yticklabels()] == VARIANTS
    summary = tables.bits_kept(table)
    synergy = kept.axes[7]
    linear, best = sorted(marks(synergy, "o"), key=lambda line: line.get_ydata()[0], reverse=True)
    for line, readout in ((best, "best"), (linear, "linear")):
        rows = summary[(summary["distribution"] == "biased") & (summary["label"] == "synergy")]
        rows = rows[rows["readout"] == readout]
        assert np.asarray(line.get_xdata()) == pytest.approx(rows["estimate"].to_numpy())
        assert np.round(line.get_ydata()).tolist() == [0, 1, 2, 3, 4]
        assert to_hex(line.get_markeredgecolor()) == style.ATOM_COLOURS["synergy"].lower()
    assert best.get_markerfacecolor() == style.ATOM_COLOURS["synergy"]
    assert linear.get_markerfacecolor() == style.PAPER
    seeds = table[(table["metric"] == "bits") & (table["part"] == "all") & (table["label"] == "synergy")]
    seeds = seeds[seeds["distribution"] == "biased"]
    shown = np.concatenate([line.get_xdata() for line in marks(synergy, "|")])
    assert sorted(shown) == pytest.approx(sorted(seeds["value"]))
    assert synergy.get_xlim() == (0, 1)
    assert kept.axes[4].get_xlim() == (0, 2)


def test_small_print_states_n_interval_and_unit(kept):
    words = kept.texts[0].get_text().replace("\n", " ")
    assert "in bits" in words
    assert "n = 3 seeds" in words
    assert "95% t-interval" in words


def test_alt_text_holds_the_numbers(table, kept):
    alt = kept.alt
    estimate = tables.bits_kept(table).query("distribution == 'biased' and label == 'synergy' and readout == 'best'")
    value = estimate.loc[estimate["method"] == "comm", "estimate"].item()
    assert f"synergy after biased training, 1.00 in truth: Cross 0.00, Cross+Self 0.00, CoMM {value:.2f}" in alt


@pytest.mark.parametrize(("serif", "strips", "first"), [(True, 3, "Redundancy"), (False, 2, "R")])
def test_narrow_figures_give_each_distribution_its_own_strip_as_far_as_names_fit(table, serif, strips, first):
    """In the wider face symbols stand above panels, which leaves room for the one panel of a third distribution."""
    figure = bits_kept(table, look=style.paper(serif=serif))
    named = [ax for ax in figure.axes if ax.get_yticklabels()]
    assert len(named) == strips
    assert first in {text.get_text() for text in figure.axes[0].texts}


def test_a_users_method_and_label_are_drawn_too(table):
    mine = table[table["method"] == "cross"].replace({"method": {"cross": "mine"}, "label": {"unique_2": "unique_3"}})
    figure = bits_kept(mine)
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == ["mine"]
    assert "unique_3" in figure.alt


def test_nothing_to_show_is_an_error(table):
    with pytest.raises(ValueError, match="no finished run with metric 'bits'"):
        bits_kept(table[table["metric"] != "bits"])
    with pytest.raises(ValueError, match="no finished run with metric 'balanced_accuracy'"):
        accuracy(table[table["split"] == "train"])


def test_probe_axis_runs_from_chance_to_what_the_truth_allows(table):
    figure = accuracy(table)
    assert figure.axes[0].get_xlim() == (0.25, 1)
    assert figure.axes[8].get_xlim() == (0.5, 1)
    dots = marks(figure.axes[0], "o")
    assert len(dots) == 1
    assert dots[0].get_markerfacecolor() == style.PAPER  # a linear readout


def test_ceiling_inverts_fano():
    assert ceiling(2.0, 4) == 1.0
    assert ceiling(0.0, 4) == pytest.approx(0.25)
    error = 0.11
    entropy = -error * np.log2(error) - (1 - error) * np.log2(1 - error)
    assert ceiling(1 - entropy, 2) == pytest.approx(1 - error)
    assert ceiling(2 - entropy - error * np.log2(3), 4) == pytest.approx(1 - error)
