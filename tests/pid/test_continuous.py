"""Continuous targets by regression: against the Gaussian closed form, and where no copula sees anything."""

import numpy as np
import pytest

from coral_viz import pid


def gaussian(n, rng):
    """Samples of (Z1, Z2, Y), Y = A + B + noise of two dimensions, and their covariance."""
    gains = np.array([[1.0, 0.3], [0.5, 1.0], [0.8, -0.2], [0.1, 0.4]])
    covariance = np.eye(6)
    covariance[:4, 4:], covariance[4:, :4] = gains, gains.T
    covariance[4:, 4:] += gains.T @ gains
    return np.split(rng.multivariate_normal(np.zeros(6), covariance, size=n), [2, 4], axis=1), covariance


def test_a_gaussian_target_gives_the_closed_form():
    (z1, z2, y), covariance = gaussian(1500, np.random.default_rng(0))
    exact = pid.gaussian(covariance, 2, 2)
    found = pid.decompose_continuous(z1, z2, y)
    np.testing.assert_allclose(found.as_array(), exact.as_array(), atol=0.08)
    assert "ridge" in found.source
    warped = pid.decompose_continuous(z1, z2, np.exp(y))
    assert abs(warped.information - exact.information) < 0.15


def test_a_product_is_synergy_that_no_copula_sees():
    rng = np.random.default_rng(0)
    z1, z2 = rng.normal(size=(2, 1200, 1))
    y = (z1 * z2)[:, 0] + rng.normal(size=1200) / 4
    found = pid.decompose_continuous(z1, z2, y, replicates=20)
    assert found.synergy > 0.5
    assert max(found.redundancy, found.unique_1, found.unique_2) < 0.05
    assert (found.low <= found.as_array()).all()
    assert (found.as_array() <= found.high).all()
    assert pid.gaussian_of_samples(z1, z2, y, copula=True).synergy < 0.05


def test_noise_tells_nothing_and_copies_are_redundant():
    rng = np.random.default_rng(1)
    z, noise = rng.normal(size=(2, 400, 3))
    y = z[:, 0] + rng.normal(size=400)
    found = pid.decompose_continuous(z, z, y)
    assert found.redundancy == pytest.approx(0.5, abs=0.12)
    assert found.information == pytest.approx(found.redundancy, abs=0.02)
    assert pid.decompose_continuous(noise, noise, y).information < 0.03


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"y": np.full(60, np.nan)}, "y must be finite"),
        ({"y": np.zeros(60)}, "The target is singular"),
        ({"y": np.zeros((60, 0))}, "y needs shape"),
        ({"y": np.arange(50.0)}, "z1 has 60 samples, but there are 50"),
        ({"z1": np.full((60, 2), np.inf)}, "z1 must be finite"),
        ({"folds": 1}, "at least 2 folds"),
        ({"replicates": 3}, "at least 20 replicates"),
    ],
)
def test_bad_input_is_named(change, words):
    z = np.random.default_rng(0).normal(size=(60, 2))
    with pytest.raises(ValueError, match=words):
        pid.decompose_continuous(**({"z1": z, "z2": z, "y": z[:, 0]} | change))
