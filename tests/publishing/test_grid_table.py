"""A sweep's table in markdown: what its cells are called, what stands in them, what they are compared with."""

import numpy as np
import pandas as pd
import pytest

from coral_viz.publishing.cell_table import grid_table
from coral_viz.results import provenance, tables
from coral_viz.results.found import exact_interval

LABELS = ("redundancy", "unique_1", "unique_2", "synergy")


def cell(method="coral", labels=LABELS, seeds=5, gain=0.0, task="factors", distribution="biased", **settings):
    """Balanced accuracies of one cell: in every world the same chance plus a gain in synergy, less it in unique_1."""
    made = []
    for label in labels:
        effect = {"synergy": gain, "unique_1": -gain}.get(label, 0.0)
        values = 0.8 + effect + 0.01 * np.random.default_rng(LABELS.index(label)).normal(size=seeds)
        made.append(pd.DataFrame({"label": label, "seed": range(51, 51 + seeds), "value": values}))
    where = {"method": method, "task": task, "distribution": distribution, "part": "all", "readout": "linear"}
    where |= {"metric": "balanced_accuracy", "status": "done", "unit": "share", "run_id": f"{method} {settings}"}
    where |= {"split": "test", "step": 1, "n": 100, "method_version": 1, "knob": ""}
    return pd.concat(made).assign(**where | settings)


def read(*cells):
    """Heads, the lines by their name, and the words below."""
    *lines, _, words = grid_table(pd.concat(cells, ignore_index=True)).splitlines()
    cut = [[text.strip() for text in line.strip("| ").split(" | ")] for line in lines]
    return cut[0], {name: rest for name, *rest in cut[2:]}, words


def test_cells_stand_beside_the_baseline():
    usual, better = cell(mask_ratio=0.75, masking="asymmetric"), cell(mask_ratio=0.9, masking="asymmetric", gain=0.1)
    both = cell(mask_ratio=0.5, masking="symmetric", seeds=3)
    heads, lines, words = read(better, both, usual)
    assert heads == ["R", "U1", "U2", "S", "n", "S minus baseline", "U minus baseline"]
    assert list(lines) == ["baseline", "mask ratio 0.9", "mask ratio 0.5, masking symmetric"]
    synergy = tables.summarise(usual[usual["label"] == "synergy"], ["label"]).iloc[0]
    half = 50 * (synergy["high"] - synergy["low"])
    assert lines["baseline"][3:] == [f"{100 * synergy['estimate']:.1f} ± {half:.1f}", "5"]
    assert lines["mask ratio 0.9"][-2:] == ["**+10.0**† [10.0, 10.0]", "**-5.0**† [-5.0, -5.0]"]
    assert lines["mask ratio 0.5, masking symmetric"][-3:] == ["3", "+0.0 [0.0, 0.0]", "+0.0 [0.0, 0.0]"]
    assert "± half the 95 % t-interval, or [low, high] where the scale ends it. " in words
    assert "These are 2 of 4. †: 2 of them with p <= 0.05 by a paired t test with Holm's correction for all 4" in words
    assert "U is the mean of U1, U2." in words
    assert words.endswith("Baseline: mask ratio 0.75, masking asymmetric.")


def with_bits(rows, *found):
    """The same with the bits that a linear readout finds of each label: all, 1 bit, in these seeds, none in others."""
    runs = [f"{run} {seed}" for run, seed in zip(rows["run_id"], rows["seed"])]
    rows = rows.assign(run_id=runs)
    bits = rows.assign(metric="bits", unit="bits", value=rows["seed"].isin(found).astype(float))
    truth = rows.assign(metric="truth", unit="bits", part="data", readout="", value=1.0)
    return pd.concat([rows, bits, truth])


def test_seeds_are_counted_where_some_found_a_label_and_others_did_not():
    usual, better = (cell(labels=["synergy"], mask_ratio=ratio) for ratio in (0.75, 0.9))
    _, lines, words = read(with_bits(usual, 51), with_bits(better, *range(51, 56)))
    low, high = (100 * float(bound[0]) for bound in exact_interval([1], [5]))
    assert lines["baseline"][0].endswith(f"<br>(1/5: {low:.0f} to {high:.0f})")
    assert "<br>" not in lines["mask ratio 0.9"][0]
    assert "(k/n: low to high) counts the seeds in which a linear probe finds more than half" in words
    assert "(k/n" not in read(with_bits(usual), with_bits(better))[2]


def test_each_method_has_its_own_baseline():
    cells = [cell(method, rho=rho, gain=gain) for method in ("comm", "coral") for rho, gain in ((0.5, 0.1), (1.0, 0.0))]
    _, lines, words = read(*cells)
    assert list(lines) == ["CoMM: baseline", "CoMM: rho 0.5", "COrAL: baseline", "COrAL: rho 0.5"]
    assert lines["COrAL: rho 0.5"][-2] == "**+10.0**† [10.0, 10.0]"
    assert words.endswith("Baseline: rho 1.")


def test_the_baseline_is_that_of_the_distribution():
    cells = [cell(rho=rho, distribution=distribution) for distribution in ("biased", "unbiased") for rho in (0.25, 1.0)]
    _, lines, _ = read(*cells)
    assert list(lines) == ["biased: baseline", "biased: rho 0.25", "unbiased: baseline", "unbiased: rho 1"]


def test_methods_may_lack_a_setting_and_differ_in_their_baselines():
    cells = [cell("coral", mask_ratio=0.75), cell("infmasking", mask_ratio=0.3), cell("infmasking", mask_ratio=0.7)]
    _, lines, words = read(*cells, cell("comm", mask_ratio=None))
    assert list(lines) == ["COrAL: baseline", "InfMasking: baseline", "InfMasking: mask ratio 0.3", "CoMM: baseline"]
    assert words.endswith("Baseline of COrAL: mask ratio 0.75. Baseline of InfMasking: mask ratio 0.7.")


def test_it_says_when_runs_were_made_differently():
    cells = pd.concat([cell(batch=64), cell(batch=128)], ignore_index=True)
    first, second = cells["run_id"].unique()
    cells.attrs["provenance"] = provenance.packed({first: {"cpu": "old"}, second: {"cpu": "new"}})
    assert "Not all runs were made alike: cpu old (1 run), new (1 run)." in grid_table(cells)
    cells.attrs["provenance"] = provenance.packed({first: {"cpu": "old"}, second: {"cpu": "old"}})
    assert "made alike" not in grid_table(cells)


def test_only_labels_that_are_there_are_shown():
    cells = [cell("ovaib", ["synergy"], task="xnor", count=count, beta=1.0) for count in (3, 4)]
    heads, lines, words = read(*cells)
    assert heads == ["S", "n", "S minus baseline"]
    assert lines["count 4"][1:] == ["5", "+0.0 [0.0, 0.0]"]
    assert "mean of U" not in words


def test_without_a_baseline_nothing_is_compared():
    heads, lines, words = read(cell(batch=64), cell(batch=256))
    assert heads == ["R", "U1", "U2", "S", "n"]
    assert list(lines) == ["batch 64", "batch 256"]
    assert "No configuration has the default of every setting, so nothing is compared. Baseline: batch 128." in words


def test_a_table_that_measured_no_accuracy_is_a_sentence():
    with pytest.raises(ValueError, match="no finished run with metric 'balanced_accuracy'"):
        grid_table(cell(batch=64).assign(metric="bits"))
