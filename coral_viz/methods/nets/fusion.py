"""The fusion transformer: all modalities' tokens behind one learned CLS token, whose output is the fused embedding.

A *variant* leaves tokens out (``drop``: a subset of the modalities) or replaces them by one filler token (``hidden``: a
mask). With a single block, only the CLS row of the attention is needed, and its query is the same for every sample and
variant. Scores are then a linear map of the tokens, a variant only changes their weights, and values are computed from
the weighted sums; n fillers count as one whose score is larger by log n. This is exact, and variants cost almost
nothing. Deeper stacks process every variant separately, with left-out tokens masked as keys. Padding is left out of
every variant, and never filled.
"""

from __future__ import annotations

from typing import cast

import torch
import torch.nn.functional as F
from torch import nn

from coral_viz.methods.nets.heads import narrowed


class QuickGELU(nn.Module):
    """x * sigmoid(1.702 x)."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.silu(1.702 * x) / 1.702


class Block(nn.Module):
    """A pre-norm block: x += attention(LN x), then x += W2 quickgelu(W1 LN x), hidden 4d, no dropout."""

    def __init__(self, dim: int, heads: int, depth: int):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.attention = nn.MultiheadAttention(dim, heads, batch_first=True)
        widen, narrow = nn.Linear(dim, 4 * dim), nn.Linear(4 * dim, dim)
        self.mlp = nn.Sequential(widen, QuickGELU(), narrow)
        residual = dim**-0.5 * (2 * depth) ** -0.5
        nn.init.normal_(self.attention.in_proj_weight, std=dim**-0.5)
        nn.init.normal_(self.attention.out_proj.weight, std=residual)
        nn.init.normal_(widen.weight, std=(2 * dim) ** -0.5)
        nn.init.normal_(narrow.weight, std=residual)

    def forward(self, x: torch.Tensor, drop: torch.Tensor | None) -> torch.Tensor:
        """x (N, T, d); drop (N, T), True where a key is left out; -> (N, T, d)."""
        y = self.norm1(x)
        x = x + self.attention(y, y, y, key_padding_mask=drop, need_weights=False)[0]
        return x + self.mlp(self.norm2(x))

    def cls_row(self, cls, tokens, drop, hidden=None, filler=None, padding=None) -> torch.Tensor:
        """The first row of ``forward`` on [cls, tokens] for all variants; arguments as in ``FusionTransformer``.

        cls (d,), tokens (B, T, d) -> (B, V + K, d).
        """
        ends = [end.expand(len(tokens), 1, -1) for end in (cls, filler) if end is not None]
        y = self.norm1(torch.cat([ends[0], tokens, *ends[1:]], 1))
        ask, read, bias = self._of_cls(cls)
        every, count = (y @ ask.mT).mT, 1 + tokens.shape[1]
        scores, own = every[..., :count], y[:, :count]
        if padding is not None:
            scores = _without(scores, padding.unsqueeze(0)).squeeze(0)
        mixed = []
        if drop is None and hidden is None:
            mixed.append(_mixed(scores.unsqueeze(0), own))
        if drop is not None:
            mixed.append(_mixed(_without(scores, drop), own))
        if hidden is not None:
            fillers = every[..., count:] + hidden.sum(-1)[..., None, None].to(scores.dtype).log()
            mixed.append(_mixed(torch.cat([_without(scores, hidden), fillers], -1), y))
        out = cls + F.linear(torch.cat(mixed, 1), read, bias)
        return out + self.mlp(self.norm2(out))

    def _of_cls(self, cls) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Attention as CLS sees it: the map from normed tokens to their scores, and the one from mixed tokens on.

        ask (heads, d); read (d, heads * d) and bias (d,). The keys' bias shifts all scores alike, so it is left out.
        """
        heads, out = self.attention.num_heads, self.attention.out_proj
        to_query, to_key, to_value = self.attention.in_proj_weight.chunk(3)
        query_bias, _, value_bias = self.attention.in_proj_bias.chunk(3)
        query = F.linear(self.norm1(cls), to_query, query_bias).view(heads, 1, -1)
        ask = (query @ to_key.unflatten(0, (heads, -1))).squeeze(1) * query.shape[-1] ** -0.5
        by_head = out.weight.unflatten(1, (heads, -1)).transpose(0, 1) @ to_value.unflatten(0, (heads, -1))
        return ask, by_head.transpose(0, 1).flatten(1), out(value_bias)


def _without(scores: torch.Tensor, out: torch.Tensor) -> torch.Tensor:
    """Scores (B, h, 1 + T) with tokens taken out by each variant (V, 1 or B, T): (V, B, h, 1 + T)."""
    return scores.masked_fill(F.pad(out, (1, 0), value=False).unsqueeze(2), -torch.inf)


def _mixed(scores: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Tokens (B, T, d) weighted by the softmax of (V, B, h, T), heads side by side: (B, V, h * d)."""
    weights = scores.softmax(-1).transpose(0, 1)
    return (weights.flatten(1, 2) @ y).view(*weights.shape[:2], -1)


class FusionTransformer(nn.Module):
    """CLS token (init N(0, 1)), ``depth`` pre-norm blocks, final LayerNorm; returns the CLS output.

    If ``width`` is not d, a linear map follows, as in CLIP's transformers.

    As in CoMM (arXiv 2409.07402) and its successors: no modality embedding, positions only from the encoders. Weights
    start at N(0, std) with std d^-1/2 for the attention's in-projection, d^-1/2 (2 depth)^-1/2 for the two projections
    onto the residual stream, (2d)^-1/2 for the MLP's first layer.
    """

    def __init__(self, dim: int, heads: int, depth: int, width: int | None = None):
        super().__init__()
        self.cls = nn.Parameter(torch.randn(dim))
        self.blocks = nn.ModuleList(Block(dim, heads, depth) for _ in range(depth))
        self.norm = nn.LayerNorm(dim)
        self.narrow = narrowed(dim, width or dim)

    def forward(self, tokens, drop=None, hidden=None, filler=None, padding=None) -> torch.Tensor:
        """All variants of a batch of tokens (B, T, d): (V + K, B, width).

        Without ``drop`` and ``hidden`` there is one variant, with all tokens.

        Args:
            tokens: (B, T, d).
            drop: bool (V, 1 or B, T), True where a variant leaves a token out.
            hidden: bool (K, B, T), True where a variant replaces a token by ``filler``.
            filler: (d,).
            padding: bool (B, T), True where a place has no token.
        """
        if len(self.blocks) == 1:
            (block,) = self._each_block()
            tokens, hidden = _without_padding(tokens, hidden, padding)
            rows = block.cls_row(self.cls, tokens, drop, hidden, filler, padding)
            return self.narrow(self.norm(rows)).transpose(0, 1)
        return self.all_rows(tokens, drop, hidden, filler, padding)

    def all_rows(self, tokens, drop=None, hidden=None, filler=None, padding=None) -> torch.Tensor:
        """``forward`` for any depth, with a separate sequence for every variant."""
        x, out = self._sequences(tokens, drop, hidden, filler, padding)
        for block in self.blocks:
            x = block(x, out)
        return self.narrow(self.norm(x[:, 0])).unflatten(0, (-1, len(tokens)))

    @torch.no_grad()
    def attention(self, tokens, drop=None, hidden=None, filler=None, padding=None) -> torch.Tensor:
        """Attention of CLS to itself and all tokens in the last block, mean over heads: (V + K, B, 1 + T), sum 1."""
        x, out = self._sequences(tokens, drop, hidden, filler, padding)
        *before, last = self._each_block()
        for block in before:
            x = block(x, out)
        y = last.norm1(x)
        weights = last.attention(y[:, :1], y, y, key_padding_mask=out, need_weights=True)[1]
        return weights[:, 0].unflatten(0, (-1, len(tokens)))

    def _each_block(self) -> list[Block]:
        return cast("list[Block]", list(self.blocks))

    def _sequences(self, tokens, drop, hidden, filler, padding) -> tuple[torch.Tensor, torch.Tensor | None]:
        """[CLS, tokens] of every variant below each other, (N, 1 + T, d), and the keys left out, (N, 1 + T) or None."""
        cls = self.cls.expand(len(tokens), 1, -1)
        tokens, hidden = _without_padding(tokens, hidden, padding)
        masks = [] if hidden is None else list(hidden)
        dropping = 0 if drop is None else len(drop)
        plain = dropping or not masks
        x = [torch.cat([cls, tokens], 1).repeat(max(dropping, 1), 1, 1)] if plain else []
        x += [torch.cat([cls, torch.where(mask.unsqueeze(-1), filler, tokens)], 1) for mask in masks]
        if drop is None and padding is None:
            return torch.cat(x), None
        nothing = torch.zeros_like(tokens[..., 0], dtype=torch.bool) if padding is None else padding
        dropped = nothing.unsqueeze(0) if drop is None else drop | nothing
        out = torch.cat([*(dropped if plain else ()), *(nothing for _ in masks)])
        return torch.cat(x), F.pad(out, (1, 0), value=False)


def _without_padding(tokens, hidden, padding):
    """Tokens and masks without padding: padded tokens become zero, and no mask fills them."""
    if padding is None:
        return tokens, hidden
    return tokens.masked_fill(padding.unsqueeze(-1), 0), hidden if hidden is None else hidden & ~padding
