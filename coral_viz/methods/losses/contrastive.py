"""Objectives that compare embeddings two at a time: views of one sample, or pairs of modalities."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from coral_viz.methods.losses.precision import full_precision, matching, unit


@full_precision
def nt_xent(a: Tensor, b: Tensor, *, temperature: float) -> Tensor:
    """Normalised-temperature cross-entropy between two views of the same samples (SimCLR, arXiv 2002.05709, eq. 1).

    Each of the 2B rows must identify its partner among the other 2B - 1, by cosine similarity / temperature.

    Args:
        a, b: the views, (..., B, E); the loss is symmetric in them.
        temperature: of the softmax.

    Returns:
        The mean over the 2B rows, shape (...).
    """
    if a.shape != b.shape:
        raise ValueError(f"views of the shapes {tuple(a.shape)} and {tuple(b.shape)} cannot be paired.")
    z = F.normalize(torch.cat([a, b], -2), dim=-1) * temperature**-0.5
    rows = z.shape[-2]
    self_pairs = torch.eye(rows, dtype=torch.bool, device=z.device)
    logits = (z @ z.mT).masked_fill(self_pairs, -torch.inf)
    partner = torch.arange(rows, device=z.device).roll(rows // 2)
    each = F.cross_entropy(logits.flatten(0, -2), partner.repeat(logits.shape[:-2].numel()), reduction="none")
    return each.view(logits.shape[:-1]).mean(-1)


@full_precision
def clip(a: Tensor, b: Tensor, *, logit_scale: Tensor | float) -> Tensor:
    """Symmetric cross-entropy between two modalities of the same samples (CLIP, arXiv 2103.00020, figure 3).

    Args:
        a, b: the modalities, (B, E).
        logit_scale: inverse temperature, which multiplies the cosine similarities.

    Returns:
        A scalar.
    """
    logits = logit_scale * F.normalize(a, dim=-1) @ F.normalize(b, dim=-1).mT
    target = torch.arange(len(a), device=a.device)
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.mT, target)) / 2


@full_precision
def cmc(embeddings: list[Tensor], *, temperature: float) -> Tensor:
    """Contrastive multiview coding (CMC, arXiv 1906.05849, full graph): the mean NT-Xent over all pairs of modalities.

    Args:
        embeddings: (B, E) for each of two or more modalities.
        temperature: of ``nt_xent``.

    Returns:
        A scalar, 0 for a batch of 1.

    Raises:
        ValueError: fewer than two modalities, or unequal shapes.
    """
    first, second = _pairs(unit(embeddings))
    return nt_xent(first, second, temperature=temperature).mean()


@full_precision
def clip_pairs(embeddings: list[Tensor], *, logit_scale: Tensor | float) -> Tensor:
    """The mean of ``clip`` over all pairs of modalities.

    Args:
        embeddings: (B, E) for each of two or more modalities.
        logit_scale: of ``clip``.

    Returns:
        A scalar, 0 for a batch of 1.

    Raises:
        ValueError: fewer than two modalities, or unequal shapes.
    """
    return _clip_pairs(unit(embeddings), logit_scale)


@full_precision
def clip_ib(embeddings: list[Tensor], *, logit_scale: Tensor | float, beta: float) -> dict[str, Tensor]:
    """Pairwise CLIP with a bottleneck (CLIP+IB in arXiv 2605.29900).

    Args:
        embeddings: (B, E) for each of two or more modalities.
        logit_scale: of ``clip``.
        beta: weight of the bottleneck.

    Returns:
        The terms clip (see ``clip_pairs``) and minimality, ``beta`` times the mean squared distance between the unit
        vectors of a sample, over pairs of modalities and over samples.

    Raises:
        ValueError: fewer than two modalities, or unequal shapes.
    """
    z = unit(embeddings)
    first, second = _pairs(z)
    distance = (first - second).square().sum(-1).mean()
    return {"clip": _clip_pairs(z, logit_scale), "minimality": beta * distance}


@full_precision
def pairwise_score(queries: Tensor, gallery: list[Tensor]) -> Tensor:
    """The mean cosine of a query with the other modalities of a gallery sample, in [-1, 1].

    Args:
        queries: of one modality, (Nq, E).
        gallery: (Ng, E) for each other modality.

    Returns:
        Scores (Nq, Ng), higher is better.

    Raises:
        ValueError: an empty gallery, or galleries of unequal shapes.
    """
    return F.normalize(queries, dim=-1) @ unit(gallery, least=1).mean(0).mT


def _pairs(z: Tensor) -> tuple[Tensor, Tensor]:
    """(M, B, E) -> the first and the second modality of every pair, (M (M - 1) / 2, B, E) each."""
    first, second = torch.triu_indices(len(z), len(z), 1, device=z.device)
    return z.index_select(0, first), z.index_select(0, second)


def _clip_pairs(z: Tensor, logit_scale: Tensor | float) -> Tensor:
    first, second = _pairs(z)
    return matching(logit_scale * first @ second.mT).mean()
