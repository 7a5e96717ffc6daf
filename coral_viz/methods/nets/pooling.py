"""Pooling of tokens to one vector: their mean, a linear map of all of them, or attention of a learned query."""

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
    """A linear map of all T tokens, (B, T, dim) -> (B, dim); tokens are zero where ``padding`` (B, T) is True."""

    def __init__(self, tokens: int, dim: int):
        super().__init__()
        self.map = nn.Linear(tokens * dim, dim)

    def forward(self, tokens: torch.Tensor, padding: torch.Tensor | None = None) -> torch.Tensor:
        if padding is not None:
            tokens = tokens.masked_fill(padding.unsqueeze(-1), 0)
        return self.map(tokens.flatten(1))


def pooled(kind: str, tokens: int, dim: int) -> nn.Module:
    """A module that pools T tokens: their mean ("mean"), or a linear map of all of them ("all")."""
    return MeanToken() if kind == "mean" else AllTokens(tokens, dim)


class AttentionPool(nn.Module):
    """Token-wise projection, then a softmax-weighted mean of the tokens (COrAL's unique path).

    token -> Linear(dim, dim) - LayerNorm - GELU - Linear(dim, out); weights softmax_t(token . query), unscaled.
    The query starts at N(0, std^2), by default with std 1/sqrt(out); with std 1, as published, a few tokens dominate at
    the start. Places where ``padding`` (B, T) is True have no weight. Shapes: (B, T, dim) -> (B, out).
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
    """The softmax over places (..., T) that are not padding; zero throughout if all are."""
    weights = scores.masked_fill(padding, torch.finfo(scores.dtype).min).softmax(-1)
    return weights.masked_fill(padding, 0)
