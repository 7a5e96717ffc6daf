"""The affect sets of MultiBench: speech as words, voice and face (MOSI, MOSEI, UR-FUNNY, MUStARD).

One pickle holds the splits train, valid and test; each has arrays vision, audio and text (N, T, p), zero before the
first step, and labels. Preparation follows the loader that CoMM, InfMasking and COrAL share, but that padding is marked
and not zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from coral_viz.tasks import plain_pickle
from coral_viz.tasks.checked import dataset
from coral_viz.tasks.dataset import Dataset

WIDTHS = {
    "mosi": {"vision": 20, "audio": 5, "text": 300},
    "mosei": {"vision": 35, "audio": 74, "text": 300},
    "humor": {"vision": 371, "audio": 81, "text": 300},
    "sarcasm": {"vision": 371, "audio": 81, "text": 300},
}
"""Features of a step by set and modality; text is GloVe's vectors."""

SPLITS = {"train": "train", "valid": "probe", "test": "test"}
LABELS = {"mosi": "positive", "mosei": "positive", "humor": "funny", "sarcasm": "sarcastic"}


def read(path: Path, name: str, modalities: Sequence[str]) -> Dataset:
    """A set as a checked data set, sequences of up to T steps.

    Clips whose text sums to 0 are left out; the audio's -inf becomes 0; all modalities of a clip begin with its first
    word; the label is whether its number is above 0. ValueError in one sentence for a file of another form.
    """
    splits = _splits(plain_pickle.load(path), path, name)
    spoken = {split: np.asarray(held["text"]).sum((1, 2)) != 0 for split, held in splits.items()}
    joined = {key: _joined(splits, spoken, key) for key in ("text", *modalities, "labels")}
    begins = (joined["text"] != 0).any(2).argmax(1)
    steps = joined["text"].shape[1] - begins
    values = {key: _from_first_word(joined[key], begins) for key in modalities}
    values = {key: np.where(np.isneginf(x), 0, x) if key == "audio" else x for key, x in values.items()}
    return dataset(
        {key: x.astype(np.float32) for key, x in values.items()},
        {LABELS[name]: (joined["labels"].reshape(len(steps), -1)[:, 0] > 0).astype(int)},
        splits=np.concatenate([[SPLITS[split]] * int(kept.sum()) for split, kept in spoken.items()]),
        lengths=dict.fromkeys(modalities, steps),
        copies=True,
        name=name,
    )


def _splits(held: object, path: Path, name: str) -> dict[str, dict]:
    """The splits of the file, checked for keys and shapes."""
    if not isinstance(held, dict) or not set(SPLITS) <= set(held):
        keys = ", ".join(map(str, held)) if isinstance(held, dict) else type(held).__name__
        raise ValueError(f"{path} holds {keys}, not the splits train, valid and test; get MultiBench's file of {name}.")
    for split in SPLITS:
        missing = [key for key in (*WIDTHS[name], "labels") if key not in held[split]]
        if missing:
            raise ValueError(f"{path} lacks {missing[0]!r} in its split {split}; get MultiBench's file of {name}.")
        for key, width in WIDTHS[name].items():
            shape = np.shape(held[split][key])
            if len(shape) != 3 or shape[2] != width or len(held[split]["labels"]) != shape[0]:
                raise ValueError(
                    f"{path} has {key} of shape {shape} for {len(held[split]['labels'])} labels in its split {split}; "
                    f"{name} has (N, T, {width}): this is another edition, get MultiBench's."
                )
    return {split: held[split] for split in SPLITS}


def _joined(splits: dict[str, dict], spoken: dict[str, np.ndarray], key: str) -> np.ndarray:
    """The spoken clips of all splits below each other; shorter editions of T are filled with zeros in front."""
    parts = [np.asarray(held[key])[spoken[split]] for split, held in splits.items()]
    longest = max(part.shape[1] for part in parts) if parts[0].ndim == 3 else 0
    if longest:
        parts = [np.pad(part, ((0, 0), (longest - part.shape[1], 0), (0, 0))) for part in parts]
    return np.concatenate(parts)


def _from_first_word(x: np.ndarray, begins: np.ndarray) -> np.ndarray:
    """Every clip (T, p) from its own first step on; zeros after its end."""
    place = np.arange(x.shape[1]) + begins[:, None]
    cut = np.take_along_axis(x, np.minimum(place, x.shape[1] - 1)[..., None], 1)
    return np.where((place < x.shape[1])[..., None], cut, 0)
