"""What masks of training hide: shares of tokens, by view and modality."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from coral_viz.evaluation.embedding import evaluation
from coral_viz.methods import Method


def masked_shares(method: Method, views: Sequence[list[Tensor]], progress: float) -> dict[str, float]:
    """Shares in [0, 1] of a modality's tokens that a training step hides, such as {"view 1, modality_1": 0.7}.

    Args:
        method: one that masks; masks are drawn from torch's random state, as in training.
        views: both views of a batch, each with a tensor per modality.
        progress: of the training, from 0 to 1.

    Raises:
        ValueError: a method that does not mask.
    """
    view1, view2 = views
    with evaluation(method):
        masks = method.explain(view1, view2, progress).masks
    if not masks:
        raise ValueError(f"{method.TITLE} masks nothing in training; choose a method that does, such as coral.")
    counts = method.tokens_of
    return {
        f"{variant}, {name}": float(hidden.double().mean())
        for variant, mask in masks.items()
        for name, hidden in zip(method.names, torch.split(mask, counts, dim=1))
    }
