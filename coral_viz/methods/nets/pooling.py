"""Attention pooling: one learned query decides how much each token counts."""

from __future__ import annotations

import torch
from torch import nn


class AttentionPool(nn.Module):
    """Token-wise projection, then a softmax-weighted mean of the tokens (COrAL's unique path).

    token -> Linear(dim, dim) - LayerNorm - GELU - Linear(dim, out); weights softmax_t(token . query), unscaled.
    Shapes: (B, T, dim) -> (B, out).
    """

    def __init__(self, dim: int, out: int):
        super().__init__()
        self.project = nn.Sequential(nn.Linear(dim, dim), nn.LayerNorm(dim), nn.GELU(), nn.Linear(dim, out))
        self.query = nn.Parameter(torch.randn(out) * out**-0.5)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        tokens = self.project(tokens)
        weights = (tokens @ self.query).softmax(-1)
        return (weights.unsqueeze(-1) * tokens).sum(-2)
