"""Samples to atoms: near the truth, indifferent to scale, names and order, and outspoken about bad input."""

import numpy as np
import pytest

from coral_viz.pid import broja, truths
from coral_viz.pid.estimate import decompose, decompose_parts
from coral_viz.pid.inference import bias_corrected


@pytest.fixture(scope="module")
def suppressor():
    return truths.load("suppressor").sample(500, 0, dimensions=4)


@pytest.fixture(scope="module")
def found(suppressor):
    return decompose(*suppressor, folds=3)


def test_embeddings_give_atoms_near_the_truth(found):
    exact = truths.load("suppressor").atoms.as_array()
    np.testing.assert_allclose(found.as_array(), exact, atol=0.12)
    assert "I1, I2, I12 at least" in found.source


def test_four_classes_give_atoms_near_the_truth():
    truth = truths.load("two_bit")
    atoms = decompose(*truth.sample(800, 0, dimensions=3), folds=3)
    np.testing.assert_allclose(atoms.as_array(), truth.atoms.as_array(), atol=0.12)
    assert 0 < atoms.gap < 0.1


def test_scale_and_offset_of_an_embedding_change_no_atom(suppressor, found):
    z1, z2, y = suppressor
    scaled = decompose(1000 * z1 - 3, z2, y, folds=3)
    np.testing.assert_allclose(scaled.as_array(), found.as_array(), atol=2e-3)


def test_renamed_labels_change_no_atom(suppressor, found):
    z1, z2, y = suppressor
    named = decompose(z1, z2, np.array(["no", "yes"])[y], folds=3)
    np.testing.assert_allclose(named.as_array(), found.as_array(), atol=1e-9)


def test_swapped_sources_swap_their_unique_atoms(suppressor, found):
    z1, z2, y = suppressor
    swapped = decompose(z2, z1, y, folds=3)
    np.testing.assert_allclose(swapped.as_array()[[0, 2, 1, 3]], found.as_array(), atol=0.03)


def test_joint_features_can_tell_what_the_sources_cannot():
    y = np.arange(300) % 2
    nothing = np.random.default_rng(0).normal(size=(300, 2))
    fused = np.hstack([nothing, y[:, None] + 0.05 * nothing[:, :1]])
    atoms = decompose(nothing[:, :1], nothing[:, 1:], y, joint=fused, folds=3)
    assert atoms.synergy > 0.8
    assert atoms.information_1 < 0.05


def test_collapsed_embeddings_tell_nothing():
    atoms = decompose(np.ones((200, 4)), np.zeros((200, 4)), np.arange(200) % 2, folds=3)
    np.testing.assert_allclose(atoms.as_array(), 0, atol=1e-3)


def test_intervals_hold_the_point(suppressor):
    z1, z2, y = suppressor
    atoms = decompose(z1, z2, y, folds=3, replicates=20)
    assert (atoms.low <= atoms.as_array()).all()
    assert (atoms.as_array() <= atoms.high).all()
    assert (atoms.low[[0, 2]] == 0).all()


def test_symbols_are_counted():
    rng = np.random.default_rng(0)
    x1, x2 = rng.integers(5, 8, 3000), rng.integers(-1, 1, 3000)
    y = (x1 == 6) & (x2 == 0)
    counts = np.zeros((3, 2, 2), int)
    np.add.at(counts, (x1 - 5, x2 + 1, y.astype(int)), 1)
    np.testing.assert_array_equal(decompose(x1, x2, y).as_array(), bias_corrected(counts).as_array())
    assert decompose(x1, x2, y, replicates=40).p[3] < 0.05


def test_sparse_tables_are_announced():
    rng = np.random.default_rng(0)
    with pytest.warns(UserWarning, match="10 x 10 x 2 has 1 samples per cell; below 4"):
        decompose(np.arange(200) % 10, np.arange(200) // 10 % 10, rng.integers(0, 2, 200))


def test_kmeans_counts_its_clusters():
    x1, x2 = np.arange(400) % 2, np.arange(400) // 2 % 2
    jitter = np.random.default_rng(0).normal(scale=0.05, size=(2, 400, 3))
    embedded = decompose(x1[:, None] + jitter[0], x2[:, None] + jitter[1], x1 ^ x2, method="kmeans", clusters=2)
    counts = np.zeros((2, 2, 2))
    np.add.at(counts, (x1, x2, x1 ^ x2), 1)
    np.testing.assert_allclose(embedded.as_array(), broja(counts).as_array(), atol=1e-9)


def test_parts_by_name(suppressor, found):
    z1, z2, y = suppressor
    parts = {"shared": z1, "unique_1": z2[:, :2], "unique_2": z2[:, 2:]}
    against_rest = decompose_parts(parts, y, sources=["shared"], folds=3)
    np.testing.assert_array_equal(against_rest.as_array(), found.as_array())
    pair = decompose_parts(parts, y, sources=["unique_2", "shared"], folds=3)
    np.testing.assert_array_equal(pair.as_array(), decompose(z2[:, 2:], z1, y, folds=3).as_array())


Z, Y = np.random.default_rng(0).normal(size=(40, 2)), np.arange(40) % 2
HOLED = np.where(np.arange(80).reshape(40, 2) == 7, np.nan, Z)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: decompose(Z, Z, np.zeros(40, int)), r"two classes, but have only \[0\]"),
        (lambda: decompose(Z, Z, Y + 0.5), "must be classes, but hold 0.5"),
        (lambda: decompose(Z, Z, np.eye(40)), r"shape \(n,\), but have \(40, 40\)"),
        (lambda: decompose(HOLED, Z, Y), "z1 must be finite, but holds nan in row 3, column 1"),
        (lambda: decompose(Z, Z[:30], Y), "z2 has 30 samples, but there are 40 labels"),
        (lambda: decompose(Z, Z, Y, joint=Z[:30]), "joint has 30 samples"),
        (lambda: decompose(Z, Z, Y, folds=11), "rarest class has 20 samples, fewer than two for each of the 11"),
        (lambda: decompose(Z, Z, Y, folds=1), "at least 2 folds, not 1"),
        (lambda: decompose(Z, Z, Y, replicates=-3), "at least 20 replicates, not -3"),
        (lambda: decompose(Z + 1j, Z, Y), "z1 must hold real numbers"),
        (lambda: decompose(Z, Y, Y), "both embeddings or both symbols"),
        (lambda: decompose(Y, Y, Y, joint=Z), "embeddings only"),
        (lambda: decompose(Z[..., None], Z, Y), r"z1 must have shape \(n, d\)"),
        (lambda: decompose(Z, Z, Y, method="knn"), "'knn'; there are posterior, kmeans"),
        (lambda: decompose(Z, Z, Y, method="kmeans", clusters=1), r"2..40 \(samples\), but is 1"),
        (lambda: decompose_parts({"a": Z, "b": Z}, Y, sources=["c"]), "no part 'c'; there are a, b"),
        (lambda: decompose_parts({"a": Z}, Y, sources=["a"]), "one of several"),
        (lambda: decompose_parts({"a": Z, "b": Z, "c": Z}, Y, sources=["a", "b", "c"]), "two parts, or one"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
