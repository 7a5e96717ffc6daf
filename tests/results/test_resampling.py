"""Every resample is counted once, and the interval is where theory and a slow count put it."""

import collections
import itertools

import numpy as np
import pytest
from scipy import stats

from coral_viz.results.resampling import interval, resamples


def of_the_mean(values, confidence=0.95, draws=10_000, seed=0):
    """Interval of the mean of each column of values (seeds, columns)."""
    n = len(values)
    (counts,), weights = resamples([n], draws, seed)
    return interval(counts @ values / n, weights, [n], confidence)


@pytest.mark.parametrize("n", [1, 3, 5])
def test_few_seeds_have_every_resample_with_its_probability(n):
    (counts,), weights = resamples([n], 10_000, 0)
    slow = collections.Counter(tuple(map(drawn.count, range(n))) for drawn in itertools.product(range(n), repeat=n))
    assert dict(zip(map(tuple, counts.tolist()), (weights * n**n).round(9))) == slow


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.99999])
def test_the_interval_is_that_of_all_ordered_resamples(confidence):
    values = np.random.default_rng(0).normal(size=5)
    means = sorted(values[list(drawn)].mean() for drawn in itertools.product(range(5), repeat=5))
    tail = stats.norm.cdf(stats.t.ppf((1 - confidence) / 2, 4) * np.sqrt(5 / 4))
    slow = [means[max(int(np.ceil(share * 5**5)) - 1, 0)] for share in (tail, 1 - tail)]
    assert of_the_mean(values[:, None], confidence)[0] == pytest.approx(slow, abs=1e-12)


def test_many_seeds_are_drawn_from_the_seed_stratum_by_stratum():
    counts, weights = resamples([9, 4], 2000, 1)
    assert [count.shape for count in counts] == [(2000, 9), (2000, 4)]
    assert (counts[0].sum(axis=1) == 9).all()
    assert counts[1].mean(axis=0) == pytest.approx(np.ones(4), abs=0.1)
    assert weights.sum() == pytest.approx(1)
    assert (counts[0] == resamples([9, 4], 2000, 1)[0][0]).all()
    assert (counts[0] != resamples([9, 4], 2000, 2)[0][0]).any()


@pytest.mark.parametrize(("n", "normal", "exponential"), [(5, 92, 87), (10, 95, 92)])
def test_coverage_is_what_the_module_says(n, normal, exponential):
    rng = np.random.default_rng(0)
    for values, truth, said in (
        (rng.normal(size=(n, 2000)), 0, normal),
        (rng.exponential(size=(n, 2000)), 1, exponential),
    ):
        low, high = of_the_mean(values, draws=2000).T
        assert 100 * ((low <= truth) & (truth <= high)).mean() == pytest.approx(said, abs=1.5)


def test_for_many_normal_seeds_it_is_the_t_interval():
    values = np.random.default_rng(0).normal(size=200)
    slow = stats.t.interval(0.95, 199, values.mean(), stats.sem(values))
    assert of_the_mean(values[:, None])[0] == pytest.approx(slow, abs=0.02)


def test_too_little_to_go_by_is_no_interval_or_a_sentence():
    assert np.isnan(of_the_mean(np.ones((4, 1)))).all()
    assert np.isnan(interval(np.ones((9, 1)), np.full(9, 1 / 9), [9, 1], 0.95)).all()
    with pytest.raises(ValueError, match="999 draws are too few for an interval; take at least 1000"):
        resamples([5], 999, 0)
    with pytest.raises(ValueError, match="between 0 and 1, not 95"):
        of_the_mean(np.ones((5, 1)), 95)
