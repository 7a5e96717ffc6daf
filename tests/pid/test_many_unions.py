"""The union of many sources: BROJA's of two, known gates of three, and an optimiser that knows nothing of it."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from coral_viz import pid
from coral_viz.cli.benchmarks.peers import ecos_union
from coral_viz.pid import gates, many_unions

BITS = np.indices((2, 2, 2, 2))
COPY = np.eye(8).reshape(2, 2, 2, 8)


@st.composite
def counts(draw, sources):
    """Small tables of counts, many of them zero."""
    shape = [draw(st.integers(1, 3)) for _ in range(sources + 1)]
    cells = math.prod(shape)
    values = draw(st.lists(st.sampled_from([0, 0, 1, 2, 5]), min_size=cells, max_size=cells))
    values[0] += not any(values)
    return np.array(values, dtype=float).reshape(shape)


@settings(max_examples=40, deadline=None)
@given(counts(2))
def test_of_two_sources_it_is_brojas(p):
    atoms, found = pid.broja(p), pid.union_information(p)
    assert 0 <= found.gap <= 1e-7
    assert found.synergy == pytest.approx(atoms.synergy, abs=atoms.gap + found.gap + 1e-12)


@settings(max_examples=30, deadline=None)
@given(counts(3))
def test_three_sources_are_certified_and_tell_no_less_than_a_group_of_them(p):
    found, pair = pid.union_information(p), pid.union_information(p.sum(2))
    assert 0 <= found.gap <= 1e-7
    assert found.information >= pair.information - 2e-7
    together = pid.union_information(p, [(0, 1), (2,)])
    assert together.information >= found.information - 2e-7
    assert together.information + together.synergy == pytest.approx(found.information + found.synergy, abs=1e-12)


@pytest.mark.parametrize(
    ("p", "information", "synergy"),
    [
        (BITS.sum(0) % 2 == 0, 0, 1),
        ((BITS[0] == BITS).all(0), 1, 0),
        (COPY, 3, 0),
        (np.einsum("aby,c->abcy", gates.gate("AND"), [0.5, 0.5]), 0.311278, 0.5),
    ],
    ids=["parity", "copies", "three bits", "AND and noise"],
)
def test_known_values(p, information, synergy):
    found = pid.union_information(p)
    assert (found.information, found.synergy) == pytest.approx((information, synergy), abs=1e-6)


def test_a_general_purpose_optimiser_finds_nothing_lower():
    p = np.random.default_rng(3).dirichlet(np.ones(16)).reshape(2, 2, 2, 2)
    found = pid.union_information(p, tol=1e-8)
    marginals = np.concatenate(
        [np.eye(16).reshape(16, 2, 2, 2, 2).sum(tuple({1, 2, 3} - {axis})).reshape(16, -1) for axis in (1, 2, 3)], 1
    ).T
    p_y = p.sum((0, 1, 2))
    inner = np.einsum("ay,by,cy->abcy", p.sum((1, 2)), p.sum((0, 2)) / p_y, p.sum((0, 1)) / p_y).ravel()
    keep = np.linalg.svd(marginals)[2][np.linalg.matrix_rank(marginals) :]  # moves that keep the marginals

    def information(free):
        q = np.maximum(inner + free @ keep, 1e-15).reshape(8, 2)
        return float(pid.information.mutual_information(q))

    bounds = {"type": "ineq", "fun": lambda free: inner + free @ keep}
    lowest = minimize(
        information, np.zeros(len(keep)), constraints=[bounds], method="SLSQP", options={"ftol": 1e-12}
    ).fun
    assert lowest == pytest.approx(found.information, abs=1e-4)
    assert lowest >= found.information - found.gap - 1e-9


@pytest.mark.parametrize("shape", [(2, 3, 2, 3), (2, 2, 2, 2, 2)])
def test_a_cone_solver_agrees(shape):
    pytest.importorskip("ecos")
    p = np.random.default_rng(4).dirichlet(np.full(np.prod(shape), 0.5)).reshape(shape)
    assert ecos_union(p) == pytest.approx(pid.union_information(p).information, abs=1e-6)


def test_a_missed_tolerance_is_said(monkeypatch):
    monkeypatch.setattr(many_unions, "STEPS", 2)
    p = np.random.default_rng(0).dirichlet(np.ones(54)).reshape(3, 3, 2, 3)
    with pytest.warns(RuntimeWarning, match="missed its tolerance"):
        found = pid.union_information(p)
    monkeypatch.undo()
    assert abs(found.information - pid.union_information(p).information) <= found.gap


@pytest.mark.parametrize(
    ("p", "options", "words"),
    [
        (np.zeros((2, 2, 2)), {}, "all zeros"),
        (np.ones(4), {}, "needs 2 axes"),
        (np.ones((2, 2, 2, 2)), {"groups": [(0,), (1,)]}, "each source from 0 to 2 once"),
        (np.ones((2, 2, 2, 2)), {"groups": [(0, 1), (1, 2)]}, "each source from 0 to 2 once"),
        (np.ones((2, 2, 2, 2)), {"tol": 0}, "tol must be positive"),
        (np.ones((40, 40, 40, 2)), {}, "128000 possible cells, more than 50000"),
    ],
)
def test_bad_input_is_named(p, options, words):
    with pytest.raises(ValueError, match=words):
        pid.union_information(p, **options)
