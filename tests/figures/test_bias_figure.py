"""The picture of estimators' errors: its lines are the table's numbers, its words can be read, bad tables are named."""

import numpy as np
import pandas as pd
import pytest

from coral_viz import figures, style

ATOMS = ("redundancy", "unique_1", "unique_2", "synergy")
TRUTHS = ("suppressor", "two_bit")
ESTIMATORS = ("posterior", "k-means 8", "k-means 20")
SEEDS = {1_000: 10, 10_000: 5, 100_000: 2}
LOOKS = {"one": style.paper(), "two": style.paper(columns=2), "talk": style.talk()}


def benched(truths=TRUTHS, seeds=SEEDS):
    """A table with the columns of ``bench estimators``, its errors falling with n for the posterior only."""
    rng = np.random.default_rng(0)
    rows = []
    for n, repeats in seeds.items():
        for truth in truths:
            for estimator in ESTIMATORS:
                scale = 1 / np.sqrt(n) if estimator == "posterior" else 0.2
                row = {"truth": truth, "n": n, "estimator": estimator, "seeds": repeats}
                row |= {"mean_absolute_error": scale * rng.uniform(0.5, 1.5), "standard_error": 0.1 * scale}
                row |= {f"bias_{atom}": scale * rng.normal() for atom in ATOMS}
                rows.append(row | {"cpu_seconds": 1.0})
    return pd.DataFrame(rows)


def line_of(ax, estimator):
    (line,) = [line for line in ax.lines if line.get_label() == estimator]
    return line


def test_lines_are_the_biases_over_n():
    table = benched()
    grid = np.reshape(figures.bias(table).axes, (len(TRUTHS), 5))
    for truth, panels in zip(TRUTHS, grid):
        for estimator in ESTIMATORS:
            own = table[(table["truth"] == truth) & (table["estimator"] == estimator)]
            for atom, ax in zip(ATOMS, panels[1:]):
                line = line_of(ax, estimator)
                np.testing.assert_array_equal(line.get_xydata(), own[["n", f"bias_{atom}"]])
                assert line.get_color() == style.ATOM_COLOURS[atom]
                assert line.get_marker() == style.ATOM_MARKERS[atom]


def test_first_panels_are_mean_errors_with_their_standard_errors():
    table = benched(["xor"])
    ax = figures.bias(table).axes[0]
    for estimator in ESTIMATORS:
        own = table[table["estimator"] == estimator]
        np.testing.assert_array_equal(line_of(ax, estimator).get_xydata(), own[["n", "mean_absolute_error"]])
    ends = np.array([segment[:, 1] for segment in ax.collections[0].get_segments()])
    middle, spread = table["mean_absolute_error"], table["standard_error"]
    np.testing.assert_allclose(sorted(ends.tolist()), sorted(zip(middle - spread, middle + spread)))


def test_order_of_rows_does_not_bend_the_lines():
    table = benched(["xor"])
    ax = figures.bias(table.iloc[::-1]).axes[1]
    own = table[table["estimator"] == "posterior"]
    np.testing.assert_array_equal(line_of(ax, "posterior").get_xydata(), own[["n", "bias_redundancy"]])


def test_panels_share_scales_that_hold_every_number_and_zero():
    table = benched()
    grid = np.reshape(figures.bias(table).axes, (len(TRUTHS), 5))
    assert {ax.get_xscale() for ax in grid.flat} == {"log"}
    assert {ax.get_yscale() for ax in grid[:, 0]} == {"log"}
    ((low, high),) = {ax.get_ylim() for ax in grid[:, 1:].flat}
    biases = table[[f"bias_{atom}" for atom in ATOMS]].to_numpy()
    assert low < min(biases.min(), 0)
    assert high > max(biases.max(), 0)
    for ax in grid[:, 1:].flat:
        assert any(line.get_ydata() == [0, 0] for line in ax.lines if len(line.get_ydata()) == 2)
    ((low, high),) = {ax.get_ylim() for ax in grid[:, 0]}
    assert low < (table["mean_absolute_error"] - table["standard_error"]).min()
    assert high > (table["mean_absolute_error"] + table["standard_error"]).max()


def test_estimators_are_told_apart_by_face_and_line():
    lines = [line_of(figures.bias(benched(["xor"])).axes[1], estimator) for estimator in ESTIMATORS]
    assert lines[0].get_markerfacecolor() == style.ATOM_COLOURS["redundancy"]
    assert lines[1].get_markerfacecolor() == style.PAPER
    assert lines[2].get_fillstyle() == "bottom"
    assert len({line.get_linestyle() for line in lines}) == 3


def test_words_say_unit_n_seeds_and_errors():
    table = benched()
    figure = figures.bias(table)
    small_print = figure.texts[0].get_text().replace("\u00a0", " ").replace("\n", " ")
    assert "in bits" in small_print
    assert "Seeds: 10 at n = 1,000, 5 at n = 10,000, 2 at n = 100,000 samples." in small_print
    first, last = table["mean_absolute_error"].iloc[[0, 12]]
    assert f"suppressor: posterior {first:.3f} to {last:.3f}" in figure.alt
    assert "two bit: posterior" in figure.alt


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("table", [benched(), benched(["two_bit"], {300: 1})], ids=["full", "one cell"])
def test_every_word_can_be_read(table, look, assert_legible, face):
    figure = figures.bias(table, look=LOOKS[look] | face)
    assert figure.get_size_inches()[0] == LOOKS[look]["figure.figsize"][0]
    assert_legible(figure)


def test_a_truth_may_still_lack_an_n():
    table = benched().iloc[:-3]
    ax = figures.bias(table).axes[6]
    assert line_of(ax, "posterior").get_xdata().tolist() == [1_000, 10_000]


def test_one_seed_has_no_standard_error_and_is_drawn():
    figure = figures.bias(benched(["xor"]).assign(seeds=1, standard_error=np.nan))
    assert np.isfinite(figure.axes[0].get_ylim()).all()


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (benched().drop(columns=["bias_synergy", "n"]), r"lacks the column\(s\) n, bias_synergy"),
        (benched().iloc[:0], "no rows"),
        (benched().assign(bias_unique_3=0.0), "'bias_unique_3' is the bias of no known atom"),
        (pd.concat([benched(), benched().iloc[:1]]), "more than one row for suppressor, posterior, 1000"),
        (benched().assign(bias_redundancy=np.nan), "Every bias_redundancy must be finite, but one is nan"),
        (benched().assign(n=lambda table: table["n"] - 1_000), "Every n must be positive and finite, but one is 0"),
        (benched().assign(mean_absolute_error=0.0), "Every mean_absolute_error must be positive and finite"),
        (benched().assign(standard_error=np.inf), "Every standard_error must be finite, but one is inf"),
    ],
)
def test_bad_tables_are_named(table, words):
    with pytest.raises(ValueError, match=words):
        figures.bias(table)


def test_errors_may_be_over_another_number():
    table = benched(seeds={1_000: 3})
    both = pd.concat([table.assign(noise=0.5), table.assign(noise=0.25)], ignore_index=True)
    figure = figures.bias(both, "noise")
    ax = figure.axes[1]
    np.testing.assert_array_equal(line_of(ax, "posterior").get_xdata(), [0.25, 0.5])
    assert figure.axes[-1].get_xlabel() == "noise"
    assert [text.get_text() for text in figure.axes[-1].get_xticklabels()] == ["0.25", "0.5"]
    assert "over noise from 0.25 to 0.5" in figure.alt
    with pytest.raises(ValueError, match="more than one row for suppressor, posterior, 1000"):
        figures.bias(both)
