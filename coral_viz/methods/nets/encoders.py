"""Encoders from one modality's input to T tokens of a common width d, and the choice of one for a modality."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from coral_viz.methods.nets.encoding import Encoder
from coral_viz.methods.nets.images import AlexNetTrunk, CompactCNN
from coral_viz.methods.nets.published import (
    AffectEncoder,
    CausalConvolutions,
    FeatureTokens,
    OneTokenPerceptron,
    RecurrentEncoder,
)
from coral_viz.methods.nets.transformers import SequenceEncoder, VectorEncoder
from coral_viz.tasks import Modality

SMALLEST, LARGE = 16, 128
"""Pixels: the smallest image an encoder takes, and the size from which the encoder is AlexNet's trunk."""


class TokenEncoder(Encoder):
    """A two-layer perceptron over a whole (T, p) observation, read out as T tokens of width d.

    It takes all tokens at once because a latent's plane spreads over all of them. Inputs should have unit scale.
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


class LookEncoder(Encoder):
    """A three-layer perceptron on every token, with learned position vectors. Tokens do not mix.

    Only the fusion combines tokens, so a mask really hides the information in a token. Layers have half of ``hidden``
    units, because they run once per token. Inputs should have unit scale. Shapes: (B, T, p) -> (B, T, d).
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


def encoder(modality: Modality, dim: int, hidden: int, start: str = "he") -> Encoder:
    """The encoder that fits a task's modality (its ``kind``, ``shape`` and ``encoder``), to tokens of width ``dim``.

    By kind:

    - vector (d,): VectorEncoder with ``hidden`` units a layer; or "feature tokens" (FeatureTokens), "perceptron"
      (OneTokenPerceptron).
    - sequence (T, p): SequenceEncoder with ``hidden`` units a layer; or "affect" (AffectEncoder), "recurrent"
      (RecurrentEncoder), "convolutions" and "convolution tokens" (CausalConvolutions).
    - image (3, S, S): CompactCNN with up to ``hidden`` channels below 128 px, else AlexNetTrunk with fixed widths.
    - tokens (T, p), one observation spread over all tokens: TokenEncoder with ``hidden`` units a layer.
    - looks (T, p), an observation per token: LookEncoder with half as many.

    Args:
        modality: of the task.
        dim: width of the tokens.
        hidden: units or channels of the layers.
        start: initialisation of image encoders, see ``images``.

    Raises:
        ValueError: another kind, encoder or shape of an image, or an image smaller than 16 px.
    """
    makers = ENCODERS.get(modality.kind)
    if makers is None:
        raise ValueError(
            f"modality {modality.name!r} has kind {modality.kind!r}; encoders exist for: {', '.join(ENCODERS)}."
        )
    if modality.encoder not in makers:
        named = ", ".join(map(repr, makers))
        raise ValueError(
            f"modality {modality.name!r} names the encoder {modality.encoder!r}; kind {modality.kind!r} has {named}."
        )
    options = {"start": start} if modality.kind == "image" else {}
    return makers[modality.encoder](modality, dim, hidden, **options)


def _image_encoder(modality: Modality, dim: int, hidden: int, start: str) -> Encoder:
    size = modality.shape[-1]
    if tuple(modality.shape) != (3, size, size) or size < SMALLEST:
        raise ValueError(
            f"modality {modality.name!r} has images of shape {tuple(modality.shape)}; encoders take (3, S, S) "
            f"with S >= {SMALLEST}."
        )
    return CompactCNN(size, dim, hidden, start) if size < LARGE else AlexNetTrunk(dim, start)


ENCODERS: dict[str, dict[str, Callable[..., Encoder]]] = {
    "tokens": {"": lambda m, dim, hidden: TokenEncoder(m.shape[0], m.shape[1], dim, hidden)},
    "looks": {"": lambda m, dim, hidden: LookEncoder(m.shape[0], m.shape[1], dim, hidden)},
    "image": {"": _image_encoder},
    "vector": {
        "": lambda m, dim, hidden: VectorEncoder(m.shape[0], dim, hidden),
        "feature tokens": lambda m, dim, hidden: FeatureTokens(m.shape[0], dim),
        "perceptron": lambda m, dim, hidden: OneTokenPerceptron(m.shape[0], dim),
    },
    "sequence": {
        "": lambda m, dim, hidden: SequenceEncoder(m.shape[0], m.shape[1], dim, hidden),
        "affect": lambda m, dim, hidden: AffectEncoder(m.shape[0], m.shape[1], dim),
        "recurrent": lambda m, dim, hidden: RecurrentEncoder(m.shape[0], m.shape[1], dim),
        "convolutions": lambda m, dim, hidden: CausalConvolutions(m.shape[0], m.shape[1], dim),
        "convolution tokens": lambda m, dim, hidden: CausalConvolutions(m.shape[0], m.shape[1], dim, spread=True),
    },
}
"""By a modality's kind and ``encoder``: what makes the encoder of (modality, dim, hidden), and start for images."""
