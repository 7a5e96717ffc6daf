"""The closed form for a binary target against the solver, and the geometry it rests on."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import ConvexHull

from coral_viz import pid
from coral_viz.pid.information import informations, mutual_information


def dirichlet(shape, size, concentration=1.0, seed=0):
    rng = np.random.default_rng(seed)
    return rng.dirichlet(np.full(np.prod(shape), concentration), size=size).reshape(size, *shape)


@pytest.mark.parametrize("shape", [(2, 2, 2), (3, 5, 2), (8, 8, 2), (1, 4, 2)])
@pytest.mark.parametrize("concentration", [1, 0.1])
def test_equals_the_certified_solver(shape, concentration):
    p = dirichlet(shape, 50, concentration)
    exact = pid.broja_binary(p.sum(-2), p.sum(-3), joint_information=informations(p)[2])
    solved = pid.broja(p, coupling=True)  # the coupling forces the interior-point method
    assert (np.abs(exact.as_array() - solved.as_array()) <= solved.gap + 1e-12).all()
    np.testing.assert_allclose(pid.broja(p).as_array(), exact.as_array(), rtol=0, atol=1e-14)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 4)] * 4), min_size=1, max_size=4))
def test_ties_and_zeros_equal_the_certified_solver(rows):
    """Integer counts make equal posteriors, which tie in the sort, common."""
    p = np.array(rows, dtype=float).reshape(-1, 2, 2)
    p[0, 0] += 1
    exact, solved = pid.broja(p), pid.broja(p, coupling=True)
    assert (np.abs(exact.as_array() - solved.as_array()) <= solved.gap + 1e-12).all()


def test_hull_is_the_convex_hull_of_both_curves():
    for p in dirichlet((6, 5, 2), 10, seed=2):
        hull = pid.roc_hull(p.sum(1), p.sum(0))
        points = np.concatenate([hull.curve_1, hull.curve_2, [[1, 0]]])  # (1, 0) closes the region below
        corners = points[ConvexHull(points).vertices]
        corners = corners[np.lexsort(corners.T[::-1])]
        expected = corners[~(corners == [1, 0]).all(1)]
        mine = hull.hull[[np.abs(expected - corner).sum(1).min() < 1e-12 for corner in hull.hull]]
        np.testing.assert_allclose(mine, expected, atol=1e-12)
        np.testing.assert_allclose(hull.hull[[0, -1]], [[0, 0], [1, 1]], atol=1e-12)


def test_hull_information_is_the_union():
    p = dirichlet((4, 4, 2), 1, seed=3)[0]
    hull = pid.roc_hull(p.sum(1), p.sum(0))
    atoms = pid.broja(p)
    channel = np.diff(hull.hull, axis=0) * hull.p_y
    assert mutual_information(channel) == pytest.approx(atoms.redundancy + atoms.unique_1 + atoms.unique_2)


def test_ten_thousand_scores_of_shifted_gaussians():
    """Y = +-1 fair, T_i | Y ~ N(Y d_i / 2, 1): the stronger source is a refinement of the weaker one."""
    rng = np.random.default_rng(0)
    y = rng.choice([-1, 1], size=20_000)
    posteriors = [1 / (1 + np.exp(-d * (y * d / 2 + rng.normal(size=len(y))))) for d in (1.0, 2.0)]
    weak, strong = (pid.posterior_table(t, 0.5) for t in posteriors)
    atoms = pid.broja_binary(weak, strong)
    grid = np.linspace(-12, 12, 40_001)

    def information(d):
        density = np.exp(-((grid - d / 2) ** 2) / 2) / np.sqrt(2 * np.pi)
        posterior = 1 / (1 + np.exp(-d * grid))
        entropy = -(posterior * np.log2(posterior) + (1 - posterior) * np.log2(1 - posterior))
        return 1 - np.trapezoid(density * (entropy), grid)

    assert atoms.redundancy == pytest.approx(information(1.0), abs=0.01)
    assert atoms.unique_2 == pytest.approx(information(2.0) - information(1.0), abs=0.01)
    assert atoms.unique_1 == pytest.approx(0, abs=1e-3)
    assert np.isnan(atoms.synergy)


@pytest.mark.parametrize(("kind", "close"), [(np.float32, 1e-6), (np.float16, 1e-2)])
def test_tables_rounded_to_fewer_digits_agree_on_the_target(kind, close):
    p = dirichlet((30, 40, 2), 4, seed=4)
    first, second = p.sum(-2), p.sum(-3)
    exact, rounded = pid.broja_binary(first, second), pid.broja_binary(first.astype(kind), second.astype(kind))
    np.testing.assert_allclose(rounded.as_array(), exact.as_array(), rtol=0, atol=close)


def test_posterior_table_keeps_posteriors_and_class_shares():
    t = np.array([0.1, 0.6, 0.8])
    np.testing.assert_allclose(pid.posterior_table(t)[:, 1], t / 3)
    np.testing.assert_allclose(pid.posterior_table(t, 0.3).sum(0), [0.7, 0.3])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: pid.broja_binary(np.ones((2, 3)), np.ones((2, 3))), "binary target has 2 values"),
        (lambda: pid.broja_binary(np.ones((2, 2)), np.array([[1, 2], [1, 2]])), "agree on p"),
        (lambda: pid.broja_binary(np.ones((2, 2)), np.ones((5, 2, 2))), "same batch axes"),
        (lambda: pid.posterior_table(np.array([0.2, 1.2])), "within"),
        (lambda: pid.posterior_table(np.array([0.2, 0.8]), 1.5), "p_y = 1.5 is no probability"),
        (lambda: pid.posterior_table(np.array([0.2, 0.8]), np.nan), "p_y = nan is no probability"),
        (lambda: pid.posterior_table(np.array([0.2, np.nan])), "within"),
        (lambda: pid.posterior_table(np.zeros(3), 0.5), "no posterior mass"),
        (lambda: pid.posterior_table(np.array([0.2j])), "real numbers, not complex128"),
        (lambda: pid.posterior_table(0.5), "but here is the number 0.5"),
        (lambda: pid.roc_hull(np.ones((3, 2, 2)), np.ones((3, 2, 2))), r"batch axes: \(3, 2, 2\)"),
        (lambda: pid.broja_binary(np.eye(2), np.eye(2), joint_information=0.9), "0.9 is too little, .* at least 1 bit"),
        (lambda: pid.posterior_table(np.array([0.2, None])), "real numbers, not object"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_tables_in_float32_agree_as_well_as_they_are_rounded():
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(40)).reshape(5, 4, 2)
    exact = pid.broja_binary(p.sum(1), p.sum(0)).as_array()[:3]
    rounded = pid.broja_binary(p.sum(1).astype(np.float32), p.sum(0).astype(np.float32)).as_array()[:3]
    np.testing.assert_allclose(rounded, exact, atol=1e-6)
    with pytest.raises(ValueError, match="must agree on p"):
        pid.broja_binary(p.sum(1), p.sum(0) + np.array([1e-7, 0]))
