"""The interval of a mean: Student's, within the scale, and covering what it says as far as any can."""

import numpy as np
import pytest
from scipy import stats

from coral_viz.results import intervals
from coral_viz.results.intervals import in_words, student, within


def test_it_is_students_of_every_row():
    values = np.random.default_rng(0).normal(size=(4, 6))
    slow = np.array([stats.t.interval(0.9, 5, row.mean(), stats.sem(row)) for row in values]).T
    assert student(values, 0.9) == pytest.approx(slow)
    assert np.isnan(student(np.ones(1))).all()


def found_in(share):
    """Accuracies of trainings of which a share finds a label, and the others nothing."""
    return lambda rng, size: np.where(
        rng.random(size) < share, rng.uniform(0.9, 1.0, size), rng.uniform(0.2, 0.3, size)
    )


@pytest.mark.parametrize("n", [5, 10, 12])
@pytest.mark.parametrize(
    ("draw", "mean"),
    [
        (lambda rng, size: rng.beta(8, 8, size), 0.5),
        (lambda rng, size: rng.beta(20, 1, size), 20 / 21),
        (found_in(0.5), 0.6),
    ],
    ids=["middle", "near the end", "half of the seeds"],
)
def test_it_covers_the_mean_in_nine_of_ten_tables(draw, mean, n):
    values = draw(np.random.default_rng(n), (4000, n))
    ends = [within(*pair, own, "share") for pair, own in zip(zip(*student(values)), values)]
    low, high = np.transpose(ends)
    assert 0.88 <= ((low <= mean) & (mean <= high)).mean() <= 0.97
    assert (low >= 0).all()
    assert (high <= 1).all()
    assert min(high - low) >= 0


def test_it_ends_where_the_scale_does_unless_values_lie_beyond():
    assert within(-0.2, 1.3, np.array([0.1, 0.9]), "share") == (0, 1)
    assert within(-0.2, 1.3, np.array([0.1, 0.9]), "bits") == (-0.2, 1.3)
    assert within(-0.2, 1.3, np.array([0.1, 1.1]), "share") == (-0.2, 1.3)


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((0.851, 0.788, 0.914), "85.1 ± 6.3"),
        ((0.851, 0.438, 1.0), "85.1 [43.8, 100.0]"),
        ((1.0, 1.0, 1.0), "100.0"),
        ((0.9999, 0.9998, 1.0), "100.0"),
        ((0.5, np.nan, np.nan), "50.0"),
    ],
)
def test_it_is_written_as_it_is(numbers, words):
    assert in_words(*numbers) == words


def test_the_scale_of_shares_is_known():
    assert intervals.SCALES["share"] == (0, 1)
