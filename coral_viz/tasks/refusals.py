"""Checks of a user's data set before anything is trained. Every error says what is wrong and what to do.

Arrays are read piece by piece, so that memory-mapped ones need not fit into memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from coral_viz.tasks.dataset import Dataset, pieces
from coral_viz.tasks.task import SPLITS, Modality

LEAST = 5
"""Samples of every class: one for each fifth of the data."""


def read(modality: Modality, values: np.ndarray, present: np.ndarray | None, digest, missing: str) -> np.ndarray:
    """Check the numbers, add them to ``digest``, and return a hash of every row, (n,)."""
    rows, absent, without = np.zeros(len(values), np.uint64), 0, 0
    digest.update(repr((modality.name, values.shape, values.dtype.str)).encode())
    for where, piece in pieces(values):
        piece = np.ascontiguousarray(piece)
        if present is not None:
            piece = np.where(present[where][:, :, None], piece, 0).astype(piece.dtype)
        if piece.dtype.kind == "f":
            _check_finite(modality, piece)
            absent += int(np.isnan(piece).sum())
            without += int(lacking(piece).sum())
        digest.update(piece.tobytes())
        hashes = (hashlib.blake2b(row.tobytes(), digest_size=8).digest() for row in piece)
        rows[where] = np.frombuffer(b"".join(hashes), np.uint64)
    if absent and missing == "refuse":
        raise ValueError(
            f"modality {modality.name!r} misses {absent} values (NaN){_whole(without)}; say missing='mean' to take the "
            "training mean in their place, or leave those samples out."
        )
    return rows


def lacking(piece: np.ndarray) -> np.ndarray:
    """Which samples (n, ...) lack the modality: they have no number in it, bool (n,)."""
    return np.isnan(piece.reshape(len(piece), -1)).all(1)


def _whole(without: int) -> str:
    return f", {without} samples miss all of it" if without else ""


def _check_finite(modality: Modality, piece: np.ndarray) -> None:
    if np.isinf(piece).any():
        raise ValueError(f"modality {modality.name!r} holds {int(np.isinf(piece).sum())} infinite numbers; mend them.")
    if modality.kind == "image" and not (np.nanmin(piece) >= 0 and np.nanmax(piece) <= 1):
        raise ValueError(
            f"modality {modality.name!r} has images with values from {np.nanmin(piece):g} to {np.nanmax(piece):g}; "
            "they take bytes, or floats in [0, 1]."
        )


def check_classes(made: Dataset) -> None:
    """ValueError for labels that no readout can be fitted to."""
    for name, classes in made.classes.items():
        counts = np.bincount(made.strata(name), minlength=len(classes))
        if len(counts) < 2:
            raise ValueError(f"label {name!r} has one class; a readout needs at least two.")
        if len(classes) > len(made) / LEAST:
            raise ValueError(
                f"label {name!r} has {len(classes)} classes in {len(made)} samples, as an id has; give what samples "
                "have in common, or continuous values as fractions."
            )
        if counts.min() < LEAST:
            rarest = classes[int(counts.argmin())] if classes else "a quarter"
            raise ValueError(
                f"label {name!r} has {counts.min()} samples of {rarest!r}; every class needs {LEAST}, so that each "
                "split has some: join rare classes, or leave their samples out."
            )
        if made.splits is not None:
            check_each_split(name, classes, made.strata(name), made.splits, "join classes or move samples")


def check_each_split(name: str, classes: Sequence[str], strata: np.ndarray, splits: np.ndarray, remedy: str) -> None:
    """ValueError for a class that one of the splits lacks."""
    for number, split in enumerate(SPLITS):
        absent = np.setdiff1d(strata, strata[splits == number])
        if len(absent):
            word = classes[int(absent[0])] if classes else f"quarter {absent[0] + 1}"
            raise ValueError(f"label {name!r} has no sample of {word!r} in the {split} split; {remedy}.")


def check_divided(made: Dataset, rows: np.ndarray, copies: bool) -> None:
    """ValueError for groups, or equal samples, that are in several splits, or would be."""
    if made.groups is not None and made.splits is not None and (divided := _divided(made.groups, made.splits)):
        raise ValueError(
            f"{divided} of {made.groups.max() + 1} groups lie in several splits; put each group into one of them."
        )
    if not made.copies or copies:
        return
    _, same = np.unique(rows, axis=0, return_inverse=True)
    kept = made.splits if made.splits is not None else made.groups
    divided = made.copies if kept is None else _divided(same, kept)
    if divided:
        where = "lie in another split or group" if kept is not None else "a split would divide"
        raise ValueError(
            f"{made.copies} samples equal others in all modalities, and {divided} of them {where}; give groups that "
            "keep them together, leave them out, or say copies=True where samples are equal by nature."
        )


def _divided(kinds: np.ndarray, places: np.ndarray) -> int:
    """How many kinds are found in more than one place."""
    pairs = np.unique(np.stack([np.ravel(kinds), places]), axis=1)
    return int((np.bincount(pairs[0]) > 1).sum())
