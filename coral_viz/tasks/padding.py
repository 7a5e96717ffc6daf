"""Padding: samples of several lengths in one tensor (n, T, p), whose steps beyond a sample's own are NaN throughout.

Arithmetic preserves NaN: a padded step stays padded under noise, dropout, standardisation and concatenation. A network
that forgets padding gives NaN, not a number that depends on the length of the padding. A sample without this modality
has no step: it is NaN throughout.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def padded(sequences: Sequence[Tensor], steps: int | None = None) -> Tensor:
    """Sequences (T_i, p) as one tensor (n, T, p), padded after their ends; T is ``steps``, or else the longest's.

    Raises ValueError for a sequence that is longer than ``steps``.
    """
    longest = max(len(x) for x in sequences)
    steps = longest if steps is None else steps
    if longest > steps:
        raise ValueError(f"a sequence of {longest} steps cannot be padded to steps = {steps}; ask for {longest}.")
    return torch.stack([F.pad(x, (0, 0, 0, steps - len(x)), value=torch.nan) for x in sequences])


def is_padding(x: Tensor) -> Tensor:
    """Which steps are padding, (n, T, p) to (n, T) bool: those that are NaN in all features."""
    return x.isnan().all(-1)


def lengths(x: Tensor) -> Tensor:
    """How many steps each sample has: (n, T, p) to (n,)."""
    return (~is_padding(x)).sum(-1)
