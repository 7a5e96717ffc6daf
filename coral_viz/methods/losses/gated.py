"""Gated Symile's objective: Symile's product, with neutral vectors in place of modalities that do not fit."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from coral_viz.methods.losses.precision import full_precision, others, unit

TINY = 1e-12  # squared length below which a gated vector has no direction


@full_precision
def gated_symile(
    embeddings: list[Tensor],
    *,
    neutral: Tensor,
    weights: list[Tensor],
    strength: Tensor | float,
    logit_scale: Tensor | float,
    distillation: float = 0.1,
) -> dict[str, Tensor]:
    """Gated Symile (arXiv 2604.05834): the gated other modalities of a sample must identify its target modality.

    Every modality is the target once.

    Args:
        embeddings: (B, E) for each of M >= 2 modalities.
        neutral: (M, E), a direction per modality.
        weights: for each target (B, B, M - 1), see ``gated_score``.
        strength: of the gate, in [0, 1].
        logit_scale: inverse temperature; as for ``symile``, it must compensate that products of unit vectors shrink.
        distillation: weight of the second term.

    Returns:
        tuples: the mean cross-entropy of identifying a sample's target in the batch by ``gated_score``; 0 for a batch
        of 1. distillation: the weighted mean squared distance of embeddings to their gated forms, which get no
        gradient; over numbers, samples, targets and all M modalities (the target itself is not gated).

    Raises:
        ValueError: one modality, or unequal shapes.
    """
    z = unit(embeddings)
    directions = F.normalize(neutral.to(z), dim=-1)
    contrast, distance = [], []
    for m, weight in enumerate(weights):
        rest, neutrals = torch.stack(others(z, m), 1), torch.stack(others(directions, m))
        logits = logit_scale * _scores(z[m], rest, neutrals, weight, strength).mT
        contrast.append((logits.logsumexp(-1) - logits.diagonal()).mean())
        own = _gated(rest, neutrals, weight.diagonal(dim1=0, dim2=1).mT, strength).detach()
        distance.append((rest - own).square().mean((0, 2)).sum() / len(z))
    terms = {"tuples": torch.stack(contrast).mean(), "distillation": torch.stack(distance).mean()}
    return terms | {"distillation": distillation * terms["distillation"]}


@full_precision
def gated_score(
    queries: Tensor, gallery: list[Tensor], *, neutral: Tensor, weights: Tensor, strength: Tensor | float
) -> Tensor:
    """The multilinear inner product of a query and the gated other modalities of a gallery sample, in [-1, 1].

    A vector z is gated to z + strength (1 - w) (n - z), scaled to unit length: it stays with w = 1, and is replaced by
    its neutral direction n with w = 0 and strength 1.

    Args:
        queries, gallery: as for ``pairwise_score``.
        neutral: n, (M - 1, E).
        weights: w in [0, 1], (Nq, Ng, M - 1): the gate sees the query.
        strength: of the gate, in [0, 1].

    Returns:
        (Nq, Ng), higher is better.

    Raises:
        ValueError: an empty gallery, or galleries of unequal shapes.
    """
    rest = unit(gallery, least=1).movedim(0, 1)
    neutral = F.normalize(neutral.to(rest), dim=-1)
    return _scores(F.normalize(queries, dim=-1), rest, neutral, weights, strength)


def _scores(queries: Tensor, rest: Tensor, neutral: Tensor, weights: Tensor, strength: Tensor | float) -> Tensor:
    """As ``gated_score``, of unit vectors; rest: (Ng, M - 1, E).

    The product over modalities of (1 - away) z + away n is multiplied out, so that 2^(M - 1) matrix products replace a
    vector for every query and tuple.
    """
    products, factors = rest.new_ones(1, 1, 1), rest.new_ones(1, 1, 1)
    for z, n, away in zip(rest.unbind(1), neutral, (strength * (1 - weights.to(rest))).unbind(-1)):
        stays = 1 - away
        square = stays**2 * (z * z).sum(-1) + 2 * stays * away * (z @ n) + away**2 * (n @ n)
        length = square.clamp(min=TINY).sqrt()
        products = torch.cat([products * z, products * n.expand_as(z)])
        factors = torch.cat([factors * (stays / length), factors * (away / length)])
    return (factors * (queries @ products.mT)).sum(0)


def _gated(z: Tensor, neutral: Tensor, weights: Tensor, strength: Tensor | float) -> Tensor:
    """Vectors (.., K, E) drawn to their neutral ones (K, E) by as much as weights (.., K) fall short of 1."""
    away = (strength * (1 - weights.to(z))).unsqueeze(-1)
    return F.normalize(z + away * (neutral - z), dim=-1)
