"""From tokens to one vector: their mean, a linear map of all of them, or a mean that a learned query weighs."""

from __future__ import annotations

import torch
from torch import nn


def mean_token(tokens: torch.Tensor, padding: torch.Tensor | None = None) -> torch.Tensor:
    """The mean over tokens, (B, T, dim) -> (B, dim), ``padding`` (B, T) left out; zero where no token is left."""
    if padding is None:
        return tokens.mean(1)
    count = (~padding).sum(1, keepdim=True).clamp(min=1)
    return tokens.masked_fill(padding.unsqueeze(-1), 0).sum(1) / count


class MeanToken(nn.Module):
    """``mean_token`` as a module."""

    def forward(self, tokens: torch.Tensor, padding: torch.Tensor | None = None) -> torch.Tensor:
        return mean_token(tokens, padding)


class AllTokens(nn.Module):
    """A linear map of all T tokens, (B, T, dim) -> (B, dim); zeros stand where ``padding`` (B, T) is."""

    def __init__(self, tokens: int, dim: int):
        super().__init__()
        self.map = nn.Linear(tokens * dim, dim)

    def forward(self, tokens: torch.Tensor, padding: torch.Tensor | None = None) -> torch.Tensor:
        if padding is not None:
            tokens = tokens.masked_fill(padding.unsqueeze(-1), 0)
        return self.map(tokens.flatten(1))


def pooled(kind: str, tokens: int, dim: int) -> nn.Module:
    """What makes one vector of T tokens: their mean ("mean"), or a linear map of all of them ("all")."""
    return MeanToken() if kind == "mean" else AllTokens(tokens, dim)


class AttentionPool(nn.Module):
    """Token-wise projection, then a softmax-weighted mean of the tokens (COrAL's unique path).

    token -> Linear(dim, dim) - LayerNorm - GELU - Linear(dim, out); weights softmax_t(token . query), unscaled.
    The query starts at N(0, std^2), std 1/sqrt(out) unless given; at 1, as published, few tokens weigh much at once.
    ``padding`` (B, T), True where there is no token: such places weigh nothing. Shapes: (B, T, dim) -> (B, out).
    """

    def __init__(self, dim: int, out: int, std: float | None = None):
        super().__init__()
        self.project = nn.Sequential(nn.Linear(dim, dim), nn.LayerNorm(dim), nn.GELU(), nn.Linear(dim, out))
        self.query = nn.Parameter(torch.randn(out) * (out**-0.5 if std is None else std))

    def forward(self, tokens: torch.Tensor, padding: torch.Tensor | None = None) -> torch.Tensor:
        if padding is None:
            tokens = self.project(tokens)
            weights = (tokens @ self.query).softmax(-1)
        else:
            tokens = self.project(tokens.masked_fill(padding.unsqueeze(-1), 0))
            weights = masked_softmax(tokens @ self.query, padding)
        return (weights.unsqueeze(-1) * tokens).sum(-2)


def masked_softmax(scores: torch.Tensor, padding: torch.Tensor) -> torch.Tensor:
    """The softmax over places (..., T) that are no padding; all zero where every place is."""
    weights = scores.masked_fill(padding, torch.finfo(scores.dtype).min).softmax(-1)
    return weights.masked_fill(padding, 0)
