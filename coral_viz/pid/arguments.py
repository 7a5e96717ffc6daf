"""Validation of arguments of any kind: arrays that NumPy would misread, and whole numbers."""

from __future__ import annotations

import numpy as np
from scipy.sparse import issparse


def as_array(values, what: str) -> np.ndarray:
    """Values as a NumPy array; also those of a torch tensor with gradient, on any device, of any dtype.

    Args:
        values: anything that NumPy takes, and tensors.
        what: how errors name them, such as "A table".

    Raises:
        ValueError: masked values, whose mask NumPy would drop; a sparse array or a distribution of dit's, which it
            would take for an object.
    """
    if issparse(values):
        raise ValueError(f"{what} is a sparse array of shape {values.shape}: make it dense by its toarray().")
    if hasattr(values, "pmf"):
        raise ValueError(f"{what} is a {type(values).__name__} object: make it an array, as from_dit does.")
    if np.ma.is_masked(values):
        places = np.argwhere(np.ma.getmaskarray(values))
        masked = f"{len(places)} of {np.size(values)} values are masked, the first at {places[0].tolist()}"
        raise ValueError(f"{what} must be known, but {masked}.")
    if hasattr(values, "detach"):  # a tensor; torch itself need not be installed
        values = values.detach().cpu()
        values = values.float() if str(values.dtype) == "torch.bfloat16" else values
    return np.asarray(values)


def check_whole(value, least: int, needs: str) -> None:
    """ValueError that begins with ``needs`` unless value is a whole number of at least ``least``."""
    if not isinstance(value, int | np.integer):
        raise ValueError(f"{needs}, a whole number, not {value!r}.")
    if value < least:
        raise ValueError(f"{needs}, not {value}.")
