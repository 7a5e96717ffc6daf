"""Similarities of parts against slow oracles, and what must not change them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import subspace_angles

from coral_viz.evaluation import similarity


def drawn(seed, n=60, widths=(5, 3)):
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(n, 2))
    return [common @ rng.normal(size=(2, w)) + rng.normal(size=(n, w)) + rng.normal(size=w) for w in widths]


@given(st.integers(0, 1000))
def test_cka_is_the_alignment_of_centred_kernels(seed):
    a, b = drawn(seed)
    centre = np.eye(len(a)) - 1 / len(a)
    k, m = (centre @ z @ z.T @ centre for z in (a, b))
    wanted = np.sum(k * m) / np.sqrt(np.sum(k * k) * np.sum(m * m))
    assert similarity.linear_cka(a, b) == pytest.approx(wanted)


@given(st.integers(0, 1000))
def test_angles_are_those_between_centred_columns(seed):
    a, b = drawn(seed)
    wanted = np.sort(subspace_angles(a - a.mean(0), b - b.mean(0)))
    np.testing.assert_allclose(similarity.principal_angles(a, b), wanted, atol=1e-7)
    assert similarity.subspace_overlap(a, b) == pytest.approx(np.mean(np.cos(wanted) ** 2))


def test_cosine_is_the_mean_over_samples():
    a, b = drawn(0, widths=(4, 4))
    one_by_one = [abs(x @ y) / np.sqrt((x @ x) * (y @ y)) for x, y in zip(a, b)]
    assert similarity.mean_cosine(a, b) == pytest.approx(np.mean(one_by_one))
    assert similarity.mean_cosine(np.eye(3), -2 * np.eye(3)) == 1
    assert similarity.mean_cosine(np.eye(3), np.eye(3)[[1, 2, 0]]) == 0
    assert similarity.mean_cosine(np.zeros((3, 2)), np.ones((3, 2))) == 0


@given(st.integers(0, 1000))
def test_what_changes_nothing(seed):
    a, b = drawn(seed)
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(rng.normal(size=(5, 5)))[0]
    moved = 3 * a @ turn + rng.normal(size=5)
    assert similarity.linear_cka(moved, b) == pytest.approx(similarity.linear_cka(a, b))
    stretched = a @ (turn * np.array([0.1, 1, 2, 5, 10]))
    assert similarity.subspace_overlap(stretched, b) == pytest.approx(similarity.subspace_overlap(a, b))


def test_a_part_is_like_itself_and_a_constant_like_nothing():
    a, _ = drawn(1)
    for measure in similarity.MEASURES.values():
        assert measure(a, a) == pytest.approx(1)
    constant = np.ones((60, 2))
    assert similarity.linear_cka(a, constant) == similarity.subspace_overlap(a, constant) == 0
    assert similarity.subspace_overlap(a, a[:, :2] @ np.array([[1.0, 2.0], [0.5, 1.0]])) == pytest.approx(1)


def test_tables_are_symmetric_and_leave_out_what_has_no_meaning():
    a, b = drawn(2)
    tables = similarity.between({"shared": a, "unique_1": b, "unique_2": b[::-1]})
    for name, measure in similarity.MEASURES.items():
        np.testing.assert_array_equal(tables[name], tables[name].T)
        assert tables[name][2, 1] == pytest.approx(measure(b, b[::-1]))
        np.testing.assert_array_equal(np.diag(tables[name]), 1)
    assert np.isnan(tables["mean |cosine|"][0, 1:]).all()
    assert np.isfinite(tables["linear CKA"]).all()


def test_what_cannot_be_compared_is_a_sentence():
    a, b = drawn(3)
    with pytest.raises(ValueError, match="a cosine needs parts of one width, not 5 and 3"):
        similarity.mean_cosine(a, b)
    with pytest.raises(ValueError, match=r"same n >= 2 samples, not \(60, 5\) and \(59, 3\)"):
        similarity.linear_cka(a, b[1:])
    with pytest.raises(ValueError, match="a part of width 0 cannot be compared"):
        similarity.between({"a": np.ones((5, 2)), "b": np.ones((5, 0))})
    with pytest.raises(ValueError, match="NaN"):
        similarity.subspace_overlap(a, np.full_like(b, np.nan))
