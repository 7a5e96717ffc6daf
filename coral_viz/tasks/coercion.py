"""Arrays of a data set from NumPy, torch, pandas or lists, checked for type and shape."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from coral_viz.options import shown
from coral_viz.tasks.task import SPLITS, Modality

KINDS = {"vector": "(n, d)", "sequence": "(n, T, d)", "image": "(n, C, H, W) or (n, H, W)"}
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
SYNONYMS = {"val": "probe", "valid": "probe", "validation": "probe", "dev": "probe"}
MOST_MODALITIES = 8


def check_names(modalities: Mapping[str, Any], labels: Mapping[str, Any]) -> None:
    if not 2 <= len(modalities) <= MOST_MODALITIES:
        raise ValueError(f"{len(modalities)} modalities are given; from 2 to {MOST_MODALITIES} are allowed.")
    if not labels:
        raise ValueError("no label is given; name at least one, such as {'class': y}.")
    for key in (*modalities, *labels):
        if not (isinstance(key, str) and NAME.fullmatch(key)) or key in ("all", "data"):
            raise ValueError(
                f"the name {shown(key)} is not allowed; names start with a letter, take letters, digits, _ and -, "
                "40 at most, and are neither 'all' nor 'data'."
            )
    if both := set(modalities) & set(labels):
        raise ValueError(f"{min(both)!r} names a modality and a label; give one of them another name.")


def array(values: Any, what: str) -> np.ndarray:
    """The values as an array (n, ...) of real numbers, without a copy where that is possible."""
    if hasattr(values, "detach"):
        values = values.detach().cpu().numpy()
    elif hasattr(values, "to_numpy"):
        values = values.to_numpy()
    try:
        array = values if isinstance(values, np.ndarray) else np.asarray(values)
    except ValueError:  # rows of several shapes
        raise ValueError(f"{what} holds arrays of several shapes; pad or resize them to one shape first.") from None
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{what} holds {array.dtype}; it takes real numbers.")
    if array.ndim < 2 or not array.size:
        raise ValueError(f"{what} has shape {array.shape}; it takes {', '.join(KINDS.values())}, none of them empty.")
    return array


def column(values: Any, n: int, what: str) -> np.ndarray:
    """One value per sample, (n,)."""
    column = values.detach().cpu().numpy() if hasattr(values, "detach") else np.asarray(values)
    if column.ndim == 2 and column.shape[1] == 1:
        column = column[:, 0]
    if column.shape != (n,):
        raise ValueError(f"{what} has shape {column.shape} for {n} samples; give one value for each sample.")
    return column


def common_length(arrays: Mapping[str, np.ndarray]) -> int:
    lengths = {what: len(values) for what, values in arrays.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{what} {n}" for what, n in lengths.items())
        raise ValueError(f"the modalities have different numbers of samples ({told}); row i of each is sample i.")
    return next(iter(lengths.values()))


def check_keys(what: str, given: Mapping[str, Any] | None, known: Sequence[str] | Mapping[str, Any]) -> None:
    if unknown := [key for key in given or {} if key not in known]:
        raise ValueError(f"{what} name {shown(unknown[0])}; they take {', '.join(known)}.")


def modality(name: str, values: np.ndarray, kind: str | None) -> Modality:
    """The modality of an array, of this ``kind`` or inferred: three axes are a sequence unless they hold bytes."""
    usual = {2: "vector", 3: "image" if values.dtype == np.uint8 else "sequence", 4: "image"}
    kind = kind or usual.get(values.ndim, "")
    dimensions = {"vector": (2,), "sequence": (3,), "image": (3, 4)}
    if values.ndim not in dimensions.get(kind, ()):
        takes = ", ".join(f"{known} {shape}" for known, shape in KINDS.items())
        raise ValueError(
            f"modality {name!r} has shape {values.shape}, which is no {kind or 'kind'}; kinds are {takes}."
        )
    return Modality(name, kind, _image_shape(name, values) if kind == "image" else values.shape[1:])


def _image_shape(name: str, values: np.ndarray) -> tuple[int, int, int]:
    """(3, S, S), as encoders take images; grey ones are shown in all three channels."""
    channels, height, width = values.shape[-3:] if values.ndim == 4 else (1, *values.shape[1:])
    if channels not in (1, 3) or height != width or height < 16:
        raise ValueError(
            f"modality {name!r} has images of {channels} x {height} x {width}; encoders take 1 or 3 channels, and "
            "squares of 16 pixels or more: resize them, or give them as vectors."
        )
    if values.dtype.kind not in "uf" or (values.dtype.kind == "u" and values.dtype != np.uint8):
        raise ValueError(f"modality {name!r} has images of {values.dtype}; they take bytes, or floats in [0, 1].")
    return 3, height, width


def present(modalities: Sequence[Modality], lengths: Mapping, masks: Mapping, n: int) -> dict[str, np.ndarray]:
    """The steps of each sequence that are not padding, bool (n, T) by name."""
    sequences = {modality.name: modality.shape[0] for modality in modalities if modality.kind == "sequence"}
    check_keys("lengths", lengths, sequences)
    check_keys("masks", masks, sequences)
    if both := set(lengths) & set(masks):
        raise ValueError(f"modality {min(both)!r} has lengths and a mask; give one of them.")
    present = {name: _mask_of_lengths(name, values, n, sequences[name]) for name, values in lengths.items()}
    for name, values in masks.items():
        mask = np.asarray(values.cpu() if hasattr(values, "cpu") else values)
        if mask.dtype != bool or mask.shape != (n, sequences[name]) or not mask.any(1).all():
            raise ValueError(
                f"the mask of {name!r} has shape {mask.shape} and {mask.dtype}; it takes bool ({n}, "
                f"{sequences[name]}), True where a step is no padding, with one step or more in every sample."
            )
        present[name] = mask
    return present


def _mask_of_lengths(name: str, values: Any, n: int, steps: int) -> np.ndarray:
    length = column(values, n, f"the lengths of {name!r}")
    if length.dtype.kind not in "iu" or length.min() < 1 or length.max() > steps:
        raise ValueError(
            f"the lengths of {name!r} lie from {length.min()} to {length.max()}; they take whole numbers from 1 to "
            f"{steps}, the steps of the array."
        )
    return np.arange(steps) < length[:, None]


def label(name: str, values: Any, n: int) -> tuple[np.ndarray, tuple[str, ...]]:
    """Class numbers and names of the classes; or, where values are not all whole, the values and no names."""
    given = column(values, n, f"label {name!r}")
    if given.dtype.kind == "f":
        if not np.isfinite(given).all():
            raise ValueError(
                f"label {name!r} is missing or infinite in {int((~np.isfinite(given)).sum())} of {n} samples; leave "
                "those samples out."
            )
        if (given != np.round(given)).any():
            return given.astype(np.float64), ()
    return numbered(given, f"label {name!r}")[::-1]


def numbered(column: np.ndarray, what: str) -> tuple[tuple[str, ...], np.ndarray]:
    """The different values in order, as names, and each sample's index among them."""
    if column.dtype.kind == "O":
        absent = np.array([value is None or value != value for value in column])
        if absent.any():
            raise ValueError(f"{what} is missing in {int(absent.sum())} of {len(column)} samples; leave those out.")
        column = column.astype(str)
    if column.dtype.kind not in "biufUS":
        raise ValueError(f"{what} holds {column.dtype}; it takes whole numbers or names.")
    names, numbers = np.unique(column, return_inverse=True)
    return tuple(f"{value:g}" if column.dtype.kind == "f" else str(value) for value in names), numbers.astype(np.int64)


def split_numbers(column: np.ndarray) -> np.ndarray:
    words = [SYNONYMS.get(str(word), str(word)) for word in column]
    if unknown := sorted(set(words) - set(SPLITS)):
        raise ValueError(f"splits hold {shown(unknown[0])}; they take {', '.join(SPLITS)} (or valid, for probe).")
    if absent := [split for split in SPLITS if split not in words]:
        raise ValueError(f"splits put no sample into {absent[0]}; {', '.join(SPLITS)} each need some.")
    return np.array([SPLITS.index(word) for word in words])
