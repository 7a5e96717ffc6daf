"""The published objectives as pure functions of embeddings.

Embeddings come in *unnormalised*, as heads give them, shape (B, E): B samples, E numbers; every function scales them to
unit length itself. A loss with several terms returns them by name, already weighted: their sum is what is minimised.
Values are in nats. They are computed in float32 at least, also where networks run in bfloat16.
"""

from __future__ import annotations

import functools

import torch
import torch.nn.functional as F
from torch import Tensor


def full_precision(loss):
    """Decorate a loss: autocast is off inside, and half-precision embeddings (tensors or lists) are widened."""

    def widened(z):
        if isinstance(z, list | tuple):
            return [widened(x) for x in z]
        return z.float() if z.dtype in (torch.bfloat16, torch.float16) else z

    @functools.wraps(loss)
    def computed(*embeddings, **options):
        first = embeddings[0][0] if isinstance(embeddings[0], list | tuple) else embeddings[0]
        with torch.autocast(first.device.type, enabled=False):
            return loss(*map(widened, embeddings), **options)

    return computed


@full_precision
def nt_xent(a: Tensor, b: Tensor, *, temperature: float) -> Tensor:
    """Normalised-temperature cross-entropy between two views of the same samples (SimCLR, arXiv 2002.05709, eq. 1).

    Each of the 2B rows must find its partner among the other 2B - 1, by cosine similarity / temperature.
    a, b: (..., B, E); returns the mean over the 2B rows, shape (...). Symmetric in (a, b).
    """
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

    a, b: (B, E); the cosine similarities are multiplied by ``logit_scale`` (an inverse temperature). Returns a scalar.
    """
    logits = logit_scale * F.normalize(a, dim=-1) @ F.normalize(b, dim=-1).mT
    target = torch.arange(len(a), device=a.device)
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.mT, target)) / 2


@full_precision
def comm(view1: list[Tensor], view2: list[Tensor], *, temperature: float, reduction: str = "mean") -> dict[str, Tensor]:
    """CoMM (arXiv 2409.07402, eq. 5-7): every subset of the modalities must agree with the full set of the other view.

    view1, view2: embeddings (B, E) of the subsets, each modality alone first, the full set last. Term i is
    (nt(view1_i, view2_full) + nt(view2_i, view1_full)) / 2. The paper sums the terms, its code averages them.
    """
    alone = len(view1) - 1
    # nt is symmetric, so the two halves of the full set's term are one
    ends = torch.stack([*view1, *view2[:-1]])
    full = torch.stack([view2[-1]] * (alone + 1) + [view1[-1]] * alone)
    each = nt_xent(ends, full, temperature=temperature)
    terms = [*(each[:alone] + each[alone + 1 :]) / 2, each[alone]]
    scale = 1 / len(terms) if reduction == "mean" else 1.0
    names = [*(f"modality_{m + 1}" for m in range(alone)), "full"]
    return {name: term * scale for name, term in zip(names, terms)}


def overlap(a: Tensor, b: Tensor, *, form: str) -> Tensor:
    """How far paired embeddings (B, E) are from orthogonal, in [0, 1]: batch mean of max(0, cos) or of cos^2."""
    cosine = F.cosine_similarity(a, b, dim=-1)
    return (cosine.clamp(min=0) if form == "hinge" else cosine.square()).mean(-1)


@full_precision
def coral(
    shared1: Tensor,
    shared2: Tensor,
    unique1: list[Tensor],
    unique2: list[Tensor],
    *,
    temperature: float,
    orthogonality_weight: float,
    orthogonality: str = "hinge",
    shared_weight: float = 1.0,
    unique_weight: float = 1.0,
) -> dict[str, Tensor]:
    """COrAL (arXiv 2602.14983): contrast within the shared and each unique path, orthogonality between the paths.

    shared1, shared2: (B, E), the shared path's embedding of views 1 and 2; unique1, unique2: the unique paths', one
    (B, E) per modality. ``orthogonality``: "hinge" (paper-time code) or "squared" (later code), see ``overlap``;
    each pair of paths is penalised in both views. Terms: shared, unique_m, orthogonal_unique (between
    unique paths), orthogonal_m (unique path m against the shared one).
    """
    paths1, paths2 = [shared1, *unique1], [shared2, *unique2]
    contrast = nt_xent(torch.stack(paths1), torch.stack(paths2), temperature=temperature)
    overlaps = _overlaps(torch.stack([torch.stack(paths1), torch.stack(paths2)]), orthogonality) * orthogonality_weight
    terms = {"shared": shared_weight * contrast[0]}
    for m in range(1, len(paths1)):
        terms[f"unique_{m}"] = unique_weight * contrast[m]
        terms[f"orthogonal_{m}"] = overlaps[0, m]
    terms["orthogonal_unique"] = overlaps[1:, 1:].triu(1).sum()
    return terms


def _overlaps(paths: Tensor, form: str) -> Tensor:
    """Orthogonality penalties between all pairs of paths, summed over views: (views, P, B, E) -> (P, P)."""
    return overlap(paths.unsqueeze(1), paths.unsqueeze(2), form=form).sum(0)
