"""The task: what it samples, what its views keep, that what it says is true of its own samples; its presets."""

import dataclasses
import functools
import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from coral_viz import pid, tasks
from coral_viz.tasks.factors import WORKING, Dials


def load(**dials):
    """A world whose tokens are one observation; those of looks have tests of their own."""
    return tasks.load("factors", **{"observation": "spread"} | WORKING["spread"] | dials)


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
    task = load(classes=classes)
    atoms = pid.broja(joint(task.sample(200_000, "test", 0), label, first, second, classes))
    for name, value in task.truth[label].as_dict().items():
        assert getattr(atoms, name) == pytest.approx(value, abs=0.01)


def test_truth_has_the_published_closed_forms():
    truth = load().truth
    assert truth["redundancy"].redundancy == 2
    assert truth["synergy"].synergy == 1
    assert truth["d"].synergy == pytest.approx(1 + 0.5 * math.log2(3))
    assert truth["t"].unique_1 == pytest.approx(2 - (2 - 1 - 0.5 * math.log2(3)))
    assert all(np.isclose(atoms.information, sum(atoms.as_dict().values())) for atoms in truth.values())


@pytest.mark.parametrize(
    "dials", [{}, {"alpha": math.pi}, {"alpha": 0.0}, {"warp": 0.6}, {"sigma": 0.6}, {"sigma": 0.0}]
)
def test_posteriors_are_calibrated_and_certain_where_there_is_no_noise(dials):
    task = load(seed=1, **dials)
    batch = task.sample(2000, "test", 0)
    told = task.posteriors(batch)
    assert told.keys() == task.truth.keys()
    for label, posteriors in told.items():
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
    task = load(seed=2, sigma=0.5)
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
    task = load(sigma=0.0, drop=False)
    batch = task.sample(500, "train", 0)
    views = task.views(batch, torch.Generator().manual_seed(0))
    seen = [task.posteriors(tasks.Batch(view, {}))["redundancy"][0].argmax(1) for view in views]
    assert all((classes == batch.latents["r"]).all() for classes in seen)
    assert (views[0][0] - views[1][0]).flatten(1).norm(dim=1).min() > 1e-3


def test_shared_phases_make_both_views_equal_without_noise():
    task = load(sigma=0.0, drop=False, shared_phases=True)
    one, two = task.views(task.sample(20, "train", 0), torch.Generator().manual_seed(0))
    torch.testing.assert_close(one, two)


def test_drop_zeroes_tokens_and_features_at_their_rates():
    one, _ = (task := load()).views(task.sample(20_000, "train", 0), torch.Generator().manual_seed(0))
    zero = one[0] == 0
    assert zero.all(2).float().mean().item() == pytest.approx(0.15, abs=0.01)
    assert zero[~zero.all(2)].float().mean().item() == pytest.approx(0.1, abs=0.01)


def test_relation_views_agree_in_nothing_but_d():
    task = load(distribution="relation", sigma=0.0, drop=False, seed=3)
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
    task = load(distribution=distribution)
    for split, expected in (("train", share), ("probe", 0.5), ("test", 0.5)):
        latents = task.sample(20_000, split, 0).latents
        assert (latents["d"] == 0).float().mean().item() == pytest.approx(expected, abs=0.02)
        assert torch.bincount(latents["t_2"], minlength=4).min() > 4500


def test_samples_follow_their_seed_and_split():
    task = load()
    a, b = task.sample(50, "test", 3), task.sample(50, "test", 3)
    torch.testing.assert_close(a.inputs, b.inputs)
    assert not torch.equal(a.inputs[0], task.sample(50, "probe", 3).inputs[0])
    assert not torch.equal(a.inputs[0], load(seed=1).sample(50, "test", 3).inputs[0])
    assert len(a[:7]) == 7
    assert torch.equal(a[7:9].labels["synergy"], a.labels["synergy"][7:9])


def test_inputs_have_unit_scale():
    x = load(sigma=0.0, seed=5).sample(5000, "test", 0).inputs[0]
    assert x.square().mean().item() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("count", [3, 4, 8])
@pytest.mark.parametrize("classes", [2, 3])
def test_many_modalities_relate_all_and_in_pairs(count, classes):
    task = load(count=count, classes=classes, amplitude_pairs=1.0, tokens=10, seed=count)
    batch = task.sample(2000, "test", 0)
    z = batch.latents
    assert (sum(z[f"t_{m}"] for m in range(1, count)) + z["d"] - z[f"t_{count}"]).remainder(classes).eq(0).all()
    for i, j in itertools.combinations(range(1, count + 1), 2):
        related = z[f"t_{i}{j}_{i}"] + z[f"d_{i}{j}"] - z[f"t_{i}{j}_{j}"]
        assert (related % classes == 0).all()
        assert (batch.labels[f"synergy_{i}{j}"] == (z[f"d_{i}{j}"] == 0)).all()
        assert task.labels[f"synergy_{i}{j}"] == ("synergy" if i == 1 else "unique_2")
    assert [x.shape for x in batch.inputs] == [(2000, 10, 6)] * count
    with pytest.raises(ValueError, match=f"2 modalities, not {count}"):
        task.posteriors(batch)


def test_xor_relates_all_modalities_of_two_classes():
    z = load(count=4, classes=2, rho=1.0).sample(1000, "train", 0).latents
    assert torch.equal(z["t_1"] ^ z["t_2"] ^ z["t_3"], z["t_4"])


def test_modalities_show_the_latents_they_are_said_to_show():
    """Without noise and phases every number of an input is told by the shown latents alone."""
    task = load(count=4, classes=2, amplitude_pairs=0.5, alpha=0.0, sigma=0.0, seed=6)
    batch = task.sample(200, "test", 0)
    names = {
        m: ["r", f"u_{m}", f"t_{m}"]
        + [f"t_{i}{j}_{m}" for i, j in itertools.combinations(range(1, 5), 2) if m in (i, j)]
        for m in range(1, 5)
    }
    for m, x in enumerate(batch.inputs):
        planes = task.planes[m][:, :, 0]
        assert len(planes) == len(names[m + 1]) == 6
        loudness = [0.5 if "_" in name[2:] else 1.0 for name in names[m + 1]]
        points = [a * p[batch.latents[name]] for a, p, name in zip(loudness, planes, names[m + 1])]
        torch.testing.assert_close(x.flatten(1), sum(points))


def relation_of(members, count, classes, rho):
    """p(t_m, ...) of one relation over some of ``count`` modalities, by enumeration; the others have one value."""
    p = np.zeros([classes if m in members else 1 for m in range(count)])
    for *ts, d in itertools.product(range(classes), repeat=len(members)):
        values = dict(zip(members, [*ts, (sum(ts) + d) % classes]))
        chance = rho if d == 0 else (1 - rho) / (classes - 1)
        p[tuple(values.get(m, 0) for m in range(count))] += chance / classes ** len(ts)
    return p


@pytest.mark.parametrize("dials", [{"rho": 0.3}, {"distribution": "biased"}, {"rho": 0.0}])
@pytest.mark.parametrize(("count", "classes"), [(2, 2), (2, 3), (3, 2), (3, 3), (4, 2)])
def test_structure_equals_dit_on_the_enumerated_joint(count, classes, dials):
    dit = pytest.importorskip("dit")
    task = load(count=count, classes=classes, amplitude_pairs=float(count > 2), **dials)
    measures = ("total_correlation", "dual_total_correlation", "o_information")
    for split, rho in (("train", task.rho), ("probe", 0.5)):
        rows = {row["group"]: [row[name] for name in measures] for row in task.structure if row["split"] == split}
        copies = np.zeros((classes,) * count)
        copies[(np.arange(classes),) * count] = 1
        joints = {"redundancy": copies, "synergy": relation_of(range(count), count, classes, rho)}
        for i, j in itertools.combinations(range(count), 2) if count > 2 else ():
            joints[f"synergy_{i + 1}{j + 1}"] = relation_of((i, j), count, classes, rho)
        for group, p in joints.items():
            expected = [getattr(dit.multivariate, name)(pid.to_dit(p)) for name in measures]
            assert rows.pop(group) == pytest.approx(expected, abs=1e-9)
        assert rows.pop("unique") == [0, 0, 0]
        if count < 4:  # all together: the Kronecker product pairs up the values of each modality
            whole = functools.reduce(np.kron, joints.values())
            assert rows.pop("all") == pytest.approx([getattr(pid, name)(whole) for name in measures], abs=1e-9)
        assert list(rows) in ([], ["all"])


def test_structure_is_that_of_the_samples():
    task = load(count=3, classes=2, rho=0.8, amplitude_unique=0.0, amplitude_pairs=1.0, tokens=4)
    for split in ("train", "probe"):
        latents = task.sample(100_000, split, 0).latents
        cells = [sum(latents[name] * 2**k for k, name in enumerate(shown)).numpy() for shown in task.shown]
        p = np.zeros((16, 16, 16))
        np.add.at(p, tuple(cells), 1)
        whole = next(row for row in task.structure if row["split"] == split and row["group"] == "all")
        assert pid.total_correlation(p) == pytest.approx(whole["total_correlation"], abs=0.02)
        assert pid.dual_total_correlation(p) == pytest.approx(whole["dual_total_correlation"], abs=0.02)


@pytest.mark.parametrize("count", [3, 5, 8])
@pytest.mark.parametrize("classes", [2, 4])
def test_structure_leaves_out_silence_and_has_a_sign(count, classes):
    def o_information(**dials):
        rows = load(count=count, classes=classes, distribution="biased", **dials).structure
        assert [row["group"] for row in rows[: len(rows) // 2]][-1] == "all"
        return {row["group"]: row["o_information"] for row in rows if row["split"] == "train"}

    full, silent = (count - 2) * math.log2(classes), {"amplitude_redundancy": 0.0, "amplitude_unique": 0.0}
    assert o_information(amplitude_relation=0.0) == pytest.approx({"redundancy": full, "unique": 0, "all": full})
    assert o_information(**silent) == pytest.approx({"synergy": -full, "all": -full})
    assert o_information(**silent, amplitude_relation=0.0) == {"all": 0}


@pytest.mark.parametrize("count", [3, 5, 8])
def test_truth_of_many_modalities_is_that_of_the_first_against_all_others(count):
    task = load(count=count, classes=2, amplitude_pairs=1.0, tokens=7, seed=1)
    batch = task.sample(30_000, "test", 0)
    sources = {
        "redundancy": ["r", "r"],
        "unique_1": ["u_1", "u_2", "u_3"],
        "unique_3": ["u_1", "u_2", "u_3"],
        "synergy": [f"t_{m}" for m in range(1, count + 1)],
        "synergy_13": ["t_13_1", "t_13_3"],
        "synergy_23": ["nothing", "t_23_2", "t_23_3"],
    }
    assert set(task.truth) >= set(sources)
    nothing = torch.zeros_like(batch.latents["r"])
    for label, (first, *others) in sources.items():
        second = sum(batch.latents[name] * 2**k for k, name in enumerate(others))
        p = np.zeros((2, 2 ** len(others), 2))
        np.add.at(p, (batch.latents.get(first, nothing).numpy(), second.numpy(), batch.labels[label].numpy()), 1)
        found = pid.broja(p)
        for name, value in task.truth[label].as_dict().items():
            assert getattr(found, name) == pytest.approx(value, abs=0.02), (label, name)


def test_relation_views_of_many_modalities_agree_in_nothing_but_d():
    task = load(count=4, distribution="relation", amplitude_pairs=1.0, sigma=0.0, drop=False, tokens=8, seed=3)
    batch = task.sample(4000, "train", 0)
    views = task.views(batch, torch.Generator().manual_seed(0))
    seen = []
    for view in views:
        latents = {}
        for m, x in enumerate(view):
            along = torch.einsum("nx,fkx->fnk", x.flatten(1), task.planes[m][:, :, 0]).argmax(2)
            latents |= dict(zip(task.shown[m], along))
        seen.append(latents)
    one, two = seen
    assert all((one[name] == two[name]).float().mean().item() == pytest.approx(0.25, abs=0.04) for name in one)
    for z in seen:
        assert torch.equal((z["t_4"] - z["t_1"] - z["t_2"] - z["t_3"]) % 4, batch.latents["d"])
        assert torch.equal((z["t_24_4"] - z["t_24_2"]) % 4, batch.latents["d_24"])
    free = ["t_1", "t_2", "t_3"]
    moves = torch.stack([(two[name] - one[name]) % 4 for name in free])
    assert torch.bincount(moves[0] + 4 * moves[1] + 16 * moves[2], minlength=64).min() > 20


# --- what could have come together ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "dials",
    [
        {"count": 2, "rho": 1.0},
        {"count": 2, "rho": 0.0},
        {"count": 2, "rho": 0.5},
        {"count": 2, "rho": 1.0, "amplitude_redundancy": 0.0},
        {"count": 2, "rho": 1.0, "amplitude_relation": 0.0},
        {"count": 2, "classes": 3, "rho": 0.0},
        {"count": 3, "rho": 1.0},
        {"count": 3, "rho": 0.0, "classes": 3},
        {"count": 3, "rho": 1.0, "amplitude_pairs": 1.0},
        {"count": 3, "rho": 0.0, "amplitude_pairs": 1.0, "amplitude_relation": 0.0},
        {"count": 3, "rho": 0.6, "amplitude_pairs": 1.0},
    ],
)
def test_compatible_is_what_training_shows_together(dials):
    """Against the set of everything that a large training sample shows."""
    task = load(**{"classes": 2, "tokens": 4, "amplitude_unique": 0.0} | dials)

    def seen(batch):
        columns = [[batch.latents[name].tolist() for name in shown] for shown in task.shown]
        return [[tuple(c[k] for c in column) for column in columns] for k in range(len(batch))]

    trained = {tuple(row) for row in seen(task.sample(60_000, "train", 0))}
    query, gallery = task.sample(40, "test", 1), task.sample(50, "test", 2)
    for anchor in range(task.count):
        found = task.compatible(query, gallery, anchor)
        assert found.shape == (40, 50)
        assert found.dtype == torch.bool
        for i, asked in enumerate(seen(query)):
            for j, offered in enumerate(seen(gallery)):
                mixed = tuple(asked[m] if m == anchor else offered[m] for m in range(task.count))
                assert found[i, j].item() == (mixed in trained)


def test_compatible_ignores_what_belongs_to_one_modality():
    task = load(rho=1.0)
    batch = task.sample(300, "train", 0)
    other = tasks.Batch(batch.inputs, batch.labels, batch.latents | {"u_1": batch.latents["u_1"].flip(0)})
    assert torch.equal(task.compatible(batch, batch, 0), task.compatible(other, batch, 0))
    assert task.compatible(batch, batch, 1).diagonal().all()


@pytest.mark.parametrize("anchor", [-1, 2])
def test_compatible_needs_a_modality_and_latents(anchor):
    task = load()
    batch = task.sample(4, "test", 0)
    with pytest.raises(ValueError, match=f"anchor = {anchor} is no modality; choose one from 0 to 1"):
        task.compatible(batch, batch, anchor)
    with pytest.raises(ValueError, match="Only batches with latents"):
        task.compatible(batch, tasks.Batch(batch.inputs, {}), 0)


# --- presets ----------------------------------------------------------------------------------------------------------


def test_xnor_is_factors_with_nothing_but_the_relation():
    task = tasks.load("xnor", seed=2)
    assert (task.name, task.distributions, task.rho) == ("xnor", ("biased",), 1.0)
    assert task.labels == {"synergy": "synergy"}
    batch = task.sample(8000, "train", 0)
    z = batch.latents
    assert torch.equal(z["t_1"] ^ z["t_2"], z["t_3"])
    for a, b in itertools.combinations(["t_1", "t_2", "t_3"], 2):
        assert torch.bincount(2 * z[a] + z[b]).min() > 1800
    plain = tasks.load("factors", seed=2, **{name: getattr(task.dials, name) for name in vars(task.dials)})
    torch.testing.assert_close(plain.sample(9, "test", 1).inputs, task.sample(9, "test", 1).inputs, rtol=0, atol=0)
    whole = next(row for row in task.structure if row["group"] == "all")
    assert (whole["total_correlation"], whole["o_information"]) == (1, -1)


def test_dials_go_before_the_preset():
    task = tasks.load("xnor", count=4, sigma=0.3)
    assert (task.count, task.sigma, task.classes, task.name) == (4, 0.3, 2, "xnor")
    assert tasks.load("factors").name == "factors"
    with pytest.raises(ValueError, match="has no setting 'colour'"):
        tasks.load("xnor", colour=1)


@pytest.mark.parametrize(("name", "count"), [("factors", 3), ("xnor", 1)])
def test_the_distributions_on_offer_load(name, count):
    offered = tasks.load(name).distributions
    assert len(offered) == count
    for distribution in offered:
        assert tasks.load(name, distribution=distribution).distribution == distribution


@settings(max_examples=15, deadline=None)
@given(st.integers(2, 5), st.integers(2, 3), st.integers(0, 1000))
def test_planes_are_orthogonal_and_of_one_length(classes, count, seed):
    task = load(classes=classes, count=count, seed=seed, tokens=10, features=6)
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
        ({"count": 1}, "count = 1 is not allowed; it takes a whole number from 2 to 8"),
        ({"count": 9}, "count = 9 is not allowed"),
        ({"amplitude_pairs": 1.0}, "amplitude_pairs = 1 needs 3 modalities or more, but count = 2"),
        (
            {"count": 8, "amplitude_pairs": 1.0},
            r"tokens \* features = 48 is too small: 10 latents of 4 classes need 2 \* 4 \* 10 = 80",
        ),
        ({"colour": 3}, "task 'factors' has no setting 'colour'"),
        ({"classes": 12}, r"tokens \* features = 48 is too small: 3 latents of 12 classes need 2 \* 12 \* 3 = 72"),
    ],
)
def test_bad_dials_are_a_sentence(dials, sentence):
    with pytest.raises(ValueError, match=sentence):
        load(**dials)


def test_unknown_names_are_a_sentence():
    with pytest.raises(ValueError, match=f"task 'factor' does not exist; choose one of {', '.join(tasks.names())}"):
        tasks.load("factor")
    with pytest.raises(ValueError, match="split 'valid' does not exist; choose one of train, probe, test"):
        tasks.load("factors").sample(5, "valid", 0)
    with pytest.raises(ValueError, match="n = 0 samples"):
        tasks.load("factors").sample(0, "test", 0)


def test_every_dial_says_what_it_means():
    rows = Dials.describe()
    assert [row["name"] for row in rows] == [field.name for field in dataclasses.fields(Dials)]
    assert all(row["meaning"] and row["allowed"] for row in rows)
