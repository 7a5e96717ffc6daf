"""MIMIC as MultiBench keeps it: five numbers about a patient, and a day of twelve measurements, hour by hour.

The pickle ``im.pk`` holds ``ep_tdata`` (N, 24, 12), ``adm_features_all`` (N, 5) and ``y_icd9`` (N, 20). Access to the
data is for those who are credentialed at PhysioNet.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from coral_viz.tasks import plain_pickle
from coral_viz.tasks.checked import dataset
from coral_viz.tasks.dataset import Dataset

KEYS = {"tabular": "adm_features_all", "timeseries": "ep_tdata"}
SHAPES = {"adm_features_all": (5,), "ep_tdata": (24, 12)}
RESPIRATORY = 7
"""The column of ICD-9 codes 460 to 519, diseases of the respiratory system."""


def read(path: Path, name: str, modalities: Sequence[str]) -> Dataset:
    """The set as a checked data set: missing and infinite values are 0; split as published, by Python's own shuffle.

    Unlike the published code, nothing is scaled here: tasks scale by training data alone. ValueError in one sentence
    for a file of another form.
    """
    held = plain_pickle.load(path)
    if not isinstance(held, dict) or not {*KEYS.values(), "y_icd9"} <= set(held):
        keys = ", ".join(map(str, held)) if isinstance(held, dict) else type(held).__name__
        raise ValueError(f"{path} holds {keys}, not {', '.join(KEYS.values())} and y_icd9; get MultiBench's im.pk.")
    for key, shape in SHAPES.items():
        if np.shape(held[key])[1:] != shape:
            raise ValueError(f"{path} has {key} of shape {np.shape(held[key])}; MIMIC has {('N', *shape)}.")
    values = {key: np.asarray(held[KEYS[key]], float) for key in modalities}
    return dataset(
        {key: np.nan_to_num(x, nan=0, posinf=0, neginf=0).astype(np.float32) for key, x in values.items()},
        {"respiratory": np.asarray(held["y_icd9"])[:, RESPIRATORY].astype(int)},
        splits=_published_splits(len(held["y_icd9"])),
        copies=True,
        name=name,
    )


def _published_splits(n: int) -> np.ndarray:
    """A tenth for validation, the next for tests, the rest for training, in an order that is shuffled with seed 10."""
    order = list(range(n))
    random.Random(10).shuffle(order)
    splits = np.full(n, "train", dtype=object)
    splits[order[: n // 10]] = "probe"
    splits[order[n // 10 : n // 10 * 2]] = "test"
    return splits
