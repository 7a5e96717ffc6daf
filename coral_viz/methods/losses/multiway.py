"""Objectives that compare all modalities of a sample at once: Symile's product, GRAM's volume, TRIANGLE's area.

Each comes with its score for retrieval, of queries of one modality and tuples of all the others. Once modalities are
aligned, volumes and areas are differences of almost equal numbers, so they are computed in float64.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from coral_viz.methods.losses.precision import cholesky, full_precision, matching, one_of, others, unit

TINY = 1e-12  # far below what a volume resolves, far above rounding in float64


@full_precision
def symile(
    embeddings: list[Tensor],
    *,
    logit_scale: Tensor | float,
    negatives: str = "all",
    generator: torch.Generator | None = None,
) -> Tensor:
    """Symile (arXiv 2411.01053): a modality must identify the others of its sample by the multilinear inner product.

    Every modality is the anchor once.

    Args:
        embeddings: (B, E) for each of M >= 2 modalities.
        logit_scale: inverse temperature; it must compensate that products of unit vectors shrink as E^(-(M-1)/2).
        negatives: "all" B^(M-1) - 1 other combinations of the other modalities, with memory B^M; or "shuffled", B - 1
            of them, each modality by its own permutation.
        generator: draws the permutations.

    Returns:
        The mean cross-entropy, a scalar; 0 for a batch of 1.

    Raises:
        ValueError: one modality, unequal shapes, or unknown ``negatives``.
    """
    one_of("negatives", negatives, "all", "shuffled")
    z = unit(embeddings)
    positive = logit_scale * z.prod(0).sum(-1)
    if negatives == "all":
        return _all_combinations(z, logit_scale) - positive.mean()
    each = []
    for m in range(len(z)):
        tuples = torch.stack([x[_permutation(x, generator)] for x in others(z, m)]).prod(0)
        logits = (logit_scale * z[m] @ tuples.mT).diagonal_scatter(positive)
        each.append((logits.logsumexp(-1) - positive).mean())
    return torch.stack(each).mean()


def _all_combinations(z: Tensor, logit_scale: Tensor | float) -> Tensor:
    """log-sum-exp over all tuples with a given anchor, the mean over anchors and samples: (M, B, E) -> scalar."""
    count, batch, width = z.shape
    tuples = z[0]
    for x in z[1:-1]:
        tuples = (tuples.unsqueeze(1) * x).view(-1, width)
    logits = (logit_scale * tuples @ z[-1].mT).view([batch] * count)
    each = [logits.movedim(m, 0).flatten(1).logsumexp(-1).mean() for m in range(count)]
    return torch.stack(each).mean()


def _permutation(x: Tensor, generator: torch.Generator | None) -> Tensor:
    return torch.randperm(len(x), generator=generator, device=generator.device if generator else x.device)


@full_precision
def symile_score(queries: Tensor, gallery: list[Tensor]) -> Tensor:
    """The multilinear inner product of a query and the other modalities of a gallery sample, in [-1, 1].

    Arguments, shapes and errors as for ``pairwise_score``.
    """
    return F.normalize(queries, dim=-1) @ unit(gallery, least=1).prod(0).mT


@full_precision
def gram(
    embeddings: list[Tensor], *, temperature: Tensor | float, label_smoothing: float = 0.1, anchor: int | None = None
) -> Tensor:
    """GRAM (arXiv 2412.11959): the vectors of one sample must span a smaller volume than those of a mixed tuple.

    The anchor is matched with tuples of the other modalities, and these with the anchor, by ``gram_score`` /
    temperature.

    Args:
        embeddings: (B, E) for each of two or more modalities.
        temperature: of the softmax.
        label_smoothing: of the cross-entropy.
        anchor: index of a modality; None for the mean over all.

    Returns:
        A scalar, 0 for a batch of 1.

    Raises:
        ValueError: one modality, unequal shapes, or an anchor that does not exist.
    """
    return _matched(gram_score, unit(embeddings), anchor, temperature, label_smoothing)


@full_precision
def gram_score(queries: Tensor, gallery: list[Tensor]) -> Tensor:
    """Minus the volume spanned by a query and the other modalities of a gallery sample, in [-1, 0].

    The volume is sqrt(det G), where G is the M x M Gram matrix of the unit vectors. It does not depend on their signs.
    Arguments, shapes and errors as for ``pairwise_score``.
    """
    base, query = unit(gallery, least=1).double().movedim(0, 1), F.normalize(queries, dim=-1).double()
    spread = TINY * torch.eye(base.shape[1], dtype=base.dtype, device=base.device)
    factor = cholesky(base @ base.mT + spread)
    within = torch.linalg.solve_triangular(factor, base @ query.mT, upper=False).square().sum(-2)
    # the tuple's own volume times the query's height over its span; at height 0 the gradient is taken as 0
    height = (query.square().sum(-1) - within).clamp(min=TINY).sqrt()
    return -(factor.diagonal(dim1=-2, dim2=-1).prod(-1, keepdim=True) * height).mT.to(queries)


@full_precision
def triangle(
    embeddings: list[Tensor],
    *,
    temperature: Tensor | float,
    label_smoothing: float = 0.1,
    anchor: int | None = None,
    measure: str = "area",
) -> Tensor:
    """TRIANGLE (NeurIPS 2025): three modalities of a sample must be the corners of a small triangle.

    The anchor is matched with pairs of the other modalities, and these with the anchor, by minus the triangle's measure
    / temperature.

    Args:
        embeddings: three, (B, E) each.
        temperature: of the softmax.
        label_smoothing: of the cross-entropy.
        anchor: index of a modality; None for the mean over all.
        measure: "area" as in the paper, or "square", twice the square of the area, as in its code.

    Returns:
        A scalar, 0 for a batch of 1.

    Raises:
        ValueError: another number of modalities, unequal shapes, an anchor that does not exist, or an unknown measure.
    """
    one_of("measure", measure, "area", "square")
    if len(embeddings) != 3:
        raise ValueError(f"{len(embeddings)} modalities make no triangle; this objective takes exactly 3.")
    score = triangle_score if measure == "area" else _minus_square
    return _matched(score, unit(embeddings), anchor, temperature, label_smoothing)


@full_precision
def triangle_score(queries: Tensor, gallery: list[Tensor]) -> Tensor:
    """Minus the area of the triangle between a query and two other modalities, in [-3 sqrt(3) / 4, 0].

    The corners are the unit vectors. Arguments, shapes and errors as for ``pairwise_score``, with two galleries.
    """
    if len(gallery) != 2:
        raise ValueError(f"{len(gallery) + 1} modalities make no triangle; this score takes exactly 3.")
    return -0.5 * _four_squares(queries, gallery).clamp(min=TINY).sqrt().to(queries)


def _minus_square(queries: Tensor, gallery: list[Tensor]) -> Tensor:
    """Minus twice the square of the area."""
    return -0.5 * _four_squares(queries, gallery).to(queries)


def _four_squares(queries: Tensor, gallery: list[Tensor]) -> Tensor:
    """Four times the square of the area, float64."""
    x, (y, z) = F.normalize(queries, dim=-1).double(), unit(gallery).double()
    side = z - y
    edge = side.square().sum(-1)
    # twice the area is |y - x| |z - y| sin: every term from products of x with the gallery
    to_query = x @ side.mT - (y * side).sum(-1)
    reach = x.square().sum(-1, keepdim=True) + y.square().sum(-1) - 2 * x @ y.mT
    return reach * edge - to_query.square()


def _matched(score, z: Tensor, anchor: int | None, temperature: Tensor | float, label_smoothing: float) -> Tensor:
    """The mean over anchors of matching each with the tuples of all other modalities: z (M, B, E) -> scalar."""
    if anchor is not None and anchor not in range(len(z)):
        raise ValueError(f"anchor = {anchor!r} is not allowed; it takes None or a modality, 0 to {len(z) - 1}.")
    anchors = range(len(z)) if anchor is None else [anchor]
    scores = torch.stack([score(z[m], others(z, m)) for m in anchors])
    return matching(scores / temperature, label_smoothing=label_smoothing).mean()
