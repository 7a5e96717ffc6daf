"""Encoders: one modality's input to T tokens of a common width d, ready for fusion."""

from __future__ import annotations

import torch
from torch import nn


class TokenEncoder(nn.Module):
    """A two-layer perceptron over a whole (T, p) observation, read out as T tokens of width d.

    It sees all tokens at once because a factor's plane spreads over all of them. Inputs are expected at unit scale.
    Shapes: (B, T, p) -> (B, T, d).
    """

    def __init__(self, tokens: int, features: int, dim: int, hidden: int):
        super().__init__()
        self.tokens, self.dim = tokens, dim
        self.layers = nn.Sequential(
            nn.Flatten(),
            nn.Linear(tokens * features, hidden),
            nn.GELU(),
            nn.Linear(hidden, hidden),
            nn.GELU(),
            nn.Linear(hidden, tokens * dim),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layers(x).unflatten(1, (self.tokens, self.dim))


def encoder(modality, dim: int, hidden: int) -> nn.Module:
    """The encoder that fits a task's modality (its ``kind`` and ``shape``), giving tokens of width ``dim``."""
    if modality.kind != "tokens":
        raise ValueError(f"modality {modality.name!r} has kind {modality.kind!r}; encoders exist for: tokens.")
    return TokenEncoder(*modality.shape, dim=dim, hidden=hidden)
