"""Entropies against definitions written out as sums; what is and is not a table."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coral_viz.pid import information

RNG = np.random.default_rng(0)


def by_definition(p):
    """I(A;B) in bits as a plain sum over cells."""
    total = 0.0
    for a, b in np.ndindex(p.shape):
        if p[a, b] > 0:
            total += p[a, b] * np.log2(p[a, b] / (p[a].sum() * p[:, b].sum()))
    return total


def test_mutual_information_is_its_definition():
    p = RNG.dirichlet(np.full(12, 0.3), size=5).reshape(5, 3, 4)
    p[0, 1] = 0
    p[0] /= p[0].sum()
    expected = [by_definition(table) for table in p]
    np.testing.assert_allclose(information.mutual_information(p), expected, atol=1e-14)


def test_entropy_of_uniform_and_certain():
    np.testing.assert_allclose(information.entropy(np.full(8, 1 / 8)), 3)
    assert information.entropy(np.array([0.0, 1.0, 0.0])) == 0
    assert information.entropy(np.full((2, 4), 1 / 8), (0, 1)) == pytest.approx(3)


def test_informations_of_xor_are_all_in_the_pair():
    p = np.zeros((2, 2, 2))
    for a, b in np.ndindex(2, 2):
        p[a, b, a ^ b] = 0.25
    np.testing.assert_allclose(information.informations(p), (0, 0, 1), atol=1e-15)


@given(st.integers(1, 5), st.floats(1e-300, 1e300))
def test_table_normalises_counts_of_any_scale(n, scale):
    counts = np.arange(1.0, n**3 + 1).reshape(n, n, n)
    np.testing.assert_allclose(information.table(counts * scale), counts / counts.sum(), rtol=1e-13)


@pytest.mark.parametrize(
    ("p", "words"),
    [
        (np.ones((2, 2)), "needs 3 axes"),
        (np.ones((2, 0, 2)), "at least one value"),
        (np.array([[[1, -0.5], [1, 1]]]), "not be negative"),
        (np.array([[[1, np.nan], [1, 1]]]), "finite"),
        (np.array([[[1, np.inf], [1, 1]]]), "finite"),
        (np.zeros((2, 2, 2)), "all zeros"),
        (np.stack([np.ones((2, 2, 2)), np.zeros((2, 2, 2))]), "1 of 2 tables"),
        (np.array([[["a"]]]), "real numbers"),
        (np.ones((2, 2, 2)) * 1j, "real numbers"),
    ],
)
def test_bad_tables_are_named(p, words):
    with pytest.raises(ValueError, match=words):
        information.table(p)
