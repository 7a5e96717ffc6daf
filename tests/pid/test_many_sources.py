"""The lattice of embeddings against that of the tables they were drawn from."""

import numpy as np
import pytest

from coral_viz import pid
from coral_viz.pid import measures
from coral_viz.pid.many_sources import specific_information

THREE = pid.redundancy_lattice(3)


def hidden(symbols, rng, dimensions=4):
    """Embeddings from which symbols can be told without error."""
    centres = rng.normal(size=(symbols.max() + 1, dimensions)) * 6
    return centres[symbols] + rng.normal(size=(len(symbols), dimensions)) / 10


def test_specific_information_is_its_definition():
    p = np.random.default_rng(0).dirichlet(np.ones(12)).reshape(4, 3)
    p_x, p_y = p.sum(1), p.sum(0)
    expected = (p / p_y * np.log2(p / p_x[:, None] / p_y)).sum(0)
    counts = np.repeat(p / p_x[:, None], np.round(p_x * 100_000).astype(int), axis=0)
    np.testing.assert_allclose(specific_information(counts), expected, atol=1e-3)


@pytest.mark.filterwarnings("ignore:Source z. holds copies")
def test_embeddings_give_the_lattice_of_their_table():
    """Y = (X1, X2 xor X3), of which I_min says that X1 and the pair (X2, X3) share a bit, as it does of every copy."""
    rng = np.random.default_rng(0)
    a, b, c = rng.integers(0, 2, (3, 400))
    y = 2 * a + (b ^ c)
    found = pid.decompose_many([hidden(x, rng) for x in (a, b, c)], y)
    table = np.zeros((2, 2, 2, 4))
    for x in np.ndindex(2, 2, 2):
        table[(*x, 2 * x[0] + (x[1] ^ x[2]))] = 1
    np.testing.assert_allclose(found.values, THREE.decompose(table, measures.i_min), atol=0.1)
    assert found.as_dict()["{1}{23}"] == pytest.approx(1, abs=0.1)
    assert found.informations[0, 1, 2] == pytest.approx(found.values.sum())
    assert "I_min of posteriors" in found.source


def test_atoms_are_never_negative_and_two_sources_equal_i_min_of_their_posteriors():
    rng = np.random.default_rng(1)
    y = rng.integers(0, 3, 300)
    z = [rng.normal(size=(300, 5)) + 0.4 * y[:, None] for _ in range(2)]
    found = pid.decompose_many(z, y)
    assert (found.values >= 0).all()
    assert list(found.as_dict()) == ["{1}{2}", "{1}", "{2}", "{12}"]
    atoms = pid.decompose(*z, y)
    assert found.informations[0,] == pytest.approx(atoms.information_1, abs=0.02)


@pytest.mark.parametrize(
    ("count", "change", "words"),
    [
        (1, {}, "2, 3 or 4 sources, not 1"),
        (5, {}, "2, 3 or 4 sources, not 5"),
        (3, {"y": np.zeros(40, int)}, "at least two classes"),
        (3, {"y": np.arange(30) % 2}, "z1 has 40 samples, but there are 30"),
        (3, {"folds": 1}, "at least 2 folds"),
    ],
)
def test_bad_input_is_named(count, change, words):
    z = [np.random.default_rng(i).normal(size=(40, 2)) for i in range(count)]
    with pytest.raises(ValueError, match=words):
        pid.decompose_many(z, **({"y": np.arange(40) % 2} | change))
