"""Each closed form against dit, on gates and random tables; published values; the bridge there and back."""

from types import SimpleNamespace

import numpy as np
import pytest

from coral_viz import pid
from coral_viz.pid import gates, measures
from coral_viz.pid.information import informations

dit = pytest.importorskip("dit")
SMALL_GATES = [name for name in gates.names() if gates.gate(name).size <= 64]
DIT_CLASS = {"i_min": "PID_WB", "mmi": "PID_MMI", "i_sx": "PID_SX", "i_pm": "PID_PM"}


def dirichlet(shape, size, concentration=1.0, seed=0):
    rng = np.random.default_rng(seed)
    return rng.dirichlet(np.full(np.prod(shape), concentration), size=size).reshape(size, *shape)


@pytest.mark.parametrize("measure", DIT_CLASS)
def test_closed_forms_equal_dit_on_gates(measure):
    for name in SMALL_GATES:
        p = gates.gate(name)
        expected = pid.bridge.dit_atoms(p, DIT_CLASS[measure])
        np.testing.assert_allclose(
            pid.decompose_pmf(p, measure).as_array(), expected.as_array(), atol=1e-9, err_msg=name
        )


@pytest.mark.parametrize("measure", DIT_CLASS)
def test_closed_forms_equal_dit_on_random_tables(measure):
    for shape in ((2, 2, 2), (2, 3, 2), (3, 2, 4)):
        p = dirichlet(shape, 2, 0.5)
        expected = pid.bridge.dit_atoms(p, DIT_CLASS[measure])
        np.testing.assert_allclose(pid.decompose_pmf(p, measure).as_array(), expected.as_array(), atol=1e-9)


@pytest.mark.parametrize(
    ("measure", "gate", "atoms"),
    [
        ("i_min", "COPY", (1, 0, 0, 1)),  # the famous objection: independent bits, yet one bit "redundant"
        ("mmi", "COPY", (1, 0, 0, 1)),
        ("broja", "COPY", (0, 1, 1, 0)),
        ("i_sx", "XOR", (np.log2(2 / 3), -np.log2(2 / 3), -np.log2(2 / 3), 1 + np.log2(2 / 3))),
        ("i_pm", "PWUNQ", (0, 0.5, 0.5, 0)),
        ("broja", "PWUNQ", (0.5, 0, 0, 0.5)),
        ("PID_CCS", "AND", (0.10376, 0.20752, 0.20752, 0.29248)),
    ],
)
def test_published_values(measure, gate, atoms):
    found = pid.decompose_pmf(gates.gate(gate), measure)
    np.testing.assert_allclose(found.as_array(), atoms, atol=1e-5)


@pytest.mark.parametrize("measure", ["broja", *measures.CLOSED_FORMS])
def test_every_measure_sums_to_the_informations_and_batches(measure):
    p = dirichlet((3, 2, 3), 6).reshape(2, 3, 3, 2, 3)
    atoms = pid.decompose_pmf(p, measure)
    first, second, both = informations(p)
    np.testing.assert_allclose(atoms.information_1, first, atol=1e-12)
    np.testing.assert_allclose(atoms.information_2, second, atol=1e-12)
    np.testing.assert_allclose(atoms.information, both, atol=1e-12)
    single = pid.decompose_pmf(p[1, 0], measure)
    np.testing.assert_allclose(atoms.as_array()[:, 1, 0], single.as_array(), atol=2e-7)


def test_names_are_ours_and_all_of_dits():
    theirs = {name for name in dir(__import__("dit.pid").pid) if name.startswith("PID_")}
    replaced = {*DIT_CLASS.values(), "PID_BROJA"}
    assert set(measures.DIT) == theirs - replaced
    assert measures.names()[0] == "broja"


def test_dit_batches_are_solved_table_by_table():
    p = np.stack([gates.gate("AND"), gates.gate("XOR")])
    atoms = pid.decompose_pmf(p, "PID_dep")
    assert atoms.redundancy.shape == (2,)
    assert np.isnan(atoms.gap).all()
    assert "PID_dep" in atoms.source


@pytest.mark.parametrize("shape", [(2, 3, 4), (11, 2, 2), (2, 2, 2, 3)])
def test_dit_and_back(shape):
    p = dirichlet(shape, 1)[0]
    np.testing.assert_allclose(pid.from_dit(pid.to_dit(p)), p, atol=1e-15)


def test_from_dit_reads_logarithms_and_letters():
    d = dit.Distribution(["a0", "b1"], [0.25, 0.75])
    d.set_base(2)
    np.testing.assert_allclose(pid.from_dit(d), [[0.25, 0], [0, 0.75]])


def test_text_outcomes_let_rdr_see_its_redundancy():
    """On integer outcomes dit's PID_RDR reports zeros."""
    assert pid.decompose_pmf(gates.gate("RDN"), "PID_RDR").redundancy == pytest.approx(1)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: pid.decompose_pmf(np.ones((2, 2, 2)), "i_max"), "no measure 'i_max'; there are broja, i_min"),
        (lambda: pid.decompose_pmf(np.zeros((2, 2, 2)), "i_min"), "all zeros"),
        (lambda: pid.to_dit(np.ones(3)), "needs 2 axes"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize("measure", ["i_sx", "i_pm"])
def test_pointwise_atoms_average_to_the_decomposition(measure):
    p = dirichlet((3, 2, 4), 5, concentration=0.3)
    p[0, 1, 1] = 0
    p /= p.sum((1, 2, 3), keepdims=True)
    informative, misinformative = (part.as_array() for part in pid.decompose_pointwise(p, measure))
    means = (p * (informative - misinformative)).sum((2, 3, 4))
    np.testing.assert_allclose(means, pid.decompose_pmf(p, measure).as_array(), atol=1e-12)


def test_pointwise_atoms_of_the_exclusive_or():
    # Makkeh et al. 2021: each outcome loses log2(3/4) of shared surprise, and its target was even odds.
    found = pid.decompose_pointwise(gates.gate("XOR"), "i_sx")
    happens = gates.gate("XOR") > 0
    np.testing.assert_allclose(found.informative.redundancy[happens], np.log2(4 / 3))
    np.testing.assert_allclose(found.misinformative.redundancy[happens], 1)
    assert (found.informative.redundancy[~happens] == 0).all()
    with pytest.raises(ValueError, match="no pointwise atoms of 'broja'; there are i_pm, i_sx"):
        pid.decompose_pointwise(gates.gate("XOR"), "broja")


def test_a_missing_package_is_a_sentence(monkeypatch):
    def missing(name):
        raise ModuleNotFoundError(f"No module named {name!r}", name="pypoman")

    monkeypatch.setattr(pid.bridge, "importlib", SimpleNamespace(import_module=missing))
    with pytest.raises(ModuleNotFoundError, match="needs the package pypoman, which is not installed: pip install"):
        pid.decompose_pmf(np.ones((2, 2, 2)), "PID_Prec")
