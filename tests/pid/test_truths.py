"""Exact truths against independent integration, fine tables, and their own samples."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from coral_viz.pid import broja, truths


@pytest.mark.parametrize("d", [0.5, 2.0, 4.0])
def test_shift_information_is_the_integral(d):
    def loss(t):
        return norm.pdf(t, d / 2) * np.logaddexp(0, -d * t) / np.log(2)

    expected = 1 - quad(loss, -12, 16, epsabs=1e-12)[0]
    assert truths.gaussian_shift(d, 0).atoms.unique_1 == pytest.approx(expected, abs=1e-8)


def test_xor_synergy_is_the_integral():
    a, b = np.meshgrid(np.linspace(-7, 9, 400), np.linspace(-7, 9, 400))
    density = norm.pdf(a, 1) * norm.pdf(b, 0.75)
    loss = density * np.log2((1 + np.tanh(a) * np.tanh(0.75 * b)) / 2)
    assert truths.noisy_xor(2, 1.5).atoms.synergy == pytest.approx(1 + loss.sum() / density.sum(), abs=1e-7)


@pytest.mark.parametrize(("d1", "d2", "correlation"), [(2, 2, 0), (1.5, 0, 0.8), (1, 2, -0.5)])
def test_gaussian_shift_equals_the_solver_on_a_fine_grid(d1, d2, correlation):
    exact = truths.gaussian_shift(d1, d2, correlation).atoms
    grid = np.linspace(-5.5, 5.5, 120)
    x1, x2 = np.meshgrid(grid, grid, indexing="ij")
    table = np.empty((120, 120, 2))
    for y in (0, 1):
        a, b = x1 - (y - 0.5) * d1, x2 - (y - 0.5) * d2
        table[..., y] = np.exp(-(a**2 - 2 * correlation * a * b + b**2) / (2 * (1 - correlation**2)))
    np.testing.assert_allclose(broja(table).as_array(), exact.as_array(), atol=2e-3)


@pytest.mark.parametrize("name", truths.names())
def test_posteriors_carry_the_informations_of_the_atoms(name):
    truth = truths.load(name)
    drawn = truth.latents(np.random.default_rng(0), 40_000)
    told = (truth.atoms.information_1, truth.atoms.information_2, truth.atoms.information)
    for posterior, information in zip(drawn[3:], told, strict=True):
        np.testing.assert_allclose(posterior.sum(1), 1, atol=1e-12)
        gained = np.log2(posterior[np.arange(40_000), drawn.label] * truth.classes)
        assert gained.mean() == pytest.approx(information, abs=5 * gained.std() / 200 + 1e-9)


def test_atoms_add_over_a_product():
    one, other = truths.gaussian_shift(1, 2, 0.3), truths.noisy_xor(2, 2)
    product = one * other
    assert product.classes == 4
    np.testing.assert_allclose(product.atoms.as_array(), one.atoms.as_array() + other.atoms.as_array())


def test_the_solver_confirms_that_atoms_add():
    rng = np.random.default_rng(0)
    one, other = rng.dirichlet(np.ones(8), size=2).reshape(2, 2, 2, 2)
    product = np.einsum("abc,def->adbecf", one, other).reshape(4, 4, 4)
    together = broja(one).as_array() + broja(other).as_array()
    np.testing.assert_allclose(broja(product).as_array(), together, atol=1e-6)


def test_samples_follow_their_seed_and_shape():
    truth = truths.load("mixture")
    z1, z2, y = truth.sample(500, 3, dimensions=10)
    assert z1.shape == z2.shape == (500, 10)
    assert set(y) == set(range(8))
    np.testing.assert_array_equal(truth.sample(500, 3, dimensions=10)[1], z2)
    assert not np.array_equal(truth.sample(500, 4, dimensions=10)[1], z2)


def test_hiding_can_be_undone():
    latents = np.random.default_rng(0).normal(size=(50, 2))
    hidden = truths.hide(latents, 6, np.random.default_rng(1))
    rng = np.random.default_rng(1)
    rng.normal(size=(50, 4))
    first, second = (np.linalg.qr(rng.normal(size=(6, 6)))[0] for _ in range(2))
    warped = hidden @ second.T
    rotated = warped.copy()
    for _ in range(100):  # x = warped - sin(x) / 2 is a contraction
        rotated = warped - np.sin(rotated) / 2
    np.testing.assert_allclose((rotated @ first.T)[:, :2], latents, atol=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: truths.load("nothing"), "'nothing'; there are redundant"),
        (lambda: truths.gaussian_shift(1, 1, 1.5), "but is 1.5"),
        (lambda: truths.gaussian_shift(float("nan"), 1), "d1 = nan and d2 = 1"),
        (lambda: truths.gaussian_shift(1, 2, 1.0), "d1 = 1 and d2 = 2"),
        (lambda: truths.load("mixture").sample(10, 0, dimensions=2), "3 latent dimensions, more than the 2"),
        (lambda: truths.load("xor").sample(0, 0), "at least 1 row, not 0"),
        (lambda: truths.load("xor").sample(10.5, 0), "at least 1 row, a whole number, not 10.5"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
