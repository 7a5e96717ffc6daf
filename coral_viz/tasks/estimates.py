"""The information in one's own data about their labels, estimated with intervals by ``pid.decompose``.

Source 1 is the first modality, source 2 all others. Vectors enter as they are. Sequences and images enter as summaries:
mean, standard deviation, first and last step of a sequence, and 8 x 8 patches of an image. So the estimate misses
information that the summaries lose. A continuous label is replaced by the quarters of its values; ``gaussian`` takes
the values themselves, and sees their linear dependence alone.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np

from coral_viz import files, pid
from coral_viz.tasks.dataset import PIECE, Dataset

MOST, WIDEST = 20_000, 256
"""Samples that an estimate rests on, and features of a modality, of which the leading principal components count."""

REPLICATES = 40
PATCHES = 8


def estimated(data: Dataset, folder: str | Path | None = None) -> dict[str, dict[str, float]]:
    """By label, the estimated atoms in bits and the ends of their 95 % intervals; {} for a label with too few samples.

    This takes about a minute per label with 10 000 samples.

    Args:
        data: the data set.
        folder: where estimates are cached by the hash of the content; None for no cache.
    """
    kept = None if folder is None else path(data, folder)
    held = _read(kept) if kept else {}
    if set(held) != set(data.labels):
        held = {label: _atoms(data, label) for label in data.labels}
        if kept:
            kept.parent.mkdir(parents=True, exist_ok=True)
            with files.replacing(kept) as unfinished:
                unfinished.write_text(json.dumps(held), encoding="utf-8")
    return held


def path(data: Dataset, folder: str | Path) -> Path:
    """Where estimates are cached in a folder."""
    return Path(folder) / f"estimates-{data.content}.json"


def features(data: Dataset, rows: np.ndarray) -> list[np.ndarray]:
    """One array (n, d) per modality of these samples, d at most WIDEST."""
    return [_narrow(_flat(data, modality.name, modality.kind, rows)) for modality in data.modalities]


def table_metrics(held: dict[str, float]) -> dict[str, float]:
    """A label's estimate as metrics of the table: each atom and their sum, with the ends of their intervals."""
    if not held:
        return {}
    sums = {end: sum(held[f"{name}{end}"] for name in pid.NAMES) for end in ("", "/low", "/high")}
    own = {f"estimate/{name}{end}": held[f"{name}{end}"] for name in pid.NAMES for end in ("", "/low", "/high")}
    return {f"estimate{end}": value for end, value in sums.items()} | own


def gaussian(data: Dataset, label: str) -> dict[str, float]:
    """What ``estimated`` tells of a label, as if the modalities and a continuous label were jointly Gaussian.

    {} where there are too few samples for so many features.
    """
    chosen, first, others = _sources(data)
    try:
        return _as_numbers(pid.gaussian_of_samples(first, others, data.labels[label][chosen]))
    except ValueError:  # fewer samples than features
        return {}


def _atoms(data: Dataset, label: str) -> dict[str, float]:
    """The four atoms in bits and the ends of their 95 % intervals; {} where there are too few samples."""
    chosen, first, others = _sources(data)
    groups = None if data.groups is None else data.groups[chosen]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of copies and outliers, which the data are asked for before
            y = data.strata(label)[chosen]
            return _as_numbers(pid.decompose(first, others, y, groups=groups, replicates=REPLICATES))
    except ValueError:  # too few samples of a class, or too few groups
        return {}


def _sources(data: Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """MOST samples, their features of the first modality, and of all others."""
    chosen = np.sort(np.random.default_rng(0).permutation(len(data))[:MOST])
    first, *rest = features(data, chosen)
    return chosen, first, np.concatenate(rest, axis=1)


def _as_numbers(found: pid.Atoms) -> dict[str, float]:
    """Each atom and the ends of its interval, by name."""
    ends = {"": found.as_array(), "/low": np.asarray(found.low), "/high": np.asarray(found.high)}
    return {f"{name}{end}": float(values[i]) for end, values in ends.items() for i, name in enumerate(pid.NAMES)}


def _flat(data: Dataset, name: str, kind: str, rows: np.ndarray) -> np.ndarray:
    """Features (n, d) of a modality, read piece by piece; missing ones are the mean of the others."""
    values, present = data.inputs[name], data.present.get(name)
    size = max(1, PIECE // max(int(np.prod(values.shape[1:])), 1))
    parts = (rows[start : start + size] for start in range(0, len(rows), size))
    x = np.concatenate([_summarised(values[r], kind, None if present is None else present[r]) for r in parts])
    mean = np.nan_to_num(np.nanmean(np.where(np.isfinite(x), x, np.nan), axis=0))
    return np.where(np.isfinite(x), x, mean)


def _summarised(values: np.ndarray, kind: str, present: np.ndarray | None) -> np.ndarray:
    """Features (n, d) of samples (n, ...)."""
    x = values.astype(np.float64)
    if kind == "sequence":
        return _summary(x, present)
    return _patches(x if x.ndim == 4 else x[:, None]) if kind == "image" else x


def _summary(x: np.ndarray, present: np.ndarray | None) -> np.ndarray:
    """Mean, standard deviation, first and last step (n, 4 d) of sequences (n, T, d), padding left out."""
    present = np.ones(x.shape[:2], bool) if present is None else present
    kept, count = np.where(present[:, :, None], np.nan_to_num(x), 0.0), present.sum(1)[:, None]
    mean = kept.sum(1) / count
    spread = np.sqrt((present[:, :, None] * (kept - mean[:, None]) ** 2).sum(1) / count)
    sample, last = np.arange(len(x)), x.shape[1] - 1 - present[:, ::-1].argmax(1)
    return np.concatenate([mean, spread, kept[sample, present.argmax(1)], kept[sample, last]], axis=1)


def _patches(x: np.ndarray) -> np.ndarray:
    """Means of 8 x 8 patches (n, 64 C) of images (n, C, H, W)."""
    edges = [np.linspace(0, size, PATCHES + 1).astype(int)[:-1] for size in x.shape[2:]]
    sums = np.add.reduceat(np.add.reduceat(np.nan_to_num(x), edges[0], axis=2), edges[1], axis=3)
    return sums.reshape(len(x), -1)


def _narrow(x: np.ndarray) -> np.ndarray:
    """The leading principal components of more than WIDEST features."""
    if x.shape[1] <= WIDEST:
        return x
    centred = (x - x.mean(0)) / np.where(x.std(0) > 0, x.std(0), 1.0)
    values, vectors = np.linalg.eigh(centred.T @ centred)
    return centred @ vectors[:, np.argsort(values)[-WIDEST:]]


def _read(path: Path) -> dict[str, dict[str, float]]:
    """Estimates that were kept; {} where there are none, or something else."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        numbers = {name + end for name in pid.NAMES for end in ("", "/low", "/high")}
        whole = all(not one or (set(one) == numbers and all(np.isfinite(list(one.values())))) for one in said.values())
        return said if whole else {}
    except (OSError, *files.GARBLED):
        return {}
