"""Found in k of n: against scipy's binomial test, published limits and slow counts."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from test_tables import rows

from coral_viz.results import found as counts
from coral_viz.results.found import exact_interval, found


def table(values, truth=1.0, **columns):
    kept = rows(value=values, readout="linear", **columns)
    return pd.concat([kept, kept.assign(metric="truth", part="data", readout="", value=truth)])


@given(st.integers(1, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.5, 0.99))
def test_the_interval_is_that_of_the_exact_binomial_test(counted, confidence):
    oracle = stats.binomtest(*counted).proportion_ci(confidence, method="exact")
    assert exact_interval(*counted, confidence) == pytest.approx((oracle.low, oracle.high), abs=1e-9)


def test_published_limits():
    """Of 0, 1 and 5 of 10 (Documenta Geigy, 7th edition, table of exact 95 % confidence limits)."""
    low, high = exact_interval([0, 1, 5], [10, 10, 10])
    assert low == pytest.approx([0, 0.0025, 0.1871], abs=5e-5)
    assert high == pytest.approx([0.3085, 0.4450, 0.8129], abs=5e-5)


@pytest.mark.parametrize("truth", [1.0, 2.0])
def test_a_label_is_found_above_half_of_its_information(truth):
    shares = [0.0, 0.49, 0.5, 0.51, 1.0]
    row = found(table([truth * share for share in shares], truth)).iloc[0]
    assert (row["found"], row["n"], row["share"]) == (2, 5, 0.4)
    assert counts.in_words(row) == "2 of 5"
    assert [row["low"], row["high"]] == pytest.approx(np.ravel(exact_interval(2, 5)))


def test_a_world_with_several_trainings_counts_once():
    row = found(table([1.0, 1.0, 0.0, 0.0], seed=[0, 1, 1, 2], training_seed=[0, 1, 7, 2])).iloc[0]
    assert (row["found"], row["n"]) == (1.5, 3)
    assert counts.in_words(row) == "1.5 of 3"


def test_a_count_needs_truth_and_a_confidence():
    with pytest.raises(ValueError, match="states no truth"):
        found(rows(readout="linear"))
    with pytest.raises(ValueError, match="not 95"):
        found(table([1.0, 0.0, 1.0]), confidence=95)
