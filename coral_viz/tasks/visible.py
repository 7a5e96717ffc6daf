"""Masks of tokens: from a ratio, or as a method draws them.

A mask maps names of modalities to bool tensors, (T,) or (patterns, T), True where a token is visible. Modalities that
are not named are fully visible. Patterns are equally likely; pattern i of one modality goes with pattern i of another.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from coral_viz.tasks.task import Modality

Visible = Mapping[str, Tensor]


def at_ratio(modalities: Sequence[Modality], ratio: float, *, patterns: int = 2000, seed: int = 0) -> dict[str, Tensor]:
    """Random masks that leave floor(T (1 - ratio)) of each modality's T tokens visible.

    Raises:
        ValueError: a ratio outside [0, 1], or one that leaves no token of a modality.
    """
    if not 0 <= ratio <= 1:
        raise ValueError(f"ratio = {ratio!r} is not allowed; it takes a number from 0 to 1.")
    generator = torch.Generator().manual_seed(seed)
    masks = {}
    for modality in modalities:
        tokens = modality.shape[0]
        kept = math.floor(tokens * (1 - ratio) + 1e-9)
        if not kept:
            raise ValueError(
                f"ratio = {ratio} leaves none of the {tokens} tokens of {modality.name}; the ratio may be at most "
                f"{1 - 1 / tokens:.3g}."
            )
        masks[modality.name] = torch.rand(patterns, tokens, generator=generator).argsort(1) < kept
    return masks


def of_hidden(modalities: Sequence[Modality], hidden: Tensor) -> dict[str, Tensor]:
    """The mask of the tokens that a method hides: ``hidden`` (patterns, all tokens), see ``methods.Explanation``."""
    sizes = [modality.shape[0] for modality in modalities]
    if hidden.ndim != 2 or hidden.shape[1] != sum(sizes):
        raise ValueError(f"hidden has shape {tuple(hidden.shape)}; these modalities need (patterns, {sum(sizes)}).")
    return {modality.name: ~part for modality, part in zip(modalities, hidden.split(sizes, 1))}


def checked(modalities: Sequence[Modality], visible: Visible | None, n: int) -> list[Tensor]:
    """The mask of n samples per modality, each (n, T) bool; sample i has pattern i mod patterns.

    Raises ValueError for a modality that does not exist, a mask of another type or shape, more patterns than samples,
    and a mask that leaves no token.
    """
    names = [modality.name for modality in modalities]
    unknown = [name for name in visible or () if name not in names]
    if unknown:
        raise ValueError(f"modality {unknown[0]!r} does not exist; the task has {', '.join(names)}.")
    masks = [_checked(modality, visible.get(modality.name) if visible else None, n) for modality in modalities]
    if not any(mask.any() for mask in masks):
        raise ValueError("the mask leaves no token of any modality; show at least one.")
    return masks


def _checked(modality: Modality, mask: Tensor | None, n: int) -> Tensor:
    tokens = modality.shape[0]
    if mask is None:
        return torch.ones(n, tokens, dtype=torch.bool)
    mask = torch.as_tensor(mask)
    if mask.dtype != torch.bool:
        raise ValueError(f"the mask of {modality.name} is of {mask.dtype}; it takes True where a token is visible.")
    if mask.ndim not in (1, 2) or mask.shape[-1] != tokens or not mask.numel():
        raise ValueError(
            f"the mask of {modality.name} has shape {tuple(mask.shape)}; it takes ({tokens},) or (patterns, {tokens})."
        )
    rows = mask.expand(1, tokens) if mask.ndim == 1 else mask
    if len(rows) > n:
        raise ValueError(f"{len(rows)} patterns of {modality.name} need as many samples, but n = {n}.")
    return rows[torch.arange(n) % len(rows)]
