"""Splits of a data set: train, probe and test, drawn so that classes keep their shares and no group is divided."""

from __future__ import annotations

import warnings

import numpy as np

from coral_viz.tasks.dataset import Dataset
from coral_viz.tasks.refusals import check_each_split
from coral_viz.tasks.task import SPLITS

FIFTHS = {"train": 3, "probe": 1, "test": 1}
"""Of the samples: how many fifths a drawn split takes."""

USUAL_BATCH = 64


def nominal_sizes(data: Dataset) -> dict[str, int]:
    """The approximate number of samples in each split, whatever the seed; exact where splits are given."""
    if data.splits is not None:
        return dict(zip(SPLITS, np.bincount(data.splits).tolist()))
    return {split: max(len(data) * fifths // 5, 1) for split, fifths in FIFTHS.items()}


def whole_budget(sizes: dict[str, int]) -> dict[str, int]:
    """Fields of a run's budget that use all samples of splits of these sizes, with two batches or more per epoch."""
    return {
        "batch": min(USUAL_BATCH, max(sizes["train"] // 2, 2)),
        "samples": sizes["train"],
        "probe_samples": sizes["probe"],
        "test_samples": sizes["test"],
    }


def split_rows(data: Dataset, seed: int) -> dict[str, np.ndarray]:
    """The samples of each split in order: the given splits, or three, one and one fifth of the data, drawn.

    Drawn splits are stratified by the first label, by quarters of its values if it is continuous. ValueError if some
    class would be absent from a split.
    """
    number = data.splits if data.splits is not None else _drawn(data, seed)
    remedy = (
        "give splits=, or join classes; each class needs groups enough" if data.groups is not None else "join classes"
    )
    for label, classes in data.classes.items():
        check_each_split(label, classes, data.strata(label), number, f"{remedy} (seed {seed})")
    return {split: np.flatnonzero(number == place) for place, split in enumerate(SPLITS)}


def _drawn(data: Dataset, seed: int) -> np.ndarray:
    """The place in SPLITS of every sample."""
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold  # a second to import

    strata, count = data.strata(next(iter(data.labels))), sum(FIFTHS.values())
    if data.groups is not None and data.groups.max() + 1 < count:
        raise ValueError(
            f"there are {data.groups.max() + 1} groups; drawn splits need at least {count}, or give splits=."
        )
    folds = StratifiedKFold if data.groups is None else StratifiedGroupKFold
    with warnings.catch_warnings():  # a class of fewer groups than folds: whether it is missing is asked of the result
        warnings.simplefilter("ignore", UserWarning)
        fifths = folds(count, shuffle=True, random_state=seed % 2**32).split(strata, strata, data.groups)
        drawn = [test for _, test in fifths]
    place = np.repeat(np.arange(len(SPLITS)), list(FIFTHS.values()))
    number = np.empty(len(strata), np.int64)
    for fifth, rows in enumerate(drawn):
        number[rows] = place[fifth]
    return number
