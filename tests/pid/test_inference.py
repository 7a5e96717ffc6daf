"""Bias, intervals and tests: closed forms, nulls with exact zeros, and reproducible draws."""

from contextlib import nullcontext

import numpy as np
import pytest
from scipy.stats import binom, hypergeom

from coral_viz.cli.benchmarks.estimator_errors import coverage
from coral_viz.pid import broja, gates
from coral_viz.pid.inference import (
    bias_corrected,
    infer,
    infer_rows,
    largest_entropy,
    undetectable,
    undetectable_interaction,
)
from coral_viz.pid.information import entropy
from coral_viz.pid.posteriors import Informations
from coral_viz.pid.significance import shuffled, synergy_p_value

NOISE = np.full((4, 4, 2), 1 / 32)


def sample(table, n, seed=0):
    return np.random.default_rng(seed).multinomial(n, np.ravel(table)).reshape(np.shape(table))


def noisy_xor(flipped):
    x1, x2, y = np.indices((2, 2, 2))
    return np.where(x1 ^ x2 == y, 1 - flipped, flipped) / 4


@pytest.mark.parametrize(("method", "left"), [("quadratic", 0.35), ("miller-madow", 0.35)])
def test_correction_removes_most_of_the_bias_of_noise(method, left):
    samples = [sample(NOISE, 320, seed) for seed in range(30)]
    plug_in = np.mean([broja(counts).as_array() for counts in samples], axis=0)
    corrected = np.mean([bias_corrected(counts, method=method).as_array() for counts in samples], axis=0)
    assert corrected[3] < left * plug_in[3]
    assert corrected.sum() < 0.6 * plug_in.sum()


def test_miller_madow_in_closed_form():
    counts = np.array([[[30, 10], [20, 5]], [[5, 25], [10, 15]]])
    plug_in, corrected = broja(counts), bias_corrected(counts, method="miller-madow")
    per_degree = 1 / (2 * 120 * np.log(2))
    assert corrected.information_1 == pytest.approx(plug_in.information_1 - per_degree)
    assert corrected.information_2 == pytest.approx(plug_in.information_2 - per_degree)
    assert corrected.information == pytest.approx(plug_in.information - 3 * per_degree)


def test_extrapolation_leaves_a_large_sample_alone():
    counts = 5000 * np.array([[[3, 1], [2, 1]], [[1, 2], [1, 3]]])
    np.testing.assert_allclose(bias_corrected(counts).as_array(), broja(counts).as_array(), atol=2e-3)


def test_corrected_atoms_are_consistent():
    counts = sample(np.random.default_rng(0).dirichlet(np.ones(27)).reshape(3, 3, 3), 200)
    atoms = bias_corrected(counts)
    assert (atoms.as_array() >= 0).all()


def test_intervals_hold_the_point_and_true_zeros():
    exact = broja(noisy_xor(0.2)).as_array()
    for seed in range(5):
        atoms = infer(sample(noisy_xor(0.2), 1000, seed), replicates=100)
        assert (atoms.low <= atoms.as_array()).all()
        assert (atoms.as_array() <= atoms.high).all()
        assert (atoms.low[:3] == 0).all()
        assert atoms.low[3] < exact[3] < atoms.high[3]


def test_intervals_narrow_with_samples_and_widen_with_the_level():
    few, many = (infer(sample(noisy_xor(0.2), n), replicates=100) for n in (300, 10_000))
    assert (many.high - many.low)[3] < 0.4 * (few.high - few.low)[3]
    sure = infer(sample(noisy_xor(0.2), 300), replicates=100, level=0.99)
    assert sure.low[3] < few.low[3]
    assert sure.high[3] > few.high[3]


def test_inference_follows_its_seed():
    counts = sample(noisy_xor(0.3), 500)
    one, same, other = (infer(counts, replicates=50, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.high, same.high)
    assert not np.array_equal(one.high, other.high)


def test_only_synergy_has_a_p_value():
    p = infer(sample(noisy_xor(0.2), 500), replicates=99).p
    assert np.isnan(p[:3]).all()
    assert p[3] == pytest.approx(0.01)


def test_the_null_of_no_synergy_holds_where_unique_and_redundant_are_large():
    null = broja(np.random.default_rng(3).dirichlet(np.ones(18)).reshape(3, 3, 2), coupling=True).coupling
    p = [synergy_p_value(sample(np.maximum(null, 0), 500, seed), replicates=99) for seed in range(40)]
    assert np.mean(np.array(p) <= 0.05) <= 0.2
    assert 0.25 < np.mean(p) < 0.75


def test_intervals_of_any_estimator_of_rows():
    x = np.random.default_rng(0).normal(1.0, 1.0, 400)
    atoms = infer_rows(lambda rows: Informations(x[rows].mean(), 0.0, x[rows].mean(), 2.0), 400, "mean", replicates=200)
    assert atoms.unique_1 == pytest.approx(x.mean())
    assert atoms.high[1] - atoms.low[1] == pytest.approx(2 * 1.96 * x.std() / 20, rel=0.15)
    assert np.isnan(atoms.p).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: infer(NOISE), "must be whole numbers"),
        (lambda: infer(np.full((2, 2, 2), -1)), "none negative"),
        (lambda: infer(np.full((2, 2, 2), 5 + 0j)), "must be whole numbers, not complex128"),
        (lambda: bias_corrected(np.full((2, 2, 2), 5, dtype=object)), "must be whole numbers, not object"),
        (lambda: infer(np.full((2, 2, 2), 1e200)), "must total at most 2"),
        (lambda: infer(np.ones((2, 2), int)), r"shape \(n1, n2, ny\), but have \(2, 2\)"),
        (lambda: bias_corrected(np.eye(3, dtype=int)[None]), "at least 4 samples, but the table counts 3"),
        (lambda: bias_corrected(sample(NOISE, 200), method="shrink"), "'shrink'; there are 'quadratic'"),
        (lambda: infer(sample(NOISE, 50), level=95), "must lie in (0, 1), but is 95".replace("(", r"\(")),
        (lambda: infer(sample(NOISE, 50), replicates=5), "at least 20 replicates, not 5"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message.replace(r"1), but", r"1\), but")):
        call()


def test_no_estimate_or_interval_of_counts_exceeds_the_label():
    xor, copy = (gates.gate(name) for name in ("XOR", "COPY"))
    for table, n, bits in ((xor, 32, 1), (copy, 20, 2)):
        counts = np.rint(n * table).astype(int)
        with pytest.warns(UserWarning, match="samples per cell") if n / table.size < 4 else nullcontext():
            found = infer(counts, replicates=20)
        assert found.information == pytest.approx(bits, abs=1e-4)
        assert found.high.max() <= bits
        with pytest.warns(UserWarning, match="samples per cell") if n / table.size < 4 else nullcontext():
            assert bias_corrected(counts, method="miller-madow").information <= bits


def test_an_unsure_label_entropy_is_an_upper_bound():
    assert largest_entropy(np.array([50, 50]), 0.95) == 1
    assert entropy(np.array([0.9, 0.1])) + 0.05 < largest_entropy(np.array([90, 10]), 0.95) < 0.75
    assert largest_entropy(np.array([0, 7]), 0.95) == 0


def test_intervals_reach_up_to_what_would_not_show_but_not_beyond_the_label():
    def nothing(rows):
        return Informations(0.0, 0.0, 0.0, 0.0)

    found = infer_rows(nothing, 50, "none", floor=np.array([0.1, 0.2, 0.3, 0.9]), ceiling=0.5, replicates=20)
    np.testing.assert_allclose(found.high, [0.1, 0.2, 0.3, 0.5])
    assert undetectable(np.array([32, 64]), 1000) == pytest.approx([0.0209, 0.0288], abs=1e-4)


def test_an_interaction_hides_in_the_largest_product_of_noise():
    rng = np.random.default_rng(0)
    n, first, second = 2000, 30, 60
    x, y, sign = rng.normal(size=(n, first)), rng.normal(size=(n, second)), rng.choice([-1, 1], n)
    half = np.linalg.norm((x * sign[:, None])[: n // 2].T @ y[: n // 2] / (n // 2), 2)
    assert undetectable_interaction(first, second, n) == pytest.approx(half**2 / (2 * np.log(2)), rel=0.1)


def test_groups_are_drawn_together():
    drawn = []

    def seen(rows):
        drawn.append(np.bincount(rows, minlength=60))
        return Informations(0.0, 0.0, 0.0, 0.0)

    infer_rows(seen, 60, "none", replicates=20, groups=np.arange(60) // 3)
    counts = np.array(drawn[1:]).reshape(20, 20, 3)
    assert (counts == counts[..., :1]).all()
    assert (counts.sum((1, 2)) == 60).all()


@pytest.mark.parametrize("n", [10**6, 10**13])
def test_the_cost_of_counts_is_that_of_their_cells(n):
    # An array of all samples would take 80 TB.
    table = np.random.default_rng(0).dirichlet(np.ones(18)).reshape(3, 3, 2)
    found = infer(np.rint(n * table).astype(int), replicates=20)
    np.testing.assert_allclose(found.as_array(), broja(table).as_array(), atol=10 / np.sqrt(n))
    assert found.p[3] < 0.05


@pytest.mark.parametrize(("per_cell", "level"), [(1, 0.05), (2, 0.5)])
def test_in_sparse_tables_a_true_null_is_rejected_as_often_as_promised(per_cell, level):
    independent = np.full((10, 10, 2), 1 / 200)
    p = [synergy_p_value(sample(independent, 200 * per_cell, seed), replicates=40) for seed in range(50)]
    assert binom.cdf(np.sum(np.array(p) <= level), 50, level) > 0.005
    assert binom.sf(np.sum(np.array(p) <= level) - 1, 50, level) > 0.005


def test_intervals_of_sparse_tables_hold_a_true_zero_and_say_that_they_are_sparse():
    held = 0
    for seed in range(10):
        with pytest.warns(UserWarning, match="10 x 10 x 2 has 2 samples per cell; below 4"):
            found = infer(sample(np.full((10, 10, 2), 1 / 200), 400, seed), replicates=60)
        held += found.low[3] == 0
    assert held >= 8


def test_shuffled_tables_keep_their_margins_and_are_hypergeometric():
    rows, columns = np.array([[3, 5], [4, 0]]), np.array([[2, 6], [1, 3]])
    drawn = shuffled(rows, columns, 4000, np.random.default_rng(0))
    assert (drawn.sum(-1) == rows).all()
    assert (drawn.sum(-2) == columns).all()
    frequencies = np.bincount(drawn[:, 0, 0, 0], minlength=3) / 4000
    np.testing.assert_allclose(frequencies, hypergeom(8, 2, 3).pmf(np.arange(3)), atol=0.03)


@pytest.mark.slow
def test_coverage_and_level_of_the_shipped_intervals(tmp_path):
    table = coverage(tmp_path, quick=True)
    assert table.coverage.mean() > 0.93
    assert table.query("atom == 'synergy' and exact == 0").rejected.mean() < 0.1
    assert (table.query("atom == 'synergy' and exact >= 0.2").rejected >= 0.95).all()
