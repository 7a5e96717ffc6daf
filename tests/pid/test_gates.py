"""Gates: what they are, and that every one has the atoms it is known for."""

import numpy as np
import pytest

from coral_viz import pid
from coral_viz.pid import gates


@pytest.mark.parametrize("name", gates.names())
def test_known_atoms(name):
    p = gates.gate(name)
    assert p.sum() == pytest.approx(1, abs=1e-15)
    atoms = pid.broja(p, tol=1e-9)
    np.testing.assert_allclose(atoms.as_array(), gates.GATES[name].known, atol=1e-9)


def test_and_gate_is_the_table_in_every_paper():
    np.testing.assert_array_equal(gates.gate("AND"), [[[0.25, 0], [0.25, 0]], [[0.25, 0], [0, 0.25]]])


def test_noise_replaces_the_target():
    p = gates.gate("XOR", noise=0.25)
    np.testing.assert_allclose(p[0, 0], [0.25 * 0.875, 0.25 * 0.125])
    assert pid.broja(gates.gate("XOR", noise=1)).information == pytest.approx(0, abs=1e-15)


def test_correlation_makes_the_sources_one():
    p = gates.gate("AND", correlation=1)
    np.testing.assert_allclose(p.sum(-1), np.diag([0.5, 0.5]))
    assert pid.broja(p).redundancy == pytest.approx(1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"name": "NAND"}, "no gate 'NAND'; there are RDN"),
        ({"name": "AND", "noise": 1.5}, "noise must lie within"),
        ({"name": "AND", "correlation": -1}, "correlation must lie within"),
        ({"name": "RDN", "correlation": 0.5}, "RDN cannot be correlated"),
        ({"name": "AND", "noise": float("nan")}, "noise must lie within"),
    ],
)
def test_bad_arguments_are_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        gates.gate(**arguments)
