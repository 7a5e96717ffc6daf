"""Objectives of methods with fused embeddings: CoMM, InfMasking, COrAL and ConFu."""

from __future__ import annotations

from itertools import combinations

import torch
import torch.nn.functional as F
from torch import Tensor

from coral_viz.methods.losses.contrastive import nt_xent
from coral_viz.methods.losses.precision import full_precision, matching, one_of, unit


@full_precision
def comm(view1: list[Tensor], view2: list[Tensor], *, temperature: float, reduction: str = "mean") -> dict[str, Tensor]:
    """CoMM (arXiv 2409.07402, eq. 5-7): matches every subset of the modalities with the full set in the other view.

    Args:
        view1, view2: embeddings (B, E) of the subsets: each single modality, then the full set.
        temperature: of ``nt_xent``.
        reduction: "mean" as in the paper's code, or "sum" as in the paper.

    Returns:
        By subset i, the term (nt(view1_i, view2_full) + nt(view2_i, view1_full)) / 2.
    """
    one_of("reduction", reduction, "mean", "sum")
    alone = len(view1) - 1
    if alone < 2 or len(view2) != len(view1):
        raise ValueError(
            f"views of {alone} and {len(view2) - 1} modalities and their fusion; both must have 2 or more."
        )
    # nt is symmetric, so the two halves of the full set's term are one
    ends = torch.stack([*view1, *view2[:-1]])
    full = torch.stack([view2[-1]] * (alone + 1) + [view1[-1]] * alone)
    each = nt_xent(ends, full, temperature=temperature)
    terms = [*(each[:alone] + each[alone + 1 :]) / 2, each[alone]]
    scale = 1 / len(terms) if reduction == "mean" else 1.0
    names = [*(f"modality_{m + 1}" for m in range(alone)), "full"]
    return {name: term * scale for name, term in zip(names, terms)}


@full_precision
def infmasking(
    view1: list[Tensor],
    view2: list[Tensor],
    masked1: Tensor,
    masked2: Tensor,
    *,
    temperature: float,
    mask_weight: float,
) -> dict[str, Tensor]:
    """InfMasking (arXiv 2509.25270): CoMM, and terms that match the full fusion with masked fusions of the same view.

    Args:
        view1, view2: as for ``comm``.
        masked1, masked2: (K, B, E), K masked fusions of all modalities in each view.
        temperature: of ``nt_xent``.
        mask_weight: the paper's lambda times (epoch + 1) / epochs.

    Returns:
        The terms masked_1 and masked_2, one per view, and those of ``comm``, weighted so that their sum is the mean
        over all terms.

    Raises:
        ValueError: there are no masked fusions, or their shape is not that of the full ones.
    """
    if masked1.shape != masked2.shape or masked1.shape[1:] != view1[-1].shape or not len(masked1):
        shapes = f"{tuple(masked1.shape)} and {tuple(masked2.shape)}"
        raise ValueError(
            f"masked fusions of the shapes {shapes}; both must be (K, {', '.join(map(str, view1[-1].shape))})."
        )
    contrast = comm(view1, view2, temperature=temperature, reduction="sum")
    fusions = torch.stack([*masked1, view1[-1], *masked2, view2[-1]]).unflatten(0, (2, -1))
    masked = _agreement(fusions, temperature, mask_weight)
    terms = {"masked_1": masked[0], "masked_2": masked[1], **contrast}
    return {name: term / len(terms) for name, term in terms.items()}


def _agreement(fusions: Tensor, temperature: float, weight: float) -> Tensor:
    """Cross-entropy between the full and endlessly many masked fusions; K of these, then the full: (V, K + 1, B, E).

    Masked fusions of a sample are taken as Gaussian; the expectation over them needs the variance along the query only,
    which is that of the K similarities: the E x E covariance never appears. One value per view, (V,).
    """
    keys = F.normalize(fusions, dim=-1)
    views, candidates, batch, _ = keys.shape
    logits = (keys[:, -1] / temperature @ keys.flatten(1, 2).mT).view(views, batch, candidates, batch)
    own = logits.diagonal(dim1=1, dim2=3)[:, :-1]
    positive = own.mean(1)
    optimistic = positive + weight / 2 * own.var(1, correction=0)
    # the positive stands where a sample meets itself; its own masked fusions are no negatives
    entries = torch.cat([torch.full_like(own, -torch.inf), optimistic.unsqueeze(1)], 1)
    return (logits.diagonal_scatter(entries, dim1=1, dim2=3).logsumexp((2, 3)) - positive).mean(-1)


def overlap(a: Tensor, b: Tensor, *, form: str) -> Tensor:
    """How far paired embeddings (B, E) are from orthogonal, in [0, 1]: batch mean of max(0, cos) or of cos^2."""
    one_of("form", form, "hinge", "squared")
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

    Each pair of paths is penalised in both views.

    Args:
        shared1, shared2: embeddings of the shared path in views 1 and 2, (B, E).
        unique1, unique2: embeddings of the unique paths, (B, E) per modality.
        temperature: of ``nt_xent``.
        orthogonality_weight, shared_weight, unique_weight: of the terms.
        orthogonality: "hinge" (the code at the time of the paper) or "squared" (later code), see ``overlap``.

    Returns:
        The terms shared, unique_m, orthogonal_unique (between unique paths) and orthogonal_m (between unique path m and
        the shared one).
    """
    if len(unique1) < 2 or len(unique1) != len(unique2):
        raise ValueError(f"{len(unique1)} and {len(unique2)} unique paths in the two views; both must have 2 or more.")
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


@full_precision
def confu(
    embeddings: list[Tensor], fused: list[Tensor], *, temperature: float, fused_weight: float
) -> dict[str, Tensor]:
    """ConFu (arXiv 2511.21331): all pairs of modalities must agree, and every fused pair with every third modality.

    Each agreement is a symmetric cross-entropy of cosines / temperature; 0 for a batch of 1.

    Args:
        embeddings: (B, E) for each of three or more modalities.
        fused: (B, E) for each pair of modalities, in the order of ``itertools.combinations``.
        temperature: of all agreements.
        fused_weight: lambda.

    Returns:
        pairs: (1 - lambda) times the sum over pairs. fused: lambda times the sum over fused pairs and third modalities.
        Both are divided by the number of agreements, which is 3 + 3 for three modalities, as in the code.

    Raises:
        ValueError: fewer modalities, another number of pairs, or unequal shapes.
    """
    pairs = list(combinations(range(len(embeddings)), 2))
    if len(embeddings) < 3 or len(fused) != len(pairs):
        raise ValueError(
            f"{len(embeddings)} modalities and {len(fused)} fused pairs; there must be 3 modalities or more, "
            "and a fused one for each of their pairs."
        )
    z = unit([*embeddings, *fused])
    thirds = [(len(embeddings) + n, m) for n, pair in enumerate(pairs) for m in range(len(embeddings)) if m not in pair]
    one, other = (torch.stack([z[m] for m in side]) for side in zip(*pairs, *thirds))
    each = matching(one @ other.mT / temperature) / len(one)
    return {
        "pairs": (1 - fused_weight) * each[: len(pairs)].sum(),
        "fused": fused_weight * each[len(pairs) :].sum(),
    }
