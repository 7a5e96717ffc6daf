"""One's own arrays as a task: what is taken, how it is split and standardised, and what is refused."""

import numpy as np
import pandas as pd
import pytest
import torch

from coral_viz import evaluation, methods, tasks, training
from coral_viz.cli import own_data
from coral_viz.tasks.task import SPLITS


def made(n=200, **more):
    rng = np.random.default_rng(0)
    y = np.arange(n) % 4
    arrays = {"sound": rng.normal(3, 5, (n, 7)) + y[:, None], "touch": rng.normal(size=(n, 5)).astype("float32")}
    return {"modalities": arrays, "labels": {"class": y}} | more


def test_arrays_become_modalities_of_their_kind():
    rng, n = np.random.default_rng(1), 60
    arrays = {
        "v": rng.normal(size=(n, 3)),
        "s": torch.randn(n, 6, 2),
        "i": rng.integers(0, 256, (n, 16, 16), dtype=np.uint8),
        "rgb": rng.random((n, 3, 20, 20)),
        "table": pd.DataFrame(rng.normal(size=(n, 2))),
    }
    task = tasks.from_arrays(arrays, {"y": np.arange(n) % 2})
    found = {m.name: (m.kind, m.shape) for m in task.modalities}
    assert found == {
        "v": ("vector", (3,)),
        "s": ("sequence", (6, 2)),
        "i": ("image", (3, 16, 16)),
        "rgb": ("image", (3, 20, 20)),
        "table": ("vector", (2,)),
    }
    batch = task.sample(8, "train", 0)
    one, two = task.views(batch, torch.Generator().manual_seed(0))
    for m, x, a, b in zip(task.modalities, batch.inputs, one, two):
        assert x.shape == a.shape == b.shape == (8, *m.shape)
        assert x.dtype == a.dtype == torch.float32
        assert not torch.equal(a, b)
    assert task.truth == {}


def test_drawn_splits_are_stratified_disjoint_and_follow_the_seed():
    task, other = (tasks.from_arrays(**made(), seed=seed) for seed in (0, 1))
    assert [len(task.rows[split]) for split in SPLITS] == [120, 40, 40]
    assert sorted(np.concatenate(list(task.rows.values()))) == list(range(200))
    for split in SPLITS:
        assert np.bincount(np.arange(200)[task.rows[split]] % 4).std() == 0
    assert not np.array_equal(task.rows["test"], other.rows["test"])
    assert task.data.content == other.data.content


def test_no_split_divides_a_group():
    groups = np.repeat(np.arange(20), 10)
    for seed in range(5):
        task = tasks.from_arrays(**made(groups=groups), seed=seed)
        found = [set(groups[task.rows[split]]) for split in SPLITS]
        assert sum(map(len, found)) == len(set().union(*found)) == 20
        batch = task.sample(10, "probe", 0)
        assert torch.equal(task.pieces(batch)[:, 0], torch.from_numpy(groups)[batch.latents["row"]])


def test_given_splits_are_kept_whatever_the_seed():
    splits = np.array(["train", "train", "valid", "test"])[np.random.default_rng(0).integers(4, size=200)]
    task = tasks.from_arrays(**made(splits=splits), seed=3)
    assert np.array_equal(task.rows["probe"], np.flatnonzero(splits == "valid"))
    assert task.sizes == {
        "train": (np.char.startswith(splits, "tr")).sum(),
        "probe": (splits == "valid").sum(),
        "test": (splits == "test").sum(),
    }


def test_inputs_are_standardised_by_training_statistics_alone():
    given = made()
    task = tasks.from_arrays(**given)
    train = task.sample(10_000, "train", 0)
    for x in train.inputs:
        assert torch.allclose(x.mean(0), torch.zeros(x.shape[1]), atol=1e-5)
        assert torch.allclose(x.std(0, correction=0), torch.ones(x.shape[1]), atol=1e-5)
    moved = {name: values.copy() for name, values in given["modalities"].items()}
    moved["sound"][task.rows["test"]] *= 100
    other = tasks.from_arrays(**given | {"modalities": moved})
    assert torch.equal(other.sample(10_000, "train", 0).inputs[0], train.inputs[0])


def test_padding_is_nan_and_has_no_part_in_statistics():
    rng, n = np.random.default_rng(2), 50
    x, lengths = rng.normal(4, 2, (n, 6, 3)), rng.integers(1, 7, n)
    present = np.arange(6) < lengths[:, None]
    arrays, y = {"s": x, "v": rng.normal(size=(n, 2))}, {"y": np.arange(n) % 2}
    task = tasks.from_arrays(arrays, y, lengths={"s": lengths})
    batch = task.sample(n, "train", 0)
    rows = batch.latents["row"].numpy()
    assert np.array_equal(torch.isnan(batch.inputs[0]).all(-1).numpy(), ~present[rows])
    mine = x[rows][present[rows]]
    expected = (x[rows] - mine.mean(0)) / mine.std(0)
    assert np.allclose(batch.inputs[0].numpy()[present[rows]], expected[present[rows]], atol=1e-5)
    junk = np.where(present[..., None], x, 99.0)
    again = tasks.from_arrays(arrays | {"s": junk}, y, masks={"s": present})
    assert again.data.content == task.data.content


@pytest.mark.parametrize("dtype", ["float16", "float32", "int16", "uint8", "bool"])
def test_every_real_dtype_is_taken(dtype):
    given = made()
    given["modalities"]["touch"] = (given["modalities"]["touch"] > 0).astype(dtype)
    task = tasks.from_arrays(**given, kinds={"touch": "vector"})
    assert task.sample(5, "train", 0).inputs[1].isfinite().all()


def test_labels_are_classes_by_number_name_or_quarter():
    n = 200
    words = np.array(["b", "a", "c", "d"])[np.arange(n) % 4]
    labels = {"word": words, "whole": (np.arange(n) % 2).astype(float), "age": np.random.default_rng(0).normal(size=n)}
    task = tasks.from_arrays(made()["modalities"], labels | {"kind": pd.Series(words, dtype="category")})
    assert task.data.classes == {"word": tuple("abcd"), "whole": ("0", "1"), "age": (), "kind": tuple("abcd")}
    assert task.classes_of == {"word": 4, "whole": 2, "age": 4, "kind": 4}
    batch = task.sample(n, "train", 0)
    rows = batch.latents["row"]
    assert torch.allclose(batch.targets["age"], torch.from_numpy(labels["age"])[rows].float())
    assert torch.equal(batch.labels["age"], torch.from_numpy(task.data.strata("age"))[rows])
    assert np.bincount(task.data.strata("age")).tolist() == [50] * 4


def test_content_changes_with_the_data_and_not_with_their_holder(tmp_path):
    given = made()
    content = tasks.from_arrays(**given).data.content
    np.save(tmp_path / "sound.npy", given["modalities"]["sound"])
    mapped = np.load(tmp_path / "sound.npy", mmap_mode="r")
    held = {"sound": mapped, "touch": torch.from_numpy(given["modalities"]["touch"])}
    assert tasks.from_arrays(held, given["labels"], name="other").data.content == content
    changed = {name: values.copy() for name, values in given["modalities"].items()}
    changed["sound"][7, 3] += 1
    shuffled = {"class": np.random.default_rng(0).permutation(given["labels"]["class"])}
    others = [
        tasks.from_arrays(changed, given["labels"]),
        tasks.from_arrays(given["modalities"], shuffled),
        tasks.from_arrays(**given, groups=np.arange(200)),
        tasks.from_arrays(**given, splits=np.resize(["train", "probe", "test"], 200)),
    ]
    assert len({content, *(task.data.content for task in others)}) == 5


def holds(array, place, value):
    array = array.copy()
    array[place] = value
    return array


SOUND, TOUCH, Y = made()["modalities"]["sound"], made()["modalities"]["touch"], made()["labels"]["class"]
COPY = holds(SOUND, 0, SOUND[1]), holds(TOUCH, 0, TOUCH[1])
BAD = {
    "lengths differ": ({"touch": TOUCH[:150]}, {}, {}, r"sound' 200, modality 'touch' 150"),
    "NaN": ({"sound": holds(SOUND, (3, 2), np.nan)}, {}, {}, r"'sound' misses 1 values .* missing='mean'"),
    "infinite": ({"sound": holds(SOUND, (3, 2), np.inf)}, {}, {}, r"'sound' holds 1 infinite"),
    "words": ({"sound": np.full((200, 2), "a")}, {}, {}, r"'sound' holds <U1; it takes real numbers"),
    "one axis": ({"sound": np.ones(200)}, {}, {}, r"shape \(200,\); it takes \(n, d\)"),
    "several sizes": ({"sound": [np.ones((16, 16)), np.ones((17, 16))] * 100}, {}, {}, "several shapes; pad or resize"),
    "image sides": ({"sound": np.zeros((200, 3, 16, 20), np.uint8)}, {}, {}, r"images of 3 x 16 x 20; .* squares"),
    "image range": ({"sound": np.full((200, 3, 16, 16), 9.0)}, {}, {}, r"values from 9 to 9; they take bytes"),
    "wrong kind": ({}, {}, {"kinds": {"sound": "image"}}, r"shape \(200, 7\), which is no image"),
    "unknown kind": ({}, {}, {"kinds": {"smell": "image"}}, r"kinds name 'smell'; they take sound, touch"),
    "an id": ({}, {"class": np.arange(200)}, {}, "200 classes in 200 samples, as an id has"),
    "one class": ({}, {"class": np.zeros(200, int)}, {}, "'class' has one class"),
    "rare class": ({}, {"class": holds(Y, [0, 1], 9)}, {}, "has 2 samples of '9'; every class needs 5"),
    "missing label": (
        {},
        {"class": holds(Y.astype(float), 0, np.nan)},
        {},
        "'class' is missing or infinite in 1 of 200",
    ),
    "missing name": ({}, {"class": holds(Y.astype(object), 0, None)}, {}, "'class' is missing in 1 of 200"),
    "no label": ({}, None, {}, "no label is given"),
    "reserved name": ({}, {"all": Y}, {}, "the name 'all' is not allowed"),
    "one name twice": ({}, {"sound": Y}, {}, "'sound' names a modality and a label"),
    "class in one split": (
        {},
        {},
        {"splits": np.where(Y == 3, "train", np.resize(["train", "probe", "test"], 200))},
        "no sample of '3' in the probe split",
    ),
    "split's name": ({}, {}, {"splits": np.resize(["train", "dev", "last"], 200)}, "splits hold 'last'"),
    "no test split": ({}, {}, {"splits": np.resize(["train", "dev"], 200)}, "no sample into test"),
    "groups across splits": (
        {},
        {},
        {"groups": np.arange(200) // 10, "splits": np.resize(["train", "probe", "test"], 200)},
        "20 of 20 groups lie in several splits",
    ),
    "few groups": ({}, {}, {"groups": np.arange(200) % 3}, "there are 3 groups; drawn splits need at least 5"),
    "copies": ({"sound": COPY[0], "touch": COPY[1]}, {}, {}, "1 samples equal others in all .* copies=True"),
    "lengths of a vector": ({}, {}, {"lengths": {"sound": np.ones(200, int)}}, "lengths name 'sound'"),
    "too long": (
        {"sound": np.random.default_rng(0).normal(size=(200, 3, 2))},
        {},
        {"lengths": {"sound": np.full(200, 4)}},
        "from 4 to 4; they take whole numbers from 1 to 3",
    ),
    "empty mask": (
        {"sound": np.random.default_rng(0).normal(size=(200, 3, 2))},
        {},
        {"masks": {"sound": np.zeros((200, 3), bool)}},
        "with one step or more in every sample",
    ),
    "name": ({}, {}, {"name": "a/b"}, "the name 'a/b' is not allowed"),
    "dial": ({}, {}, {"noise": -1.0}, "noise = -1.0 is not allowed"),
}


@pytest.mark.parametrize("fault", BAD)
def test_bad_data_are_refused_in_one_sentence(fault):
    arrays, labels, more, words = BAD[fault]
    given = made()
    with pytest.raises(ValueError, match=words) as caught:
        tasks.from_arrays(given["modalities"] | arrays, {} if labels is None else (labels or given["labels"]), **more)
    assert "\n" not in str(caught.value)


def test_one_modality_is_too_few_and_nine_are_too_many():
    for count in (1, 9):
        with pytest.raises(ValueError, match=f"{count} modalities are given; from 2 to 8"):
            tasks.from_arrays({f"m{k}": SOUND for k in range(count)}, {"class": Y})


def test_missing_values_count_as_the_mean_if_that_is_said():
    task = tasks.from_arrays(
        {"sound": holds(SOUND, (slice(0, 50), 2), np.nan), "touch": TOUCH}, {"class": Y}, missing="mean"
    )
    batch = task.sample(200, "train", 0)
    absent = batch.latents["row"] < 50
    assert (batch.inputs[0][absent, 2] == 0).all()
    assert torch.allclose(batch.inputs[0][~absent, 2].mean(), torch.tensor(0.0), atol=1e-5)


def test_it_is_said_how_many_samples_miss_a_modality_altogether():
    arrays, y = {"sound": holds(SOUND, slice(0, 20), np.nan), "touch": TOUCH}, {"class": Y}
    with pytest.raises(ValueError, match=r"misses 140 values \(NaN\), 20 samples miss all of it; say"):
        tasks.from_arrays(arrays, y)
    told = list(own_data.described(tasks.from_arrays(arrays, y, missing="mean").data))
    assert "  sound: vector (7,), float64, missing 10.00% (all of it in 20 samples)" in told
    assert "  touch: vector (5,), float32, missing 0.00%" in told


def test_copies_are_taken_where_groups_keep_them_together_or_it_is_said():
    arrays = {"sound": COPY[0], "touch": COPY[1]}
    groups = np.maximum(np.arange(200), 1)
    assert tasks.from_arrays(arrays, {"class": Y}, groups=groups).data.copies == 1
    assert tasks.from_arrays(arrays, {"class": Y}, copies=True).data.copies == 1
    with pytest.raises(ValueError, match="1 of them lie in another split or group"):
        tasks.from_arrays(arrays, {"class": Y}, groups=np.arange(200))


@pytest.mark.parametrize("method", ["cross", "coral"])
def test_every_kind_is_trained_and_embedded(method):
    rng, n = np.random.default_rng(5), 60
    arrays = {"v": rng.normal(size=(n, 9)), "s": rng.normal(size=(n, 6, 2)), "i": rng.random((n, 3, 16, 16))}
    for pair in (("v", "s"), ("s", "i")):
        task = tasks.from_arrays({name: arrays[name] for name in pair}, {"y": np.arange(n) % 2})
        built = methods.build(method, task)
        history = training.train(built, task, steps=2, batch=8, samples=n, progress=False)
        parts = evaluation.embed(built, task.sample(10, "test", 0))
        assert np.isfinite(history.values).all()
        assert all(z.isfinite().all() for z in parts.values())
