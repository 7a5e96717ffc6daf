"""Vision & Touch: a robot arm inserts a triangular peg into a hole; image, force and proprioception.

A folder of HDF5 files, 50 steps each: ``image`` (50, 128, 128, 3) bytes, ``ee_forces_continuous`` (50, 50, 6),
``proprio`` (50, 8) and ``contact`` (50, ...). A sample is a step; its label is taken from the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from coral_viz.tasks.checked import dataset
from coral_viz.tasks.dataset import Dataset

READINGS, SIZE = 32, 128
KEYS = {"image": "image", "force": "ee_forces_continuous", "proprio": "proprio"}


def read(path: Path, name: str, modalities: Sequence[str]) -> Dataset:
    """The set as a checked data set, all steps but each file's last: label contact, or (set
    pose) the first four numbers of the next proprioception.

    Files are shuffled as published (seed 42), and the last fifth is the test. Of the others an eighth, by file, is the
    probe split, which the published code lacks: there, validation is the test. Force is the tanh of the last 32
    readings. ValueError in one sentence for files of another form, ModuleNotFoundError without h5py.
    """
    files = sorted(path.glob("*.h5"))
    if len(files) < 10:
        raise ValueError(f"{path} has {len(files)} .h5 files; Vision & Touch has hundreds: get triangle_real_data.")
    order = np.random.default_rng(42).permutation(len(files))
    test, probe = len(files) // 5, max(len(files) // 10, 1)
    places = np.full(len(files), "train", dtype=object)
    places[order[-test:]], places[order[-test - probe : -test]] = "test", "probe"
    episodes = [_episode(file, modalities) for file in files]
    contact = np.concatenate([episode["contact"] for episode in episodes])
    moved = np.concatenate([episode["next"] for episode in episodes])
    steps = [len(episode["contact"]) for episode in episodes]
    return dataset(
        {key: np.concatenate([episode[key] for episode in episodes]) for key in modalities},
        {"contact": contact} if name == "contact" else {f"pose_{i}": moved[:, i] for i in range(4)},
        groups=np.repeat(np.arange(len(files)), steps),
        splits=np.repeat(places, steps),
        copies=True,
        name=name,
    )


def _episode(file: Path, modalities: Sequence[str]) -> dict[str, np.ndarray]:
    """Arrays of the steps of a file that have a next one."""
    import h5py  # an extra

    try:
        with h5py.File(file, "r") as held:
            missing = [key for key in (*KEYS.values(), "contact") if key not in held]
            if missing:
                raise ValueError(f"{file} lacks {missing[0]!r}; get Vision & Touch's triangle_real_data.")
            values = {key: held[KEYS[key]][:-1] for key in modalities}
            proprio, contact = held["proprio"][1:, :8], held["contact"][1:]
    except OSError as error:
        reason = str(error).partition("(")[0].strip()
        raise ValueError(f"{file} is cut short or no HDF5 file ({reason}); download it again.") from None
    found = {"next": proprio[:, :4], "contact": (contact.reshape(len(contact), -1).sum(1) > 0).astype(int)}
    prepared = {"image": _image, "force": _force, "proprio": lambda x: x[:, :8].astype(np.float32)}
    return found | {key: prepared[key](x) for key, x in values.items()}


def _image(x: np.ndarray) -> np.ndarray:
    """Bytes (n, 3, 128, 128)."""
    x = x if x.shape[1] == 3 else x.transpose(0, 3, 1, 2)
    if x.shape[1:] != (3, SIZE, SIZE) or x.dtype != np.uint8:
        raise ValueError(f"images have shape {x.shape} and {x.dtype}; Vision & Touch has bytes of {SIZE} x {SIZE} x 3.")
    return np.ascontiguousarray(x)


def _force(x: np.ndarray) -> np.ndarray:
    return np.tanh(x[:, -READINGS:]).astype(np.float32)
