"""A grid of panels with fixed positions in type sizes, as solving a layout would take as long as drawing.

It is for figures that follow the controls of an explorer and are also used in papers. Tests check that no text
overlaps.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from coral_viz import style
from coral_viz.figures.layout import face
from coral_viz.figures.layout.canvas import KEYED, LINE, MARGIN, canvas, engine

HEAD, BETWEEN, KEY = 1.6, 0.6, 1.3  # lines of text: above a panel, between rows of panels, a line of the key
GAP = 1.4  # type sizes: between panels
BESIDE = 0.4  # of the look: what names beside panels take at most, before they are broken
KEY_LOOK = {"handlelength": 2.2, "handletextpad": 0.8, "columnspacing": 1.3, "borderaxespad": 0.2}
LOOKS = (("o", "-"), ("s", "--"), ("^", ":"), ("D", "-."), ("v", (0, (5, 1))))
"""Marker and line of the first, second, ... of things that are compared; every other one is hollow."""


def panels(
    shape: tuple[int, int],
    height: float,
    small_print: str,
    *,
    left: float,
    right: float = 0.0,
    foot: float = 1.6,
    between: float = 0.0,
    key: Sequence[Line2D] = (),
) -> tuple[Figure, np.ndarray]:
    """A figure as wide as the look says, and its (rows, columns) panels; only the first of a row has numbers beside it.

    Args:
        shape: rows and columns.
        height: of a panel, in lines of text.
        small_print: the text at the bottom.
        left, right: margins beside the panels, in type sizes.
        foot: the margin below them, in lines of text.
        between: further space between rows of panels, in lines of text.
        key: labelled handles above them, on as many lines as they need; a single one is left out.
    """
    (rows, columns), of_key = shape, _key_columns(key)
    lines = math.ceil(len(key) / of_key) if of_key else 0
    between += BETWEEN
    figure = canvas(foot + rows * (height + HEAD) + (rows - 1) * between + KEY * lines, small_print)
    _, bottom, _, _ = engine(figure).get()["rect"]
    with matplotlib.rc_context({"figure.constrained_layout.use": False}):
        figure.set_layout_engine(None)
    line, letter = LINE * matplotlib.rcParams["font.size"] / 72 / figure.get_figheight(), 1 / face.letters()
    place = {
        "left": (left + MARGIN) * letter,
        "right": 1 - (right + MARGIN) * letter,
        "bottom": bottom + foot * line,
        "top": 1 - (KEY * lines + HEAD) * line,
        "wspace": GAP / panel_width(columns, left, right),
        "hspace": (HEAD + between) / height,
    }
    if lines:
        figure.legend(handles=key, loc="upper left", ncols=of_key, **KEY_LOOK)
    grid = figure.subplots(rows, columns, squeeze=False, gridspec_kw=place)
    for ax in grid[:, 1:].flat:
        ax.set_yticks([])
    return figure, grid


def handle(name: str, i: int, colour: str, **more) -> Line2D:
    """The handle of the i-th thing compared, for a key; ``more`` overrides parts of its look."""
    return Line2D([], [], label=name, **look(i, colour) | more)


def look(i: int, colour: str) -> dict:
    """Line and marker of the i-th thing compared."""
    marker, line = LOOKS[i % len(LOOKS)]
    size, face = matplotlib.rcParams["lines.markersize"], style.PAPER if i % 2 else colour
    return {
        "color": colour,
        "marker": marker,
        "ls": line,
        "mfc": face,
        "ms": 0.8 * size,
        "mew": size / 6,
        "lw": size / 7,
    }


def dotted() -> dict:
    """The reference line: chance, or the truth."""
    return {"color": style.MUTED, "ls": ":", "lw": 0.6 * matplotlib.rcParams["lines.linewidth"], "zorder": 1}


def joined(frame: pd.DataFrame, by: str, *columns: str) -> np.ndarray:
    """The columns, with a gap (NaN) after every group, so that many lines are drawn as one."""
    frame = frame.sort_values(by, kind="stable")
    ends = np.flatnonzero(frame[by].to_numpy()[1:] != frame[by].to_numpy()[:-1]) + 1
    return np.insert(frame[list(columns)].to_numpy(float), ends, np.nan, axis=0).T


def title(ax: Axes, label: str, words: str) -> None:
    """A title of a panel in the colour of its label; none without text."""
    if label:
        ax.set_title(words, color=style.label_style(label).colour)


def named(labels: Sequence[str], room: float, weight: str = "normal") -> list[str]:
    """The labels' names if each fits into a width in type sizes, else their symbols."""
    known = [style.label_style(label) for label in labels]
    fit = face.widest((look.name for look in known), weight=weight) <= room
    return [look.name if fit else look.symbol for look in known]


def written(cells: Sequence[str]) -> tuple[list[str], int, float]:
    """Names of rows, broken into lines; the largest number of lines; the width in type sizes."""
    lines = [_broken(cell, BESIDE * face.letters()) for cell in cells]
    return lines, max(cell.count("\n") + 1 for cell in lines), face.widest(lines) + 1.0


def numbers() -> float:
    """The width of numbers and a title beside a panel, in type sizes."""
    return face.width("−0.00") + 2.5


def panel_width(columns: int, left: float, right: float = 0.0) -> float:
    """The width of each of ``columns`` panels between these margins, in type sizes."""
    return (face.letters() - left - right - 2 * MARGIN - GAP * (columns - 1)) / columns


def _broken(cell: str, room: float) -> str:
    """The name of a row on lines no wider than a room, broken after commas where that is enough."""
    pieces = [piece if face.width(piece) > room else piece.replace(" ", "\u00a0") for piece in cell.split(", ")]
    return face.wrap(", ".join(pieces), room).replace("\u00a0", " ")


def _key_columns(key: Sequence[Line2D]) -> int:
    """Columns of a key above panels; none for a single entry."""
    beside = sum(KEY_LOOK[name] for name in ("handlelength", "handletextpad", "columnspacing"))
    return (
        face.columns([str(entry.get_label()) for entry in key], face.letters(), KEYED * beside, KEYED) if key[1:] else 0
    )
