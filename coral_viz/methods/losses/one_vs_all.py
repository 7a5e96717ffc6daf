"""One-versus-all information bottleneck (OVA-IB, arXiv 2605.29900): each modality against the span of all others.

The score of an anchor z and a tuple A of other modalities is cos(z, P z), where P = A (A^T A + RIDGE I)^-1 A^T projects
onto the tuple's span. It needs only inner products: c = A^T z and H = A^T A, of sizes M - 1.
"""

from __future__ import annotations

import itertools

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from coral_viz.methods.losses.precision import cholesky, full_precision, one_of, unit

RIDGE = 1e-8
TINY = 1e-24  # squared: an anchor orthogonal to the span scores 0, with a finite gradient


@full_precision
def ovaib(embeddings: list[Tensor], *, temperature: float, beta: float, projected: str = "anchor") -> dict[str, Tensor]:
    """OVA-IB for two or more modalities. The score does not depend on signs.

    Args:
        embeddings: (B, E) per modality.
        temperature: tau.
        beta: weight of the minimality term.
        projected: "anchor" for s(n, n') = cos(z_n, P_n' z_n), the score of ``ovaib_score``; or "precomputed" for
            cos(z_n, P_n' z_n').

    Returns:
        Two terms. Sufficiency is the mean over anchors and samples of
        ``-log(e^{s(n,n)/tau} / sum_{n' != n} e^{s(n,n')/tau})``, where s(n, n') scores the anchor of sample n with the
        other modalities of n'. The sum has no positive, so the term may be negative; it is 0 for a batch of 1.
        Minimality is ``beta`` times the mean squared distance of a modality to the mean of the others, as unit vectors.

    Raises:
        ValueError: one modality, unequal shapes, or an unknown ``projected``.
    """
    one_of("projected", projected, "anchor", "precomputed")
    z = unit(embeddings)
    scores = _scores(z, projected)
    spread = (z - z.mean(0)).square().sum(-1).mean() * (len(z) / (len(z) - 1)) ** 2
    return {"sufficiency": _sufficiency(scores / temperature).to(z), "minimality": beta * spread}


@full_precision
def ovaib_score(queries: Tensor, gallery: list[Tensor]) -> Tensor:
    """cos(z, P z) of a query z and the other modalities of a gallery sample, in [0, 1].

    Arguments, shapes and errors as for ``pairwise_score``.
    """
    base, query = unit(gallery, least=1).double().movedim(0, 1), F.normalize(queries, dim=-1).double()
    return _cosine_with_span(base @ query.mT, base @ base.mT).mT.to(queries)


def _scores(z: Tensor, projected: str) -> Tensor:
    """Scores of every anchor modality in float64: (M, B, E) -> (B', M, B), the tuple of n' by the anchor of n."""
    cosines = _one_versus_all(z)
    tuples = z.movedim(0, 1).contiguous().double()
    anchor = torch.arange(len(z), device=tuples.device)
    rest = anchor[:-1] + (anchor[:-1] >= anchor[:, None])
    within = _Gram.apply(tuples)[:, rest.unsqueeze(2), rest.unsqueeze(1)]
    return _cosine_with_span(cosines, within) if projected == "anchor" else _cosine_with_own_projection(cosines, within)


def _one_versus_all(z: Tensor) -> Tensor:
    """Cosines of every modality with the others of every sample in float64, (M, B, E) -> (B', M, M - 1, B)."""
    count, batch, _ = z.shape
    block = {}
    for (i, a), (j, b) in itertools.combinations(enumerate(z.unbind()), 2):
        product = (a @ b.mT).double()
        block[i, j], block[j, i] = product.mT, product
    rows = [block[m, i] for m in range(count) for i in range(count) if i != m]
    return torch.stack(rows, 1).view(batch, count, count - 1, batch)


def _cosine_with_span(cosines: Tensor, within: Tensor) -> Tensor:
    """cos(z, P z) from c (..., M - 1, N) of N anchors and H (..., M - 1, M - 1) of one tuple -> (..., N), in [0, 1].

    The bound only matters where rounding leaves c outside what H spans.
    """
    return _Projection.apply(cosines, within).clamp(max=1)


def _cosine_with_own_projection(cosines: Tensor, within: Tensor) -> Tensor:
    """cos(z_n, P_n' z_n') from c (B', M, M - 1, B) and H (B', M, M - 1, M - 1) -> (B', M, B), in [-1, 1]."""
    own = cosines.diagonal(dim1=0, dim2=3).movedim(2, 0).unsqueeze(3)
    weights = torch.cholesky_solve(own, cholesky(_ridged(within)))
    length = (own * weights).sum(-2) - RIDGE * weights.square().sum(-2)
    inner = (weights.mT @ cosines).squeeze(-2)
    return (inner * (length.clamp(min=0) + TINY).rsqrt()).clamp(-1, 1)


def _ridged(within: Tensor) -> Tensor:
    return within + RIDGE * torch.eye(within.shape[-1], dtype=within.dtype, device=within.device)


class _Projection(torch.autograd.Function):
    """q / l with w = (H + RIDGE I)^-1 c, q = z P z = c w, l^2 = |P z|^2 = q - RIDGE w w; its derivative by hand.

    Going back through the Cholesky factor and every product would take most of the loss's time.
    """

    @staticmethod
    def forward(ctx, cosines: Tensor, within: Tensor) -> Tensor:
        inverse = torch.cholesky_inverse(cholesky(_ridged(within)))
        weights = inverse @ cosines
        product = cosines * weights
        inner = product.sum(-2)
        squared = (inner - RIDGE * torch.mul(weights, weights, out=product).sum(-2)).clamp(min=0) + TINY
        ctx.save_for_backward(inverse, weights, inner, squared)
        return inner * squared.rsqrt()

    @staticmethod
    @once_differentiable
    def backward(ctx, grad: Tensor) -> tuple[Tensor, Tensor]:
        inverse, weights, inner, squared = ctx.saved_tensors
        # d(q / l) = (1 / l - bend) dq + bend * RIDGE d(w w), where dq = 2 w dc - w dH w, dw = H^-1 (dc - dH w)
        bend = inner * squared.rsqrt() / squared / 2
        pull = (inverse @ weights).mul_((2 * RIDGE * grad * bend).unsqueeze(-2))
        direct = weights * (grad * (squared.rsqrt() - bend)).unsqueeze(-2)
        pull += direct
        grad_within = (pull @ weights.mT).neg_()
        return pull.add_(direct), grad_within


class _Gram(torch.autograd.Function):
    """X X^T of (..., K, E), with one product instead of two on the way back."""

    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x @ x.mT

    @staticmethod
    def backward(ctx, grad: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        return (grad + grad.mT) @ x


def _sufficiency(logits: Tensor) -> Tensor:
    """(B', M, B), tuples by anchors, to the mean negative log-odds of the own tuple."""
    own = logits.diagonal(dim1=0, dim2=2)
    if len(logits) == 1:
        return 0 * own.sum()
    same = torch.eye(len(logits), dtype=torch.bool, device=own.device).unsqueeze(1)
    return (logits.masked_fill(same, -torch.inf).logsumexp(0) - own).mean()
