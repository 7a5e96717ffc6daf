"""The base of encoders: modules from one modality to ``tokens`` tokens of width ``dim``, and their padding.

Where the input is padding, encoders return NaN, so that code that forgets about padding gets NaN. Fusion and pooling
take ``padding`` and leave these places out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

import torch
from torch import Tensor, nn

from coral_viz.methods.nets.pooling import mean_token


class Encoder(nn.Module):
    """Base of encoders. ``forward`` maps a batch (B, ...) to tokens (B, T, d), where T = ``tokens`` and d = ``dim``."""

    PADS = False
    """Whether places without a token can occur."""
    tokens: int
    dim: int

    def padding(self, x: Tensor) -> Tensor | None:
        """Where tokens are padding, bool (B, T); None if there is no padding."""
        return None

    def mean_token(self, x: Tensor) -> Tensor:
        """The mean over each sample's tokens, (B, d); zero for a sample without tokens."""
        return mean_token(self(x), self.padding(x))


class Encoders(nn.ModuleList):
    """One encoder per modality."""

    def __iter__(self) -> Iterator[Encoder]:
        return cast("Iterator[Encoder]", super().__iter__())


def joint_padding(encoders: Encoders, inputs: Sequence[Tensor | None], *, absent: bool = False) -> Tensor | None:
    """The padding of all modalities' tokens side by side, bool (B, T); None if there is no padding.

    Missing modalities are left out. With ``absent`` they are included, as padding if their encoder supports padding,
    else as tokens.
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
