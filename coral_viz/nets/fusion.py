"""The fusion transformer: all modalities' tokens behind one learned CLS token, whose output is the fused embedding.

A *variant* is one way of leaving tokens out (a subset of the modalities, a mask). With a single block only the CLS row
of the attention is read, and its query is the same for every sample and variant; keys and values are then computed once
per token, and a variant only re-weights them. This is exact, and makes variants nearly free. Deeper stacks send every
variant through on its own, with the left-out tokens masked as keys.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn


class QuickGELU(nn.Module):
    """x * sigmoid(1.702 x)."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * torch.sigmoid(1.702 * x)


class Block(nn.Module):
    """A pre-norm block: x += attention(LN x), then x += W2 quickgelu(W1 LN x), hidden 4d, no dropout."""

    def __init__(self, dim: int, heads: int, depth: int):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.attention = nn.MultiheadAttention(dim, heads, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(dim, 4 * dim), QuickGELU(), nn.Linear(4 * dim, dim))
        residual = dim**-0.5 * (2 * depth) ** -0.5
        nn.init.normal_(self.attention.in_proj_weight, std=dim**-0.5)
        nn.init.normal_(self.attention.out_proj.weight, std=residual)
        nn.init.normal_(self.mlp[0].weight, std=(2 * dim) ** -0.5)
        nn.init.normal_(self.mlp[2].weight, std=residual)

    def forward(self, x: torch.Tensor, drop: torch.Tensor | None) -> torch.Tensor:
        """x (N, T, d); drop (N, T), True where a key is left out; -> (N, T, d)."""
        y = self.norm1(x)
        x = x + self.attention(y, y, y, key_padding_mask=drop, need_weights=False)[0]
        return x + self.mlp(self.norm2(x))

    def cls_row(self, cls: torch.Tensor, tokens: torch.Tensor, drop: torch.Tensor | None) -> torch.Tensor:
        """The first row of ``forward`` on [cls, tokens], for all variants at once.

        cls (d,), tokens (B, T, d), drop (V, 1 or B, T) or None for one full variant; -> (V, B, d).
        """
        x = torch.cat([cls.expand(len(tokens), 1, -1), tokens], 1)
        heads = self.attention.num_heads
        wq, wk, wv = self.attention.in_proj_weight.chunk(3)
        bq, bk, bv = self.attention.in_proj_bias.chunk(3)
        y = self.norm1(x)
        query = F.linear(self.norm1(cls), wq, bq).unflatten(-1, (heads, -1))
        key = F.linear(y, wk, bk).unflatten(-1, (heads, -1))
        value = F.linear(y, wv, bv).unflatten(-1, (heads, -1))
        scores = torch.einsum("hc,bthc->bht", query, key) * query.shape[-1] ** -0.5
        if drop is None:
            weights = scores.softmax(-1).unsqueeze(0)
        else:
            drop = F.pad(drop, (1, 0), value=False).unsqueeze(2)
            weights = scores.masked_fill(drop, -torch.inf).softmax(-1)
        pooled = torch.einsum("vbht,bthc->vbhc", weights, value).flatten(-2)
        out = cls + self.attention.out_proj(pooled)
        return out + self.mlp(self.norm2(out))


class FusionTransformer(nn.Module):
    """CLS token (init N(0, 1)), ``depth`` pre-norm blocks, final LayerNorm; returns the CLS output.

    As in CoMM (arXiv 2409.07402) and its successors: no modality embedding, positions only from the encoders. Weights
    start at N(0, std) with std d^-1/2 for the attention's in-projection, d^-1/2 (2 depth)^-1/2 for the two projections
    onto the residual stream, (2d)^-1/2 for the MLP's first layer.
    """

    def __init__(self, dim: int, heads: int, depth: int):
        super().__init__()
        self.cls = nn.Parameter(torch.randn(dim))
        self.blocks = nn.ModuleList(Block(dim, heads, depth) for _ in range(depth))
        self.norm = nn.LayerNorm(dim)

    def forward(self, tokens: torch.Tensor, drop: torch.Tensor | None = None) -> torch.Tensor:
        """tokens (B, T, d); drop (V, 1 or B, T) bool, True where a variant leaves a token out; -> (V, B, d).

        Without ``drop`` there is one variant that leaves out nothing.
        """
        if len(self.blocks) == 1:
            return self.norm(self.blocks[0].cls_row(self.cls, tokens, drop))
        return self.all_rows(tokens, drop)

    def all_rows(self, tokens: torch.Tensor, drop: torch.Tensor | None = None) -> torch.Tensor:
        """``forward`` for any depth: every variant is a sequence of its own."""
        batch, count, dim = tokens.shape
        variants = 1 if drop is None else len(drop)
        x = torch.cat([self.cls.expand(batch, 1, dim), tokens], 1).repeat(variants, 1, 1)
        if drop is not None:
            drop = F.pad(drop.expand(variants, batch, count), (1, 0), value=False).flatten(0, 1)
        for block in self.blocks:
            x = block(x, drop)
        return self.norm(x[:, 0]).unflatten(0, (variants, batch))
