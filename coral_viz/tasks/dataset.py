"""A checked data set of one's own: arrays of modalities and labels, and the hash of their content."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from coral_viz.tasks.task import Modality

QUANTILES = 4
"""Classes of equal size into which the values of a continuous label fall where bits are counted."""

PIECE = 2**22  # numbers read at once


@dataclass(frozen=True, eq=False)
class Dataset:
    """n samples of several modalities with labels. Made by ``checked.dataset``.

    Attributes:
        name: what tables call the data.
        modalities: name, kind and shape of each.
        inputs: array (n, ...) by modality, of any real dtype, perhaps memory-mapped.
        present: by sequence, bool (n, T): False where a step is padding.
        labels: by name, (n,) int64 class numbers, or float64 values where the label is continuous.
        classes: by label, the name of every class; empty for a continuous label.
        groups: (n,) int64, samples that no split divides; None where there are none.
        splits: (n,) int64, indices into ``SPLITS``; None where splits are to be drawn.
        missing: "mean" if missing values (NaN) are replaced by the training mean; otherwise there are none.
        copies: the number of samples that equal an earlier one in all modalities.
        content: 16 hexadecimal digits of the SHA-256 of arrays, labels, groups and splits; equal data have the same.
        augmentations: settings of the task (``augmentations.Dials``) that hold where none are given.
    """

    name: str
    modalities: tuple[Modality, ...]
    inputs: dict[str, np.ndarray]
    present: dict[str, np.ndarray]
    labels: dict[str, np.ndarray]
    classes: dict[str, tuple[str, ...]]
    groups: np.ndarray | None
    splits: np.ndarray | None
    missing: str
    copies: int
    content: str
    augmentations: dict[str, float] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(next(iter(self.inputs.values())))

    def strata(self, label: str) -> np.ndarray:
        """Class numbers (n,) of a label; of a continuous label, the quarter of its values in which each lies."""
        return self.labels[label] if self.classes[label] else quantile_classes(self.labels[label])


def quantile_classes(values: np.ndarray) -> np.ndarray:
    """The quarter of the values in which each lies, (n,) int64 from 0 to 3."""
    edges = np.quantile(values, np.arange(1, QUANTILES) / QUANTILES)
    return np.searchsorted(edges, values, side="right").astype(np.int64)


def pieces(values: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """An array in slices of rows, of about PIECE numbers each."""
    rows = max(1, PIECE // max(int(np.prod(values.shape[1:])), 1))
    for start in range(0, len(values), rows):
        where = slice(start, start + rows)
        yield where, values[where]
