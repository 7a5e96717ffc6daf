"""Posteriors to atoms: exact where everything is known, calibrated where it is not, and indifferent to names."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coral_viz.pid import broja, truths
from coral_viz.pid import posteriors as layer
from coral_viz.pid.calibration import implied_information, recalibrate


def predictions(n, classes, seed, sharpness=1.0):
    """Informative, miscalibrated posteriors of labels that cycle through the classes; the seed is of their noise."""
    y = np.arange(n) % classes
    score = np.random.default_rng(seed).normal(size=(n, classes)) + 1.5 * np.eye(classes)[y]
    t = np.exp(sharpness * score)
    return t / t.sum(1, keepdims=True), y


def samples_of(counts):
    """Exact posteriors and labels of a sample that equals a table of counts (n1, n2, ny)."""
    x1, x2, y = (np.repeat(index, counts.ravel()) for index in (i.ravel() for i in np.indices(counts.shape)))

    def posterior(table):
        return table / table.sum(-1, keepdims=True)

    return posterior(counts.sum(1))[x1], posterior(counts.sum(0))[x2], posterior(counts)[x1, x2], y


@pytest.mark.parametrize("name", truths.names())
def test_exact_posteriors_give_the_exact_atoms(name):
    truth = truths.load(name)
    drawn = truth.latents(np.random.default_rng(0), 20_000)
    atoms = layer.atoms_from_posteriors(*drawn[3:], drawn.label)
    np.testing.assert_allclose(atoms.as_array(), truth.atoms.as_array(), atol=0.02)
    assert atoms.gap < 0.02


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([(2, 2, 2), (3, 3, 2), (3, 2, 3), (2, 4, 4)]))
def test_posteriors_of_a_table_give_the_atoms_of_the_table(seed, shape):
    # A multiple of the counts leaves the likelihood where it is, so recalibration has nothing to do.
    counts = np.random.default_rng(seed).integers(1, 30, shape)
    atoms, table = layer.atoms_from_posteriors(*samples_of(counts)), broja(counts)
    np.testing.assert_allclose(atoms.as_array(), table.as_array(), atol=3e-4)


def test_flattening_a_posterior_changes_no_atom():
    (t1, y), (t2, _) = predictions(500, 3, 0), predictions(500, 3, 1)
    flat = np.sqrt(t1) / np.sqrt(t1).sum(1, keepdims=True)
    one, other = (layer.atoms_from_posteriors(t, t2, t, y) for t in (t1, flat))
    np.testing.assert_allclose(one.as_array(), other.as_array(), atol=1e-4)


def test_a_pool_tells_no_less_than_its_members():
    (t1, y), (t2, _) = predictions(500, 4, 0), predictions(500, 4, 5)
    nothing = np.full((500, 4), 0.25)
    atoms = layer.atoms_from_posteriors(t1, t2, nothing, y)
    alone = [implied_information(recalibrate([t], y)) for t in (t1, t2)]
    assert atoms.information >= max(alone) - 1e-9
    assert atoms.synergy >= 0


@pytest.mark.parametrize("classes", [2, 3])
def test_swapped_sources_swap_their_unique_atoms(classes):
    (t1, y), (t2, _) = predictions(600, classes, 0), predictions(600, classes, 1)
    t2 = np.where(np.arange(600)[:, None] % 7 > 2, t2, 1 / classes)
    one, other = layer.atoms_from_posteriors(t1, t2, t1, y), layer.atoms_from_posteriors(t2, t1, t1, y)
    swapped = other.as_array()[[0, 2, 1, 3]]
    np.testing.assert_allclose(one.as_array(), swapped, atol=one.gap + other.gap + 1e-6)


@pytest.mark.parametrize("classes", [2, 4])
def test_renamed_classes_change_no_atom(classes):
    (t1, y), (t2, _) = predictions(600, classes, 0), predictions(600, classes, 3)
    order = np.roll(np.arange(classes), 1)
    one = layer.atoms_from_posteriors(t1, t2, t1, y)
    other = layer.atoms_from_posteriors(*(t[:, np.argsort(order)] for t in (t1, t2, t1)), order[y])
    np.testing.assert_allclose(one.as_array(), other.as_array(), atol=one.gap + other.gap + 1e-6)


def test_one_hot_posteriors_stay_finite():
    y = np.arange(200) % 4
    certain = np.eye(4)[y]
    atoms = layer.atoms_from_posteriors(certain, certain, certain, y)
    np.testing.assert_allclose(atoms.as_array(), [2, 0, 0, 0], atol=1e-3)
    assert layer.information_from_posterior(np.eye(4)[(y + 1) % 4], y)[0] == pytest.approx(2 + np.log2(1e-6), abs=0.01)


def test_a_posterior_that_knows_nothing_tells_nothing():
    y = np.arange(300) % 3
    nothing = np.full((300, 3), 1 / 3)
    np.testing.assert_allclose(layer.atoms_from_posteriors(nothing, nothing, nothing, y).as_array(), 0, atol=1e-9)


def test_classes_without_samples_are_dropped():
    (t1, y), (t2, _) = predictions(300, 3, 0), predictions(300, 3, 1)
    kept = y < 2
    wide = layer.atoms_from_posteriors(t1[kept], t2[kept], t1[kept], y[kept])
    narrow = [t[kept, :2] / t[kept, :2].sum(1, keepdims=True) for t in (t1, t2, t1)]
    np.testing.assert_allclose(wide.as_array(), layer.atoms_from_posteriors(*narrow, y[kept]).as_array(), atol=1e-9)


def test_information_bound_and_its_error_in_closed_form():
    t = np.array([[0.8, 0.2]] * 5 + [[0.2, 0.8]] * 5)
    y = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1, 0])
    gained = np.log2([1.6] * 8 + [0.4] * 2)
    bits, error = layer.information_from_posterior(t, y)
    assert bits == pytest.approx(gained.mean())
    assert error == pytest.approx(gained.std(ddof=1) / np.sqrt(10))
    np.testing.assert_allclose(np.sort(layer.pointwise_information(t, y)), np.sort(gained))


@pytest.mark.parametrize("cells", [12, 16, 32])
def test_the_bounds_hold_the_union_of_ungrouped_posteriors(cells):
    truth = truths.load("mixture")
    drawn = truth.latents(np.random.default_rng(2), 4000)
    t1, t2 = (recalibrate([np.maximum(t, 1e-6)], drawn.label) for t in drawn[3:5])
    value, low, high, _ = layer.union_information(t1, t2, cells=cells)
    exact = max(implied_information(t) for t in (t1, t2))  # source 2 knows nothing that source 1 does not
    assert low - 1e-4 <= exact <= high + 1e-4
    assert value == pytest.approx(exact, abs=0.02)


def test_grouping_is_corrected_for_what_it_loses():
    (t1, y), (t2, _) = predictions(3000, 4, 0), predictions(3000, 4, 1)
    t1, t2 = (recalibrate([t], y) for t in (t1, t2))
    values = [layer.union_information(t1, t2, cells=cells) for cells in (16, 64)]
    assert values[0][0] == pytest.approx(values[1][0], abs=0.02)
    assert values[0][2] - values[0][1] > 0.1  # the bounds alone would leave this much open


def test_noise_is_moved_back_into_what_informations_allow():
    atoms = layer.Informations(first=0.3, second=-0.1, union=0.5, joint=0.2).atoms("test")
    np.testing.assert_allclose(atoms.as_array(), [0, 0.3, 0, 0], atol=1e-15)


def test_the_gap_of_many_classes_is_reached_or_its_price_told():
    truth = truths.load("mixture")
    drawn = truth.latents(np.random.default_rng(0), 2000)
    fixed, refined = (layer.atoms_from_posteriors(*drawn[3:], drawn.label, cells=cells) for cells in (16, None))
    assert refined.gap < 0.02 < fixed.gap
    assert "cells" not in refined.source
    assert "0.02 would take about" in fixed.source

    (t1, y), (t2, _) = predictions(500, 10, 0), predictions(500, 10, 1)
    diffuse = layer.atoms_from_posteriors(t1, t2, t1, y)
    assert diffuse.gap > 0.1
    assert "0.02 would take about 500 cells" in diffuse.source  # one a sample


@pytest.mark.parametrize("classes", [2, 3])
def test_a_weight_counts_as_so_many_copies(classes):
    (t1, y), (t2, _) = predictions(300, classes, 0), predictions(300, classes, 1)
    weights = np.random.default_rng(0).integers(0, 4, 300)
    rows = np.repeat(np.arange(300), weights)
    copies = layer.atoms_from_posteriors(t1[rows], t2[rows], t1[rows], y[rows], cells=120)
    weighted = layer.atoms_from_posteriors(t1, t2, t1, y, weights=weights / 7, cells=120)
    np.testing.assert_allclose(weighted.as_array(), copies.as_array(), atol=1e-3)
    same = layer.atoms_from_posteriors(t1, t2, t1, y, weights=np.full(300, 5), cells=50)
    np.testing.assert_array_equal(same.as_array(), layer.atoms_from_posteriors(t1, t2, t1, y, cells=50).as_array())


def test_labels_may_be_booleans_or_names():
    (t1, y), (t2, _) = predictions(400, 2, 0), predictions(400, 2, 1)
    expected = layer.atoms_from_posteriors(t1, t2, t1, y).as_array()
    for labels in (y.astype(bool), np.array(["no", "yes"])[y]):
        np.testing.assert_array_equal(layer.atoms_from_posteriors(t1, t2, t1, labels).as_array(), expected)


def test_no_information_exceeds_the_label():
    atoms = layer.Informations(first=0.9, second=1.4, union=1.8, joint=2.5, gap=5.0, entropy=1.0).atoms("test")
    np.testing.assert_allclose(atoms.as_array(), [0.9, 0, 0.1, 0], atol=1e-15)
    assert atoms.gap == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"t1": np.full((6, 2), 0.4)}, r"t1 must be a distribution over classes, but row 0 is \[0.4, 0.4\]"),
        ({"t2": np.full((6, 2), np.nan)}, "t2 must be a distribution"),
        ({"t12": np.full(6, 0.5)}, r"share one shape, but have \(6, 2\), \(6, 2\) and \(6,\)"),
        ({"t2": np.full((6, 3), 1 / 3)}, "share one shape"),
        ({"y": np.zeros(6, int)}, r"at least two classes, but have only \[0\]"),
        ({"y": np.array([0, 1, 2, 0, 1, 2])}, r"lie in 0..1 to match t1, but lie in 0..2"),
        ({"y": np.arange(5) % 2}, r"shape \(6,\) to match t1, but have \(5,\)"),
        ({"y": np.arange(6) % 2 / 1}, "must be integers, not float64"),
        ({"y": np.array(list("abcabc"))}, "there are 3 names for the 2 columns of t1"),
        ({"y": np.array(["a", None] * 3)}, "Labels must be known, but row 1 holds None"),
        ({"cells": 0}, "at least 1 cell, not 0"),
        ({"cells": 2.5}, "at least 1 cell, a whole number, not 2.5"),
        ({"t1": np.full((6, 2), "0.5")}, "t1 must hold real numbers, not <U3"),
        ({"weights": np.ones(5)}, r"Weights must be real numbers of shape \(6,\), not float64 of shape \(5,\)"),
        ({"weights": [1, 1, 1, 1, 1, -2]}, "not negative, but one is -2"),
        ({"weights": [1, 0, 1, 0, 1, 0]}, "something of every class"),
    ],
)
def test_bad_input(change, message):
    half = np.full((6, 2), 0.5)
    with pytest.raises(ValueError, match=message):
        layer.atoms_from_posteriors(**({"t1": half, "t2": half, "t12": half, "y": np.arange(6) % 2} | change))


def test_one_dimensional_posteriors_are_refused():
    with pytest.raises(ValueError, match=r"t must have shape \(samples, classes\), but has \(6,\)"):
        layer.information_from_posterior(np.full(6, 0.5), np.arange(6) % 2)
