"""Gaussian atoms: closed forms, an independent search over couplings, invariances; estimates of samples; bad input."""

import numpy as np
import pytest

from coral_viz import pid
from coral_viz.cli.benchmarks.peers import searched_gaussian
from coral_viz.pid import gaussian_estimate as estimate
from coral_viz.pid.information import BIT

SUM = np.array([[1, 0, 1], [0, 1, 1], [1, 1, 3.0]])  # Y = X1 + X2 + noise


def covariance(d, seed, batch=()):
    x = np.random.default_rng(seed).normal(size=(*batch, d, d + 3))
    return x @ x.mT


def channels(noise, *gains):
    """Covariance of (X1, X2, Y) with Y white, X = gains Y + noise of that covariance."""
    gain = np.concatenate(gains)
    return np.block([[gain @ gain.T + noise, gain], [gain.T, np.eye(gain.shape[1])]])


def informations(s, d1, d2):
    """I(X1;Y), I(X2;Y) and I(X1,X2;Y) by entropies."""
    y = np.arange(d1 + d2, len(s))

    def entropy(kept):
        return np.linalg.slogdet(s[np.ix_(kept, kept)])[1] / 2 / BIT

    parts = (np.arange(d1), np.arange(d1, d1 + d2), np.arange(d1 + d2))
    return [entropy(part) + entropy(y) - entropy(np.concatenate([part, y])) for part in parts]


@pytest.mark.parametrize("sizes", [(1, 1, 2), (2, 2, 2), (2, 1, 3), (3, 3, 2), (4, 3, 5), (7, 6, 7)])
def test_an_independent_search_agrees(sizes):
    s = covariance(sum(sizes), sum(sizes))
    atoms = pid.gaussian(s, *sizes[:2])
    lower, upper = searched_gaussian(s, *sizes[:2])
    union = atoms.redundancy + atoms.unique_1 + atoms.unique_2
    assert upper - lower < 1e-6
    assert lower - 1e-9 <= union <= upper + 1e-9
    assert 0 <= atoms.gap <= 1e-11
    known = [atoms.information_1, atoms.information_2, atoms.information]
    np.testing.assert_allclose(known, informations(s, *sizes[:2]), rtol=0, atol=1e-11)


@pytest.mark.slow
def test_an_independent_search_agrees_on_a_hundred_covariances_of_any_dimensions():
    """Of 2 to 20 dimensions a variable: to 1e-6 bit with the union that the search finds, and above its lower bound."""
    for seed, sizes in enumerate(np.random.default_rng(0).integers(2, 21, (100, 3))):
        s = covariance(sum(sizes), seed)
        atoms = pid.gaussian(s, *sizes[:2])
        lower, upper = searched_gaussian(s, *sizes[:2])
        union = atoms.redundancy + atoms.unique_1 + atoms.unique_2
        assert union == pytest.approx(upper, abs=1e-6), sizes
        assert union >= lower - 1e-9, sizes


def test_a_target_of_one_dimension_has_the_minimum_mutual_information():
    """Barrett 2015."""
    s = covariance(6, 1, (20,))
    atoms = pid.gaussian(s, 2, 3)
    first, second, both = np.transpose([informations(one, 2, 3) for one in s])
    expected = [np.minimum(first, second), np.maximum(first - second, 0), np.maximum(second - first, 0)]
    np.testing.assert_allclose(atoms.as_array()[:3], expected, rtol=0, atol=1e-12)
    np.testing.assert_allclose(atoms.synergy, both - np.maximum(first, second), rtol=0, atol=1e-12)
    np.testing.assert_allclose(pid.gaussian(SUM, 1, 1).as_array(), [np.log2(1.5) / 2, 0, 0, 0.5], atol=1e-12)


def test_each_direction_of_the_target_counts_for_whom_it_is_told_by():
    """Where the minimum mutual information would call two different halves redundant."""
    apart = channels(np.eye(2), [[1, 0]], [[0, 1]])
    np.testing.assert_allclose(pid.gaussian(apart, 1, 1).as_array(), [0, 0.5, 0.5, 0], atol=1e-12)
    mixed = channels(np.eye(5), np.eye(3)[:2], [[1, 0, 0], [0, 0, 2], [0, 0, 0]])
    atoms = pid.gaussian(mixed, 2, 3)
    np.testing.assert_allclose(atoms.as_array(), [0.5, 0.5, np.log2(5) / 2, np.log2(1.5) / 2], atol=1e-12)


def test_copies_are_redundant_and_singular_sources_no_trouble():
    s = covariance(5, 2)
    twice = s[np.ix_([0, 1, 0, 1, 0, 2, 3, 4], [0, 1, 0, 1, 0, 2, 3, 4])]
    twice[4] = twice[:, 4] = 0  # a constant
    atoms = pid.gaussian(twice, 2, 3)
    np.testing.assert_allclose(atoms.as_array(), [informations(s, 2, 0)[0], 0, 0, 0], rtol=0, atol=1e-9)


def test_invertible_maps_of_each_variable_change_nothing_and_a_swap_swaps():
    s = covariance(8, 3)
    change = np.zeros((8, 8))
    for first, last in ((0, 3), (3, 5), (5, 8)):
        change[first:last, first:last] = np.random.default_rng(first).normal(size=(last - first,) * 2)
    change[:3] *= 1e9
    atoms, changed = pid.gaussian(s, 3, 2), pid.gaussian(change @ s @ change.T, 3, 2)
    np.testing.assert_allclose(changed.as_array(), atoms.as_array(), rtol=0, atol=1e-9)
    order = [3, 4, 0, 1, 2, 5, 6, 7]
    swapped = pid.gaussian(s[np.ix_(order, order)], 2, 3)
    np.testing.assert_allclose(swapped.as_array()[[0, 2, 1, 3]], atoms.as_array(), rtol=0, atol=1e-12)


def test_batch_axes():
    s = covariance(5, 4, (2, 3))
    atoms = pid.gaussian(s, 2, 1)
    assert atoms.synergy.shape == atoms.gap.shape == (2, 3)
    np.testing.assert_allclose(atoms.as_array()[:, 1, 2], pid.gaussian(s[1, 2], 2, 1).as_array(), rtol=0, atol=1e-13)
    assert pid.gaussian(np.ones((0, 3, 3)), 1, 1).as_array().shape == (4, 0)


@pytest.mark.parametrize(
    ("s", "sizes", "words"),
    [
        (SUM[:2], (1, 1), r"shape batch axes \+ \(d, d\), but this one has \(2, 3\)"),
        (SUM, (1, 2), "d1=1 and d2=2 leave no target in a covariance of 3"),
        (SUM, (1.5, 1), "d1=1.5"),
        (SUM, (0, 1), "d1=0"),
        (SUM * np.nan, (1, 1), "finite, but this one holds nan"),
        (np.ma.masked_equal(SUM, 3), (1, 1), "known, but 1 of 9 values are masked"),
        (SUM * 1j, (1, 1), "real numbers, not complex128"),
        (-SUM, (1, 1), "not be negative, but the covariance holds -3"),
        (SUM + np.triu(SUM, 1), (1, 1), "symmetric, but this one is off by 0.58"),
        (SUM + 3 * np.eye(3)[[1, 0, 2]], (1, 1), "positive semidefinite, but its correlations have eigenvalue -"),
        (np.diag([1, 1, 0.0]), (1, 1), "The covariance of the target is singular"),
        (np.ones((3, 3)), (1, 1), "Source 1 leaves .* infinite"),
        (SUM - np.diag([0, 0, 1]), (1, 1), "The pair of sources leaves .* infinite"),
        (channels([[1, 1 - 1e-11, 0], [1 - 1e-11, 1, 0], [0, 0, 1]], np.zeros((3, 1))), (2, 1), "Source 1 .* too near"),
    ],
)
def test_a_bad_covariance_is_named(s, sizes, words):
    with pytest.raises(ValueError, match=words):
        pid.gaussian(s, *sizes)


def drawn(s, n, seed):
    return np.random.default_rng(seed).multivariate_normal(np.zeros(len(s)), s, n)


def test_wishart_draws_are_sample_covariances_and_their_bias_is_known():
    s, n = covariance(4, 5), 9
    direct = np.array([np.cov(drawn(s, n, seed).T) for seed in range(2000)])
    bartlett = estimate.wishart(s, n, 4000, np.random.default_rng(0))
    for power in (1, 2):
        np.testing.assert_allclose((bartlett**power).mean(0), (direct**power).mean(0), rtol=0.2, atol=0.1)
    bias = (np.linalg.slogdet(bartlett)[1].mean() - np.linalg.slogdet(s)[1]) / 2 / BIT
    assert bias == pytest.approx(estimate.log_determinant_bias(4, n), abs=0.05)


def test_noise_has_no_information_on_average():
    """The plug-in finds .26 bit here."""
    found = [
        pid.gaussian_of_samples(z[:, :3], z[:, 3:6], z[:, 6:], replicates=20).information
        for z in np.random.default_rng(0).normal(size=(40, 40, 8))
    ]
    assert np.mean(found) < 0.12


@pytest.mark.parametrize("copula", [False, True])
def test_intervals_cover_the_truth(copula):
    noise = np.eye(4)
    noise[0, 2] = noise[2, 0] = 0.6
    s = channels(noise, np.eye(2), np.diag([1, 0.3]))
    truth, covered = pid.gaussian(s, 2, 2).as_array(), 0
    for seed in range(25):
        z = drawn(s, 300, seed)
        z = np.sinh(z) if copula else z
        atoms = pid.gaussian_of_samples(z[:, :2], z[:, 2:4], z[:, 4:], copula=copula, seed=seed)
        assert (atoms.low <= atoms.as_array()).all()
        assert (atoms.as_array() <= atoms.high).all()
        covered += ((atoms.low <= truth) & (truth <= atoms.high)).mean() / 25
    assert covered > 0.88


def test_estimates_depend_on_neither_scale_nor_offset_and_copulas_on_no_monotone_map():
    z1, z2, y = np.split(drawn(covariance(5, 6), 60, 0), [2, 3], axis=1)
    plain = pid.gaussian_of_samples(z1, z2, y)
    moved = pid.gaussian_of_samples(z1 * 1e200, z2 * 1e-200, y + 1e3)
    np.testing.assert_allclose(moved.as_array(), plain.as_array(), rtol=0, atol=1e-6)
    ranks = pid.gaussian_of_samples(z1, z2, y, copula=True)
    warped = pid.gaussian_of_samples(np.exp(z1), z2[:, 0] ** 3, np.arctan(y), copula=True)
    np.testing.assert_allclose(warped.as_array(), ranks.as_array(), rtol=0, atol=1e-12)
    assert pid.gaussian_of_samples(z1, z2, y, seed=1).high[0] != plain.high[0]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda z: pid.gaussian_of_samples(z, z[1:], z[:, 0]), "same number of rows, but have 9, 8, 9"),
        (lambda z: pid.gaussian_of_samples(z[:6], z[:6], z[:6, 0]), "5 dimensions need at least 7 samples, not 6"),
        (lambda z: pid.gaussian_of_samples(z, z, np.ones(9)), "target is singular"),
        (lambda z: pid.gaussian_of_samples(z, z[:, 0], z[:, 0]), "Source 1 leaves .* infinite"),
        (lambda z: pid.gaussian_of_samples(z, z.astype(object), z), "z2 must hold real numbers, not object"),
        (lambda z: pid.gaussian_of_samples(z, z, np.where(z > 0, z, np.nan)), "y must be finite, but holds nan"),
        (
            lambda z: pid.gaussian_of_samples(np.ma.masked_less(z, -9), z, np.ma.masked_less(z, 0)),
            "y must be known, but",
        ),
        (lambda z: pid.gaussian_of_samples(z[None], z, z), r"z1 needs shape .* has \(1, 9, 2\)"),
        (lambda z: pid.gaussian_of_samples(z, z, z, level=1.0), "level of an interval must lie in"),
        (lambda z: pid.gaussian_of_samples(z, z, z, replicates=3), "at least 20 replicates"),
    ],
)
def test_bad_samples_are_named(call, words):
    with pytest.raises(ValueError, match=words):
        call(np.random.default_rng(0).normal(size=(9, 2)))


def test_correlations_beyond_pairs():
    """A common cause is redundancy, a sum is synergy; two variables share their mutual information."""
    cause, whole = np.ones((3, 3)) + np.eye(3), SUM
    assert pid.gaussian_o_information(cause) > 0.05
    assert pid.gaussian_o_information(whole) < -0.05
    s = covariance(5, 7, (2,))
    expected = [informations(np.roll(one, 3, (0, 1)), 3, 0)[0] for one in s]
    for share in (pid.gaussian_total_correlation, pid.gaussian_dual_total_correlation):
        np.testing.assert_allclose(share(s, [2, 3]), expected, rtol=0, atol=1e-12)


def test_the_dual_is_the_uncertainty_that_no_variable_has_alone():
    s = covariance(4, 8)
    precision = np.linalg.inv(s)
    alone = -np.log(np.diag(precision)).sum()  # log variances given all others
    expected = (np.linalg.slogdet(s)[1] - alone) / 2 / BIT
    assert pid.gaussian_dual_total_correlation(s) == pytest.approx(expected, abs=1e-12)
    expected = (np.log(np.diag(s)).sum() - np.linalg.slogdet(s)[1]) / 2 / BIT
    assert pid.gaussian_total_correlation(s) == pytest.approx(expected, abs=1e-12)


def test_conditioning_is_that_on_the_residuals():
    s = covariance(5, 8)
    left = s[:4, :4] - np.outer(s[:4, 4], s[4, :4]) / s[4, 4]
    for share in (pid.gaussian_total_correlation, pid.gaussian_dual_total_correlation, pid.gaussian_o_information):
        assert share(s, [2, 1, 1, 1], given=[3]) == pytest.approx(share(left, [2, 1, 1]), abs=1e-12)


def test_samples_share_nothing_beyond_pairs_on_average_either():
    x = np.random.default_rng(0).normal(size=(300, 20, 4))
    found = [
        [f(pid.covariance_of(one), n=20) for one in x]
        for f in (pid.gaussian_total_correlation, pid.gaussian_o_information)
    ]
    np.testing.assert_allclose(np.mean(found, axis=1), 0, atol=0.03)
    np.testing.assert_allclose(pid.covariance_of(np.exp(x[0]), copula=True), pid.covariance_of(x[0], copula=True))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: pid.gaussian_total_correlation(np.ones((2, 2))), "singular, so that .* infinitely much"),
        (lambda: pid.gaussian_o_information(SUM, [1, 1]), r"sum to the 3 variables, but sizes=\[1, 1\]"),
        (lambda: pid.gaussian_o_information(SUM, n=4), "3 dimensions need at least 5 samples, not n=4"),
        (lambda: pid.gaussian_dual_total_correlation([[1.0]]), "Two or more sizes"),
        (lambda: pid.gaussian_o_information(SUM, given=[0, 1]), r"given=\[0, 1\] must .* leave two or more"),
        (lambda: pid.gaussian_o_information(SUM, given=[3]), r"name some of the variables 0 to 2"),
        (lambda: pid.covariance_of([[1.0, np.inf]]), "x must be finite, but holds inf"),
        (lambda: pid.covariance_of([[1.0, 2.0]]), r"at least two samples, but x has shape \(1, 2\)"),
        (lambda: pid.gaussian_o_information(SUM, n=10.5), "at least 5 samples, not n=10.5"),
    ],
)
def test_bad_input_beyond_pairs_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()
