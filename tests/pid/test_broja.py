"""The certified solver: known values, an independent optimiser, the identities of the decomposition, bad input."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from coral_viz import pid
from coral_viz.pid import _barrier, broja_solver, gates
from coral_viz.pid.information import informations, table

SHAPES = [(2, 2, 2), (3, 3, 3), (4, 4, 4), (5, 5, 5), (2, 3, 4), (5, 2, 3), (2, 6, 3), (3, 3, 9), (1, 3, 3), (3, 1, 4)]


def dirichlet(shape, size, concentration=1.0, seed=0):
    rng = np.random.default_rng(seed)
    return rng.dirichlet(np.full(np.prod(shape), concentration), size=size).reshape(size, *shape)


@st.composite
def distributions(draw, largest=3):
    """Small tables of counts, many of them zero."""
    shape = [draw(st.integers(1, largest)) for _ in range(3)]
    cells = math.prod(shape)
    counts = draw(st.lists(st.sampled_from([0, 0, 1, 2, 5]), min_size=cells, max_size=cells))
    if not any(counts):
        counts[0] = 1
    return np.array(counts, dtype=float).reshape(shape)


def assert_same_atoms(first, second, slack=1e-9):
    atol = slack + first.gap + second.gap
    np.testing.assert_allclose(first.as_array(), second.as_array(), rtol=0, atol=np.max(atol))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("concentration", [1, 0.1])
def test_certificate_and_exact_marginals(shape, concentration):
    p = dirichlet(shape, 40, concentration)
    atoms = pid.broja(p, coupling=True)
    assert (atoms.gap <= 1e-7).all()
    assert (atoms.gap >= 0).all()
    q = atoms.coupling
    assert (q >= 0).all()
    np.testing.assert_allclose(q.sum(-2), p.sum(-2), rtol=0, atol=1e-15)
    np.testing.assert_allclose(q.sum(-3), p.sum(-3), rtol=0, atol=1e-15)
    union = atoms.redundancy + atoms.unique_1 + atoms.unique_2
    np.testing.assert_allclose(informations(q)[2], union, rtol=0, atol=1e-7)


def test_gap_really_bounds_the_error():
    """Loose answers stay within their own gap of tight ones."""
    p = dirichlet((3, 3, 3), 60, 0.5)
    exact = pid.broja(p, tol=1e-10)
    for tol in (1e-2, 1e-4, 1e-6):
        loose = pid.broja(p, tol=tol)
        assert (np.abs(loose.as_array() - exact.as_array()) <= loose.gap + 2e-10).all()


def test_against_a_general_purpose_optimiser():
    """SLSQP over the polytope can only find what is at least the certified minimum, and finds nearly that."""
    for p in dirichlet((2, 2, 3), 5, seed=3):
        shape = p.shape
        rows = [np.eye(p.size).reshape(p.size, *shape).sum(axis).reshape(p.size, -1) for axis in (1 + 1, 1)]
        constraints = np.concatenate(rows, 1).T
        target = constraints @ p.ravel()
        keep = np.linalg.svd(constraints)[2][np.linalg.matrix_rank(constraints) :]  # moves that keep the marginals
        inner = np.einsum("iy,jy->ijy", p.sum(1), p.sum(0)) / p.sum((0, 1))

        def information(free, keep=keep, inner=inner, shape=shape):
            q = np.maximum((inner.ravel() + free @ keep).reshape(shape), 1e-15)
            return float(informations(q)[2])

        bounds = {"type": "ineq", "fun": lambda free, keep=keep, inner=inner: inner.ravel() + free @ keep}
        found = minimize(
            information, np.zeros(len(keep)), constraints=[bounds], method="SLSQP", options={"ftol": 1e-12}
        )
        np.testing.assert_allclose(constraints @ (inner.ravel() + found.x @ keep), target, atol=1e-12)
        atoms = pid.broja(p)
        union = atoms.redundancy + atoms.unique_1 + atoms.unique_2
        assert found.fun >= union - atoms.gap - 1e-9
        assert found.fun - union < 1e-4


def test_against_dit_cone_programme():
    pytest.importorskip("ecos")
    dit_pid = pytest.importorskip("dit.pid")
    for p in dirichlet((3, 2, 3), 3, seed=5):
        expected = dit_pid.PID_BROJA(pid.to_dit(p), method="cone")
        atoms = pid.broja(p, tol=1e-9)
        reference = [expected[node] for node in (((0,), (1,)), ((0,),), ((1,),), ((0, 1),))]
        np.testing.assert_allclose(atoms.as_array(), reference, atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(distributions())
def test_sums_are_the_informations_and_atoms_are_not_negative(counts):
    atoms = pid.broja(counts)
    first, second, both = informations(table(counts))
    np.testing.assert_allclose(atoms.information_1, first, rtol=0, atol=1e-12)
    np.testing.assert_allclose(atoms.information_2, second, rtol=0, atol=1e-12)
    np.testing.assert_allclose(atoms.information, both, rtol=0, atol=1e-12)
    assert (atoms.as_array() >= -1e-12).all()
    assert atoms.gap <= 1e-7


@settings(max_examples=30, deadline=None)
@given(distributions())
def test_swapping_the_sources_swaps_the_unique_atoms(counts):
    atoms, swapped = pid.broja(counts), pid.broja(counts.transpose(1, 0, 2))
    order = [0, 2, 1, 3]
    np.testing.assert_allclose(atoms.as_array(), swapped.as_array()[order], rtol=0, atol=2e-7)


@settings(max_examples=30, deadline=None)
@given(distributions(), st.randoms(use_true_random=False))
def test_relabelling_changes_nothing(counts, random):
    relabelled = counts
    for axis, size in enumerate(counts.shape):
        relabelled = np.take(relabelled, random.sample(range(size), size), axis)
    assert_same_atoms(pid.broja(counts), pid.broja(relabelled))


@settings(max_examples=25, deadline=None)
@given(distributions(2), st.floats(0.05, 0.95))
def test_splitting_a_source_value_at_random_changes_nothing(counts, share):
    """Two values of X1 with one posterior p(y|x1), and noise that picks between them, say no more than one."""
    split = np.concatenate([counts[:1] * share, counts[:1] * (1 - share), counts[1:]])
    assert_same_atoms(pid.broja(counts), pid.broja(split))


def test_merging_equal_posteriors_leaves_redundancy_and_unique_information():
    """BROJA sees X1 through p(y|x1) alone: merge two values that agree in it and only the synergy may fall."""
    rng = np.random.default_rng(1)
    posterior, columns = rng.dirichlet(np.ones(3), size=2), rng.dirichlet(np.ones(4), size=(3, 3))
    p = posterior[[0, 0, 1]][:, None] * columns.transpose(0, 2, 1) / 3
    fine, coarse = pid.broja(p), pid.broja(np.concatenate([p[:1] + p[1:2], p[2:]]))
    np.testing.assert_allclose(fine.as_array()[:3], coarse.as_array()[:3], rtol=0, atol=3e-7)
    assert coarse.synergy <= fine.synergy + 1e-7


@settings(max_examples=15, deadline=None)
@given(distributions(2), distributions(2))
def test_atoms_add_over_independent_products(first, second):
    product = np.einsum("abc,def->adbecf", table(first), table(second))
    shape = [n * m for n, m in zip(first.shape, second.shape)]
    joint = pid.broja(product.reshape(shape))
    parts = pid.broja(first).as_array() + pid.broja(second).as_array()
    np.testing.assert_allclose(joint.as_array(), parts, rtol=0, atol=3e-7)


def test_batch_axes_and_single_calls_agree():
    p = dirichlet((3, 2, 4), 6).reshape(2, 3, 3, 2, 4)
    batch = pid.broja(p, coupling=True)
    assert batch.redundancy.shape == batch.gap.shape == (2, 3)
    assert batch.coupling.shape == p.shape
    single = pid.broja(p[1, 2])
    assert np.ndim(single.redundancy) == 0
    np.testing.assert_allclose(batch.as_array()[:, 1, 2], single.as_array(), rtol=0, atol=2e-7)


@pytest.mark.parametrize("ny", [2, 3])
def test_an_empty_batch_gives_empty_atoms(ny):
    assert pid.broja(np.ones((0, 2, 2, ny))).as_array().shape == (4, 0)


def test_chunks_do_not_show(monkeypatch):
    p = dirichlet((3, 3, 3), 7)
    whole = pid.broja(p).as_array()
    monkeypatch.setattr(broja_solver, "CHUNK", 1)
    np.testing.assert_allclose(pid.broja(p).as_array(), whole, rtol=0, atol=1e-7)


def test_counts_are_probabilities():
    p = dirichlet((2, 2, 3), 1)[0]
    assert_same_atoms(pid.broja(p), pid.broja(p * 1234))


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_impossible_values_change_nothing(axis):
    p = dirichlet((3, 3, 3), 1, seed=2)[0]
    padded = np.insert(p, 1, 0.0, axis=axis)
    assert_same_atoms(pid.broja(p), pid.broja(padded))


def test_vanishing_probabilities_are_certified_too():
    p = dirichlet((4, 4, 4), 60, 0.01, seed=1)
    assert p.min() < 1e-100
    assert (pid.broja(p).gap <= 1e-7).all()


def test_deterministic_targets():
    rng = np.random.default_rng(4)
    p = np.eye(4)[rng.integers(0, 4, (50, 4, 4))] * rng.dirichlet(np.ones(16), size=50).reshape(50, 4, 4, 1)
    assert (pid.broja(p).gap <= 1e-7).all()


def test_a_target_of_one_value_has_no_information():
    atoms = pid.broja(np.ones((3, 2, 1)))
    np.testing.assert_allclose(atoms.as_array(), 0, atol=1e-15)


def test_a_missed_tolerance_is_returned_with_its_gap_and_said(monkeypatch):
    p = dirichlet((4, 4, 4), 3, 0.5)
    exact = pid.broja(p)
    for path in ("FAST", "CAREFUL"):
        monkeypatch.setattr(_barrier, path, _barrier.Path(steps=4))
    with pytest.warns(RuntimeWarning, match="3 of 3 decompositions missed the tolerance of 1e-07 bit; the worst"):
        atoms = pid.broja(p)
    assert (atoms.gap > 1e-7).all()
    assert (np.abs(atoms.as_array() - exact.as_array()) <= atoms.gap + 1e-7).all()


@pytest.mark.parametrize(
    ("p", "arguments", "words"),
    [
        (np.ones((2, 2)), {}, "needs 3 axes"),
        (-np.ones((2, 2, 2)), {}, "negative"),
        (np.full((2, 2, 3), np.nan), {}, "finite"),
        (np.zeros((2, 2, 2)), {}, "all zeros"),
        (np.ones((2, 2, 2), dtype=complex), {}, "real numbers, not complex128"),
        (np.full((2, 2, 2), None), {}, "real numbers, not object"),
        (np.ma.masked_less(np.arange(8).reshape(2, 2, 2), 3), {}, r"known, but 3 of 8 values are masked"),
        (np.ones((2, 2, 2)), {"tol": 0}, "tol must be positive, not 0"),
        (np.ones((2, 2, 2)), {"tol": float("nan")}, "tol must be positive"),
    ],
)
def test_bad_input_is_named(p, arguments, words):
    with pytest.raises(ValueError, match=words):
        pid.broja(p, **arguments)


@pytest.mark.parametrize(
    "decompose", [pid.broja, lambda p: pid.decompose_pmf(p, "i_min"), pid.decompose_pmf, pid.decompose_pointwise]
)
def test_three_sources_are_no_batch(decompose):
    x1, x2, x3 = np.indices((2, 2, 2))
    parity = np.zeros((2, 2, 2, 2))
    parity[x1, x2, x3, x1 ^ x2 ^ x3] = 1 / 8
    words = r"looks like 3 sources and a target, which redundancy_lattice\(3\) decomposes; .* say batch_axes=1"
    with pytest.raises(ValueError, match=words):
        decompose(parity)
    with pytest.raises(ValueError, match=words):
        decompose(np.random.default_rng(0).multinomial(90, parity.ravel()).reshape(parity.shape))
    with pytest.raises(ValueError, match=words):  # as many samples for either value of source 1, as resamples have
        decompose(np.rint(8 * parity).astype(int))
    with pytest.raises(ValueError, match=words):
        decompose(3.7 * parity)


def test_batch_axes_say_what_a_table_is():
    p = dirichlet((2, 3, 2, 2), 1)[0]
    apart = pid.broja(p / p.sum((1, 2, 3), keepdims=True))
    assert_same_atoms(pid.broja(p, batch_axes=1), apart)
    np.testing.assert_array_equal(pid.decompose_pmf(p, "mmi", batch_axes=1).redundancy.shape, [2])
    for axes in (0, 2):
        with pytest.raises(ValueError, match=f"needs 3 axes, but batch_axes={axes} leaves {4 - axes} of 4"):
            pid.broja(p, batch_axes=axes)


def test_batches_of_counts_say_so_and_distributions_need_not():
    counts = np.array([[[[2, 0], [1, 2]]], [[[1, 1], [1, 1]]]])
    found = pid.broja(counts, batch_axes=1)
    assert_same_atoms(found, pid.broja(counts / counts.sum((1, 2, 3), keepdims=True)))
    rounded = (counts / counts.sum((1, 2, 3), keepdims=True)).astype(np.float16)
    assert pid.broja(rounded).synergy.shape == found.synergy.shape == (2,)


def test_gates_in_one_batch_of_equal_shape():
    batch = np.stack([gates.gate(name) for name in ("XOR", "AND", "UNQ", "RDN")])
    expected = np.array([gates.GATES[name].known for name in ("XOR", "AND", "UNQ", "RDN")]).T
    np.testing.assert_allclose(pid.broja(batch).as_array(), expected, atol=1e-14)


@pytest.mark.parametrize("concentration", [1, 0.1, 0.01])
def test_one_table_at_a_time_equals_the_batch(concentration):
    """A small table alone goes through its own solver."""
    p = dirichlet((3, 4, 3), 40, concentration, seed=6)
    batch = pid.broja(p, coupling=True)
    for index, table_ in enumerate(p):
        alone = pid.broja(table_, coupling=True)
        assert alone.gap <= 1e-7
        np.testing.assert_allclose(alone.as_array(), batch.as_array()[:, index], rtol=0, atol=2e-7)
        np.testing.assert_allclose(alone.coupling.sum(0), table_.sum(0), rtol=0, atol=1e-15)
