"""Differences as a Markdown table: those of ``statistics.paired``, without configurations that change nothing."""

import re

import pandas as pd
import pytest

from coral_viz.figures.sweep import sweep_data
from coral_viz.figures.sweep.difference_table import difference_table
from coral_viz.results import statistics


@pytest.fixture
def rows(table):
    """COrAL at the baseline, with another weight, with one that changes nothing, and with one of fewer seeds."""
    usual = table[(table["method"] == "coral") & (table["knob"] == "") & (table["distribution"] == "biased")]
    usual = usual[(usual["metric"] == "balanced_accuracy") & (usual["part"] == "all")]
    usual = usual[usual["label"].isin(["synergy", "unique_1"])].drop_duplicates(["seed", "label"])
    assert usual["seed"].nunique() >= 3
    shifts = {1.0: 0.0, 2.0: 0.05, 3.0: 0.0}
    cells = [
        usual.assign(shared_weight=weight, value=usual["value"] + shift * (usual["label"] == "synergy"))
        for weight, shift in shifts.items()
    ]
    lone = usual[usual["seed"] != usual["seed"].min()]
    cells.append(lone.assign(shared_weight=4.0, value=lone["value"] - lone["seed"] % 3 / 10))
    return pd.concat(cells, ignore_index=True)


def cells(text):
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("|")]


def test_cells_are_paired_differences_with_their_number_of_seeds(rows):
    base = {"shared_weight": 1.0}
    head, _, *lines = cells(difference_table(rows, base, {"synergy": "S", "unique_1": "u1, accuracy"}))
    assert head == ["configuration", "n", "S", "u1, accuracy"]
    pairs = statistics.paired(rows, base, by=["label"])
    pairs = pairs.assign(cell=sweep_data.named(pairs, ["shared_weight"], base))
    assert [line[0] for line in lines] == ["shared weight 2", "shared weight 4"], "3 changes nothing"
    for name, n, *told in lines:
        own = pairs[pairs["cell"] == name].set_index("label")
        assert n == str(own["n"].iloc[0])
        for label, cell in zip(("synergy", "unique_1"), told):
            numbers = [float(number) for number in re.findall(r"[-+]\d\.\d{3}", cell)]
            assert numbers == pytest.approx(own.loc[label, ["estimate", "low", "high"]].tolist(), abs=5.1e-4)
            assert cell.startswith("**") == own.loc[label, "found"]
    assert lines[0][2].startswith("**+0.050"), "the same for every seed"
    assert int(lines[1][1]) == int(lines[0][1]) - 1


def test_what_is_counted_is_what_is_shown(rows):
    text = difference_table(rows, {"shared_weight": 1.0}, {"synergy": "S"})
    shown = [cell for line in cells(text)[2:] for cell in line[2:]]
    assert text.splitlines()[-1].startswith(
        f"{sum(cell.startswith('**') for cell in shown)} of {len(shown)} differences are significant"
    )


def test_configurations_that_change_nothing_are_no_table(rows):
    same = rows[rows["shared_weight"].isin([1.0, 3.0])]
    with pytest.raises(ValueError, match="no configuration differs"):
        difference_table(same, {"shared_weight": 1.0}, {"synergy": "S"})
