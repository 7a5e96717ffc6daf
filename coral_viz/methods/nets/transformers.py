"""Small transformers for sequences and feature vectors. Padding is masked, so its length has no effect."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from coral_viz.methods.nets.encoding import Encoder
from coral_viz.methods.nets.positions import line_positions

GROUPS = 8
"""Tokens of a feature vector, if it has so many features."""


class TransformerEncoder(Encoder):
    """``embed``, (B, T, d), then positions (optional), then pre-norm blocks in which padding is masked.

    Layers have ``hidden`` units. ``heads`` is by default the largest number up to 5 that divides d.
    """

    PADS = True

    def __init__(
        self,
        tokens: int,
        dim: int,
        hidden: int,
        *,
        depth: int = 2,
        heads: int | None = None,
        dropout: float = 0.0,
        positions: bool = True,
    ):
        super().__init__()
        self.tokens, self.dim = tokens, dim
        heads = heads or next(count for count in (5, 4, 3, 2, 1) if dim % count == 0)
        block = nn.TransformerEncoderLayer(dim, heads, hidden, dropout, batch_first=True, norm_first=True)
        self.blocks = nn.TransformerEncoder(block, depth, enable_nested_tensor=False)
        code = line_positions(tokens, dim) if positions else torch.zeros(tokens, dim)
        self.positions: Tensor
        self.register_buffer("positions", code, persistent=False)

    def embed(self, x: Tensor) -> Tensor:
        """Tokens (B, T, d) of a batch in which padding is zero."""
        raise NotImplementedError

    def padding(self, x: Tensor) -> Tensor:
        return x.isnan().all(-1, keepdim=True).flatten(1).expand(-1, self.tokens)

    def forward(self, x: Tensor) -> Tensor:
        padding = self.padding(x)
        tokens = self.embed(x.masked_fill(x.isnan().all(-1, keepdim=True), 0)) + self.positions
        # a sample without a token attends to its zeros: a softmax over nothing would be NaN
        masked = padding & ~padding.all(1, keepdim=True)
        return self.blocks(tokens, src_key_padding_mask=masked).masked_fill(padding.unsqueeze(-1), math.nan)


class SequenceEncoder(TransformerEncoder):
    """One token a step: a linear map p -> d without bias, fixed positions, transformer blocks.

    Shapes: (B, T, p) -> (B, T, d).
    """

    def __init__(self, tokens: int, features: int, dim: int, hidden: int, **how):
        super().__init__(tokens, dim, hidden, **how)
        self.project = nn.Linear(features, dim, bias=False)

    def embed(self, x: Tensor) -> Tensor:
        return self.project(x)


class VectorEncoder(TransformerEncoder):
    """Features in 8 groups, one token each: a linear map of its own for every group, then transformer blocks.

    Groups consist of neighbouring features and are of almost equal size; with fewer than 8 features each has a token.
    This is the tokenizer of Gorishniy et al. 2021 (arXiv 2106.11959) with groups in place of single features.
    Shapes: (B, d) -> (B, 8, dim).
    """

    def __init__(self, features: int, dim: int, hidden: int, **how):
        tokens = min(GROUPS, features)
        super().__init__(tokens, dim, hidden, positions=False, **how)
        self.size = math.ceil(features / tokens)
        place = torch.arange(features) * tokens // features  # the group of each feature
        within = torch.arange(features) - torch.searchsorted(place, place)
        self.places: Tensor
        self.register_buffer("places", place * self.size + within, persistent=False)
        self.project = nn.Conv1d(tokens * self.size, tokens * dim, 1, groups=tokens)

    def embed(self, x: Tensor) -> Tensor:
        spread = x.new_zeros(len(x), self.tokens * self.size)
        spread[:, self.places] = x
        return self.project(spread.unsqueeze(2)).view(len(x), self.tokens, self.dim)
