"""Bounds on mutual information from a critic's scores, as FactorCL (arXiv 2306.05268) combines them.

A critic f scores pairs of a batch of B samples: scores[..., i, j] = f(x_j, y_i), (..., B, B), the true pairs on the
diagonal. Leading axes hold several critics. Bounds are in nats and are 0 for a batch of 1.
"""

from __future__ import annotations

import math

from torch import Tensor

from coral_viz.methods.losses.precision import full_precision


@full_precision
def nce(scores: Tensor) -> Tensor:
    """InfoNCE's lower bound of I(X; Y): mean_i f(x_i, y_i) - mean_i log mean_j exp f(x_j, y_i). At most log B.

    Scores (..., B, B) give bounds (...). With a critic that also takes the views, it bounds I(X; Y | views).
    """
    _check_square(scores)
    own = scores.diagonal(dim1=-2, dim2=-1)
    return (own - scores.logsumexp(-1)).mean(-1) + math.log(scores.shape[-1])


@full_precision
def club(scores: Tensor) -> Tensor:
    """The contrastive upper bound of I(X; Y): mean_i f(x_i, y_i) - mean_ij f(x_j, y_i); (..., B, B) -> (...).

    It is an upper bound only if f is the optimal critic of ``nce``, so f is fitted by separate steps of ``nce``.
    """
    _check_square(scores)
    return scores.diagonal(dim1=-2, dim2=-1).mean(-1) - scores.mean((-2, -1))


def _check_square(scores: Tensor):
    if scores.ndim < 2 or scores.shape[-1] != scores.shape[-2]:
        raise ValueError(
            f"scores of the shape {tuple(scores.shape)} pair no batch with itself; they must be (..., B, B)."
        )
