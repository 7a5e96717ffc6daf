"""Similarity of the parts of an embedding by several measures: a tile for every two parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from coral_viz import style
from coral_viz.figures.comparison.part_bits import EMPTY, ink_on
from coral_viz.figures.layout.canvas import canvas, describe, picture, text_at
from coral_viz.results.parts import part_title

TILE, TITLE, FOOTER = 1.6, 3.0, 1.6  # lines of text: a part, an embedding's title, the names below
SCALE = LinearSegmentedColormap.from_list("alike", [EMPTY, style.ATOM_COLOURS["unique_1"], style.DEEP_UNIQUE])


@picture
def similarity(rows: Mapping[str, tuple[Sequence[str], Mapping[str, np.ndarray]]]) -> Figure:
    """A row of panels per embedding, a panel per measure, a tile per two parts.

    Args:
        rows: by title, the parts and by measure their similarities (parts, parts) in [0, 1], as
            ``coral_viz.evaluation.similarity.between`` gives them; NaN where a measure has no meaning.

    Raises:
        ValueError: nothing to draw, or a single part.
    """
    if not rows:
        raise ValueError("there is no embedding to draw.")
    for title, (parts, _) in rows.items():
        if len(parts) < 2:
            raise ValueError(f"{title} has a single part, so there is nothing to compare it with.")
    heights = [len(parts) - 1 for parts, _ in rows.values()]
    measures = list(next(iter(rows.values()))[1])
    words = "0: dissimilar; 1: the same. A dash: the parts have different widths, so there is no cosine."
    figure = canvas(TILE * sum(heights) + (TITLE + FOOTER) * len(rows) + 1.5, words)
    grid = figure.subplots(len(rows), len(measures), squeeze=False, height_ratios=heights)
    for line, (title, (parts, tables)) in zip(grid, rows.items()):
        for ax, measure in zip(line, measures):
            _tiles(ax, tables[measure], parts)
            ax.set_title(measure, weight="normal")
        line[0].set_yticks(range(len(parts) - 1), list(map(part_title, parts[1:])))
        text_at(line[0], title, (0, 1), (0, 1.75), weight="bold").set_in_layout(True)
    return describe(figure, _alt(rows))


def _tiles(ax: Axes, table: np.ndarray, parts: Sequence[str]) -> None:
    """The triangle below the diagonal: row i holds part i + 1 against the parts before it."""
    count = len(parts) - 1
    ax.set(xlim=(-0.5, count - 0.5), ylim=(count - 0.5, -0.5))
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    ax.set_xticks(range(count), list(map(part_title, parts[:-1])))
    ax.set_yticks([])
    size = 0.93 * matplotlib.rcParams["font.size"]
    for i in range(count):
        for j in range(i + 1):
            value = table[i + 1, j]
            fill = np.array(SCALE(np.nan_to_num(value))[:3])
            words = "–" if np.isnan(value) else f"{value:.2f}"
            ax.add_patch(Rectangle((j - 0.48, i - 0.46), 0.96, 0.92, facecolor=fill, lw=0))
            ax.text(j, i, words, ha="center", va="center", color=ink_on(fill), size=size)


def _alt(rows: Mapping[str, tuple[Sequence[str], Mapping[str, np.ndarray]]]) -> str:
    words = []
    for title, (parts, tables) in rows.items():
        for measure, table in tables.items():
            pairs = [(i, j) for i in range(len(parts)) for j in range(i) if np.isfinite(table[i, j])]
            told = ", ".join(f"{part_title(parts[j])} and {part_title(parts[i])} {table[i, j]:.2f}" for i, j in pairs)
            words.append(f"{title}, {measure}: {told or 'none comparable'}".removeprefix(", "))
    return f"Tiles of the similarity between parts of an embedding. {'; '.join(words)}."
