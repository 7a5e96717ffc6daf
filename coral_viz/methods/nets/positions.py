"""Positions of tokens on a square grid or a line: fixed sines and cosines, nothing learned."""

from __future__ import annotations

import torch


def grid_positions(side: int, dim: int) -> torch.Tensor:
    """The codes of a ``side`` x ``side`` grid, row by row: (side^2, dim) float32, each entry in [-1, 1].

    With n = dim / 4 frequencies w_k = 10000^(-k/n), k = 0 .. n - 1, the token in row i and column j has the code
    [sin(w j), cos(w j), sin(w i), cos(w i)], n entries each: the code of "Attention is all you need" (arXiv 1706.03762)
    for the column, then for the row. Raises ValueError unless dim is a positive multiple of 4.
    """
    if dim < 4 or dim % 4:
        raise ValueError(f"dim = {dim}: positions on a grid take a multiple of 4 (sine and cosine of row and column).")
    frequencies = 10000.0 ** (-torch.arange(dim // 4, dtype=torch.float64) / (dim // 4))
    angles = torch.outer(torch.arange(side, dtype=torch.float64), frequencies)
    code = torch.cat([angles.sin(), angles.cos()], 1).float()
    return torch.cat([code.repeat(side, 1), code.repeat_interleave(side, 0)], 1)


def line_positions(count: int, dim: int) -> torch.Tensor:
    """The codes of places 0 .. count - 1 on a line: (count, dim) float32, each entry in [-1, 1].

    With n = dim / 2 rounded up and frequencies w_k = 10000^(-k/n), place t has the code [sin(w t), cos(w t)], its last
    entry left out where dim is odd. The code of a place does not depend on ``count``.
    """
    half = (dim + 1) // 2
    frequencies = 10000.0 ** (-torch.arange(half, dtype=torch.float64) / half)
    angles = torch.outer(torch.arange(count, dtype=torch.float64), frequencies)
    return torch.cat([angles.sin(), angles.cos()], 1)[:, :dim].float()
