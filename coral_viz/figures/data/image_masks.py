"""Masks of a training step on images: masked patches crossed out, and the attention of each visible patch."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Rectangle
from torch import Tensor

from coral_viz import style
from coral_viz.figures.data.image_samples import pixels
from coral_viz.figures.data.token_masks import CROSSED, in_words, of_sample
from coral_viz.figures.layout.canvas import LINE, canvas, describe, picture, rectangles

COLUMNS = 3  # variants side by side
BESIDE, APART = 0.06, 0.35  # between the images of a variant, between variants: in images
HIDDEN = CROSSED | {"fill": True, "fc": (0.93, 0.93, 0.93, 0.9)}
DISC: dict[str, Any] = {"facecolors": "white", "edgecolors": "black", "linewidths": 0.5}


@picture
def patches(explanation, views: Sequence[Sequence[Tensor]], tokens_of: Sequence[int], *, sample: int = 0) -> Figure:
    """The images of one sample as each variant sees them, with masked patches crossed out.

    Args:
        explanation: what ``method.explain`` returned for ``views``.
        views: both views, each a normalised image batch (B, 3, S, S) per modality.
        tokens_of: tokens per modality, ``method.tokens_of``: a square number of them lies on each image, row by row.
        sample: which of the B samples.

    The area of a disc is the share of its attention that the CLS token gives to the patch.

    Raises:
        ValueError: as ``masks``, or a modality's tokens are no square.
    """
    if wrong := [count for count in tokens_of if math.isqrt(count) ** 2 != count]:
        raise ValueError(f"{wrong[0]} tokens form no square grid; images have square numbers of patches")
    hidden, attention = of_sample(explanation, sum(tokens_of), sample)
    limit = max(weights[1:].max() for weights in attention.values())
    words = (
        "Each group: one variant of the sample, as the fusion sees it; CLS: the share of its attention that the CLS "
        "token keeps to itself (last block, mean over heads). The shares of a group sum to 1."
    )
    wide = len(tokens_of) * (1 + BESIDE) - BESIDE
    across, lines = COLUMNS * (wide + APART) - APART, math.ceil(len(attention) / COLUMNS)
    width, points = matplotlib.rcParams["figure.figsize"][0] * 72, matplotlib.rcParams["font.size"]
    image = 0.96 * width / across  # an image's width in points
    high = 1 + 1.8 * points / image  # of a variant and the line of text above it, in images
    figure = canvas(lines * high * image / (LINE * points) + 0.8, words, _key(limit))
    ax = figure.subplots()
    for number, (name, weights) in enumerate(attention.items()):
        left, top = number % COLUMNS * (wide + APART), -(number // COLUMNS) * high
        ax.text(left, top + 0.05, f"{name.replace('_', ' ')}: {hidden[name].sum()} hidden")
        ax.text(left + wide, top + 0.05, f"CLS {weights[0]:.2f}", ha="right", color=style.MUTED)
        seen = views[explanation.views.get(name, 1) - 1]
        for m, (start, stop) in enumerate(itertools.pairwise(np.cumsum([0, *tokens_of]))):
            corner = (left + m * (1 + BESIDE), top)
            _image(ax, corner, seen[m][sample], hidden[name][start:stop], weights[1:][start:stop] / limit)
    ax.set(xlim=(0, across), ylim=(high - 1 - lines * high, high - 1), aspect="equal")
    ax.axis("off")
    told = in_words(hidden, attention, tokens_of)
    return describe(figure, f"Images of one sample, masked patches crossed out. {told}.")


def _key(limit: float) -> list:
    disc = Line2D([], [], ls="", marker="o", ms=6, mfc="white", mec="black", mew=0.5)
    disc.set_label(f"attention of CLS, by area; as wide as a patch: {limit:.2f}")
    return [Rectangle((0, 0), 1, 1, label="hidden from the fusion", **HIDDEN), disc]


def _image(ax: Axes, corner: tuple[float, float], image: Tensor, hidden: np.ndarray, shares: np.ndarray) -> None:
    """An image of width 1 below and to the right of a corner, and on it its patches."""
    (left, top), side = corner, math.isqrt(len(hidden))
    ax.imshow(pixels(image), extent=(left, left + 1, top - 1, top), interpolation="nearest")
    row, column = np.indices((side, side)).reshape(2, -1)
    x, y = left + column / side, top - (row + 1) / side
    if hidden.any():
        ax.add_patch(PathPatch(rectangles(x[hidden], y[hidden], 1 / side, 1 / side), **HIDDEN))
    middles, size = np.stack([x, y], 1)[~hidden] + 0.5 / side, np.sqrt(shares[~hidden]) / side
    place: dict[str, Any] = {"units": "xy", "offsets": middles, "offset_transform": ax.transData}
    ax.add_collection(EllipseCollection(size, size, np.zeros_like(size), **place, **DISC))
