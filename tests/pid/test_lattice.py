"""The lattices against their published shape and against dit; Moebius inversion against its definition."""

import numpy as np
import pytest

from coral_viz import pid
from coral_viz.pid import bridge, measures

TWO, THREE, FOUR = map(pid.redundancy_lattice, (2, 3, 4))


def dirichlet(shape, seed=0):
    return np.random.default_rng(seed).dirichlet(np.full(np.prod(shape), 0.5)).reshape(shape)


def test_two_sources():
    assert TWO.labels() == ["{1}{2}", "{1}", "{2}", "{12}"]
    assert TWO.covers == ((1, 0), (2, 0), (3, 1), (3, 2))


def test_three_sources_as_williams_and_beer_drew_them():
    assert len(THREE.nodes) == len(set(THREE.nodes)) == 18
    assert len(THREE.covers) == 30
    assert np.bincount(THREE.rank).tolist() == [1, 3, 3, 4, 3, 3, 1]
    name = THREE.labels().index
    assert THREE.below[name("{1}{23}"), name("{1}{2}")]
    assert not THREE.below[name("{1}"), name("{12}{13}{23}")]
    assert (name("{12}{13}{23}"), name("{1}{23}")) in THREE.covers


def test_four_sources_have_as_many_nodes_as_dedekind_counted():
    assert len(FOUR.nodes) == len(set(FOUR.nodes)) == 166
    assert FOUR.labels()[0] == "{1}{2}{3}{4}"
    assert FOUR.labels()[-1] == "{1234}"
    name = FOUR.labels().index
    assert FOUR.below[name("{12}{34}"), name("{1}{3}{24}")]
    assert not FOUR.below[name("{12}{34}"), name("{1}{2}")]


@pytest.mark.parametrize("measure", measures.CLOSED_FORMS)
def test_four_sources_know_copies_and_parity(measure):
    bits = np.indices((2, 2, 2, 2, 2))
    copies, parity = (bits == bits[0]).all(0), bits.sum(0) % 2 == 0
    found = FOUR.decompose(np.stack([copies, parity]), measures.CLOSED_FORMS[measure])
    np.testing.assert_allclose(found[0], np.eye(166)[0], atol=1e-12)
    assert found[1].sum() == pytest.approx(1)
    if measure in ("i_min", "mmi"):
        np.testing.assert_allclose(found[1], np.eye(166)[-1], atol=1e-12)


@pytest.mark.parametrize("measure", measures.CLOSED_FORMS)
def test_a_fourth_source_that_is_constant_adds_nothing(measure):
    """The three-source redundancies of a table return at the nodes that do without the fourth."""
    p = dirichlet((2, 2, 2, 3), seed=3)
    three = THREE.below @ THREE.decompose(p, measures.CLOSED_FORMS[measure])
    four = FOUR.below @ FOUR.decompose(p[:, :, :, None], measures.CLOSED_FORMS[measure])
    np.testing.assert_allclose([four[FOUR.nodes.index(node)] for node in THREE.nodes], three, atol=1e-12)


@pytest.mark.parametrize("lattice", [TWO, THREE, FOUR])
def test_order_is_a_partial_order_with_bottom_and_top(lattice):
    below = lattice.below
    assert below.diagonal().all()
    assert not (below & below.T & ~np.eye(len(below), dtype=bool)).any()
    assert ((below.astype(int) @ below > 0) == below).all()
    assert below[:, 0].all()
    assert below[-1].all()


@pytest.mark.parametrize("lattice", [TWO, THREE, FOUR])
def test_inversion_undoes_sums_over_lower_sets(lattice):
    partial = np.random.default_rng(0).normal(size=(5, len(lattice.nodes)))
    sums = np.stack([[row[lower].sum() for lower in lattice.below] for row in partial])
    np.testing.assert_allclose(lattice.invert(sums), partial, atol=1e-12)


@pytest.mark.parametrize("measure", measures.CLOSED_FORMS)
def test_two_source_lattice_gives_the_atoms(measure):
    p = dirichlet((3, 2, 4))
    partial = TWO.decompose(p, measures.CLOSED_FORMS[measure])
    np.testing.assert_allclose(partial, pid.decompose_pmf(p, measure).as_array(), atol=1e-12)


@pytest.mark.parametrize(
    ("measure", "name"), [("i_min", "PID_WB"), ("mmi", "PID_MMI"), ("i_pm", "PID_PM"), ("i_sx", "PID_SX")]
)
def test_three_sources_equal_dit(measure, name):
    dit_pid = pytest.importorskip("dit.pid")
    p = dirichlet((2, 2, 2, 2), seed=1)
    p = np.where(p > np.sort(p, axis=None)[8], p, 0.0) / np.sort(p, axis=None)[9:].sum()  # seven outcomes: dit is slow
    expected = getattr(dit_pid, name)(pid.to_dit(p))
    found = THREE.decompose(p, measures.CLOSED_FORMS[measure])
    np.testing.assert_allclose(found, [float(expected[node]) for node in THREE.nodes], atol=1e-9)


def test_dits_measures_decompose_three_sources():
    pytest.importorskip("dit")
    p = dirichlet((2, 2, 2, 2), seed=1)
    p = np.where(p > np.sort(p, axis=None)[11], p, 0.0) / np.sort(p, axis=None)[12:].sum()
    by_dit = bridge.dit_partial(np.stack([p, p[::-1]]), "PID_WB", THREE.nodes)
    np.testing.assert_allclose(by_dit, THREE.decompose(np.stack([p, p[::-1]]), measures.i_min), atol=1e-9)
    parity = np.indices((2, 2, 2)).sum(0)[..., None] % 2 == np.arange(2)
    np.testing.assert_allclose(THREE.decompose(parity, "PID_CCS"), np.arange(18) == 17, atol=1e-9)
    conjunction = np.indices((2, 2, 2)).prod(0)[..., None] == np.arange(2)
    with pytest.raises(ValueError, match="dit's PID_Delta fails on this table of 3 sources"):
        THREE.decompose(conjunction, "PID_Delta")
    with pytest.raises(ValueError, match="no measure 'PID_WB' of dit's; there are PID_CCS"):
        THREE.decompose(parity, "PID_WB")


def test_three_sources_batch():
    p = np.stack([dirichlet((2, 3, 2, 2), seed) for seed in range(3)])
    batch = THREE.decompose(p, measures.i_min)
    np.testing.assert_allclose(batch[2], THREE.decompose(p[2], measures.i_min), atol=1e-14)


def test_layout_puts_lower_nodes_lower_and_none_on_top_of_another():
    place = THREE.layout()
    for upper, lower in THREE.covers:
        assert place[upper, 1] > place[lower, 1]
    apart = np.abs(place[:, None] - place[None]).sum(-1) + np.eye(18)
    assert apart.min() >= 0.5


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="2, 3 or 4 sources, not 5"):
        pid.redundancy_lattice(5)
    with pytest.raises(ValueError, match=r"2, 3 or 4 sources, not 3\.0"):
        pid.redundancy_lattice(3.0)
    with pytest.raises(ValueError, match="no measure None of dit's"):
        TWO.decompose(np.ones((2, 2, 2)), None)
    with pytest.raises(ValueError, match="4 nodes"):
        TWO.invert(np.zeros(3))


@pytest.mark.parametrize("measure", measures.CLOSED_FORMS)
def test_counts_are_the_same_as_probabilities(measure):
    p, redundancy = dirichlet((2, 2, 2, 2)), measures.CLOSED_FORMS[measure]
    np.testing.assert_allclose(THREE.decompose(7 * p, redundancy), THREE.decompose(p, redundancy), atol=1e-14)
    np.testing.assert_allclose(redundancy(7 * p[0]), redundancy(p[0] / p[0].sum()), atol=1e-14)


def test_any_measure_is_given_probabilities():
    handed = []
    TWO.decompose(np.ones((2, 2, 2), dtype=int), lambda p, node, sources: handed.append(p.sum()) or 0.0)
    assert handed == [1.0] * 4


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (np.full((2, 2, 2, 2), -1.0), "must not be negative"),
        (np.full((2, 2, 2, 2), np.nan), "must be finite"),
        (np.zeros((2, 2, 2, 2)), "all zeros"),
        (np.ones((2, 2, 2)), r"needs 4 axes .*, but this one has shape \(2, 2, 2\)"),
    ],
)
@pytest.mark.parametrize("measure", measures.CLOSED_FORMS)
def test_a_bad_table_is_named(table, words, measure):
    with pytest.raises(ValueError, match=words):
        THREE.decompose(table, measures.CLOSED_FORMS[measure])
    with pytest.raises(ValueError, match=words):
        measures.CLOSED_FORMS[measure](table, THREE.nodes[0], 3)


@pytest.mark.parametrize("node", [(), ((),), ((0,), (2,)), ((-1,),)])
def test_a_node_of_other_sources_is_named(node):
    with pytest.raises(ValueError, match="holds collections of the sources 0 to 1, which"):
        measures.i_min(np.ones((2, 2, 2)), node)
