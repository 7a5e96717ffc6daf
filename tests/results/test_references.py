"""What is known of the data: the exact truth, an estimate with its interval, or the entropy of the label."""

import numpy as np
import pandas as pd
import pytest

from coral_viz.figures.comparison.bits_kept import bits_kept
from coral_viz.figures.comparison.part_atoms import dots
from coral_viz.publishing.report import reading
from coral_viz.results import found, references, tables


def of_own_data(table, **estimate):
    """The table as it would be on one's own data, of one distribution; ``estimate``: metric by bits, none for none."""
    table = table[table["distribution"] == "unbiased"].assign(distribution="")
    truth = table["metric"] == "truth"
    entropy = table[truth].assign(metric="entropy", value=2.0)
    rows = [table[truth].assign(metric=metric.replace("_", "/"), value=value) for metric, value in estimate.items()]
    return pd.concat([table[~truth], entropy, *rows], ignore_index=True)


def test_the_exact_truth_goes_before_an_estimate_and_that_before_entropy(table):
    exact = references.references(table)
    assert set(exact["known"]) == {"exact truth"}
    assert np.array_equal(exact["truth"], exact["most"])
    assert exact["held_low"].isna().all()
    estimated = references.references(of_own_data(table, estimate=1.5, estimate_low=1.4, estimate_high=1.7))
    assert set(estimated["known"]) == {"estimate"}
    assert (estimated[["truth", "held_low", "held_high", "most"]] == [1.5, 1.4, 1.7, 2.0]).all(axis=None)
    ceiling = references.references(of_own_data(table))
    assert set(ceiling["known"]) == {"entropy"}
    assert (ceiling[["truth", "most"]] == 2.0).all(axis=None)


def test_an_estimate_is_drawn_as_a_band_and_never_called_exact(table):
    own = of_own_data(table, estimate=1.5, estimate_low=1.4, estimate_high=1.7)
    figure = bits_kept(own)
    ax = figure.axes[0]
    band = next(patch for patch in ax.patches if patch.get_width() > 0)
    assert (band.get_x(), band.get_x() + band.get_width()) == pytest.approx((1.4, 1.7))
    assert ax.get_xlim()[1] == 2.0
    assert any(line.get_linestyle() == "--" and line.get_xdata()[0] == 1.5 for line in ax.lines)
    words = " ".join([figure.alt, figure.caption.short, figure.caption.long, *(t.get_text() for t in figure.texts)])
    assert "not exact" in words
    assert "exact truth" not in words.replace("not an exact truth", "")
    assert "estimate of what the data hold" in " ".join(text.get_text() for text in dots(own).texts)


def test_words_say_about_and_at_most(table):
    own = of_own_data(table, estimate=1.5, estimate_low=1.4, estimate_high=1.7)
    assert "about 1.5 bits" in " ".join(reading.kept(own))
    assert "at most 2 bits" in " ".join(reading.kept(of_own_data(table)))
    assert "After training, " in reading.kept(own)[0]


def test_more_than_the_estimate_is_said_and_explained(table):
    less = of_own_data(table, estimate=0.3, estimate_low=0.2, estimate_high=0.4)
    assert "more than the 0.30 that the data are estimated to hold. No embedding can" in reading.kept(less)[-1]
    assert "No embedding can" not in " ".join(reading.kept(table))


def test_nothing_is_found_of_what_the_data_hardly_hold(table):
    none = of_own_data(table, estimate=0.001, estimate_low=0.0, estimate_high=0.01)
    assert (found.found(none)["found"] == 0).all()
    assert (tables.bits_kept(none)["share"] == 0).all()


def test_a_table_that_states_nothing_has_no_references(table):
    assert references.references(table[table["part"] != "data"]).empty


@pytest.mark.parametrize(
    ("truth", "known", "words"),
    [(1.0, "exact truth", "1 bit"), (0.9999, "estimate", "about 1 bit"), (2.0, "entropy", "at most 2 bits")],
)
def test_bits_are_counted_as_they_are_written(truth, known, words):
    assert references.bits(pd.Series({"truth": truth, "known": known})) == words
