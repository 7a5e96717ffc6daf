"""Ranking metrics of retrieval. Ties are broken at random, and metrics are exact expectations over these orders.

So the order of the items does not matter, and constant scores give exactly the chance level.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def recall_at(scores: Tensor, relevant: Tensor, k: int) -> Tensor:
    """Probability that a relevant item is among the first k, per query: (queries,) float64 in [0, 1].

    Its mean is recall@k if each query has one relevant item; with several it is the hit rate, also called recall@k.

    Args:
        scores: (queries, gallery), higher is better.
        relevant: bool (queries, gallery).
        k: from 1 to the size of the gallery.

    Raises:
        ValueError: NaN, different shapes, a query without a relevant item, or k out of range.
    """
    _check(scores, relevant)
    if not 1 <= k <= scores.shape[1]:
        raise ValueError(f"k = {k} must lie between 1 and the {scores.shape[1]} items of the gallery.")
    best = scores.where(relevant, -torch.inf).amax(1, keepdim=True)
    slots = k - (scores > best).sum(1, keepdim=True)  # places among the first k for the items tied with the best one
    tied = scores == best
    wrong, tied = (tied & ~relevant).sum(1, keepdim=True), tied.sum(1, keepdim=True)
    place = torch.arange(k, device=scores.device)
    # the chance that a place is filled wrongly, given that those before it were
    missed = (wrong - place).clamp(min=0).double() / (tied - place).clamp(min=1)
    return 1 - missed.where(place < slots, 1.0).prod(1)


def average_precision(scores: Tensor, relevant: Tensor) -> Tensor:
    """Average precision per query, (queries,) float64 in [0, 1]: the mean of the precision at each relevant item.

    Arguments and errors as for ``recall_at``. In a tie of n items of which r are relevant, after t items of which h are
    relevant, place i contributes r/n * (h + 1 + (i-t-1)(r-1)/(n-1)) / i, the expectation over orders of the tie
    (McSherry and Najork 2008, ECIR).
    """
    _check(scores, relevant)
    descending, order = scores.sort(1, descending=True)
    ascending = -descending.contiguous()
    start = torch.searchsorted(ascending, ascending)
    stop = torch.searchsorted(ascending, ascending, right=True)
    hits = F.pad(relevant.gather(1, order).double().cumsum(1), (1, 0))
    before = hits.gather(1, start)
    tied, tied_relevant = stop - start, hits.gather(1, stop) - before
    place = torch.arange(scores.shape[1], device=scores.device)
    expected = before + 1 + (place - start) * (tied_relevant - 1) / (tied - 1).clamp(min=1)
    return (tied_relevant / tied * expected / (place + 1)).sum(1) / hits[:, -1]


def _check(scores: Tensor, relevant: Tensor) -> None:
    if scores.ndim != 2 or scores.shape != relevant.shape or relevant.dtype != torch.bool:
        raise ValueError(
            f"scores {tuple(scores.shape)} and relevant {tuple(relevant.shape)} of {relevant.dtype} must be two "
            "matrices of one shape (queries, gallery), the second of torch.bool."
        )
    if scores.isnan().any():
        raise ValueError(f"{int(scores.isnan().sum())} of {scores.numel()} scores are NaN.")
    if not relevant.any(1).all():
        raise ValueError(f"{int((~relevant.any(1)).sum())} of {len(relevant)} queries have no relevant item.")
