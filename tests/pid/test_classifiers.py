"""Held-out posteriors: what the ladder can find, and that no row is predicted by a classifier that saw it."""

import numpy as np
import pytest

from coral_viz.pid import classifiers, truths
from coral_viz.pid.directions import Directions
from coral_viz.pid.posteriors import information_from_posterior


def test_directions_find_an_exclusive_or_hidden_between_sources():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1500, 12))
    y = (x[:, 2] > 0) ^ (x[:, 9] > 0)
    projection = Directions((6, 6), second_order=2).fit(x, y).projection_[:, 1:]
    projection /= np.linalg.norm(projection, axis=0)
    assert sorted(np.abs(projection).argmax(0)) == [2, 9]
    assert (np.abs(projection).max(0) > 0.9).all()


def test_directions_find_a_difference_in_spread_within_one_source():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 1500)
    x = rng.normal(size=(1500, 5)) * (1 + y[:, None] * (np.arange(5) == 3))
    projection = Directions((5,), second_order=1).fit(x, y).projection_[:, 1]
    assert np.abs(projection).argmax() == 3


def test_directions_bear_constant_columns():
    x = np.random.default_rng(0).normal(size=(60, 3)) * [1, 0, 1]
    assert np.isfinite(Directions((3,)).fit_transform(x, np.arange(60) % 2)).all()


@pytest.mark.parametrize(
    "name", ["shrunken logistic", "logistic", "directions", "perceptron", "deep perceptron", "boosting"]
)
def test_each_candidate_learns_a_shift(name):
    z1, z2, y = truths.gaussian_shift(3, 3).sample(600, 0, dimensions=4)
    model = classifiers.ladder((4, 4), 0)[name]
    t = classifiers._predict(model, np.hstack([z1, z2]), y, np.arange(400), np.arange(400, 600))
    np.testing.assert_allclose(t.sum(1), 1)
    assert information_from_posterior(t, y[400:])[0] > 0.4


def test_two_layers_find_whether_hidden_classes_agree():
    """Each source shows a class of four as a circle in a plane of its own, so that no mean and no sign tells it."""
    rng, n = np.random.default_rng(0), 5000
    planes = np.linalg.qr(rng.normal(size=(2, 24, 24)))[0][:, :, :8].reshape(2, 24, 4, 2)
    hidden, angle = rng.integers(0, 4, (2, n)), rng.uniform(0, 2 * np.pi, (2, n))
    hidden[1, ::2] = hidden[0, ::2]
    circles = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    shown = [np.einsum("nip,np->ni", planes[i][:, hidden[i]].transpose(1, 0, 2), circles[i]) for i in range(2)]
    features = np.hstack(shown) * 5 + rng.normal(size=(n, 48)) / 4
    fits = classifiers._Fits(classifiers.ladder((24, 24), 0), features, (hidden[0] == hidden[1]).astype(int))
    split = classifiers.Split(np.arange(4000), np.arange(4000, n))
    assert fits.information("deep perceptron", split) > max(0.8, fits.information("perceptron", split) + 0.1)


def test_nothing_is_learned_from_random_labels():
    rng = np.random.default_rng(0)
    held_out = classifiers.cross_fit([rng.normal(size=(300, 8))], rng.integers(0, 2, 300), folds=3, seed=0)
    y = rng.integers(0, 2, 300)
    for posterior in (held_out.posterior, held_out.halved):
        np.testing.assert_allclose(posterior.sum(1), 1)
        assert information_from_posterior(posterior, y)[0] < 0.02


def test_a_label_that_only_its_own_row_could_tell_stays_untold():
    # Rows are one-hot: whoever sees a row knows its label, whoever does not knows nothing.
    y = np.arange(40) % 2
    held_out = classifiers.cross_fit([np.eye(40)], y, folds=4, seed=0)
    assert information_from_posterior(held_out.posterior, y)[0] < 0.02


def test_what_costs_most_is_fitted_only_where_it_may_win(monkeypatch):
    fitted, deep = [], []
    predict = classifiers._predict

    def counted(model, features, y, train, test):
        fitted.append((type(model).__name__, getattr(model, "max_iter", 0), len(train)))
        deep.append(getattr(model, "hidden_layer_sizes", ()) == (128, 32))
        return predict(model, features, y, train, test)

    monkeypatch.setattr(classifiers, "_predict", counted)
    rng = np.random.default_rng(0)
    y = np.arange(600) % 3
    shift = rng.normal(size=(3, 40))[y] / 3 + rng.normal(size=(600, 40))
    classifiers.cross_fit([shift], y, folds=5, seed=0)
    assert [rounds for name, rounds, _ in fitted if "Boosting" in name] == [5]
    assert sum(size for _, _, size in fitted) < 12 * 600
    assert not any(deep)
    assert any(name == "Pipeline" for name, *_ in fitted)
    fitted.clear()
    monkeypatch.setattr(classifiers, "WIDE", 39)
    classifiers.cross_fit([shift], y, folds=5, seed=0)
    assert not any(name == "Pipeline" for name, *_ in fitted)

    steps = rng.uniform(size=(300, 4))
    assert classifiers.cross_fit([steps], (steps[:, 0] * 6).astype(int) % 2, folds=3, seed=0).classifier == "boosting"


def test_large_samples_are_fitted_twice_on_a_part(monkeypatch):
    monkeypatch.setattr(classifiers, "MANY", 500)
    monkeypatch.setattr(classifiers, "LARGEST", 300)
    monkeypatch.setattr(classifiers, "TRIAL", 100)
    fold = classifiers.partition(np.arange(1000) % 4, 5, 0, None)
    splits = classifiers._splits(fold, np.arange(1000) % 4, 0)
    assert [len(split.train) for split in splits] == [300, 300]
    assert sorted(np.concatenate([split.test for split in splits])) == list(range(1000))
    assert all(not set(split.train) & set(split.test) for split in splits)
    assert all((np.bincount(split.train % 4) == 75).all() for split in splits)


def test_groups_share_a_fold():
    groups = np.arange(200) // 5
    fold = classifiers.partition(np.arange(200) % 2, 4, 0, groups)
    assert all(len(set(fold[groups == group])) == 1 for group in range(40))
