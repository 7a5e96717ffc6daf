"""The task: what it samples, what its views keep, and that its truth and posteriors are those of its own samples."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from coral_viz import pid, tasks
from coral_viz.tasks.factors import Dials


def joint(batch, label, first, second, classes):
    """p(latents of source 1, latents of source 2, label) by counting."""
    cells = [batch.latents[first], batch.latents[second], batch.labels[label]]
    table = np.zeros((classes, classes, int(cells[2].max()) + 1))
    np.add.at(table, tuple(c.numpy() for c in cells), 1)
    return table / table.sum()


@pytest.mark.parametrize(
    ("label", "first", "second"),
    [
        ("redundancy", "r", "r"),
        ("unique_1", "u_1", "u_2"),
        ("unique_2", "u_1", "u_2"),
        ("synergy", "t_1", "t_2"),
        ("d", "t_1", "t_2"),
        ("t", "t_1", "t_2"),
        ("c", "t_1", "t_2"),
    ],
)
@pytest.mark.parametrize("classes", [2, 4])
def test_truth_equals_the_decomposition_of_the_latents(label, first, second, classes):
    task = tasks.load("factors", classes=classes)
    atoms = pid.broja(joint(task.sample(200_000, "test", 0), label, first, second, classes))
    for name, value in task.truth[label].as_dict().items():
        assert getattr(atoms, name) == pytest.approx(value, abs=0.01)


def test_truth_has_the_published_closed_forms():
    truth = tasks.load("factors").truth
    assert truth["redundancy"].redundancy == 2
    assert truth["synergy"].synergy == 1
    assert truth["d"].synergy == pytest.approx(1 + 0.5 * math.log2(3))
    assert truth["t"].unique_1 == pytest.approx(2 - (2 - 1 - 0.5 * math.log2(3)))
    assert all(np.isclose(atoms.information, sum(atoms.as_dict().values())) for atoms in truth.values())


@pytest.mark.parametrize(
    "dials", [{}, {"alpha": math.pi}, {"alpha": 0.0}, {"warp": 0.6}, {"sigma": 0.6}, {"sigma": 0.0}]
)
def test_posteriors_are_calibrated_and_certain_where_there_is_no_noise(dials):
    task = tasks.load("factors", seed=1, **dials)
    batch = task.sample(2000, "test", 0)
    for label, posteriors in task.posteriors(batch).items():
        chosen = [p[torch.arange(2000), batch.labels[label]] for p in posteriors]
        for p, right in zip(posteriors, chosen):
            assert torch.allclose(p.sum(1), torch.ones(2000, dtype=torch.float64))
            assert right.mean().item() == pytest.approx((p**2).sum(1).mean().item(), abs=0.03)
        if task.sigma <= 0.15:
            truth = task.truth[label]
            bits = [_information(p, batch.labels[label], task.classes_of[label]) for p in posteriors]
            assert bits == pytest.approx([truth.information_1, truth.information_2, truth.information], abs=0.05)


def _information(p, label, classes):
    prior = torch.bincount(label, minlength=classes) / len(label)
    chosen = p[torch.arange(len(label)), label].clamp(min=1e-300)
    return float((chosen / prior[label]).log2().mean())


def test_posterior_over_phases_equals_a_slow_average():
    task = tasks.load("factors", seed=2, sigma=0.5)
    batch = task.sample(3, "test", 0)
    posterior = task.posteriors(batch)["unique_1"][0]
    f = list(task.shown[0]).index("u_1")
    phases = torch.linspace(-task.alpha, task.alpha, 20_001, dtype=torch.float64)
    planes = task.planes[0][f].double()
    for sample in range(3):
        x = batch.inputs[0][sample].flatten().double()
        points = phases.cos()[:, None, None] * planes[:, 0] + phases.sin()[:, None, None] * planes[:, 1]
        likelihood = (-((x - points) ** 2).sum(-1) / (2 * task.sigma**2)).logsumexp(0).softmax(0)
        torch.testing.assert_close(posterior[sample], likelihood, atol=1e-4, rtol=0)


def test_views_keep_every_latent_and_change_every_phase():
    task = tasks.load("factors", sigma=0.0, drop=False)
    batch = task.sample(500, "train", 0)
    views = task.views(batch, torch.Generator().manual_seed(0))
    seen = [task.posteriors(tasks.Batch(view, {}))["redundancy"][0].argmax(1) for view in views]
    assert all((classes == batch.latents["r"]).all() for classes in seen)
    assert (views[0][0] - views[1][0]).flatten(1).norm(dim=1).min() > 1e-3


def test_shared_phases_make_both_views_equal_without_noise():
    task = tasks.load("factors", sigma=0.0, drop=False, shared_phases=True)
    one, two = task.views(task.sample(20, "train", 0), torch.Generator().manual_seed(0))
    torch.testing.assert_close(one, two)


def test_drop_zeroes_tokens_and_features_at_their_rates():
    one, _ = (task := tasks.load("factors")).views(task.sample(20_000, "train", 0), torch.Generator().manual_seed(0))
    zero = one[0] == 0
    assert zero.all(2).float().mean().item() == pytest.approx(0.15, abs=0.01)
    assert zero[~zero.all(2)].float().mean().item() == pytest.approx(0.1, abs=0.01)


def test_relation_views_agree_in_nothing_but_d():
    task = tasks.load("factors", distribution="relation", sigma=0.0, drop=False, seed=3)
    batch = task.sample(4000, "train", 0)
    one, two = task.views(batch, torch.Generator().manual_seed(0))

    def latents(view):
        return [
            torch.einsum("ntp,ktp->nk", x, p[0, :, 0].unflatten(1, (8, 6))).argmax(1) for x, p in zip(view, task.planes)
        ]

    (t1, c1), (t2, c2) = latents(one), latents(two)
    assert ((c1 - t1) % 4 == (c2 - t2) % 4).all()
    for a, b in ((t1, t2), (c1, c2)):
        assert (a == b).float().mean().item() == pytest.approx(0.25, abs=0.03)


@pytest.mark.parametrize(("distribution", "share"), [("unbiased", 0.25), ("biased", 1.0), ("relation", 0.25)])
def test_training_distributions_and_the_probe_distribution(distribution, share):
    task = tasks.load("factors", distribution=distribution)
    for split, expected in (("train", share), ("probe", 0.5), ("test", 0.5)):
        latents = task.sample(20_000, split, 0).latents
        assert (latents["d"] == 0).float().mean().item() == pytest.approx(expected, abs=0.02)
        assert torch.bincount(latents["t_2"], minlength=4).min() > 4500


def test_samples_follow_their_seed_and_split():
    task = tasks.load("factors")
    a, b = task.sample(50, "test", 3), task.sample(50, "test", 3)
    torch.testing.assert_close(a.inputs, b.inputs)
    assert not torch.equal(a.inputs[0], task.sample(50, "probe", 3).inputs[0])
    assert not torch.equal(a.inputs[0], tasks.load("factors", seed=1).sample(50, "test", 3).inputs[0])
    assert len(a[:7]) == 7
    assert torch.equal(a[7:9].labels["synergy"], a.labels["synergy"][7:9])


def test_inputs_have_unit_scale():
    x = tasks.load("factors", sigma=0.0, seed=5).sample(5000, "test", 0).inputs[0]
    assert x.square().mean().item() == pytest.approx(1, abs=0.02)


def test_three_modalities_relate_all_and_in_pairs():
    task = tasks.load("factors", count=3, amplitude_pairs=1.0)
    batch = task.sample(5000, "test", 0)
    z = batch.latents
    assert ((z["t_1"] + z["t_2"] + z["d"] - z["t_3"]) % 4 == 0).all()
    assert ((z["t_13_1"] + z["d_13"] - z["t_13_3"]) % 4 == 0).all()
    assert task.labels["synergy_12"] == "synergy"
    assert task.labels["synergy_23"] == "unique_2"
    assert len(batch.inputs) == 3
    with pytest.raises(ValueError, match="2 modalities, not 3"):
        task.posteriors(batch)


@settings(max_examples=15, deadline=None)
@given(st.integers(2, 5), st.integers(2, 3), st.integers(0, 1000))
def test_planes_are_orthogonal_and_of_one_length(classes, count, seed):
    task = tasks.load("factors", classes=classes, count=count, seed=seed, tokens=10, features=6)
    for planes in task.planes:
        basis = planes.flatten(0, 2)
        torch.testing.assert_close(basis @ basis.T, torch.eye(len(basis)) * 20, atol=1e-4, rtol=0)


@pytest.mark.parametrize(
    ("dials", "sentence"),
    [
        ({"classes": 1}, "classes = 1 is not allowed; it takes a whole number from 2"),
        ({"sigma": -0.1}, "sigma = -0.1 is not allowed"),
        ({"rho": 1.5}, "rho = 1.5 is not allowed"),
        ({"distribution": "odd"}, "takes unbiased or biased or relation"),
        ({"colour": 3}, "task 'factors' has no setting 'colour'"),
        ({"classes": 12}, r"tokens \* features = 48 is too small: 3 latents of 12 classes need 2 \* 12 \* 3 = 72"),
    ],
)
def test_bad_dials_are_a_sentence(dials, sentence):
    with pytest.raises(ValueError, match=sentence):
        tasks.load("factors", **dials)


def test_unknown_names_are_a_sentence():
    with pytest.raises(ValueError, match="task 'factor' does not exist; choose one of factors"):
        tasks.load("factor")
    with pytest.raises(ValueError, match="split 'valid' does not exist; choose one of train, probe, test"):
        tasks.load("factors").sample(5, "valid", 0)
    with pytest.raises(ValueError, match="n = 0 samples"):
        tasks.load("factors").sample(0, "test", 0)


def test_every_dial_says_what_it_means():
    assert all(row["meaning"] and row["allowed"] for row in Dials.describe())
