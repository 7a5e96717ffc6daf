"""Encoders: one modality's input to T tokens of a common width d, ready for fusion, and which one fits a modality.

Every encoder has two attributes, ``tokens`` = T and ``dim`` = d.
"""

from __future__ import annotations

import torch
from torch import nn

from coral_viz.methods.nets.images import AlexNetTrunk, CompactCNN, ImageEncoder
from coral_viz.tasks import Modality

VECTOR_TOKENS = 8
SMALLEST, LARGE = 16, 128
"""Pixels: the smallest image an encoder takes, and the size from which the encoder is AlexNet's trunk."""


class TokenEncoder(nn.Module):
    """A two-layer perceptron over a whole (T, p) observation, read out as T tokens of width d.

    It sees all tokens at once because a factor's plane spreads over all of them. Inputs are expected at unit scale.
    Shapes: (B, T, p) -> (B, T, d).
    """

    def __init__(self, tokens: int, features: float, dim: int, hidden: int):
        super().__init__()
        self.tokens, self.dim = tokens, dim
        self.layers = nn.Sequential(
            nn.Flatten(),
            nn.Linear(round(tokens * features), hidden),
            nn.GELU(),
            nn.Linear(hidden, hidden),
            nn.GELU(),
            nn.Linear(hidden, tokens * dim),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layers(x).unflatten(1, (self.tokens, self.dim))


class LookEncoder(nn.Module):
    """One three-layer perceptron for all tokens, which knows a token's place by a learned vector: tokens never mix.

    Only the fusion compares tokens, so that a hidden token hides what it holds. Layers have half of ``hidden`` units,
    because they run once a token. Inputs are expected at unit scale. Shapes: (B, T, p) -> (B, T, d).
    """

    def __init__(self, tokens: int, features: int, dim: int, hidden: int):
        super().__init__()
        self.tokens, self.dim = tokens, dim
        width = hidden // 2
        self.position = nn.Parameter(torch.randn(tokens, width) * 0.02)
        self.first = nn.Linear(features, width)
        self.rest = nn.Sequential(nn.GELU(), nn.Linear(width, width), nn.GELU(), nn.Linear(width, dim))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.rest(self.first(x) + self.position)


def encoder(modality: Modality, dim: int, hidden: int, start: str = "he") -> TokenEncoder | LookEncoder | ImageEncoder:
    """The encoder that fits a task's modality (its ``kind`` and ``shape``), giving ``tokens`` tokens of width ``dim``.

    tokens (T, p), which hold what they do together: TokenEncoder with ``hidden`` units a layer. looks (T, p), tokens
    each of which is an observation of its own: LookEncoder with half as many. vector (d,): TokenEncoder with 8 tokens.
    sequence (T, d): LookEncoder. image (3, S, S): CompactCNN with up to
    ``hidden`` channels below 128 px, AlexNetTrunk (whose widths are fixed) from there on; ``start``: see ``images``.
    Raises ValueError for another kind, another shape of an image, or one under 16 px.
    """
    if modality.kind in ("tokens", "looks"):
        tokens, features = modality.shape
        one = TokenEncoder if modality.kind == "tokens" else LookEncoder
        return one(tokens, features, dim, hidden)
    if modality.kind == "vector":
        return TokenEncoder(VECTOR_TOKENS, modality.shape[0] / VECTOR_TOKENS, dim, hidden)
    if modality.kind == "sequence":
        steps, features = modality.shape
        return LookEncoder(steps, features, dim, hidden)
    if modality.kind != "image":
        raise ValueError(
            f"modality {modality.name!r} has kind {modality.kind!r}; encoders exist for: tokens, looks, image, vector, "
            "sequence."
        )
    size = modality.shape[-1]
    if tuple(modality.shape) != (3, size, size) or size < SMALLEST:
        raise ValueError(
            f"modality {modality.name!r} has images of shape {tuple(modality.shape)}; encoders take (3, S, S) "
            f"with S >= {SMALLEST}."
        )
    return CompactCNN(size, dim, hidden, start) if size < LARGE else AlexNetTrunk(dim, start)
