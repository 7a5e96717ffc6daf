"""Correlations of many variables against dit, against mutual information and on tables whose values are known."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coral_viz import pid
from coral_viz.pid.information import informations, mutual_information

FUNCTIONS = ("total_correlation", "dual_total_correlation", "o_information")


def copied(count, classes):
    """All variables are one and the same."""
    p = np.zeros((classes,) * count)
    p[(np.arange(classes),) * count] = 1 / classes
    return p


def parity(count, classes):
    """The variables sum to 0 modulo ``classes`` and are otherwise free."""
    p = np.zeros((classes,) * count)
    for x in itertools.product(range(classes), repeat=count):
        p[x] = sum(x) % classes == 0
    return p / p.sum()


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("shape", [(2, 2), (3, 4), (2, 2, 2), (2, 3, 4), (2, 1, 3), (2, 2, 2, 2), (2, 3, 2, 2, 2)])
def test_equal_to_dit_on_random_tables(name, shape):
    dit = pytest.importorskip("dit")
    rng = np.random.default_rng(0)
    for concentration in (0.1, 1.0):
        p = rng.dirichlet(np.full(np.prod(shape), concentration)).reshape(shape)
        expected = getattr(dit.multivariate, name)(pid.to_dit(p))
        assert getattr(pid, name)(p) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("count", [2, 3, 4, 6])
@pytest.mark.parametrize("classes", [2, 3])
def test_copies_are_redundant_and_parity_is_synergistic(count, classes):
    full = np.log2(classes)
    values = {p: [getattr(pid, name)(p(count, classes)) for name in FUNCTIONS] for p in (copied, parity)}
    assert values[copied] == pytest.approx([(count - 1) * full, full, (count - 2) * full], abs=1e-12)
    assert values[parity] == pytest.approx([full, (count - 1) * full, (2 - count) * full], abs=1e-12)


@given(st.integers(0, 10_000))
def test_of_two_variables_both_correlations_are_the_mutual_information(seed):
    p = np.random.default_rng(seed).dirichlet(np.full(12, 0.5)).reshape(3, 4)
    information = mutual_information(p)
    assert pid.total_correlation(p) == pytest.approx(information, abs=1e-12)
    assert pid.dual_total_correlation(p) == pytest.approx(information, abs=1e-12)


@given(st.integers(0, 10_000))
def test_of_three_variables_the_o_information_is_the_co_information(seed):
    p = np.random.default_rng(seed).dirichlet(np.full(12, 0.5)).reshape(3, 2, 2)
    first, second, joint = informations(p)
    assert pid.o_information(p) == pytest.approx(first + second - joint, abs=1e-12)


@given(st.integers(0, 10_000), st.integers(2, 4))
def test_independent_groups_add_up_and_independent_variables_hold_nothing(seed, count):
    rng = np.random.default_rng(seed)
    p, q = (rng.dirichlet(np.full(2**count, 0.5)).reshape((2,) * count) for _ in range(2))
    marginals = rng.dirichlet(np.ones(3), size=count)
    product = marginals[0]
    for marginal in marginals[1:]:
        product = np.multiply.outer(product, marginal)
    for measure in (getattr(pid, name) for name in FUNCTIONS):
        assert measure(np.kron(p, q)) == pytest.approx(measure(p) + measure(q), abs=1e-10)
        assert measure(product) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_grouped_and_conditional_values_equal_dit(name):
    dit = pytest.importorskip("dit")
    p = np.random.default_rng(1).dirichlet(np.full(48, 0.5)).reshape(2, 3, 2, 2, 2)
    measure, distribution = getattr(dit.multivariate, name), pid.to_dit(p)
    for groups, known in (([(0, 1), (2,), (3,)], []), ([(0,), (2,), (3,)], [1]), ([(0, 4), (1,), (2,)], [3])):
        expected = measure(distribution, [list(group) for group in groups], known)
        assert getattr(pid, name)(p, groups, given=known) == pytest.approx(expected, abs=1e-9)
    expected = measure(distribution, [[0], [2], [3], [4]], [1])
    assert getattr(pid, name)(p, given=[1]) == pytest.approx(expected, abs=1e-9)


def test_parity_is_a_pairs_affair_once_the_third_is_known():
    assert pid.total_correlation(parity(3, 2), given=[2]) == pytest.approx(1)
    assert pid.o_information(parity(3, 2), given=[2]) == pytest.approx(0, abs=1e-12)
    assert pid.total_correlation(parity(3, 2), [(0, 1), (2,)]) == pytest.approx(1)
    assert pid.total_correlation(parity(3, 2), [(0,), (1,)]) == pytest.approx(0, abs=1e-12)


def test_a_group_of_one_axis_may_be_its_number():
    p = np.random.default_rng(0).dirichlet(np.ones(8)).reshape(2, 2, 2)
    assert pid.total_correlation(p, [0, 1], given=2) == pid.total_correlation(p, [(0,), (1,)], given=[2])
    assert pid.union_information(p, [0, 1]).information == pid.union_information(p).information


@pytest.mark.parametrize(
    ("groups", "known", "words"),
    [
        ([(0,), (3,)], [], r"axes 0 to 2, each once, but are \[\(0,\), \(3,\)\]"),
        ([(0, 1), (1,)], [], "each once"),
        ([(0,), (1,)], [1], "each once"),
        ([(0,), (1,), ()], [], "each once"),
        ([(0, 1, 2)], [], "here is 1"),
        (None, [0, 1], "here is 1"),
        (None, [-1], "axes 0 to 2"),
        (["a", "b"], [], r"axes 0 to 2, each once, but are \[\('a',\)"),
    ],
)
def test_bad_groups_are_named(groups, known, words):
    with pytest.raises(ValueError, match=words):
        pid.o_information(np.ones((2, 2, 2)), groups, given=known)


def test_counts_are_normalised():
    assert pid.total_correlation([[5, 0], [0, 5]]) == pytest.approx(1)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize(
    ("p", "words"),
    [
        (np.ones(4), "needs 2 axes"),
        (np.ones((2, 0)), "at least one value"),
        (np.array([[1, -0.5], [1, 1]]), "not be negative"),
        (np.array([[1, np.nan], [1, 1]]), "finite"),
        (np.zeros((2, 2, 2)), "all zeros"),
    ],
)
def test_bad_tables_are_named(name, p, words):
    with pytest.raises(ValueError, match=words):
        getattr(pid, name)(p)
