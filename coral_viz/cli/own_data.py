"""A description of a data set of one's own, and the estimated information in it, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from coral_viz import pid
from coral_viz.options import shown
from coral_viz.tasks import Dataset
from coral_viz.tasks.dataset import pieces
from coral_viz.tasks.estimates import MOST, estimated, gaussian
from coral_viz.tasks.refusals import lacking
from coral_viz.tasks.resplit import nominal_sizes

GIGA = 2**30
PROGRAM = 0.8  # GB
FEW = 12  # classes that are listed


def described(data: Dataset) -> Iterator[str]:
    """Samples, modalities, labels, groups, splits and copies."""
    yield f"{data.name}: {len(data):,} samples, content {data.content}"
    for modality in data.modalities:
        values = data.inputs[modality.name]
        told = f"{values.dtype}{_memory(values)}{_absent(data, modality)}"
        yield f"  {modality.name}: {modality.kind} {modality.shape}, {told}"
    for label, classes in data.classes.items():
        yield f"  label {label}: {_classes(data, label, classes)}"
    if data.groups is not None:
        yield f"  groups: {data.groups.max() + 1}; no split divides them"
    sizes = ", ".join(f"{split} {'' if data.splits is not None else 'about '}{n:,}" for split, n in _sizes(data))
    yield f"  splits {'drawn by the seed' if data.splits is None else 'given'}: {sizes}"
    yield f"  memory: about {needed(data):.1f} GB for a run and for estimates"
    if data.augmentations:
        yield f"  augmentations: {', '.join(f'{name} = {value:g}' for name, value in data.augmentations.items())}"
    if data.copies:
        yield f"  {data.copies} samples equal others in all modalities"


def needed(data: Dataset) -> float:
    """Memory in GB that a run and estimates take, roughly: the program, arrays in memory, and what is read at once."""
    in_memory = sum(values.nbytes for values in data.inputs.values() if not isinstance(values, np.memmap))
    widths = [int(np.prod(modality.shape)) for modality in data.modalities]
    vectors = [width for width, modality in zip(widths, data.modalities) if modality.kind == "vector"]
    probed = 8 * max(n for split, n in _sizes(data) if split != "train") * sum(widths)
    estimated_from = 24 * min(len(data), MOST) * max(vectors, default=0)
    return PROGRAM + (in_memory + max(probed, estimated_from)) / GIGA


def held(data: Dataset, folder: str | Path) -> Iterator[str]:
    """The atoms of each label with 95 % intervals, in bits."""
    one, rest = data.modalities[0].name, " + ".join(modality.name for modality in data.modalities[1:])
    some = f", from {MOST:,} samples" if len(data) > MOST else ""
    yield f"What {one} and {rest} are estimated to hold, in bits [95 % interval]{some}; nobody knows the truth:"
    for label, atoms in estimated(data, folder).items():
        if not atoms:
            yield f"  {label}: too few samples of a class, or too few groups, for an estimate"
            continue
        yield f"  {label}: {_in_words(atoms)}; at most {_entropy(data, label):.2f} in all"
        if not data.classes[label] and (linear := gaussian(data, label)):
            yield f"  {label} as if all were Gaussian (linear dependence of its values): {_in_words(linear)}"


def _in_words(atoms: dict[str, float]) -> str:
    return ", ".join(
        f"{name.replace('_', ' ')} {atoms[name]:z.2f} [{atoms[f'{name}/low']:z.2f}, {atoms[f'{name}/high']:z.2f}]"
        for name in pid.NAMES
    )


def _sizes(data: Dataset) -> list[tuple[str, int]]:
    return list(nominal_sizes(data).items())


def _memory(values: np.ndarray) -> str:
    size = values.nbytes / GIGA
    if size < 0.1:
        return ""
    return f", {size:.1f} GB {'read from the file piece by piece' if isinstance(values, np.memmap) else 'in memory'}"


def _absent(data: Dataset, modality) -> str:
    words = ""
    if modality.name in data.present:
        lengths = data.present[modality.name].sum(1)
        words = f", {lengths.min()} to {lengths.max()} steps"
    if data.missing == "mean":
        count = without = 0
        for _, piece in pieces(data.inputs[modality.name]):
            count += int(np.isnan(piece).sum())
            without += int(lacking(piece).sum())
        words += f", missing {count / data.inputs[modality.name].size:.2%}"
        words += f" (all of it in {without:,} samples)" if without else ""
    return words


def _classes(data: Dataset, label: str, classes: tuple[str, ...]) -> str:
    if not classes:
        low, high = data.labels[label].min(), data.labels[label].max()
        return f"continuous, {low:.3g} to {high:.3g}; bits are counted by quarters of its values"
    counts = np.bincount(data.labels[label])
    listed = ", ".join(f"{shown(name)} {n:,}" for name, n in zip(classes[:FEW], counts))
    more = f" and {len(classes) - FEW} more" if len(classes) > FEW else ""
    return f"{len(classes)} classes, entropy {_entropy(data, label):.2f} bits: {listed}{more}"


def _entropy(data: Dataset, label: str) -> float:
    return float(pid.information.entropy(np.bincount(data.strata(label)) / len(data)))
