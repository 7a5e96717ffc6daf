"""The project in one figure: a task with known information, a method, its embedding, and the bits that it keeps."""

from __future__ import annotations

from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle

from coral_viz import style
from coral_viz.figures.layout import face
from coral_viz.figures.layout.canvas import describe, picture
from coral_viz.results.tables import LABELS

WIDTH, HEIGHT = 64.0, 18.0  # of the drawing
UNIT = 70 / 72  # of a type size
EDGE = 0.8
STAGES = {
    EDGE: "A task of known atoms",
    23.5: "A method",
    37.0: "Its embedding",
    51.5: "Bits kept of each label",
}
SHOWN = {"modality 1": ("redundancy", "unique_1", "synergy"), "modality 2": ("synergy", "unique_2", "redundancy")}
TOKENS = 8
METHODS = ("Cross", "Cross+Self", "CoMM", "COrAL", "yours, in one file")
PARTS = {"shared": 10, "path 1": 6, "path 2": 6}
ALT = (
    "Schematic, left to right. A synthetic task: two modalities share redundant information, each has unique "
    "information of its own, and synergy is in both together only. A self-supervised method: Cross, "
    "Cross+Self, CoMM, COrAL, or your own. Its embedding, with shared and unique parts. The question: how many bits of "
    "redundancy, unique 1, unique 2 and synergy were kept, on a scale from 0 to the exact truth of the task."
)


@picture(
    short="A task with known information, a method, its embedding, and the bits that it keeps of each label, beside "
    "the truth.",
    long="A task whose information is known, a method, its embedding, and the question: how many bits of the "
    "redundant, unique and synergistic information does the embedding keep? Only both modalities together provide "
    "synergy.",
)
def schematic() -> Figure:
    """The task, the methods, the parts of an embedding, and the question: how many bits of each label are kept?

    It shows no results. The type grows with the width; best on two columns or a screen.
    """
    width = matplotlib.rcParams["figure.figsize"][0]
    matplotlib.rcParams["font.size"] = 72 * UNIT * width / WIDTH
    figure = Figure(figsize=(width, width * HEIGHT / WIDTH))
    figure.set_layout_engine("none")
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, WIDTH), ylim=(0, HEIGHT))
    ax.set_axis_off()
    for x, words in STAGES.items():
        last = WIDTH - EDGE - UNIT * face.width(words, weight="bold")  # where words begin that end at the edge
        ax.text(min(x, last), HEIGHT - 1.4, words, weight="bold", va="center")
    _task(ax)
    _methods(ax, 23.5)
    _embedding(ax, 37.0)
    _bits(ax, 51.5)
    for start, end in ((19.6, 22.8), (33.6, 36.2), (47.4, 50.6)):
        ax.add_patch(_arrow((start, 8.6), (end, 8.6)))
    ax.plot([11.0, 11.0, 61.9, 61.9], [2.6, 1.1, 1.1, 1.6], color=style.MUTED, lw=_thin())
    ax.add_patch(_arrow((61.9, 1.1), (61.9, 2.2)))
    looks: dict[str, Any] = {"ha": "center", "va": "center", "color": style.MUTED, "backgroundcolor": style.PAPER}
    ax.text(36.4, 1.1, "the exact truth of every label, in bits", **looks)
    return describe(figure, ALT)


def _task(ax: Axes) -> None:
    """Two modalities as rows of tokens, in the colour of the atom that each row carries."""
    rng = np.random.default_rng(5)
    # equal rows: what both modalities show
    strengths: dict[str, Any] = {atom: rng.uniform(0.25, 1.0, TOKENS) for atom in LABELS}
    strengths["synergy"] = iter(rng.uniform(0.25, 1.0, (2, TOKENS)))  # alone, each row is noise
    for (modality, atoms), top in zip(SHOWN.items(), (13.9, 6.6)):
        ax.text(0.8, top - 1.7, modality.replace(" ", "\n"), va="center", color=style.MUTED, linespacing=1.1)
        for row, atom in enumerate(atoms):
            for column, strength in enumerate(strengths[atom] if atom != "synergy" else next(strengths[atom])):
                _tile(ax, 6.0 + 1.2 * column, top - 1.3 * row - 1.0, 1.05, _tint(style.ATOM_COLOURS[atom], strength))
            symbol = style.ATOM_SYMBOLS[atom] if atom != "synergy" else ""
            ax.text(16.2, top - 1.3 * row - 0.5, symbol, va="center", color=style.ATOM_COLOURS[atom], weight="bold")
    link = {"arrowstyle": "<->", "color": style.ATOM_COLOURS["synergy"], "connectionstyle": "arc3,rad=-0.45"}
    ax.add_patch(_arrow((16.0, 10.8), (16.0, 6.1), **link))
    words = "S: only both\ntogether"
    ax.text(15.6, 8.45, words, ha="right", va="center", color=style.ATOM_COLOURS["synergy"], linespacing=1.1)


def _methods(ax: Axes, left: float) -> None:
    for i, name in enumerate(METHODS):
        y = 13.1 - 2.05 * i
        edge, line = (style.MUTED, "-") if i < len(METHODS) - 1 else (style.MUTED, (0, (3, 2)))
        box: dict[str, Any] = {"boxstyle": "round,pad=0,rounding_size=0.5", "fc": style.PAPER, "ec": edge, "ls": line}
        ax.add_patch(FancyBboxPatch((left, y - 0.8), 9.4, 1.6, **box))
        ax.text(left + 4.7, y, name, ha="center", va="center")


def _embedding(ax: Axes, left: float) -> None:
    """Parts as rows of empty cells: the figure shows no measurement."""
    for (part, cells), y in zip(PARTS.items(), (11.7, 7.7, 3.9)):
        ax.text(left, y + 1.75, part, va="center", color=style.MUTED)
        for column in range(cells):
            _tile(ax, left + 1.0 * column, y, 0.88, "#e3e5e8")


def _bits(ax: Axes, left: float) -> None:
    """One scale per atom, from 0 to its truth, with a question mark where a measurement would be."""
    for label, y in zip(LABELS, (12.6, 9.9, 7.2, 4.5)):
        colour = style.ATOM_COLOURS[label]
        ax.text(left, y, style.ATOM_SYMBOLS[label], va="center", color=colour, weight="bold")
        start, end = left + 2.2, left + 10.4
        ax.plot([start, end], [y, y], color=style.FAINT)
        ax.plot([end, end], [y - 0.95, y + 0.95], color=colour)
        ax.plot([(start + end) / 2], [y], "o", ms=1.3 * matplotlib.rcParams["font.size"], mfc=style.PAPER, mec=colour)
        ax.text((start + end) / 2, y, "?", ha="center", va="center", color=colour, weight="bold")
    ax.text(start, 2.9, "0", ha="center", va="center", color=style.MUTED)
    ax.text(end, 2.9, "truth", ha="center", va="center", color=style.MUTED)


def _arrow(start: tuple[float, float], end: tuple[float, float], **looks) -> FancyArrowPatch:
    size = 1.1 * matplotlib.rcParams["font.size"]
    style_ = {
        "arrowstyle": "-|>",
        "color": style.MUTED,
        "mutation_scale": size,
        "lw": _thin(),
        "shrinkA": 0,
        "shrinkB": 0,
    } | looks
    return FancyArrowPatch(start, end, **style_)


def _thin() -> float:
    return 0.08 * matplotlib.rcParams["font.size"]


def _tile(ax: Axes, x: float, y: float, side: float, colour) -> None:
    ax.add_patch(Rectangle((x, y), side, side, facecolor=colour, lw=0))


def _tint(colour: str, strength: float) -> np.ndarray:
    """The colour mixed with the paper, as RGB in [0, 1]."""
    return 1 - strength * (1 - np.array(to_rgb(colour)))
