"""The information in visible tokens about every label: exact posteriors, averaged over samples."""

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
    """The information in visible tokens about one label: of each modality ``alone``, and of all ``together``."""

    alone: tuple[Bits, ...]
    together: Bits


def remaining(posteriors: dict[str, tuple[Tensor, ...]], priors: dict[str, tuple[Tensor, ...]]) -> dict[str, Remaining]:
    """I(visible tokens; label) in bits for every label: the prior's entropy minus the posteriors' mean entropy.

    Args:
        posteriors: by label, exact posteriors (n, classes) given each modality, and given all.
        priors: the same without observations, (1, classes).
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
