"""Encoders of published experiments on MultiBench (arXiv 2107.07502), as CoMM (arXiv 2409.07402) and its successors use
them. Those of sequences leave padding out, but for the convolutions, which take 32 steps.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from coral_viz.methods.nets.encoding import Encoder
from coral_viz.methods.nets.transformers import SequenceEncoder
from coral_viz.tasks.padding import is_padding


class AffectEncoder(SequenceEncoder):
    """A transformer for text, audio and vision of MOSI, MOSEI, UR-FUNNY and MUStARD, without positions.

    It has 5 blocks with 5 heads and 2048 units, and dropout .1. In the papers d = 40; the heads must divide it.
    """

    def __init__(self, tokens: int, features: int, dim: int):
        super().__init__(tokens, features, dim, 2048, depth=5, heads=5, dropout=0.1, positions=False)


class RecurrentEncoder(Encoder):
    """A GRU p -> d whose states are the tokens (MIMIC's time series, d = 512).

    Padding comes after the steps. Shapes: (B, T, p) -> (B, T, d).
    """

    PADS = True

    def __init__(self, tokens: int, features: int, dim: int):
        super().__init__()
        self.tokens, self.dim = tokens, dim
        self.gru = nn.GRU(features, dim, batch_first=True)

    def padding(self, x: Tensor) -> Tensor:
        return is_padding(x)

    def forward(self, x: Tensor) -> Tensor:
        padding = self.padding(x).unsqueeze(-1)
        return self.gru(x.masked_fill(padding, 0))[0].masked_fill(padding, torch.nan)


class NumberTokens(nn.Module):
    """Each of n numbers as a token: value * weight + bias, both of width d and from N(0, 1). (B, n) -> (B, n, d)."""

    def __init__(self, count: int, dim: int):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.randn(count, dim)), nn.Parameter(torch.randn(count, dim))

    def forward(self, x: Tensor) -> Tensor:
        return x.unsqueeze(-1) * self.weight + self.bias


class FeatureTokens(Encoder):
    """A perceptron p - 10 - 10, each of whose outputs is a token (MIMIC's table, p = 5). (B, p) -> (B, 10, d)."""

    def __init__(self, features: int, dim: int):
        super().__init__()
        self.tokens, self.dim = 10, dim
        perceptron = (nn.Linear(features, self.tokens), nn.ReLU(), nn.Linear(self.tokens, self.tokens))
        self.layers = nn.Sequential(*perceptron, NumberTokens(self.tokens, dim))

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class OneTokenPerceptron(Encoder):
    """A perceptron p - 32 - 64 - 128 - d with leaky ReLU (.1): one token (Vision & Touch's proprioception, p = 8)."""

    def __init__(self, features: int, dim: int):
        super().__init__()
        self.tokens, self.dim = 1, dim
        widths = pairwise((features, 32, 64, 128, dim))
        self.layers = nn.Sequential(*(layer for pair in widths for layer in (nn.Linear(*pair), nn.LeakyReLU(0.1))))

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x).unsqueeze(1)


class CausalConvolutions(Encoder):
    """Five causal convolutions p - 16 - 32 - 64 - 128 - d (kernel 2, stride 2, leaky ReLU .1): 32 steps to one state.

    For Vision & Touch's force, p = 6. The state is one token, or with ``spread`` each of its numbers is a token.
    Shapes: (B, 32, p) -> (B, 1 or d, d).
    """

    def __init__(self, steps: int, features: int, dim: int, *, spread: bool = False):
        super().__init__()
        if steps != 32:
            raise ValueError(f"steps = {steps}: five convolutions of stride 2 take 32 steps.")
        self.tokens, self.dim = dim if spread else 1, dim
        widths = (features, 16, 32, 64, 128, dim)
        convolutions = [nn.Conv1d(*pair, 2, stride=2) for pair in pairwise(widths)]
        for each in convolutions:
            nn.init.kaiming_normal_(each.weight)
        self.layers = nn.Sequential(*(layer for each in convolutions for layer in (each, nn.LeakyReLU(0.1))))
        self.read_out = NumberTokens(dim, dim) if spread else nn.Unflatten(1, (1, dim))

    def forward(self, x: Tensor) -> Tensor:
        return self.read_out(self.layers(x.mT).squeeze(2))
