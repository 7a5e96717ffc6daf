"""Data in files: what is read from .npz and from folders with a task.toml, and what is refused."""

import dataclasses
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from coral_viz import tasks
from coral_viz.cli import own_data, tour
from coral_viz.tasks import augmentations
from coral_viz.tasks.data_files import read

PAGE = Path(__file__).parents[2] / "docs" / "own-data.md"
N = 60
RNG = np.random.default_rng(0)
SOUND, STEPS, Y = RNG.normal(size=(N, 4)), RNG.normal(size=(N, 5, 2)), np.arange(N) % 3
GROUPS = np.arange(N) // 4


@pytest.fixture
def folder(tmp_path):
    """A folder with data of every kind of file."""
    np.save(tmp_path / "steps.npy", STEPS)
    np.savez(tmp_path / "sound.npz", other=Y, sound=SOUND)
    table = pd.DataFrame({"f_1": SOUND[:, 0], "f_2": SOUND[:, 1], "kind": np.array(["a", "b", "c"])[Y], "who": GROUPS})
    table.to_csv(tmp_path / "table.csv", index=False)
    table.to_parquet(tmp_path / "table.parquet", index=False)
    (tmp_path / "photos").mkdir()
    for i in range(N):
        Image.fromarray(RNG.integers(0, 256, (16, 16, 3), dtype=np.uint8)).save(tmp_path / "photos" / f"{i:03}.png")
    write(tmp_path)
    return tmp_path


def write(folder, **change):
    lines = {
        "photo": 'modalities.photo = "photos"',
        "steps": 'modalities.steps = {file = "steps.npy", kind = "sequence"}',
        "sound": 'modalities.sound = {file = "sound.npz", key = "sound"}',
        "cells": 'modalities.cells = {file = "table.csv", columns = ["f_*"]}',
        "kind": 'labels.kind = {file = "table.parquet", column = "kind"}',
        "who": 'groups = {file = "table.csv", column = "who"}',
        "name": 'name = "mine"',
    }
    (folder / "task.toml").write_text("\n".join((lines | change).values()), encoding="utf-8")


def test_a_folder_is_what_its_listing_says(folder):
    data = read(folder)
    assert {m.name: (m.kind, m.shape) for m in data.modalities} == {
        "photo": ("image", (3, 16, 16)),
        "steps": ("sequence", (5, 2)),
        "sound": ("vector", (4,)),
        "cells": ("vector", (2,)),
    }
    assert (data.name, data.classes["kind"]) == ("mine", ("a", "b", "c"))
    assert np.array_equal(data.groups, GROUPS)
    assert isinstance(data.inputs["steps"], np.memmap)
    assert read(folder / "task.toml").content == data.content


def test_the_listing_of_the_docs_is_read(folder):
    (listing,) = re.findall(r"^```toml\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    (folder / "task.toml").write_text(listing, encoding="utf-8")
    np.save(folder / "sound.npy", STEPS)
    table = {"speaker": GROUPS, "mood": np.array(["a", "b", "c"])[Y], "pixel_1": SOUND[:, 0], "pixel_2": SOUND[:, 1]}
    pd.DataFrame(table).to_csv(folder / "table.csv", index=False)
    data = read(folder)
    assert {m.name: m.kind for m in data.modalities} == {"photo": "image", "sound": "sequence", "face": "vector"}
    assert (data.classes, data.augmentations) == ({"mood": ("a", "b", "c")}, {"noise": 0.2})
    assert np.array_equal(data.groups, GROUPS)
    assert "  augmentations: noise = 0.2" in own_data.described(data)


def test_an_npz_is_modalities_and_labels_by_their_axes(tmp_path):
    lengths = np.full(N, 3)
    np.savez(tmp_path / "1 my.npz", sound=SOUND, steps=STEPS, kind=Y, groups=GROUPS, lengths_steps=lengths)
    data = read(tmp_path / "1 my.npz")
    assert data.name == "data-1-my"
    assert (list(data.inputs), list(data.labels)) == (["sound", "steps"], ["kind"])
    assert data.present["steps"].sum() == 3 * N
    same = tasks.from_arrays({"sound": SOUND, "steps": STEPS}, {"kind": Y}, groups=GROUPS, lengths={"steps": lengths})
    assert data.content == same.data.content
    assert tasks.opened(str(tmp_path / "1 my.npz")).content == data.content


def test_the_memory_that_large_data_take_is_said_before_a_run(tmp_path):
    n, width = 100_000, 768
    small = tasks.from_arrays({"a": SOUND, "b": SOUND[::-1].copy()}, {"kind": Y}).data
    assert "  memory: about 0.8 GB for a run and for estimates" in own_data.described(small)
    mapped = {
        name: np.lib.format.open_memmap(tmp_path / f"{name}.npy", "w+", np.float32, (n, width))  # takes no room
        for name in "ab"
    }
    wide = tuple(tasks.Modality(name, "vector", (width,)) for name in "ab")
    large = dataclasses.replace(small, inputs=mapped, modalities=wide, labels={"kind": np.arange(n) % 3})
    assert 1 < own_data.needed(large) < 2
    loaded = dataclasses.replace(large, inputs={name: np.empty((n, width), np.float32) for name in "ab"})
    assert own_data.needed(loaded) - own_data.needed(large) == pytest.approx(2 * n * width * 4 / 2**30)


def test_augmentations_of_a_listing_hold_unless_others_are_given(folder):
    write(folder, views="augmentations = {noise = 0.5, step_drop = 0}")
    data = read(folder)
    assert tasks.load(data).dials == augmentations.Dials(data.content, noise=0.5, step_drop=0.0)
    assert tasks.load(data, noise=0.1).dials.noise == 0.1
    source, dials = tour.chosen_task(f"{folder}:noise=0.2")
    assert source.content == data.content
    assert tasks.load(source, **dials).dials == augmentations.Dials(data.content, noise=0.2, step_drop=0.0)
    source, dials = tour.chosen_task(tasks.load(data, noise=0.1, mix=0.5))
    assert tasks.load(source, **dials).dials == augmentations.Dials(data.content, step_drop=0.0, mix=0.5)
    write(folder)
    assert read(folder).content == data.content


BAD = {
    "leads out": ({"sound": 'modalities.sound = "../sound.npy"'}, "outside the folder"),
    "absolute": ({"sound": 'modalities.sound = "/etc/passwd"'}, "outside the folder"),
    "missing": ({"sound": 'modalities.sound = "none.npy"'}, "no such file"),
    "ending": ({"sound": 'modalities.sound = "task.toml"'}, "files end in .npy"),
    "key": ({"sound": 'modalities.sound = {file = "sound.npz", key = "noise"}'}, "no key 'noise'; it has other, sound"),
    "column": ({"kind": 'labels.kind = {file = "table.csv", column = "sort"}'}, "no column 'sort'; it has"),
    "no column": ({"cells": 'modalities.cells = "table.csv"'}, "say column = 'name'"),
    "unknown key": ({"name": 'title = "mine"'}, "task.toml has no key 'title'"),
    "unknown of source": ({"sound": 'modalities.sound = {file = "sound.npz", sort = 1}'}, "no key 'sort'; it takes"),
    "no table": ({"sound": "modalities.sound = 3"}, "takes a table with file"),
    "unknown augmentation": ({"a": "augmentations.blur = 1"}, "augmentations has no key 'blur'; it takes noise, "),
    "content of their own": ({"a": "augmentations.content = 'x'"}, "augmentations has no key 'content'"),
    "augmentation": ({"a": "augmentations.noise = -1"}, "augmentations: noise = -1.0 is not allowed; it takes"),
    "no TOML": ({"name": "name = "}, "is no TOML"),
}


@pytest.mark.parametrize("fault", BAD)
def test_bad_listings_are_refused_in_one_sentence(folder, fault):
    change, words = BAD[fault]
    write(folder, **change)
    with pytest.raises(ValueError, match=words) as caught:
        read(folder)
    assert "\n" not in str(caught.value)


def test_a_link_that_leads_out_is_not_followed(folder, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "x.npy"
    np.save(outside, SOUND)
    (folder / "link.npy").symlink_to(outside)
    write(folder, sound='modalities.sound = "link.npy"')
    with pytest.raises(ValueError, match="outside the folder"):
        read(folder)


def test_damaged_files_and_objects_are_refused(folder, tmp_path):
    whole = (folder / "sound.npz").read_bytes()
    (tmp_path / "cut.npz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=r"cut.npz' cannot be read, as if it were damaged"):
        read(tmp_path / "cut.npz")
    np.savez(tmp_path / "objects.npz", sound=SOUND, kind=np.array([{}, None] * 30, dtype=object))
    with pytest.raises(ValueError, match="holds Python objects, which can run code"):
        read(tmp_path / "objects.npz")
    with pytest.raises(ValueError, match="there is no file"):
        read(tmp_path / "absent.npz")


def test_images_of_several_sizes_and_torn_ones_are_refused(folder):
    Image.new("RGB", (20, 16)).save(folder / "photos" / "003.png")
    with pytest.raises(ValueError, match=r"003.png has 20 x 16 pixels, 000.png has 16 x 16; resize"):
        read(folder)
    (folder / "photos" / "003.png").write_bytes(b"\x89PNG\r\n")
    with pytest.raises(ValueError, match=r"003.png' cannot be read"):
        read(folder)
