"""Recordings: they are the run itself, read back as they were written, and bad files are a sentence."""

import dataclasses
import itertools
import os
import re

import numpy as np
import pandas as pd
import pytest
import torch

from coral_viz import evaluation
from coral_viz.runs import Budget, RunSpec, Store, execute, initialised, perform, replay, restored, stamped

pytestmark = pytest.mark.usefixtures("few_probed")
TINY = Budget(steps=6, batch=16, samples=64, probe_samples=64, test_samples=64)
SPEC = RunSpec.make("cross_self", "factors", 3, budget=TINY)


@pytest.fixture(scope="module")
def recorded(few_probed):
    return replay.record(SPEC, points=3, samples=40, device="cpu")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("runs"))
    assert [o.status for o in execute([SPEC], store, device="cpu", executor="serial")] == ["done"]
    return store


def test_steps_are_even_in_their_logarithm():
    assert replay.recorded_steps(2000, 12) == {1, 2, 4, 8, 16, 32, 63, 126, 252, 502, 1002, 2000}
    assert replay.recorded_steps(3, 12) == {1, 2, 3}


def test_a_loss_is_the_mean_since_the_one_before():
    frame = pd.DataFrame({"a": np.arange(1.0, 11)}, index=range(1, 11))
    assert replay._thinned(frame, {1, 4, 10})["a"].to_dict() == {1: 1.0, 4: 3.0, 10: 7.5}


def test_what_is_kept_at_every_step(recorded):
    assert recorded.steps == [0, 1, 2, 6]
    assert recorded.maps.shape == (4, 40, 2)
    per_step = recorded.probes.groupby("step").size()
    assert (per_step == 2 * len(recorded.truth)).all()
    assert recorded.truth == {"redundancy": 2.0, "unique_1": 2.0, "unique_2": 2.0, "synergy": 1.0}
    assert recorded.chance["synergy"] == 0.5


def test_the_recorded_run_is_the_run_itself(recorded, store):
    rows = store.rows(SPEC)
    losses = rows[rows["split"] == "train"].pivot(index="step", columns="metric", values="value")
    assert {f"loss/{term}" for term in recorded.losses} == set(losses.columns)
    for term in recorded.losses:
        np.testing.assert_allclose(recorded.losses[term], losses[f"loss/{term}"], rtol=1e-6)


@pytest.mark.parametrize("last", [True, False])
def test_maps_are_the_embedding_on_the_axes_of_the_last_step(recorded, store, last):
    task, trained = restored(SPEC, store)
    method = trained if last else initialised(SPEC, task)
    batch = task.sample(replay.PROBED, "test", SPEC.seed)[:40]

    def whole(method):
        z = torch.cat([evaluation.embed(method, batch)[name] for name in method.whole], 1).double().numpy()
        return z - z.mean(0)

    final = whole(trained)
    values, axes = np.linalg.eigh(final.T @ final)
    wanted = whole(method) @ axes[:, ::-1][:, :2]
    found = recorded.maps[-1 if last else 0]
    np.testing.assert_allclose(np.abs(found), np.abs(wanted), atol=1e-3)
    assert recorded.explained == pytest.approx(values[::-1][:2] / values.sum(), rel=1e-3)
    for name, label in recorded.labels.items():
        np.testing.assert_array_equal(label, batch.labels[name])


def test_a_file_holds_all_of_it(recorded, tmp_path):
    path = replay.save(recorded, tmp_path)
    read = replay.load(path)
    assert path.name == f"{SPEC.id}.npz"
    assert (read.spec, read.truth, read.chance) == (recorded.spec, recorded.truth, recorded.chance)
    pd.testing.assert_frame_equal(read.losses, recorded.losses, check_dtype=False, rtol=1e-6)
    pd.testing.assert_frame_equal(
        read.probes[["step", "label", "metric", "value"]],
        recorded.probes[["step", "label", "metric", "value"]],
        check_dtype=False,
    )
    np.testing.assert_allclose(read.maps, recorded.maps, rtol=1e-3, atol=1e-3)
    before = path.read_bytes()
    assert replay.save(recorded, tmp_path).read_bytes() == before


def test_bad_recordings_and_orders_are_a_sentence(recorded, tmp_path):
    with pytest.raises(ValueError, match="there is no recording"):
        replay.load(tmp_path / "none.npz")
    path = replay.save(recorded, tmp_path)
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(ValueError, match=r"is damaged: .*; record it again"):
        replay.load(path)
    for change, words in (
        ({"maps": recorded.maps * np.nan}, "numbers that are not finite"),
        ({"probes": pd.concat([recorded.probes] * 2)}, "measures something twice"),
    ):
        with pytest.raises(ValueError, match=words):
            replay.load(replay.save(dataclasses.replace(recorded, **change), tmp_path))
    with pytest.raises(ValueError, match="points = 1 and samples = 40"):
        replay.record(SPEC, points=1, samples=40)


def damaged(raw, rng):
    """The bytes with some flipped, lost, put in, put elsewhere, or cut off, anywhere or in the zip's directory."""
    at = int(rng.integers(len(raw) - rng.choice([len(raw), 2000]), len(raw)))
    size, strange = int(rng.integers(1, 40)), rng.bytes(8)
    flipped = bytes([raw[at] ^ (1 << int(rng.integers(8)))])
    return [
        raw[:at] + flipped + raw[at + 1 :],
        raw[:at],
        raw[:at] + raw[at + size :],
        raw[:at] + strange + raw[at:],
        raw[:at] + strange + raw[at + 8 :],
        raw + strange,
        raw[at:] + raw[:at],
    ]


def read(path):
    """What a file holds, in order, or the words that say what is wrong with it."""
    try:
        recorded = replay.load(path)
    except ValueError as error:
        return str(error)
    arrays = [recorded.losses, recorded.probes, recorded.maps, *recorded.labels.values()]
    return recorded.spec, recorded.truth, recorded.chance, recorded.explained, *(np.asarray(a).tolist() for a in arrays)


@pytest.mark.parametrize("forged", [False, True])
def test_no_damage_escapes_nor_passes(recorded, tmp_path, forged):
    """Forged: the hash is that of the damaged bytes, so that they are taken apart."""
    path, rng = replay.save(recorded, tmp_path), np.random.default_rng(41)
    whole, raw = read(path), path.read_bytes()
    for bad in itertools.chain.from_iterable(damaged(raw, rng) for _ in range(12)):
        body = bad[: -stamped.SIZE]
        path.write_bytes(body + stamped._stamp(body) if forged else bad)
        found = read(path)
        if isinstance(found, str):
            assert re.fullmatch(r"the recording '\S*' is damaged: it [^\n]{1,120}; record it again\.", found)
        else:
            assert found == whole
            assert forged or bad == raw


def test_what_no_recording_holds_is_a_sentence(recorded, tmp_path):
    path = replay.save(recorded, tmp_path)
    held = stamped.read(path)
    swapped = held["labels/names"][[1, 0, 2, 3]]
    for change, words in (
        ({"labels/names": None}, "it lacks 'labels/names'"),
        ({"labels/other": held["maps"]}, "it holds 'labels/other', which no recording has"),
        ({"maps": held["maps"].astype(int)}, r"'maps' holds int64 of shape \(4, 40, 2\)"),
        ({"maps": held["maps"][:3]}, r"'maps' is of shape \(3, 40, 2\), which does not fit the number of each step, 4"),
        ({"labels/names": held["labels/names"][1:]}, "does not fit the number of each label"),
        ({"labels/names": held["labels/names"][[0, 0, 2, 3]]}, "it measures something twice"),
        ({name: held[name][1:] for name in held if name.startswith("labels/")}, "not measure every label at every"),
        ({name: held[name][:-1] for name in held if name.startswith("probes/")}, "not measure every label at every"),
        ({"spec": np.array("{}")}, "this is no spec of a run"),
        ({"spec": np.array([1, None], dtype=object)}, r"something else than arrays \(ValueError\)"),
    ):
        stamped.write(path, {name: array for name, array in (held | change).items() if array is not None})
        with pytest.raises(ValueError, match=f"is damaged: .*{words}.*; record it again"):
            replay.load(path)
    stamped.write(path, held | {"labels/names": swapped, "labels/truth": held["labels/truth"][[1, 0, 2, 3]]})
    assert replay.load(path).truth == recorded.truth


def test_a_file_is_called_by_its_run_and_is_a_file(recorded, tmp_path):
    other = replay.save(recorded, tmp_path).rename(tmp_path / "0123456789abcdef.npz")
    with pytest.raises(ValueError, match=f"is of another run; call it {SPEC.id}.npz"):
        replay.load(other)
    (tmp_path / "folder.npz").mkdir()
    os.mkfifo(tmp_path / "pipe.npz")
    for name in ("folder.npz", "pipe.npz", "zero\0byte.npz"):
        with pytest.raises(ValueError, match="there is no recording"):
            replay.load(tmp_path / name)


def test_a_recording_that_cannot_be_written_leaves_the_former(recorded, tmp_path, monkeypatch):
    path = replay.save(recorded, tmp_path)
    before = path.read_bytes()
    monkeypatch.setattr(stamped, "_stamp", lambda body: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        replay.save(recorded, tmp_path)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [before]


def test_recordings_are_gathered_copied_or_made(recorded, tmp_path, monkeypatch):
    here, there = tmp_path / "here", tmp_path / "there"
    monkeypatch.setattr(replay, "record", lambda spec: recorded)
    (path,) = replay.gather([SPEC], here, [there])
    assert path == here / f"{SPEC.id}.npz"
    monkeypatch.setattr(replay, "record", lambda spec: pytest.fail("a whole recording was made again"))
    assert replay.gather([SPEC], here, [there]) == [path]
    replay.save(recorded, there)
    path.write_bytes(b"damaged")
    replay.gather([SPEC], here, [there])
    assert path.read_bytes() == (there / path.name).read_bytes()


def test_a_recorded_run_is_the_run(recorded):
    recorder = replay.Recorder(SPEC, points=3, samples=40)
    watched, alone = perform(SPEC, "cpu", recorder=recorder), perform(SPEC, "cpu")
    pd.testing.assert_frame_equal(watched.rows, alone.rows)
    pd.testing.assert_frame_equal(recorder.replay.probes, recorded.probes)
    assert np.array_equal(recorder.replay.maps, recorded.maps)
