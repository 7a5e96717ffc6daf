"""Validation of samples: labels, symbols and embeddings, and a warning of copies that would leak."""

from __future__ import annotations

import warnings

import numpy as np

from coral_viz.pid.arguments import as_array

# Copies are suspicious if so many values of a source are repeated, in such a share of samples, nearly always under one
# label: fewer are the values of a source that has few.
REPEATED, SHARE, AGREEING = 20, 0.05, 0.9


def labels(y) -> np.ndarray:
    """Labels (n,), numbers or names, as integers 0..C-1 in their order; ValueError unless there are two classes."""
    y = _array(y, "Labels")
    if y.ndim != 1:
        raise ValueError(f"Labels must have shape (n,), but have {y.shape}.")
    if y.dtype.kind == "f" and not (np.isfinite(y) & (y == np.floor(y))).all():
        odd = y[~(np.isfinite(y) & (y == np.floor(y)))][0]
        raise ValueError(f"Labels must be classes, but hold {odd}; decompose_continuous takes a continuous target.")
    classes = codes(y, "Labels")
    if len(classes) == 0 or classes.max() == 0:
        raise ValueError(f"Labels must have at least two classes, but have only {y[:1].tolist()}.")
    return classes


def are_symbols(z, name: str) -> bool:
    """Whether a source is a list of symbols: whole numbers, names or categories, not an embedding of one dimension."""
    z = as_array(z, f"Source {name}")
    if z.ndim != 1 or z.dtype.kind not in "iubUSO":
        return False
    return z.dtype.kind != "O" or not all(isinstance(value, float) for value in z if value is not None)


def symbols(z, n: int, what: str) -> np.ndarray:
    """Symbols (n,) as integers 0..k-1 in their order; errors name them ``what``."""
    z = _same_length(_array(z, what), n, what)
    if z.ndim != 1:
        raise ValueError(f"{what} must have shape ({n},), but has {z.shape}.")
    return codes(z, what)


def embedding(z, n: int, name: str) -> np.ndarray:
    """An embedding as float64 (n, d), d >= 1."""
    z = _same_length(_array(z, f"Source {name}"), n, f"Source {name}")
    if z.dtype.kind not in "biufO":
        raise ValueError(f"Source {name} must hold real numbers, but holds {z.dtype}.")
    try:
        z = z.astype(float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"Source {name} must hold real numbers, but: {error}.") from None
    z = z[:, None] if z.ndim == 1 else z
    if z.ndim != 2 or z.shape[1] == 0:
        raise ValueError(f"Source {name} must have shape (n, d), but has {z.shape}.")
    if not np.isfinite(z).all():
        row, column = np.argwhere(~np.isfinite(z))[0]
        raise ValueError(f"Source {name} must be finite, but holds {z[row, column]} in row {row}, column {column}.")
    return z


def codes(values: np.ndarray, what: str) -> np.ndarray:
    """Numbers or names (n,) as integers 0..k-1 in their order; ValueError for missing or mixed ones, named ``what``."""
    if values.dtype.kind == "O":
        missing = [i for i, value in enumerate(values) if value is None or (value != value) is True]
        if missing:
            raise ValueError(f"{what} must be known, but row {missing[0]} holds {values[missing[0]]}.")
    elif values.dtype.kind not in "biufUS":
        raise ValueError(f"{what} must be numbers or names, not {values.dtype}.")
    elif values.dtype.kind == "f" and np.isnan(values).any():
        raise ValueError(f"{what} must be known, but row {np.flatnonzero(np.isnan(values))[0]} holds nan.")
    try:
        return np.unique(values, return_inverse=True)[1]
    except TypeError:
        kinds = sorted({type(value).__name__ for value in values})
        raise ValueError(f"{what} must be all numbers or all names, but hold {', '.join(kinds)}.") from None


def warn_of_copies(z: np.ndarray, y: np.ndarray, name: str, groups: np.ndarray | None) -> None:
    """UserWarning if many rows of z (n, d) have copies under the same label, in other groups where there are groups.

    A classifier that saw one copy knows the label of the other, and held-out information is no longer held out.
    """
    digest = z @ np.random.default_rng(0).normal(size=z.shape[1])
    row = np.unique(digest, return_inverse=True)[1]
    seen = row if groups is None else np.unique(np.stack([row, groups]), axis=1)[0]
    copied = np.bincount(seen, minlength=row.max() + 1) > 1
    lowest, highest = np.full(len(copied), y.max()), np.zeros(len(copied), int)
    np.minimum.at(lowest, row, y)
    np.maximum.at(highest, row, y)
    agreeing = copied & (lowest == highest)
    samples = int(agreeing[row].sum())
    if agreeing.sum() >= max(REPEATED, AGREEING * copied.sum()) and samples >= SHARE * len(y):
        warnings.warn(
            f"Source {name} holds copies: {samples} of {len(y)} samples share their values with others of the same "
            "label, which tells it without any pattern. Give groups= to keep copies in one fold, or leave them out.",
            UserWarning,
            stacklevel=3,
        )


def _array(values, what: str) -> np.ndarray:
    array = as_array(values, what)
    if array.dtype.kind in "US" and not isinstance(values, np.ndarray):  # else a missing value becomes the name "nan"
        array = np.asarray(values, dtype=object)
    return array


def _same_length(z: np.ndarray, n: int, what: str) -> np.ndarray:
    if z.ndim == 0 or len(z) != n:
        raise ValueError(f"{what} has {len(z) if z.ndim else 1} samples, but there are {n} labels.")
    return z
