"""Samples to atoms: near the truth, indifferent to scale, names and order, and outspoken about bad input."""

import math
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from coral_viz.pid import broja, truths
from coral_viz.pid.estimate import _extrapolated, _slack, decompose, decompose_parts, pointwise_of_samples
from coral_viz.pid.inference import bias_corrected
from coral_viz.pid.posteriors import Informations


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


def test_synergy_that_few_samples_hide_is_not_excluded():
    truth = truths.load("xor")
    atoms = decompose(*truth.sample(200, seed=1000), replicates=20)
    assert atoms.synergy < 0.1
    assert atoms.high[3] > truth.atoms.synergy
    assert atoms.high.max() <= 1


def test_pointwise_values_average_to_the_informations_and_name_synergistic_samples(suppressor):
    z1, z2, y = suppressor
    first, second, both = pointwise_of_samples(z1, z2, y)
    posteriors = decompose(z1, z2, y)
    assert f"{first.mean():.3f}, {second.mean():.3f}, {both.mean():.3f} bit before" in posteriors.source
    assert (both > np.maximum(first, second)).mean() > 0.5


def test_weights_undo_a_biased_draw(suppressor, found):
    """Half of one class is left out, and the others of it count twice."""
    z1, z2, y = truths.load("suppressor").sample(1000, 1, dimensions=4)
    kept = (y == 0) | (np.arange(1000) % 2 == 0)
    weighted = decompose(z1[kept], z2[kept], y[kept], weights=np.where(y == 0, 1.0, 2.0)[kept], replicates=20)
    np.testing.assert_allclose(weighted.as_array(), truths.load("suppressor").atoms.as_array(), atol=0.08)
    assert (weighted.high <= 1).all()
    np.testing.assert_allclose(
        decompose(*suppressor, folds=3, weights=np.full(500, 3.0)).as_array(), found.as_array(), atol=1e-12
    )
    with pytest.raises(ValueError, match="weights= has a meaning for the posteriors"):
        decompose(np.arange(40) % 2, np.arange(40) % 4, np.arange(40) % 2, weights=np.ones(40))


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


def test_no_atom_or_interval_exceeds_what_the_label_holds():
    # Half the samples learn none of this exclusive or; a line through both learning curves ends at 1.8 bit.
    rng = np.random.default_rng(0)
    a, b = rng.choice([-1, 1], (2, 300))
    z1, z2 = (2 * x[:, None] + rng.normal(size=(300, 4)) for x in (a, b))
    atoms = decompose(z1, z2, a * b > 0, folds=3, replicates=20)
    assert atoms.information <= 1
    assert atoms.high.max() <= 1
    assert atoms.synergy == pytest.approx(1, abs=0.1)


def test_extrapolation_is_linear_where_curves_are_flat_and_stays_below_the_label_where_they_are_steep():
    full, flat, steep = (Informations(x, 0.2, 0.5, x, gap=0.01, entropy=1.0) for x in (0.6, 0.5, 0.0))
    assert _extrapolated(full, flat).first == pytest.approx(0.7)
    assert 0.6 < _extrapolated(full, steep).first < 1
    assert 0.01 < _extrapolated(full, flat).gap <= 0.03 + 1e-9


def test_what_is_extrapolated_is_not_sure_even_where_it_cancels():
    full, found = Informations(0.4, 0.4, 0.4, 0.5), Informations(0.5, 0.5, 0.5, 0.7)
    np.testing.assert_allclose(_slack(full, found, np.array([0.1, 0.0, 0.0, 0.1])), [0.15, 0.1, 0.1, 0.15])


def test_copies_are_announced_and_groups_hold_them_out_together():
    rng = np.random.default_rng(0)
    z1, z2, y = (np.repeat(x, 5, axis=0) for x in (*rng.normal(size=(2, 60, 8)), rng.integers(0, 2, 60)))
    with pytest.warns(UserWarning, match="z[12] holds copies: 300 of 300 samples share"):
        leaking = decompose(z1, z2, y, folds=2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        held_out = decompose(z1, z2, y, folds=2, groups=np.repeat(np.arange(60), 5))
    assert leaking.redundancy > 0.3
    assert held_out.information < 0.1


def test_one_outlier_is_named_and_moves_no_atom(suppressor, found):
    z1, z2, y = suppressor
    spoilt = z1.copy()
    spoilt[17, 2] = -999
    with pytest.warns(UserWarning, match="z1 holds -999 in row 17, column 2"):
        atoms = decompose(spoilt, z2, y, folds=3)
    np.testing.assert_allclose(atoms.as_array(), found.as_array(), atol=0.03)


def test_names_and_categories_are_symbols():
    rng = np.random.default_rng(0)
    x1, x2 = rng.integers(0, 2, (2, 400))
    expected = decompose(x1, x2, x1 & x2).as_array()
    names = np.array(["cat", "dog"])
    np.testing.assert_array_equal(decompose(names[x1], names[x2].astype(object), x1 & x2).as_array(), expected)
    category = pd.Categorical.from_codes(x1, ["high", "low"])
    np.testing.assert_allclose(decompose(category, x2, x1 & x2).as_array(), expected, atol=1e-9)


def test_one_part_may_be_named_without_a_list(suppressor):
    z1, z2, y = suppressor
    kmeans = {"method": "kmeans", "clusters": 2}
    one, listed = (decompose_parts({"shared": z1, "b": z2}, y, sources=s, **kmeans) for s in ("shared", ["shared"]))
    np.testing.assert_array_equal(one.as_array(), listed.as_array())


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
        (lambda: decompose(Z, Z.astype(str), Y), "z2 must hold real numbers"),
        (lambda: decompose(np.where(Z > 9, Z, None), Z, Y), "z1 must be finite, but holds nan in row 0"),
        (lambda: decompose(csr_matrix(Z), Z, Y), r"z1 is a sparse array of shape \(40, 2\): .* toarray\(\)"),
        (
            lambda: decompose(Z, np.ma.masked_greater(Z, 2), Y),
            r"z2 must be known, but 1 of 80 values are masked, .* \[39, 1\]",
        ),
        (
            lambda: decompose(Z, Z, np.ma.masked_equal(Y, 1)),
            r"Labels must be known, but 20 of 40 .* masked, the first at \[1\]",
        ),
        (lambda: decompose(Z, Z, np.where(Y, "yes", None)), "Labels must be known, but row 0 holds None"),
        (lambda: decompose(Z, Z, [*"ab" * 19, "a", math.nan]), "Labels must be known, but row 39 holds nan"),
        (lambda: decompose(Z, Z, np.where(Y, math.nan, 1)), "must be classes, but hold nan"),
        (lambda: decompose(Z, Z, np.array([0, "a"] * 20, dtype=object)), "all numbers or all names, but hold int, str"),
        (lambda: decompose(Y, np.where(Y, "a", None), Y), "z2 must be known, but row 0 holds None"),
        (lambda: decompose(*np.tile(np.arange(30_000), (2, 1)), np.arange(30_000) % 2), "is too large"),
        (lambda: decompose(Y, Y, Y, groups=Y), "embeddings only"),
        (lambda: decompose(Z, Z, Y, groups=Y), "There are 2 groups, fewer than the 5 folds"),
        (lambda: decompose(Z, Z, Y, folds=2, groups=Y * (1 + np.arange(40) // 14)), "lies in too few groups"),
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
