"""Projection heads, used in the losses and discarded afterwards, and the map to the embedding's width."""

from __future__ import annotations

import copy
from typing import cast

import torch
from torch import nn

from coral_viz.training.distributed import gathered


class GroupedBatchNorm(nn.BatchNorm1d):
    """Batch normalisation over axis -2, with separate statistics for every leading index.

    An input (G, B, C) gives the results of G calls with (B, C), so that one call of a head can process several views or
    subsets of modalities. Shapes: (..., B, C) -> (..., B, C).
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        groups = x.reshape(-1, *x.shape[-2:])
        return torch.stack([super(GroupedBatchNorm, self).forward(group) for group in groups]).view_as(x)


class ProjectionHead(nn.Sequential):
    """Linear - BN - ReLU - Linear - BN - ReLU - Linear, as in CoMM, InfMasking and COrAL (there hidden 512, out 256).

    Shapes: (..., B, dim) -> (..., B, out), normalised separately for every leading index. In distributed training, the
    output has the rows of all processes, and statistics are over these.
    """

    def __init__(self, dim: int, hidden: int, out: int):
        super().__init__(
            nn.Linear(dim, hidden),
            GroupedBatchNorm(hidden),
            nn.ReLU(inplace=True),
            nn.Linear(hidden, hidden),
            GroupedBatchNorm(hidden),
            nn.ReLU(inplace=True),
            nn.Linear(hidden, out),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(gathered(x) if self.training else x)

    def copied(self, dim: int) -> ProjectionHead:
        """A head with the same initial weights for inputs of ``dim`` numbers, at most as many as those of this one."""
        copied = copy.deepcopy(self)
        first = cast("nn.Linear", copied[0])
        first.weight, first.in_features = nn.Parameter(first.weight[:, :dim].detach().clone()), dim
        return copied


class PlainHead(nn.Sequential):
    """Linear - ReLU - Linear without normalisation, hidden as wide as the input: FactorCL's, (..., dim) -> (..., out).

    In distributed training, the output has the rows of all processes.
    """

    def __init__(self, dim: int, out: int):
        super().__init__(nn.Linear(dim, dim), nn.ReLU(inplace=True), nn.Linear(dim, out))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(gathered(x) if self.training else x)


def narrowed(dim: int, width: int) -> nn.Module:
    """A linear map from ``dim`` to ``width`` numbers; the identity if they are equal."""
    return nn.Identity() if width == dim else nn.Linear(dim, width)
