"""MultiBench's formats, on files that are written exactly as those are: keys, shapes, dtypes and known oddities."""

import json
import pickle
import random
import warnings

import numpy as np
import pytest
import torch
from matplotlib.text import Text
from PIL import Image

from coral_viz import figures, methods, pid, runs, tasks, training
from coral_viz.__main__ import main
from coral_viz.results import references
from coral_viz.runs import grids, sweeps
from coral_viz.tasks import estimates, multibench
from coral_viz.tasks.multibench import affect, films, protocols
from coral_viz.tasks.padding import is_padding, lengths

SIZES = {"train": 40, "valid": 12, "test": 14}


def speech(name, seed=0, steps=12):
    """What the affect pickles hold: zeros before the first word, silent clips, -inf in audio."""
    rng, held = np.random.default_rng(seed), {}
    for split, n in SIZES.items():
        begins = rng.integers(0, steps - 1, n)
        there = np.arange(steps) >= begins[:, None]
        held[split] = {
            key: (rng.normal(size=(n, steps, width)) * there[:, :, None]).astype(np.float32)
            for key, width in affect.WIDTHS[name].items()
        }
        held[split]["audio"][0, -1, 0] = -np.inf
        held[split]["text"][1] = 0
        held[split]["vision"][2, 0] = 1  # a face before the first word
        held[split]["labels"] = np.where(np.arange(n) % 2, 1.6, [-2.0, 0.0][seed % 2]).reshape(n, 1, 1)
        held[split]["id"] = np.array([[f"{split}_{i}"] for i in range(n)], dtype=object)
    return held


def written(folder, name, value):
    path = folder / multibench.SETS[name].file
    path.write_bytes(pickle.dumps(value))
    return path


@pytest.mark.parametrize("name", affect.WIDTHS)
def test_affect_sets(tmp_path, name):
    held = speech(name)
    world = tasks.load(name, path=str(written(tmp_path, name, held)))
    assert [m.name for m in world.modalities] == ["vision", "text"]
    assert [m.shape for m in world.modalities] == [(12, affect.WIDTHS[name][key]) for key in ("vision", "text")]
    assert {m.encoder for m in world.modalities} == {"affect"}
    assert len(world.data) == sum(SIZES.values()) - 3  # one silent clip a split
    assert {split: len(rows) for split, rows in world.rows.items()} == {"train": 39, "probe": 39 + 11, "test": 13}
    batch = world.sample(39, "train", 0)
    text = held["train"]["text"]
    for row, x, vision, label in zip(
        batch.latents["row"], batch.inputs[1], batch.inputs[0], next(iter(batch.labels.values()))
    ):
        clip = int(row) + (int(row) >= 1)  # the second clip is silent
        begin = (text[clip] != 0).any(1).argmax()
        np.testing.assert_allclose(x[: 12 - begin].numpy(), text[clip, begin:])
        np.testing.assert_allclose(vision[: 12 - begin].numpy(), held["train"]["vision"][clip, begin:])
        assert is_padding(x[12 - begin :][None]).all()
        assert int(label) == int(held["train"]["labels"][clip, 0, 0] > 0)
    assert (lengths(batch.inputs[0]) == lengths(batch.inputs[1])).all()


def test_three_modalities_and_silence_of_minus_infinity(tmp_path):
    world = tasks.load("humor", path=str(written(tmp_path, "humor", speech("humor"))), modalities=3)
    assert [m.name for m in world.modalities] == ["vision", "text", "audio"]
    audio = world.sample(39, "train", 0).inputs[2]
    assert not torch.isinf(audio).any()


def test_a_sentiment_of_zero_is_negative(tmp_path):
    world = tasks.load("mosi", path=str(written(tmp_path, "mosi", speech("mosi", seed=1))))
    assert world.data.classes["positive"] == ("0", "1")
    assert abs(np.mean(world.data.labels["positive"]) - 0.5) < 0.1


@pytest.mark.parametrize("method", ["comm", "infmasking", "coral"])
def test_methods_train_on_speech(tmp_path, method):
    world = tasks.load("mosi", path=str(written(tmp_path, "mosi", speech("mosi"))))
    torch.manual_seed(0)
    built = methods.build(method, world, **multibench.SETS["mosi"].network, **protocols.knobs("mosi", method))
    history = training.train(built, world, steps=1, batch=16, samples=39, progress=False)
    assert np.isfinite(history.values).all()


def clinical(n=200):
    rng = np.random.default_rng(0)
    held = {
        "ep_tdata": rng.normal(size=(n, 24, 12)),
        "adm_features_all": rng.normal(size=(n, 5)),
        "y_icd9": rng.integers(0, 2, (n, 20)),
        "adm_labels_all": rng.integers(0, 2, (n, 6)),
    }
    held["ep_tdata"][0, 0, 0], held["ep_tdata"][0, 0, 1], held["adm_features_all"][1, 2] = np.nan, np.inf, -np.inf
    return held


def test_mimic(tmp_path):
    held = clinical()
    world = tasks.load("mimic", path=str(written(tmp_path, "mimic", held)))
    assert [m.encoder for m in world.modalities] == ["feature tokens", "recurrent"]
    order = list(range(200))
    random.seed(10)
    random.shuffle(order)
    assert sorted(order[20:40]) == world.rows["test"].tolist()
    assert sorted(order[40:]) == world.rows["train"].tolist()
    assert sorted(order[:20] + order[40:]) == world.rows["probe"].tolist()
    assert world.data.inputs["timeseries"][0, 0, 0] == world.data.inputs["timeseries"][0, 0, 1] == 0
    np.testing.assert_array_equal(world.data.labels["respiratory"], held["y_icd9"][:, 7])
    train = world.sample(1000, "train", 0).inputs
    assert train[1].mean((0, 1)).abs().max() < 1e-3  # scaled by training data alone
    torch.manual_seed(0)
    method = methods.build("coral", world, dim=16, width=None)
    training.train(method, world, steps=1, batch=16, samples=100, progress=False)


def film_folder(folder, n=120):
    rng = np.random.default_rng(0)
    ids = [f"{i:07d}" for i in range(n)]
    (folder / "dataset").mkdir(parents=True)
    (folder / "split.json").write_text(json.dumps({"train": ids[: n // 2], "dev": ids[n // 2 : 90], "test": ids[90:]}))
    for i, film in enumerate(ids):
        genres = [g.title() for k, g in enumerate(films.GENRES) if (i + k) % 4 == 0] + ["News"]
        told = {"plot": [f"word{i % 7} and word{i % 5}", "another plot"], "genres": genres}
        (folder / "dataset" / f"{film}.json").write_text(json.dumps(told))
        Image.fromarray(rng.integers(0, 255, (30, 20, 3)).astype(np.uint8)).save(folder / "dataset" / f"{film}.jpeg")
    return folder


def test_films(tmp_path):
    world = tasks.load("mmimdb", path=str(film_folder(tmp_path / "mmimdb")))
    assert list(world.labels) == films.GENRES
    assert [m.shape for m in world.modalities] == [(3, 64, 64), (1024,)]
    assert {split: len(rows) for split, rows in world.rows.items()} == {"train": 60, "probe": 90, "test": 30}
    np.testing.assert_array_equal(world.data.labels["comedy"], (np.arange(120) + 1) % 4 == 0)


def episodes(folder, count=20):
    h5py = pytest.importorskip("h5py")
    folder.mkdir()
    rng = np.random.default_rng(0)
    for number in range(count):
        with h5py.File(folder / f"{number:03d}_0.h5", "w") as file:
            file["image"] = rng.integers(0, 255, (50, 128, 128, 3)).astype(np.uint8)
            file["depth_data"] = rng.normal(size=(50, 128, 128)).astype(np.float32)
            file["proprio"] = np.arange(50)[:, None] + rng.normal(size=(50, 8))
            file["ee_forces_continuous"] = rng.normal(size=(50, 50, 6))
            file["contact"] = (rng.random((50, 50)) < 0.02).astype(np.float32)
            file["action"] = rng.normal(size=(50, 4))
    return folder


def test_vision_and_touch(tmp_path):
    folder = episodes(tmp_path / "triangle_real_data")
    world = tasks.load("contact", path=str(folder), modalities=3)
    assert [m.shape for m in world.modalities] == [(3, 128, 128), (8,), (32, 6)]
    assert len(world.data) == 20 * 49
    order = np.random.default_rng(42).permutation(20)
    assert set(world.data.groups[world.rows["test"]]) == set(order[-4:])
    assert world.data.inputs["force"].max() < 1
    import h5py

    with h5py.File(folder / "003_0.h5") as file:
        np.testing.assert_array_equal(world.data.labels["contact"][3 * 49 : 4 * 49], file["contact"][1:].sum(1) > 0)
        np.testing.assert_array_equal(world.data.inputs["image"][3 * 49], file["image"][0].transpose(2, 0, 1))
        force = np.tanh(file["ee_forces_continuous"][5, -32:])
        moved = file["proprio"][1:, 2]
    np.testing.assert_allclose(world.data.inputs["force"][3 * 49 + 5], force, rtol=1e-6)
    pose = tasks.load("pose", path=str(folder))
    assert [m.name for m in pose.modalities] == ["image", "force"]
    np.testing.assert_array_equal(pose.data.labels["pose_2"][3 * 49 : 4 * 49], moved)


@pytest.mark.parametrize("fault", ["short", "keys", "few"])
def test_bad_episodes_are_a_sentence(tmp_path, fault):
    folder = episodes(tmp_path / "triangle_real_data", count=4 if fault == "few" else 10)
    first = folder / "000_0.h5"
    if fault == "short":
        first.write_bytes(first.read_bytes()[:5000])
    if fault == "keys":
        import h5py

        with h5py.File(first, "a") as file:
            del file["contact"]
    said = {"short": "000_0.h5 is cut short or no HDF5", "keys": "lacks 'contact'", "few": "has 4 .h5 files"}
    with pytest.raises(ValueError, match=said[fault]):
        tasks.load("contact", path=str(folder))


def test_what_is_wrong_is_a_sentence_that_says_what_to_do(tmp_path):
    with pytest.raises(
        ValueError, match=r"no mosi_data\.pkl is found at '\.'; say path=, .*github\.com/pliang279/MultiBench"
    ):
        tasks.load("mosi")
    with pytest.raises(ValueError, match=r"no mosei_senti_data\.pkl is found at '.*mosei_senti_data\.pkl'; say path="):
        tasks.load("mosei", path=str(tmp_path / "mosei_senti_data.pkl"))
    held = speech("mosi")
    with pytest.raises(
        ValueError, match=r"has vision of shape \(40, 12, 20\).*mosei has \(N, T, 35\).*another edition"
    ):
        tasks.load("mosei", path=str(written(tmp_path, "mosei", held)))
    del held["test"]["text"]
    with pytest.raises(ValueError, match=r"lacks 'text' in its split test; get MultiBench's file of mosi"):
        tasks.load("mosi", path=str(written(tmp_path, "mosi", held)))
    with pytest.raises(ValueError, match="holds a, not the splits train, valid and test"):
        tasks.load("sarcasm", path=str(written(tmp_path, "sarcasm", {"a": 1})))
    with pytest.raises(ValueError, match=r"names '(__builtin__|builtins)\.print', which could run code"):
        tasks.load("sarcasm", path=str(written(tmp_path, "sarcasm", print)))
    with pytest.raises(ValueError, match=r"task 'mimic' has 2 modalities, tabular and timeseries, not 3"):
        tasks.load("mimic", path=str(written(tmp_path, "mimic", clinical())), modalities=3)
    held = clinical() | {"ep_tdata": np.zeros((200, 24, 11))}
    with pytest.raises(ValueError, match=r"ep_tdata of shape \(200, 24, 11\); MIMIC has"):
        tasks.load("mimic", path=str(written(tmp_path, "mimic", held)))
    with pytest.raises(ValueError, match=r"none of MultiBench's files; they are called mosi_data\.pkl, "):
        multibench.dataset_of(tmp_path / "mine.pkl")
    folder = film_folder(tmp_path / "mmimdb")
    (folder / "split.json").write_text(json.dumps({"train": ["../0"], "dev": [], "test": []}))
    with pytest.raises(ValueError, match=r"has the id '\.\./0'; ids take letters"):
        tasks.load("mmimdb", path=str(folder))


def test_readouts_of_a_run_are_fitted_to_training_and_validation_samples(tmp_path):
    path = str(written(tmp_path, "mosi", speech("mosi")))
    budget = runs.Budget(samples=39, batch=16, probe_samples=50, test_samples=13)
    spec = runs.RunSpec.make("comm", "mosi", 1, dials={"path": path}, budget=budget)
    assert spec.budget.probe_samples == 39 + 11
    (tmp_path / "mosi_data.pkl").unlink()
    assert runs.RunSpec.from_canonical(spec.canonical) == spec  # results are read without the file


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("mosi", lambda folder: written(folder, "mosi", speech("mosi"))),
        ("mimic", lambda folder: written(folder, "mimic", clinical())),
        ("pose", lambda folder: episodes(folder / "triangle_real_data")),
        ("mmimdb", lambda folder: film_folder(folder / "mmimdb")),
    ],
)
def test_every_format_goes_through_a_sweep_to_a_figure(tmp_path, monkeypatch, name, make):
    ends = [f"{atom}{end}" for atom in pid.NAMES for end in ("", "/low", "/high")]
    monkeypatch.setattr(estimates, "_atoms", lambda data, label: dict.fromkeys(ends, 0.125))
    chosen = {"knobs": {"dim": 40, "hidden": 16, "projection": 16}, "dials": {"path": str(make(tmp_path))}}
    budget = {"steps": 1, "batch": 8, "samples": 16, "probe_samples": 50, "test_samples": 30}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # MOSI has fewer test samples here, which is said
        grid = grids.make({"method": "cross", "task": name, "seeds": 1, "budget": budget} | chosen)
    sweep = sweeps.run(grid, tmp_path / "out", executor="serial", device="cpu")
    assert sweep.failures.empty
    known = references.by_label(sweep.table)
    assert set(known["known"]) == {references.ESTIMATE}
    figure = figures.bits_kept(sweep.table)
    assert figure.axes
    assert "estimate" in " ".join(text.get_text() for text in figure.findobj(Text))


def test_one_command_says_what_a_file_holds(tmp_path, capsys):
    path = written(tmp_path, "mosi", speech("mosi"))
    assert main(["data", str(path), "--no-estimate"]) == 0
    told = capsys.readouterr().out
    assert "mosi: 63 samples, content " in told
    assert "text: sequence (12, 300), float32, 2 to 12 steps" in told
    assert "splits given: train 39, probe 11, test 13" in told
    assert main(["data", str(tmp_path / "elsewhere" / path.name)]) == 1
    assert "no mosi_data.pkl is found at" in capsys.readouterr().err


def test_published_numbers_name_their_source_and_budgets_are_whole():
    table = protocols.published()
    assert set(table["set"]) <= set(multibench.SETS)
    assert table["source"].notna().all()
    mosi = table[(table["set"] == "mosi") & (table["method"] == "CoMM")]
    assert sorted(mosi["value"]) == [63.7, 67.5]
    assert protocols.budget("mosi", "comm") == {
        "steps": 2006,
        "batch": 64,
        "lr": 1e-3,
        "weight_decay": 1e-2,
        "samples": 1284,
    }
    assert protocols.budget("sarcasm", "coral")["lr"] == 1e-4
    assert protocols.knobs("mimic", "infmasking")["full_weight"] == 5.0
