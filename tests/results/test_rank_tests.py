"""Friedman, Nemenyi and Holm against published tables and worked examples, and variance components against REML."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from test_tables import rows

from coral_viz.results.components import components
from coral_viz.results.multiplicity import holm
from coral_viz.results.rank_tests import RankTest, critical_difference, friedman

DEMSAR = [1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164]  # JMLR 7, 2006, table 5 a: q at .05, k = 2 ..


def of_values(values):
    """Rows of one label: seeds down, methods across."""
    return pd.concat(
        [rows(value=list(column), method=f"m{k}", run_id="r") for k, column in enumerate(np.transpose(values))]
    )


def test_critical_values_are_those_of_the_published_table():
    found = [critical_difference(k, 1) / np.sqrt(k * (k + 1) / 6) for k in range(2, 11)]
    assert found == pytest.approx(DEMSAR, abs=1e-3)


def test_the_worked_example_of_demsar():
    """C4.5 with and without tuning on 14 data sets: nothing differs at .05; at .10 C4.5 from both with m tuned."""
    ranks = pd.DataFrame({"method": ["m, cf", "m", "cf", "plain"], "rank": [1.964, 2.000, 2.893, 3.143]})
    narrow, wide = (critical_difference(4, 14, confidence) for confidence in (0.90, 0.95))
    assert (narrow, wide) == (pytest.approx(1.12, abs=5e-3), pytest.approx(1.25, abs=5e-3))
    assert RankTest(ranks, ranks, 0.0, 0.0, wide, 0.95, 14).alike == [(0, 3)]
    assert RankTest(ranks, ranks, 0.0, 0.0, narrow, 0.90, 14).alike == [(0, 2), (2, 3)]


@given(st.integers(0, 10_000), st.integers(2, 8), st.integers(3, 6))
def test_friedman_is_a_count_of_ranks(seed, n, k):
    values = np.random.default_rng(seed).permuted(np.tile(np.arange(k), (n, 1)), axis=1)
    found = friedman(of_values(values))
    ranks = np.array([[1 + sum(other > value for other in line) for value in line] for line in values]).mean(axis=0)
    said = found.ranks.set_index("method")["rank"]
    assert [said[f"m{i}"] for i in range(k)] == pytest.approx(ranks.tolist())
    assert said.is_monotonic_increasing
    statistic = 12 * n / (k * (k + 1)) * ((ranks**2).sum() - k * (k + 1) ** 2 / 4)  # without ties
    assert (found.statistic, found.p) == pytest.approx((statistic, stats.chi2.sf(statistic, k - 1)), abs=1e-9)
    assert found.n == n
    assert found.each.groupby("method")["rank"].mean()[said.index].tolist() == pytest.approx(said.tolist())


def test_rivals_are_compared_in_worlds_that_all_share_and_none_twice():
    frame = of_values([[1, 2, 3], [1, 2, 3], [3, 2, 1], [1, 1, 1]])
    assert friedman(frame[(frame["method"] != "m0") | (frame["seed"] != 2)]).n == 3
    assert friedman(frame.assign(value=1.0)).p == 1
    with pytest.raises(ValueError, match="2 methods with 4 shared seeds"):
        friedman(frame[frame["method"] != "m0"])
    with pytest.raises(ValueError, match="more than one value for method m0"):
        friedman(pd.concat([frame, frame.assign(label="redundancy")]))


def test_holm_is_the_published_procedure():
    """As statsmodels 0.15 has it, and by hand: p times 5, 4, 3, 2, 1, never falling."""
    assert holm([0.01, 0.04, 0.03, 0.005, 0.2]) == pytest.approx([0.04, 0.09, 0.09, 0.025, 0.2])
    assert holm([0.4, np.nan, 0.6]) == pytest.approx([0.8, np.nan, 0.8], nan_ok=True)


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holm_rejects_what_stepping_down_rejects(p):
    left = sorted(p)
    rejected = 0
    while rejected < len(left) and left[rejected] <= 0.05 / (len(left) - rejected):
        rejected += 1
    assert (holm(p) <= 0.05 + 1e-12).sum() >= rejected >= (holm(p) <= 0.05 - 1e-12).sum()


def trained(values, again):
    seeds = np.repeat(np.arange(len(values) // again), again).tolist()
    return rows(value=values, seed=seeds, training_seed=list(range(len(values))))


def test_components_are_those_of_restricted_maximum_likelihood():
    """Balanced, where both agree: 8 worlds, 3 trainings each; variances by statsmodels 0.15, mixedlm(reml=True)."""
    values = [-0.45, -1.01, -0.37, -0.22, -2.59, -0.48, 0.03, 0.55, 0.74, -0.11, 0.62, 1.25]
    values += [-1.2, 0.3, -1.74, 1.07, 1.63, 0.82, 1.86, 1.69, 2.15, 2.11, 0.88, 1.68]
    row = components(trained(values, 3), ["method"]).iloc[0]
    assert row["seeds_sd"] ** 2 == pytest.approx(1.13008, rel=1e-3)
    assert row["trainings_sd"] ** 2 == pytest.approx(0.51779, rel=1e-3)
    assert row["share"] == pytest.approx(1.13008 / (1.13008 + 0.51779), rel=1e-3)
    assert (row["n"], row["trained_again"], row["trainings"]) == (8, 8, 24)


def test_components_of_worlds_trained_on_unequally_often_are_unbiased():
    """Mean of estimates over many made-up sets of six worlds, two of which were trained on three times."""
    rng, again = np.random.default_rng(0), [3, 3, 1, 1, 1, 1]
    seeds = np.repeat(np.arange(6), again)
    squares = []
    for _ in range(300):
        values = 2.0 * rng.normal(size=6)[seeds] + rng.normal(size=10)
        row = components(rows(value=list(values), seed=seeds.tolist(), training_seed=list(range(10))), ["method"]).iloc[
            0
        ]
        squares.append([row["seeds_sd"] ** 2, row["trainings_sd"] ** 2])
    assert np.mean(squares, axis=0) == pytest.approx([4, 1], rel=0.12)


def test_one_training_a_world_cannot_tell_world_from_luck():
    row = components(rows(value=[0.1, 0.2, 0.6]), ["method"]).iloc[0]
    assert row["estimate"] == pytest.approx(0.3)
    assert np.isnan(row[["seeds_sd", "trainings_sd", "share"]].astype(float)).all()
    assert (row["n"], row["trained_again"], row["trainings"]) == (3, 0, 3)
