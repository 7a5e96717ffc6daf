"""PMRL's objective: the leading singular value of the matrix of a sample's embeddings, and its direction.

The E x M matrix of M unit vectors has singular values s_1 >= .. >= s_M, whose squares sum to M. If s_1 = sqrt(M), all
vectors are on one line. They are computed in float64, as roots of eigenvalues of the M x M Gram matrix, which
synchronises a GPU.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from coral_viz.methods.losses.precision import full_precision, unit

TINY = 1e-12  # squares of singular values, and gaps between them, that count as none
TIE = 1e-6  # how much the first modality counts more than others for a direction's sign: it decides ties alone


@full_precision
def pmrl(embeddings: list[Tensor], *, temperature: float, alignment_temperature: float) -> dict[str, Tensor]:
    """PMRL (arXiv 2507.17343): the vectors of a sample must share one direction, and directions of samples must differ.

    Args:
        embeddings: (B, E) for each of M >= 2 modalities.
        temperature: tau 2 of the code, of the contrast between samples.
        alignment_temperature: tau 1 of the code, of the softmax over singular values.

    Returns:
        alignment: the mean of minus the log-softmax of s_1 among all s_k / tau 1. separation: the mean cross-entropy
        of identifying a sample's direction u among those of the batch, by u_i . u_j / tau 2; 0 for a batch of 1. u is
        the leading left singular vector. The code leaves its sign to the solver; here u points to the same side as the
        sum of the sample's vectors.

    Raises:
        ValueError: one modality, or unequal shapes.
    """
    z = unit(embeddings).double()
    values, direction = _leading(z.movedim(0, 1))
    same = direction @ direction.mT
    alignment = -(values / alignment_temperature).log_softmax(-1)[:, 0].mean()
    separation = ((same / temperature).logsumexp(-1) - same.diagonal() / temperature).mean()
    return {"alignment": alignment.to(embeddings[0]), "separation": separation.to(embeddings[0])}


@full_precision
def pmrl_score(queries: Tensor, gallery: list[Tensor]) -> Tensor:
    """The leading singular value of a query and the other modalities of a gallery sample, in [1, sqrt(M)].

    Arguments, shapes and errors as for ``pairwise_score``. It does not depend on signs.
    """
    rest, query = unit(gallery, least=1).movedim(0, 1), F.normalize(queries, dim=-1)
    across = (rest @ query.mT).permute(2, 0, 1)
    count = rest.shape[1]
    gram = queries.new_zeros(*across.shape[:2], count + 1, count + 1)
    gram[..., :count, :count] = rest @ rest.mT
    gram[..., count, :count] = gram[..., :count, count] = across
    gram[..., count, count] = query.square().sum(-1).unsqueeze(1)
    return torch.linalg.eigvalsh(gram)[..., -1].clamp(min=TINY).sqrt()


def _leading(z: Tensor) -> tuple[Tensor, Tensor]:
    """Singular values (B, M), largest first, and leading left singular vectors (B, E) of (B, M, E).

    Gradients are those of perturbation theory, which exist wherever the leading value is alone: the other values may
    coincide. Where it does not, it counts as alone.
    """
    gram = z @ z.mT
    with torch.no_grad():
        squares, vectors = torch.linalg.eigh(gram)
        squares, vectors = squares.flip(-1), vectors.flip(-1)
        first = vectors[..., 0]
        upward = first.sum(-1, keepdim=True) + TIE * first[..., :1]
        first = torch.where(upward < 0, -first, first)
        gaps = squares[:, :1] - squares
        inverse = torch.where(gaps > TINY, 1 / gaps.clamp(min=TINY), 0)
    values = ((vectors * (gram @ vectors)).sum(-2) + TINY).clamp(min=TINY).sqrt()
    change = ((gram - gram.detach()) @ first.unsqueeze(-1)).squeeze(-1)
    within = vectors @ (inverse * (vectors.mT @ change.unsqueeze(-1)).squeeze(-1)).unsqueeze(-1)
    weights = first + within.squeeze(-1)
    return values, F.normalize((weights.unsqueeze(-2) @ z).squeeze(-2), dim=-1)
