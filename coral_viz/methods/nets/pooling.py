"""From tokens to one vector: their mean, a linear map of all of them, or a mean that a learned query weighs."""

from __future__ import annotations

import torch
from torch import nn


class MeanToken(nn.Module):
    """The mean over tokens, (B, T, dim) -> (B, dim)."""

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return tokens.mean(1)


def pooled(kind: str, tokens: int, dim: int) -> nn.Module:
    """What makes one vector of T tokens: their mean ("mean"), or a linear map of all of them ("all")."""
    return MeanToken() if kind == "mean" else nn.Sequential(nn.Flatten(), nn.Linear(tokens * dim, dim))


class AttentionPool(nn.Module):
    """Token-wise projection, then a softmax-weighted mean of the tokens (COrAL's unique path).

    token -> Linear(dim, dim) - LayerNorm - GELU - Linear(dim, out); weights softmax_t(token . query), unscaled.
    The query starts at N(0, std^2), std 1/sqrt(out) unless given; at 1, as published, few tokens weigh much at once.
    Shapes: (B, T, dim) -> (B, out).
    """

    def __init__(self, dim: int, out: int, std: float | None = None):
        super().__init__()
        self.project = nn.Sequential(nn.Linear(dim, dim), nn.LayerNorm(dim), nn.GELU(), nn.Linear(dim, out))
        self.query = nn.Parameter(torch.randn(out) * (out**-0.5 if std is None else std))

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        tokens = self.project(tokens)
        weights = (tokens @ self.query).softmax(-1)
        return (weights.unsqueeze(-1) * tokens).sum(-2)
