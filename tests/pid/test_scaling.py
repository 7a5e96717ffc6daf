"""Robust scaling: indifferent to units, gentle to tails, and it names what lies apart."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coral_viz.pid.scaling import deviations, standardised, without_outliers

Z = np.random.default_rng(0).normal(size=(400, 3))


@given(st.sampled_from([1e-200, 1e-3, 1e5, 1e200]), st.sampled_from([1, -1]))
def test_the_unit_of_a_column_does_not_matter(unit, sign):
    np.testing.assert_allclose(deviations(Z * sign * unit), sign * deviations(Z), atol=1e-9)


def test_normal_columns_are_centred_and_scaled_as_usual():
    expected = (Z - Z.mean(0)) / Z.std(0)
    np.testing.assert_allclose(standardised(deviations(7 * Z + 100)), expected, atol=1e-5)


def test_tails_are_drawn_in_and_keep_their_order():
    heavy = np.random.default_rng(0).standard_cauchy((1000, 1))
    scaled = standardised(deviations(heavy))
    assert (np.argsort(scaled[:, 0]) == np.argsort(heavy[:, 0])).all()
    assert np.abs(scaled).max() < 10


def test_constant_and_mostly_constant_columns_have_a_scale():
    rare = np.zeros((100, 2))
    rare[:3, 1] = 1
    scaled = deviations(rare)
    assert (scaled[:, 0] == 0).all()
    assert scaled[:3, 1] == pytest.approx(1 / 1.4826)


def test_missing_values_in_disguise_are_named_and_heavy_tails_are_not():
    z = Z.copy()
    z[[5, 30, 31], 2] = -999
    with pytest.warns(UserWarning, match=r"z1 holds -999 in row 5, column 2, .* Such values, 3 in all"):
        found = without_outliers(z, deviations(z), "z1")
    assert (found[[5, 30, 31], 2] == 0).all()
    assert np.count_nonzero(found) == z.size - 3
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for column in (Z, np.random.default_rng(1).standard_t(2, size=(2000, 20)), np.eye(40), np.zeros((9, 1))):
            without_outliers(column, deviations(column), "z1")


@pytest.mark.parametrize("share", [0.05, 0.4])
def test_a_tight_cluster_far_from_the_rest_is_no_outlier(share):
    rng = np.random.default_rng(0)
    z = np.where(rng.random((600, 1)) < share, 50.0, 0.0) + rng.normal(size=(600, 1)) / 10
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(without_outliers(z, deviations(z), "z1"), deviations(z))
