"""The task: its split, mapping and pairs, what readouts are fitted to, and that its truth is that of its test pairs."""

import dataclasses
import math

import numpy as np
import pytest
import torch

from coral_viz import pid
from coral_viz.tasks.trifeature import Dials, Trifeature
from coral_viz.tasks.views import augment, normalise

LABELS = ("redundancy", "unique_1", "unique_2", "synergy")


@pytest.fixture(scope="module")
def world():
    return Trifeature(seed=42)


def couples(batch):
    """The pairs of a batch as a set of (image 1, image 2)."""
    return set(zip(batch.latents["image_1"].tolist(), batch.latents["image_2"].tolist()))


def small(**dials):
    return Trifeature(**({"seed": 3, "values": 4, "pairs": 60, "size": 16} | dials))


# --- the world --------------------------------------------------------------------------------------------------


def test_the_split_keeps_200_combinations_for_the_test(world):
    training, test = (world.attributes[images] for images in (world.training_images, world.test_images))
    assert training.unique(dim=0, return_counts=True)[1].tolist() == [3] * 800
    assert test.unique(dim=0, return_counts=True)[1].tolist() == [1] * 200
    assert len(world.attributes.unique(dim=0)) == 1000


def test_the_split_shows_every_pair_of_values_equally_often(world):
    for images, count in ((world.training_images, 24), (world.test_images, 2)):
        for roles in ([0, 1], [0, 2], [1, 2]):
            assert set(world.attributes[images][:, roles].unique(dim=0, return_counts=True)[1].tolist()) == {count}


@pytest.mark.parametrize(
    "dials", [{"distribution": "biased"}, {"protocol": "published"}, {"size": 16}, {"renders": 1}, {"pairs": 7}]
)
def test_every_way_of_using_a_world_agrees_on_its_mapping_and_split(world, dials):
    other = Trifeature(seed=42, **dials)
    other.images  # noqa: B018 - rendering must not move what is drawn after it
    assert other.mapping.tolist() == world.mapping.tolist()
    assert torch.equal(other.attributes[other.test_images], world.attributes[world.test_images])
    probe = other.sample(500, "probe", 0)
    in_mapping = world.mapping[probe.latents["texture_1"]] == probe.latents["colour_2"]
    assert torch.equal(probe.labels["synergy"], in_mapping.long())


def test_training_on_biased_pairs_uses_the_mapping_that_readouts_are_asked_about(world):
    biased = Trifeature(seed=42, distribution="biased")
    train = biased.sample(8192, "train", 1)
    assert train.labels["synergy"].all()
    assert (world.mapping[train.latents["texture_1"]] == train.latents["colour_2"]).all()


def test_seeds_draw_mappings_splits_and_images(world):
    other = Trifeature(seed=43)
    assert other.mapping.tolist() != world.mapping.tolist()
    assert sorted(other.mapping.tolist()) == list(range(10))
    assert not torch.equal(other.attributes, world.attributes)
    assert torch.equal(Trifeature(seed=42).images, world.images)


def test_a_mapping_can_be_given(world):
    assert Trifeature(seed=42, mapping="5607324918").mapping.tolist() == [5, 6, 0, 7, 3, 2, 4, 9, 1, 8]


def test_the_same_world_at_two_sizes_shows_the_same(world):
    large = Trifeature(seed=42, size=96).images[:200].float()
    small_again = torch.nn.functional.avg_pool2d(large, 3)
    assert (small_again - world.images[:200].float()).abs().mean().item() < 6  # of 255; textures are coarser at 32


# --- pairs ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("distribution", ["unbiased", "biased"])
def test_training_pairs_are_different_images_of_one_shape_drawn_once(distribution):
    world = Trifeature(seed=1, distribution=distribution)
    every = world.sample(10**9, "train", 0)
    assert len(every) == len(couples(every)) == 10_000
    assert all(one != two for one, two in couples(every))
    assert torch.equal(every.latents["shape_1"], every.latents["shape_2"])
    assert every.latents["image_1"].max() < 2400
    some = world.sample(500, "train", 7)
    assert len(couples(some)) == 500
    assert couples(some) < couples(every)


def test_samples_follow_their_seed(world):
    first, again, other = (world.sample(50, "test", seed).latents["image_1"].tolist() for seed in (3, 3, 4))
    assert first == again != other


def test_labels_are_what_the_images_show(world):
    batch = world.sample(300, "test", 0)
    shown = world.attributes.tolist()
    for i, (one, two) in enumerate(zip(batch.latents["image_1"].tolist(), batch.latents["image_2"].tolist())):
        (shape, texture, _), (shape_2, texture_2, colour_2) = shown[one], shown[two]
        assert shape == shape_2
        expected = [shape, texture, texture_2, int(world.mapping[texture] == colour_2)]
        assert [int(batch.labels[name][i]) for name in LABELS] == expected


def test_other_attributes_can_take_the_parts():
    world = small(shared="colour", unique="shape", related_1="shape", related_2="texture")
    batch = world.sample(40, "test", 0)
    assert torch.equal(batch.latents["colour_1"], batch.latents["colour_2"])
    assert torch.equal(batch.labels["redundancy"], batch.latents["colour_1"])
    assert torch.equal(batch.labels["unique_2"], batch.latents["shape_2"])
    expected = world.mapping[batch.latents["shape_1"]] == batch.latents["texture_2"]
    assert torch.equal(batch.labels["synergy"], expected.long())


# --- what readouts are fitted to and tested on ------------------------------------------------------------------


def test_the_clean_protocol_keeps_test_images_from_readouts(world):
    test = world.sample(4096, "test", 0)
    assert len(couples(test)) == len(test) == 3800
    assert test.latents["image_1"].min() >= 2400
    assert test.labels["synergy"].float().mean().item() == pytest.approx(0.1)
    probe = world.sample(3072, "probe", 0)
    assert len(probe) == 3072
    assert max(probe.latents["image_1"].max(), probe.latents["image_2"].max()) < 2400
    assert probe.labels["synergy"].float().mean().item() == pytest.approx(0.1, abs=0.02)


def test_the_published_protocol_fits_to_its_test_pairs_and_crops_them(world):
    published = Trifeature(seed=42, protocol="published")
    test = published.sample(10**6, "test", 0)
    assert len(test) == 4000
    assert sum(one == two for one, two in couples(test)) == 200
    probe = published.sample(10**6, "probe", 0)
    assert len(probe) == 14_000
    assert couples(test) < couples(probe)
    assert couples(published.sample(500, "train", 0)) == couples(world.sample(500, "train", 0))
    some = probe[:20]
    torch.testing.assert_close(some.inputs, some.inputs)
    plain = published.images[some.latents["image_1"]].float() / 255
    expected = augment(plain, torch.Generator().manual_seed(0), recipe="crop", crop=0.08)
    torch.testing.assert_close(some.inputs[0], normalise(expected))
    torch.testing.assert_close(test[:5].inputs, world_inputs(published, test[:5]))


@pytest.mark.parametrize(("protocol", "fitted"), [("comm", 10_000), ("coral", 14_000)])
def test_the_probes_of_the_papers_crop_weakly_and_hold_test_pairs_out_or_not(protocol, fitted):
    world = Trifeature(seed=42, protocol=protocol)
    test, probe = world.sample(10**6, "test", 0), world.sample(10**6, "probe", 0)
    assert len(test) == 4000
    assert sum(one == two for one, two in couples(test)) == 200
    assert len(probe) == fitted
    assert couples(test) <= couples(probe) if protocol == "coral" else couples(test).isdisjoint(couples(probe))
    for batch in (probe[:20], test[:20]):
        plain = world.images[batch.latents["image_1"]].float() / 255
        expected = augment(plain, torch.Generator().manual_seed(0), recipe="crop", crop=0.5)
        torch.testing.assert_close(batch.inputs[0], normalise(expected))


def test_originals_are_weakly_cropped_images(world):
    batch = world.sample(6, "train", 0)
    originals = world.originals(batch, torch.Generator().manual_seed(0))
    plain = world.images[batch.latents["image_1"]].float() / 255
    expected = augment(plain, torch.Generator().manual_seed(0), recipe="crop", crop=0.5)
    torch.testing.assert_close(originals[0], normalise(expected))


def test_combinations_may_be_held_out_at_random_as_published():
    world = Trifeature(seed=42, held_out="random")
    training, test = (world.attributes[images] for images in (world.training_images, world.test_images))
    assert [len(each.unique(dim=0)) for each in (training, test)] == [800, 200]
    assert len(world.attributes.unique(dim=0)) == 1000
    counts = [len(test[test[:, role] == value]) for role in range(3) for value in range(10)]
    assert min(counts) < 20 < max(counts)
    other = Trifeature(seed=43, held_out="random")
    assert not torch.equal(test, other.attributes[other.test_images])


def test_younger_dials_leave_ids_alone():
    assert {name for name, _ in Trifeature(seed=0).dials.identity()}.isdisjoint({"weak_crop", "held_out", "drawings"})


def world_inputs(world, batch):
    return [normalise(world.images[batch.latents[f"image_{m}"]].float() / 255) for m in (1, 2)]


def test_pairs_cost_nothing_until_they_are_looked_at():
    world = Trifeature(seed=0, size=224)
    batch = world.sample(10_000, "train", 0)[torch.arange(64)]
    assert len(batch) == len(batch.labels["synergy"]) == 64
    assert "images" not in vars(world)


def test_inputs_are_normalised_images_of_the_pairs(world):
    batch = world.sample(12, "test", 0)
    assert [x.shape for x in batch.inputs] == [(12, 3, 32, 32)] * 2
    torch.testing.assert_close(batch.inputs, world_inputs(world, batch))
    torch.testing.assert_close(batch[3:7].inputs, [x[3:7] for x in batch.inputs])
    everything = torch.cat(world.sample(2000, "probe", 0).inputs)
    assert everything.mean().abs().item() < 0.5
    assert 0.4 < everything.std().item() < 1.2


# --- truth ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dials", [{"values": 3}, {"values": 3, "test_renders": 2}, {"values": 4}, {"values": 2}])
def test_truth_equals_the_decomposition_of_all_test_pairs(dials):
    world = small(**dials)
    batch = world.sample(10**6, "test", 0)
    codes = [sum(batch.latents[f"{name}_{m}"] * 10**k for k, name in enumerate(("shape", "texture", "colour")))
             for m in (1, 2)]  # fmt: skip
    sources = [code.unique(return_inverse=True)[1].numpy() for code in codes]
    for name in LABELS:
        label = batch.labels[name].numpy()
        table = np.zeros((sources[0].max() + 1, sources[1].max() + 1, label.max() + 1))
        np.add.at(table, (*sources, label), 1)
        np.testing.assert_allclose(world.truth[name].as_array(), pid.broja(table, tol=1e-9).as_array(), atol=1e-6)


def test_every_label_is_nearly_one_atom(world):
    for name, atoms in world.truth.items():
        assert getattr(atoms, world.labels[name]) == pytest.approx(atoms.information, abs=0.03)
    assert world.truth["redundancy"].redundancy == pytest.approx(math.log2(10))
    assert world.truth["unique_1"].unique_1 == pytest.approx(-math.log2(2 / 19) * 18 / 19 - math.log2(1 / 19) / 19)
    assert world.truth["synergy"].information == pytest.approx(-0.1 * math.log2(0.1) - 0.9 * math.log2(0.9))


def test_with_self_pairs_every_label_is_exactly_one_atom():
    world = Trifeature(protocol="published")
    assert world.truth.keys() == world.labels.keys()
    for name, atoms in world.truth.items():
        assert getattr(atoms, world.labels[name]) == pytest.approx(atoms.information, abs=1e-9)


# --- views ------------------------------------------------------------------------------------------------------


def test_views_are_two_augmentations_of_both_images(world):
    batch = world.sample(6, "train", 0)
    views = world.views(batch, torch.Generator().manual_seed(0))
    again = world.views(batch, torch.Generator().manual_seed(0))
    assert [x.shape for view in views for x in view] == [(6, 3, 32, 32)] * 4
    for view, same in zip(views, again):
        torch.testing.assert_close(view, same)
    assert not any(torch.equal(one, two) for one, two in zip(*views))


def test_each_modality_has_its_own_augmentations():
    world = Trifeature(seed=42, view_1="none", view_2="crop", crop=0.5)
    batch = world.sample(6, "train", 0)
    one, two = world.views(batch, torch.Generator().manual_seed(0))
    torch.testing.assert_close(one[0], batch.inputs[0])
    torch.testing.assert_close(two[0], batch.inputs[0])
    both = (world.images[batch.latents["image_2"]].float() / 255).repeat(2, 1, 1, 1)
    expected = augment(both, torch.Generator().manual_seed(0), recipe="crop", crop=0.5)
    torch.testing.assert_close(torch.cat([one[1], two[1]]), normalise(expected))


@pytest.mark.parametrize("distribution", ["unbiased", "biased"])
@pytest.mark.parametrize("anchor", [0, 1])
def test_compatible_is_what_training_could_pair(distribution, anchor):
    world = small(distribution=distribution)
    query, gallery = world.sample(20, "test", 0), world.sample(15, "test", 1)
    right = world.compatible(query, gallery, anchor)
    for i in range(20):
        for j in range(15):
            one, two = (query[i], gallery[j]) if anchor == 0 else (gallery[j], query[i])
            expected = one.latents["shape_1"] == two.latents["shape_2"]
            if distribution == "biased":
                expected &= world.mapping[one.latents["texture_1"]] == two.latents["colour_2"]
            assert bool(right[i, j]) == bool(expected)
    with pytest.raises(ValueError, match="anchor = 2 is no modality; choose 0 or 1"):
        world.compatible(query, gallery, 2)


# --- bad input --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dials", "sentence"),
    [
        ({"size": 15}, "size = 15 is not allowed; it takes a whole number from 16"),
        ({"values": 11}, "values = 11 is not allowed"),
        ({"shared": "size"}, "shared = 'size' is not allowed; it takes shape or texture or colour"),
        ({"unique": "shape"}, "unique = 'shape' is the shared attribute already; it takes texture or colour"),
        ({"shared": "colour"}, "related_2 = 'colour' is the shared attribute already; it takes shape or texture"),
        ({"mapping": "5607324910"}, "mapping = '5607324910' is no bijection; it takes each of the digits 0123456789"),
        ({"mapping": "012"}, "mapping = '012' is no bijection"),
        ({"pairs": 600_000}, "pairs = 600000, but only 573600 unbiased pairs exist among its 2400"),
        ({"pairs": 60_000, "distribution": "biased"}, "only 57360 biased pairs exist"),
        ({"view_1": "blur"}, "view_1 = 'blur' is not allowed; it takes all or no crop or crop or none"),
        ({"crop": 0.0}, "crop = 0.0 is not allowed"),
        ({"protocol": "odd"}, "it takes clean or comm or coral or published"),
        ({"colour": 3}, "task 'trifeature' has no setting 'colour'"),
    ],
)
def test_bad_dials_are_a_sentence(dials, sentence):
    with pytest.raises(ValueError, match=sentence):
        Trifeature(**dials)


def test_bad_samples_are_a_sentence(world):
    with pytest.raises(ValueError, match="split 'valid' does not exist"):
        world.sample(5, "valid", 0)
    with pytest.raises(ValueError, match="n = 0 samples cannot be drawn"):
        world.sample(0, "test", 0)


def test_every_dial_says_what_it_means():
    rows = Dials.describe()
    assert [row["name"] for row in rows] == [field.name for field in dataclasses.fields(Dials)]
    assert all(row["meaning"] and row["allowed"] for row in rows)
