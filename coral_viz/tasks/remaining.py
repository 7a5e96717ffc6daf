"""The information that visible tokens hold about every label: exact posteriors, averaged over samples."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor


class Bits(NamedTuple):
    """Information in bits, and its standard error over samples."""

    bits: float
    error: float


@dataclass(frozen=True)
class Remaining:
    """What visible tokens tell about one label: those of each modality ``alone``, those of all ``together``."""

    alone: tuple[Bits, ...]
    together: Bits


def remaining(posteriors: dict[str, tuple[Tensor, ...]], priors: dict[str, tuple[Tensor, ...]]) -> dict[str, Remaining]:
    """I(visible tokens; label) for every label: the prior's entropy minus the mean of exact posteriors' (n, classes).

    ``priors``: as ``posteriors``, of one row.
    """
    out = {}
    for label, found in posteriors.items():
        before = _entropy(priors[label][-1])
        *alone, together = (_bits(before - _entropy(p)) for p in found)
        out[label] = Remaining(tuple(alone), together)
    return out


def _bits(gained: Tensor) -> Bits:
    return Bits(max(gained.mean().item(), 0.0), gained.std().item() / len(gained) ** 0.5)


def _entropy(p: Tensor) -> Tensor:
    """In bits, (n,)."""
    return -torch.special.xlogy(p, p).sum(-1) / math.log(2)
