"""Image encoders: a convolutional trunk, whose output becomes a square grid of tokens with position codes.

There are two trunks: AlexNet at 224 px, as in the papers, and a compact one at 32 and 64 px, for laptops. Neither has
normalisation layers: batch statistics would mix views and modalities, and group normalisation slowed the learning of
textures. Instead, He initialisation (``start="he"``) preserves the signal's scale, so that positions do not dominate
tokens. The papers' code has torch's initialisation (``start="torch"``). Images use channels_last memory, which makes
convolutions faster. Weights stay contiguous, as checkpoints require.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn

from coral_viz.methods.nets.encoding import Encoder
from coral_viz.methods.nets.positions import grid_positions


class ImageEncoder(Encoder):
    """trunk -> mean over the cells of a grid -> 1x1 convolution to width d -> + fixed positions, one token a cell.

    Tokens are in row-major order. Shapes: (B, 3, S, S) -> (B, side^2, d), where ``dim`` = d is a multiple of 4.
    """

    def __init__(self, trunk: nn.Sequential, channels: int, side: int, dim: int, start: str):
        super().__init__()
        self.tokens, self.dim = side**2, dim
        self.register_buffer("positions", grid_positions(side, dim), persistent=False)
        self.trunk = trunk
        self.pool = nn.AdaptiveAvgPool2d(side)
        self.project = nn.Conv2d(channels, dim, 1)
        for layer in self.trunk:
            if start == "he" and isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        cells = self.project(self.pool(self.trunk(x.contiguous(memory_format=torch.channels_last))))
        return cells.flatten(2).mT + self.positions


class AlexNetTrunk(ImageEncoder):
    """The five convolutions of one-column AlexNet (Krizhevsky, arXiv 1404.5997), as in torchvision.

    At 224 px: 256 channels on 6 x 6 cells, 36 tokens. Weights start at random. Shapes: (B, 3, S, S) -> (B, 36, d).
    """

    def __init__(self, dim: int, start: str = "he"):
        trunk = nn.Sequential(
            nn.Conv2d(3, 64, 11, stride=4, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2),
            nn.Conv2d(64, 192, 5, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2),
            nn.Conv2d(192, 384, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(384, 256, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(256, 256, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2),
        )
        super().__init__(trunk, channels=256, side=6, dim=dim, start=start)


class CompactCNN(ImageEncoder):
    """3x3 convolutions of stride 2 until 4 to 8 cells per side are left, averaged to 4 x 4: 16 tokens.

    It is for images of ``size`` px, 16 to 127. Channels double from layer to layer and end at ``hidden``. There are
    three layers at 32 px and four at 64 px, with no averaging. A cell's receptive field is nearly half of the image's
    width, so a few tokens can encode a shape, and the first layers can distinguish textures.
    Shapes: (B, 3, S, S) -> (B, 16, d).

    Raises:
        ValueError: ``hidden`` is no multiple of 8.
    """

    def __init__(self, size: int, dim: int, hidden: int, start: str = "he"):
        if hidden < 8 or hidden % 8:
            raise ValueError(f"hidden = {hidden}: the compact image encoder takes a multiple of 8.")
        depth = (size // 4).bit_length() - 1
        widths = [3, *(hidden >> k for k in reversed(range(depth)))]
        convolutions = [nn.Conv2d(*pair, 3, stride=2, padding=1) for pair in pairwise(widths)]
        trunk = nn.Sequential(*(layer for conv in convolutions for layer in (conv, nn.ReLU(inplace=True))))
        super().__init__(trunk, channels=hidden, side=4, dim=dim, start=start)
