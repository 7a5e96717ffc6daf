"""What every encoder is: a module that makes ``tokens`` tokens of width ``dim`` of one modality, and knows the padding.

Where an input is padding there is no token. Encoders put NaN in its place, so that whoever forgets about padding gets
NaN; fusion and pooling take ``padding`` and leave these places out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

import torch
from torch import Tensor, nn

from coral_viz.methods.nets.pooling import mean_token


class Encoder(nn.Module):
    """Base of encoders: ``forward`` takes a batch (B, ...) to tokens (B, T, d), with ``tokens`` = T and ``dim`` = d."""

    PADS = False
    """Whether places without a token can occur."""
    tokens: int
    dim: int

    def padding(self, x: Tensor) -> Tensor | None:
        """Where the batch has no token, (B, T) bool; None if it has all."""
        return None

    def mean_token(self, x: Tensor) -> Tensor:
        """The mean over a batch's tokens, (B, d); zero for a sample that has none."""
        return mean_token(self(x), self.padding(x))


class Encoders(nn.ModuleList):
    """One encoder per modality."""

    def __iter__(self) -> Iterator[Encoder]:
        return cast("Iterator[Encoder]", super().__iter__())


def joint_padding(encoders: Encoders, inputs: Sequence[Tensor | None], *, absent: bool = False) -> Tensor | None:
    """Where all modalities' tokens, side by side, have none: (B, T) bool, or None where every place has one.

    Modalities that are not given are left out; with ``absent`` they take their places: as padding where the encoder
    pads, else as tokens.
    """
    pairs = [(encode, x) for encode, x in zip(encoders, inputs) if absent or x is not None]
    if not any(encode.PADS for encode, _ in pairs):
        return None
    example = next(x for _, x in pairs if x is not None)
    found = [
        torch.full((len(example), encode.tokens), x is None and encode.PADS, device=example.device)
        if x is None or not encode.PADS
        else cast("Tensor", encode.padding(x))
        for encode, x in pairs
    ]
    return torch.cat(found, 1)
