"""The bits that masks leave, as a table and as curves."""

import numpy as np
import pytest
import torch

from coral_viz import style, tasks
from coral_viz.figures.data.masked_information import bits_under_masks, over_ratios, read_under_masks, under_mask
from coral_viz.tasks.remaining import Bits, Remaining


@pytest.fixture(scope="module")
def task():
    return tasks.load("factors", seed=3, observation="looks", features=24, sigma=1.3, tokens=4)


@pytest.fixture(scope="module")
def table(task):
    return over_ratios(task, n=200, seed=1)


def test_the_table_holds_what_the_task_says_of_every_mask(task, table):
    assert len(table) == 2 * 4 * 7 * 3
    row = {"masked": "modality_1", "ratio": 0.75, "label": "synergy", "given": "all"}
    (found,) = table.loc[(table[list(row)] == row).all(axis=1), ["bits", "error", "truth", "n"]].to_numpy()
    together = task.information({"modality_1": torch.arange(4) == 3}, n=200, seed=1)["synergy"].together
    assert found.tolist() == [*together, 1, 200]
    none = table[table["ratio"] == 0].groupby(["label", "given"])["bits"].nunique()
    assert (none == 1).all()


def test_curves_are_the_shares_of_the_table(table):
    figure = bits_under_masks(table)
    both, one = figure.axes
    assert [ax.get_title(loc="left") for ax in (both, one)] == ["all masked", "modality 1 masked"]
    for ax, masked in ((both, "all"), (one, "modality_1")):
        drawn = [("redundancy", "all"), ("redundancy", "modality_1"), ("unique_1", "all"), ("synergy", "all")]
        assert len(ax.lines) == len(ax.collections) == len(drawn)
        for curve, (label, given) in zip(ax.lines, drawn):
            rows = table[(table["masked"] == masked) & (table["label"] == label) & (table["given"] == given)]
            np.testing.assert_allclose(curve.get_xdata(), [0, 0.25, 0.5, 0.75])
            np.testing.assert_allclose(curve.get_ydata(), rows["bits"] / rows["truth"])
            assert curve.get_color() == style.label_style(label).colour
    redundancy, alone, unique, synergy = (curve.get_ydata() for curve in both.lines)
    assert (redundancy[1:] > unique[1:]).all()
    assert (unique[1:] > synergy[1:]).all()
    assert np.ptp(one.lines[0].get_ydata()) < np.ptp(alone)


@pytest.mark.parametrize("look", [style.screen(), style.paper(), style.talk()])
def test_words_fit(table, look, face, assert_legible):
    figure = bits_under_masks(table, look=look | face)
    assert_legible(figure)
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["Redundancy", "Unique 1", "Synergy", "Redundancy, modality 1 alone"]
    assert "With 50% hidden in all modalities: redundancy" in figure.alt


def test_labels_that_are_not_there_are_a_sentence(table):
    with pytest.raises(ValueError, match=r"labels \['smell'\] are not in the table, which has redundancy"):
        bits_under_masks(table, ["smell"])
    with pytest.raises(ValueError, match="are not in the table"):
        bits_under_masks(table, [])


class Half:
    """A readout that finds half of what is there."""

    n_test = 77

    def __init__(self, task):
        self.task = task

    def information(self, visible):
        found = self.task.information(visible, n=200, seed=1)
        return {
            label: Remaining(
                tuple(Bits(bits / 2, error) for bits, error in left.alone), Bits(left.together.bits / 2, 0.0)
            )
            for label, left in found.items()
        }


def test_what_methods_read_stands_below_what_is_there(task, table, assert_legible):
    read = over_ratios(task, read=Half(task))
    assert read["n"].unique() == [77]
    figure = read_under_masks(table, {"coral": read})
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["Redundancy", "Unique 1", "Synergy"]
    for ax in figure.axes:
        exact, method = (line.get_ydata() for line in ax.lines)
        np.testing.assert_allclose(method, exact / 2)
    assert "exact: redundancy" in figure.alt
    assert "COrAL (hinge): redundancy" in figure.alt
    assert_legible(figure)
    with pytest.raises(ValueError, match="are not in the table, which has redundancy"):
        read_under_masks(table, {"coral": read}, ["smell"])


def test_bits_under_one_mask_are_those_of_the_task(task):
    mask = {"modality_1": torch.arange(4) >= 3}
    table, left = under_mask(task, mask), task.information(mask)
    assert list(table.columns) == ["modality_1", "modality_2", "all"]
    assert list(table.index) == list(task.labels)
    for label in task.labels:
        assert list(table.loc[label]) == [*(each.bits for each in left[label].alone), left[label].together.bits]
    assert table.loc["unique_1", "modality_1"] < task.information()["unique_1"].alone[0].bits
