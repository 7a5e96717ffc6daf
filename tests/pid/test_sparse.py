"""Tables whose marginals settle most cells: right, certified, and without work on cells that have no choice."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array

from coral_viz import pid
from coral_viz.cli.benchmarks.peers import ecos_union
from coral_viz.pid import _barrier, _packed, broja_solver
from coral_viz.pid._cells import Cells, Marginal
from coral_viz.pid.information import BIT


def copy(n1, n2):
    """Y = (X1, X2), independent and uniform, as a sparse table: U1 = log2 n1, U2 = log2 n2, nothing else."""
    x1, x2 = np.indices((n1, n2)).reshape(2, -1)
    return coo_array((np.ones(n1 * n2), (x1, x2, x1 * n2 + x2)), (n1, n2, n1 * n2))


def noisy_copy(n1, n2, rng, flips=1):
    """Y = (X1, X2) in nine of ten cases, else one of ``flips`` other values: a search with a sparse normal matrix."""
    p = copy(n1, n2).toarray() * 9 * flips
    for x1, x2, y in zip(*np.indices((n1, n2)).reshape(2, -1), rng.integers(0, n1 * n2, (flips, n1 * n2)).T):
        p[x1, x2, y] += 1
    return p / p.sum()


@st.composite
def sparse_tables(draw):
    """Tables in which many a target value has one value of a source only."""
    shape = [draw(st.integers(2, 4)) for _ in range(3)]
    filled = draw(
        st.lists(st.tuples(*[st.integers(0, n - 1) for n in shape], st.integers(1, 5)), min_size=1, max_size=9)
    )
    p = np.zeros(shape)
    for *cell, count in filled:
        p[tuple(cell)] += count
    return p / p.sum()


def test_copies_are_settled_without_a_search(monkeypatch):
    monkeypatch.setattr(_barrier, "step", None)
    monkeypatch.setattr(_packed, "step", None)
    for sizes in ((12, 12), (20, 10), (20, 20), (30, 10)):
        atoms = pid.broja(copy(*sizes).toarray())
        np.testing.assert_allclose(atoms.as_array(), [0, *np.log2(sizes), 0], atol=1e-12)
        assert 0 <= atoms.gap <= 1e-12
    diagonal = np.eye(60)[:, :, None] * np.eye(60)[:, None]
    np.testing.assert_allclose(pid.broja(diagonal).as_array(), [np.log2(60), 0, 0, 0], atol=1e-12)


def test_a_sparse_array_may_be_far_larger_than_memory():
    atoms = pid.broja(copy(990, 25), coupling=True)
    np.testing.assert_allclose(atoms.as_array(), [0, *np.log2([990, 25]), 0], atol=1e-11)
    assert atoms.coupling.nnz == 990 * 25
    assert atoms.coupling.shape == (990, 25, 990 * 25)
    assert "coupling=<24750 cells of a sparse array>" in repr(atoms)


@settings(max_examples=40, deadline=None)
@given(sparse_tables(), st.sampled_from([(50_000, 0.01), (0, 0.01), (0, 2.0)]))
def test_packed_tables_equal_the_dense_solver(p, thresholds):
    """Whether the normal matrix is formed and factorised dense or sparse."""
    before = _packed.DENSE, _packed.SPARSE
    try:
        _packed.DENSE, _packed.SPARSE = thresholds
        f, gap, _ = broja_solver._solve_packed(Cells.of(Marginal.of(p.sum(1)), Marginal.of(p.sum(0))), 1e-7 * BIT)
    finally:
        _packed.DENSE, _packed.SPARSE = before
    dense_f, dense_gap, _ = broja_solver._solve_chunk(p[None], 1e-7 * BIT)
    assert -1e-13 <= gap <= 1e-7 * BIT
    assert abs(f - dense_f[0]) <= max(gap, 0) + max(dense_gap[0], 0) + 1e-12


@pytest.mark.parametrize("flips", [1, 2])
def test_partly_settled_tables_are_certified_with_exact_marginals(flips):
    p = noisy_copy(12, 10, np.random.default_rng(flips), flips)
    atoms = pid.broja(p, coupling=True)
    assert 0 <= atoms.gap <= 1e-7
    np.testing.assert_allclose(atoms.coupling.sum(0), p.sum(0), rtol=0, atol=1e-15)
    np.testing.assert_allclose(atoms.coupling.sum(1), p.sum(1), rtol=0, atol=1e-15)
    union = atoms.redundancy + atoms.unique_1 + atoms.unique_2
    assert pid.information.informations(atoms.coupling)[2] == pytest.approx(union, abs=1e-7)


@pytest.mark.parametrize("sizes", [(3, 4), (6, 5)])
def test_a_cone_solver_agrees(sizes):
    pytest.importorskip("ecos")
    p = noisy_copy(*sizes, np.random.default_rng(0))
    atoms = pid.broja(p)
    assert ecos_union(p) == pytest.approx(atoms.redundancy + atoms.unique_1 + atoms.unique_2, abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(sparse_tables())
def test_sparse_arrays_equal_dense_ones(p):
    x1, x2, y = np.nonzero(p)
    halves = np.concatenate([p[x1, x2, y], [0]]) / 2  # every entry twice, and a zero
    where = [np.concatenate([axis, axis[:1]]) for axis in (x1, x2, y)]
    table = coo_array((np.tile(halves, 2), tuple(np.tile(axis, 2) for axis in where)), p.shape)
    sparse, dense = pid.broja(table, coupling=True), pid.broja(p, coupling=True)
    np.testing.assert_allclose(sparse.as_array(), dense.as_array(), rtol=0, atol=2e-7)
    np.testing.assert_allclose(sparse.coupling.toarray().sum(0), p.sum(0), rtol=0, atol=1e-15)


def test_a_binary_target_is_solved_in_closed_form():
    p = np.random.default_rng(0).dirichlet(np.ones(24)).reshape(3, 4, 2)
    sparse, dense = pid.broja(coo_array(p)), pid.broja(p)
    np.testing.assert_allclose(sparse.as_array(), dense.as_array(), rtol=0, atol=1e-14)
    assert sparse.gap == 0


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (coo_array(np.eye(3)), "needs 3 axes"),
        (coo_array(([1.0, np.nan], ([0, 1], [0, 1], [0, 1]))), "finite"),
        (coo_array(([1.0, -1.0], ([0, 1], [0, 1], [0, 1]))), "negative"),
        (coo_array(([0.0], ([0], [0], [0])), (2, 2, 2)), "all zeros"),
        (coo_array((2, 2, 2)), "at least one value"),
        (coo_array(([1j], ([0], [0], [0])), (2, 2, 2)), "real numbers, not complex128"),
    ],
)
def test_a_bad_sparse_array_is_named(table, words):
    with pytest.raises(ValueError, match=words):
        pid.broja(table)
