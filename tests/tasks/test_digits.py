"""The task: strips that can be read, tests in other people's handwriting, both kinds of views, what is refused."""

import numpy as np
import pytest
import torch

from coral_viz import methods, runs, tasks
from coral_viz.cli import tour
from coral_viz.pid import information
from coral_viz.runs import replay
from coral_viz.tasks import handwriting
from coral_viz.tasks.handwriting import Pool, load
from coral_viz.tasks.visible import at_ratio


def world(**dials):
    return tasks.load("digits", **{"seed": 1} | dials)


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def read(x):
    """Digit and hand of every token (n, T, 64) by looking its image up among all there are."""
    every = Pool(list(range(13)), torch.device("cpu"))
    apart = torch.cdist(x, every.inputs, compute_mode="donot_use_mm_for_euclid_dist")
    nearest, index = apart.min(2)
    assert nearest.max() == 0
    return every.digits[index], every.hands[index]


@pytest.mark.parametrize(
    ("dials", "first"),
    [
        ({}, ["r", "r", "u_1", "u_1", "t_1", "t_1"]),
        ({"times": 1, "classes": 10}, ["r", "u_1", "t_1"]),
        ({"distribution": "relation"}, ["t_1", "t_1"]),
        ({"count": 3, "pairs": True, "times": 1}, ["r", "u_1", "t_1", "t_12_1", "t_13_1"]),
        ({"count": 8, "classes": 2, "times": 1}, ["r", "u_1", "t_1"]),
    ],
)
@pytest.mark.parametrize("split", ["train", "test"])
def test_a_token_is_an_image_of_the_digit_that_its_place_asks_for(dials, first, split):
    task = world(**dials)
    assert task.written[0] == first
    batch = task.sample(60, split, 3)
    assert len(batch.inputs) == len(task.modalities) == task.count
    for modality, names, x in zip(task.modalities, task.written, batch.inputs):
        assert (modality.kind, modality.shape, x.shape) == ("looks", (len(names), 64), (60, len(names), 64))
        assert torch.equal(read(x)[0], torch.stack([batch.latents[name] for name in names], 1))


@pytest.mark.parametrize("dials", [{}, {"classes": 10}, {"views": "pixels"}])
def test_tests_show_hands_that_training_and_readouts_never_see(dials):
    task = world(**dials)
    splits = ("train", "probe", "test")
    shown = {split: set(read(task.sample(300, split, 0).inputs[0])[1].unique().tolist()) for split in splits}
    assert shown["train"] == shown["probe"]
    assert shown["test"] | shown["train"] == set(range(13))
    assert not shown["test"] & shown["train"]


def test_worlds_differ_in_whose_handwriting_is_seen():
    hands = [set(task.pools["train"].hands.tolist()) for task in (world(), world(), world(seed=2))]
    assert hands[0] == hands[1] != hands[2]


@pytest.mark.parametrize("dials", [{}, {"distribution": "biased"}, {"classes": 3, "count": 3}, {"rho": 0.7}])
def test_latents_labels_and_truth_are_those_of_factors(dials):
    digits, factors = world(**dials), tasks.load("factors", **dials)
    assert digits.truth == factors.truth
    assert digits.labels == factors.labels
    assert digits.structure == factors.structure
    a, b = digits.sample(300, "train", 5), factors.sample(300, "train", 5)
    assert a.labels.keys() == b.labels.keys()
    assert all(torch.equal(a.labels[name], b.labels[name]) for name in a.labels)
    assert torch.equal(digits.compatible(a, a, 1), factors.compatible(b, b, 1))


def test_pairwise_relations_are_those_of_factors():
    pairs = world(count=3, pairs=True)
    assert pairs.labels == tasks.load("factors", count=3, amplitude_pairs=1.0, features=40).labels


@pytest.mark.parametrize("dials", [{}, {"count": 3, "pairs": True, "classes": 3}])
def test_views_are_other_handwriting_of_the_same_digits_by_hands_of_training(dials):
    task = world(drop=False, **dials)
    batch = task.sample(60, "train", 0)
    views = task.views(batch, generator())
    for names, x, *seen in zip(task.written, batch.inputs, *views):
        for view in seen:
            digits, hands = read(view)
            assert torch.equal(digits, torch.stack([batch.latents[name] for name in names], 1))
            assert set(hands.unique().tolist()) <= set(task.pools["train"].hands.tolist())
            assert (view == x).all(2).float().mean() < 0.05
        assert (seen[0] == seen[1]).all(2).float().mean() < 0.05


@pytest.mark.parametrize("dials", [{}, {"count": 3, "classes": 3, "pairs": True}])
def test_relation_views_agree_in_nothing_but_d(dials):
    task = world(distribution="relation", drop=False, times=1, **dials)
    batch = task.sample(400, "train", 0)
    views = task.views(batch, generator())
    one, two = (
        {name: digit for names, x in zip(task.written, view) for name, digit in zip(names, read(x)[0].T)}
        for view in views
    )
    assert set(task.model.shown_relations) == set(task.labels)
    for label, latents in task.model.shown_relations.items():
        for seen in (one, two):
            *free, last = (seen[name] for name in latents.values())
            assert torch.equal(((last - sum(free)) % task.classes == 0).long(), batch.labels[label])
        for name in latents.values():
            assert (one[name] == two[name]).float().mean().item() == pytest.approx(1 / task.classes, abs=0.1)


def test_views_of_pixels_are_changed_copies_of_the_sample(monkeypatch):
    task = world(views="pixels", drop=False)
    batch = task.sample(50, "test", 0)
    one, two = task.views(batch, generator())
    for x, *seen in zip(batch.inputs, one, two):
        assert all((view != x).any(2).all() for view in seen)
        assert (seen[0] != seen[1]).any(2).all()
    for name in ("SHIFT", "TURN", "ERASED", "NOISE"):
        monkeypatch.setattr(handwriting, name, 0)
    for view in task.views(batch, generator()):
        torch.testing.assert_close(view, batch.inputs)


@pytest.mark.parametrize("views", ["handwriting", "pixels"])
def test_drop_zeroes_tokens_and_pixels_at_the_rates_of_factors(views):
    task = world(views=views)
    zero = task.views(task.sample(4000, "train", 0), generator())[0][0] == 0
    assert zero.all(2).float().mean().item() == pytest.approx(0.15, abs=0.01)
    assert zero[~zero.all(2)].float().mean().item() == pytest.approx(0.1, abs=0.01)


# --- what visible digits tell ---------------------------------------------------------------------------------------


def counted(task, label, seen, n=100_000):
    """I(latents seen; label) in bits, from counting."""
    drawn = task.model.draw(n, 0.5, np.random.default_rng(0))
    labels = task.model.labels({name: torch.tensor(values) for name, values in drawn.items()})
    code = sum(drawn[name] * task.classes**k for k, name in enumerate(seen)) + np.zeros(n, int)
    table = np.zeros((task.classes ** len(seen), task.classes_of[label]))
    np.add.at(table, (code, labels[label].numpy()), 1)
    return information.mutual_information(table / n)


@pytest.mark.parametrize(
    ("dials", "visible"),
    [
        ({"classes": 3}, {}),
        ({"classes": 3}, {"modality_1": [1, 0, 0, 0, 0, 1]}),
        ({"classes": 3}, {"modality_1": [0, 0, 1, 1, 0, 0], "modality_2": [0, 1, 0, 0, 1, 0]}),
        ({"classes": 2, "count": 3, "times": 1}, {"modality_3": [0, 1, 1]}),
        ({"classes": 2, "distribution": "relation", "count": 3, "pairs": True}, {"modality_3": [0, 0, 0, 1, 1, 1]}),
    ],
)
def test_information_under_a_mask_is_that_of_the_latents_seen(dials, visible):
    task = world(**dials)
    masks = {name: torch.tensor(mask, dtype=torch.bool) for name, mask in visible.items()}
    told = task.information(masks)
    assert told.keys() == task.truth.keys()
    shown = [torch.tensor(visible.get(m.name, [1] * m.shape[0])).tolist() for m in task.modalities]
    seen = [{name for name, there in zip(names, mask) if there} for names, mask in zip(task.written, shown)]
    for label, bits in told.items():
        assert bits.together.bits == pytest.approx(counted(task, label, sorted(set().union(*seen))), abs=0.01)
        for alone, latents in zip(bits.alone, seen):
            assert alone.bits == pytest.approx(counted(task, label, sorted(latents)), abs=0.01)
        assert bits.together.error < 1e-9


@pytest.mark.parametrize("dials", [{}, {"classes": 10}, {"count": 3, "classes": 2}])
def test_all_digits_tell_what_the_truth_says(dials):
    task = world(**dials)
    told = task.information()
    assert told.keys() == task.truth.keys()
    for label, bits in told.items():
        assert bits.together.bits == pytest.approx(task.truth[label].information)
        assert bits.alone[0].bits == pytest.approx(task.truth[label].information_1)


def test_information_at_a_ratio_falls_and_synergys_falls_first():
    task = world(times=3)
    left = [task.information(at_ratio(task.modalities, ratio)) for ratio in (0.0, 0.4, 0.8)]
    assert (
        left[0]["redundancy"].together.bits > left[1]["redundancy"].together.bits > left[2]["redundancy"].together.bits
    )
    shares = [
        left[2][label].together.bits / left[0][label].together.bits for label in ("redundancy", "unique_1", "synergy")
    ]
    assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize(
    ("mask", "sentence"),
    [
        ({"modality_1": torch.zeros(6, dtype=torch.bool), "modality_2": torch.zeros(6, dtype=torch.bool)}, "no token"),
        ({"modality_1": torch.ones(5, dtype=torch.bool)}, r"shape \(5,\); it takes \(6,\)"),
        ({"modality_3": torch.ones(6, dtype=torch.bool)}, "modality 'modality_3' does not exist"),
    ],
)
def test_masks_that_do_not_fit_are_a_sentence(mask, sentence):
    with pytest.raises(ValueError, match=sentence):
        world().information(mask)
    with pytest.raises(ValueError, match="n = 1 samples give no standard error"):
        world().information(n=1)


# --- samples --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("distribution", "share"), [("unbiased", 0.25), ("biased", 1.0), ("relation", 0.25)])
def test_training_distributions_and_the_probe_distribution(distribution, share):
    task = world(distribution=distribution)
    for split, expected in (("train", share), ("probe", 0.5), ("test", 0.5)):
        same = (task.sample(20_000, split, 0).latents["d"] == 0).float().mean().item()
        assert same == pytest.approx(expected, abs=0.02)


def test_samples_follow_their_seed_and_split():
    task = world()
    a, b = task.sample(50, "test", 3), task.sample(50, "test", 3)
    torch.testing.assert_close(a.inputs, b.inputs, rtol=0, atol=0)
    assert not torch.equal(a.inputs[0], task.sample(50, "test", 4).inputs[0])
    torch.testing.assert_close(*(task.views(a, generator(7)) for _ in range(2)), rtol=0, atol=0)


def test_any_number_of_samples_is_looked_up_at_once(monkeypatch):
    calls = []
    draw = Pool.draw
    monkeypatch.setattr(Pool, "draw", lambda self, *args: calls.append(1) or draw(self, *args))
    task = world(count=3)
    batch = task.sample(5000, "train", 0)
    assert len(calls) == 3
    task.views(batch, generator())
    assert len(calls) == 6


def test_views_leave_the_images_as_they_are():
    before = [values.clone() for values in load()]
    task = world(drop=True, views="pixels")
    task.views(task.sample(100, "train", 0), generator())
    torch.testing.assert_close(list(load()), before, rtol=0, atol=0)


@pytest.mark.parametrize(
    ("dials", "sentence"),
    [
        ({"classes": 11}, r"classes = 11 is not allowed; it takes a whole number from 2 to 10\."),
        ({"classes": 1}, r"classes = 1 is not allowed; it takes a whole number from 2 to 10\."),
        ({"count": 1}, r"count = 1 is not allowed; it takes a whole number from 2 to 8\."),
        ({"count": 9}, r"count = 9 is not allowed; it takes a whole number from 2 to 8\."),
        ({"times": 0}, r"times = 0 is not allowed; it takes a whole number from 1"),
        ({"views": "phases"}, r"views = 'phases' is not allowed; it takes handwriting or pixels\."),
        ({"rho": 1.5}, r"rho = 1.5 is not allowed; it takes a number from 0 to 1, or None\."),
        ({"pairs": True}, r"pairs = True needs 3 modalities or more, but count = 2\."),
        ({"distribution": "relation", "views": "pixels"}, r"views = 'pixels' cannot go with distribution = 'relation'"),
        ({"sigma": 1.0}, r"task 'digits' has no setting 'sigma'; it has distribution, classes, "),
    ],
)
def test_bad_dials_are_a_sentence(dials, sentence):
    with pytest.raises(ValueError, match=sentence):
        world(**dials)


@pytest.mark.parametrize(
    ("n", "split", "sentence"), [(0, "test", "n = 0 samples cannot be drawn"), (5, "validation", "split 'validation'")]
)
def test_bad_samples_are_a_sentence(n, split, sentence):
    with pytest.raises(ValueError, match=sentence):
        world().sample(n, split, 0)


# --- in the rest of the package -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", methods.names())
def test_every_method_takes_strips(name):
    task = world(count=max(2, methods.get(name).COUNT[0]), classes=2)
    method = methods.build(name, task)
    batch = task.sample(16, "train", 0)
    assert all(term.isfinite() for term in method.loss(*task.views(batch, generator()), 0.5).values())
    assert len(method.eval().embed(batch.inputs)[method.whole[0]]) == 16


def test_a_run_is_kept_put_back_and_recorded(tmp_path, monkeypatch):
    monkeypatch.setattr(replay, "PROBED", 64)
    budget = runs.Budget(steps=4, batch=16, samples=64, probe_samples=200, test_samples=200)
    (spec,) = tour.specs(["cross"], [1], budget, "digits:classes=3,times=1,views=pixels,distribution=biased")
    store = runs.Store(tmp_path)
    (outcome,) = runs.execute([spec], store, device="cpu", executor="serial")
    assert outcome.status == "done", outcome.reason
    task, method = runs.restored(spec, store)
    assert task.dials.views == "pixels"
    assert len(method.embed(task.sample(5, "test", 0).inputs)[method.whole[0]]) == 5
    recorded = replay.load(replay.save(replay.record(spec, points=2, samples=20, device="cpu"), tmp_path))
    assert recorded.steps[-1] == 4
    assert recorded.labels["redundancy"].max() == 2
