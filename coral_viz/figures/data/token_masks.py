"""Masks of a training step and attention of the fusion: a row per variant, a tile per token."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PolyCollection
from matplotlib.colors import LinearSegmentedColormap, Normalize, to_hex
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle

from coral_viz import style
from coral_viz.figures.layout.canvas import canvas, describe, picture, rectangles

ROW, HEADER, FOOTER = 1.45, 2.6, 3.6  # lines of text: a variant, the names of modalities, the colour bar
APART = 0.6  # between CLS and each modality's tokens, in tiles
SCALE = LinearSegmentedColormap.from_list("attention", ["#f2f3f5", style.ATOM_COLOURS["unique_1"], style.DEEP_UNIQUE])

CROSSED: dict[str, Any] = {"fill": False, "hatch": "xxxx", "ec": to_hex(style.FUSED), "lw": 0.5}
"""The sign of a hidden token: its tile crossed out."""


@picture(
    short="Masks of {method} on one sample in training, and the attention of its fusion.",
    long="Masks of {method} in training: the tokens of one sample, a row per variant of it. Masked tokens are crossed "
    "out; the shade is the share of the CLS token's attention.",
)
def masks(explanation, tokens_of: Sequence[int], *, sample: int = 0, method: str = "a method") -> Figure:
    """Masked tokens of each variant of one sample (crossed out), and the attention of the CLS token to all others.

    Args:
        explanation: what ``method.explain`` returned: ``masks`` (B, T) bool and ``attention`` (B, 1 + T) by variant.
        tokens_of: tokens per modality, ``method.tokens_of``; they sum to T.
        sample: which of the B samples.
        method: what the caption calls the method.

    If a variant has no mask, tokens without attention were left out.

    Raises:
        ValueError: there are neither masks nor attention, the numbers of tokens do not fit, or no such sample.
    """
    hidden, attention = of_sample(explanation, sum(tokens_of), sample)
    words = (
        "Each line: one variant of the sample, as the fusion sees it. The colour is the share of its attention that "
        "the CLS token gives to itself and to every token (last block, mean over heads); a line sums to 1."
    )
    figure = canvas(
        len(attention) * ROW + HEADER + FOOTER,
        words,
        [Rectangle((0, 0), 1, 1, label="hidden from the fusion", **CROSSED)],
    )
    ax = figure.subplots()
    lefts = _lefts(tokens_of)
    limit = max(weights.max() for weights in attention.values())
    _tiles(ax, lefts, np.stack(list(attention.values())) / limit, np.stack([hidden[name] for name in attention]))
    for y, name in enumerate(attention):
        count = f"{hidden[name].sum()} of {len(hidden[name])}"
        ax.text(lefts[-1] + 1.5, y, count, va="center", color=style.MUTED)
    _frame(ax, lefts, list(attention), tokens_of)
    _colour_bar(figure, ax, limit)
    kind = "Tiles of one sample's tokens, hidden ones crossed out, shaded by the CLS token's attention"
    return describe(figure, f"{kind}. {in_words(hidden, attention, tokens_of)}.", method=method)


def of_sample(explanation, count: int, sample: int) -> tuple[dict, dict]:
    """By variant: hidden (T,) bool, and attention (1 + T,)."""
    if not explanation.attention:
        raise ValueError("this method has no fusion whose masks and attention could be shown")
    given = {name: weights.detach().cpu().numpy() for name, weights in explanation.attention.items()}
    batch, length = next(iter(given.values())).shape
    if length != 1 + count:
        raise ValueError(f"tokens_of sums to {count}, but the fusion attends to {length - 1} tokens")
    if not 0 <= sample < batch:
        raise ValueError(f"sample = {sample} is not in the batch, whose samples are 0 to {batch - 1}")
    attention = {name: weights[sample] for name, weights in given.items()}
    masked = {name: mask[sample].cpu().numpy() for name, mask in explanation.masks.items()}
    return {name: masked.get(name, weights[1:] == 0) for name, weights in attention.items()}, attention


def _lefts(tokens_of: Sequence[int]) -> np.ndarray:
    """Where the tiles begin: CLS, then every token."""
    before = np.repeat(np.arange(1, len(tokens_of) + 1), tokens_of)
    return np.concatenate([[0.0], 1 + np.arange(sum(tokens_of)) + APART * before])


def _tiles(ax: Axes, lefts: np.ndarray, shares: np.ndarray, hidden: np.ndarray) -> None:
    """A tile per variant and token, CLS first, as two artists: matplotlib is slow with many."""
    y, token = np.indices(shares.shape).reshape(2, -1)
    corner = np.stack([lefts[token] + 0.04, y - 0.42], 1)
    outline = np.array([(0, 0), (0.92, 0), (0.92, 0.84), (0, 0.84)])
    ax.add_collection(PolyCollection(corner[:, None] + outline, facecolors=SCALE(shares.ravel()), lw=0))
    if hidden.any():
        y, token = np.nonzero(hidden)
        ax.add_patch(PathPatch(rectangles(lefts[token + 1] + 0.04, y - 0.42, 0.92, 0.84), **CROSSED))


def _frame(ax: Axes, lefts: np.ndarray, names: list[str], tokens_of: Sequence[int]) -> None:
    ax.set(xlim=(-0.2, lefts[-1] + 1.2), ylim=(len(names) - 0.45, -0.55), xticks=[])
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    ax.set_yticks(range(len(names)), [name.replace("_", " ") for name in names])
    above: dict[str, Any] = {"va": "bottom", "weight": "bold"}
    ax.text(0.5, -0.75, "CLS", ha="center", **above)
    for m, (start, stop) in enumerate(itertools.pairwise(np.cumsum([1, *tokens_of]))):
        ax.text((lefts[start] + lefts[stop - 1] + 1) / 2, -0.75, f"modality {m + 1}", ha="center", **above)
    ax.text(lefts[-1] + 1.5, -0.75, "hidden", va="bottom", color=style.MUTED)


def _colour_bar(figure: Figure, ax: Axes, limit: float) -> None:
    scale = ScalarMappable(Normalize(0, limit), SCALE)
    bar = figure.colorbar(scale, ax=ax, location="bottom", shrink=0.4, anchor=(0, 0), aspect=30, pad=0.02)
    bar.outline.set_visible(False)
    assert bar.solids is not None
    bar.solids.set(rasterized=False, edgecolor="face")  # else the only pixels of a picture that is all vectors
    bar.set_label("share of the CLS token's attention", size=matplotlib.rcParams["legend.fontsize"])


def in_words(hidden: dict, attention: dict, tokens_of: Sequence[int]) -> str:
    """By variant and modality: how many tokens are hidden, and what share of the attention they all get."""
    spans = list(itertools.pairwise(np.cumsum([0, *tokens_of])))
    words = []
    for name, mask in hidden.items():
        weights = attention[name][1:]
        shares = [
            f"modality {m + 1} {mask[a:b].sum()} of {b - a} hidden, attention {weights[a:b].sum():.0%}"
            for m, (a, b) in enumerate(spans)
        ]
        words.append(f"{name.replace('_', ' ')}: {', '.join(shares)}")
    return "; ".join(words)
