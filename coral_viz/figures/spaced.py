"""Panels in a grid, placed by type sizes instead of by a layout to solve, which takes as long as drawing them.

For pictures that follow the controls of an explorer and still go into papers. Tests check that no words meet.
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
from coral_viz.figures.board import WIDE, letters
from coral_viz.figures.canvas import LINE, canvas

HEAD, BETWEEN, KEY = 1.6, 0.6, 1.3  # lines of text: above a panel, between rows of panels, a line of the key
GAP = 1.4  # type sizes: between panels
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
    key: Sequence[Line2D] = (),
) -> tuple[Figure, np.ndarray]:
    """A figure as wide as the look says, and its (rows, columns) panels; only the first of a row has numbers beside it.

    Args:
        shape: rows and columns.
        height: of a panel, in lines of text.
        small_print: what stands at the bottom.
        left, right: the room for what stands beside the panels, in type sizes.
        foot: the room for what stands below them, in lines of text.
        key: labelled handles that stand above them, on as many lines as they need; a single one is left out.
    """
    (rows, columns), lines = shape, _lines(key)
    figure = canvas(foot + rows * (height + HEAD) + (rows - 1) * BETWEEN + KEY * lines, small_print)
    _, bottom, _, _ = figure.get_layout_engine().get()["rect"]
    with matplotlib.rc_context({"figure.constrained_layout.use": False}):
        figure.set_layout_engine(None)
    line, letter = LINE * matplotlib.rcParams["font.size"] / 72 / figure.get_figheight(), 1 / letters()
    width = (1 / letter - left - right - 1.2 - GAP * (columns - 1)) / columns
    place = {
        "left": (left + 0.6) * letter,
        "right": 1 - (right + 0.6) * letter,
        "bottom": bottom + foot * line,
        "top": 1 - (KEY * lines + HEAD) * line,
        "wspace": GAP / width,
        "hspace": (HEAD + BETWEEN) / height,
    }
    if lines:
        look = {"handlelength": 2.2, "borderaxespad": 0.2, "columnspacing": 1.3}
        figure.legend(handles=key, loc="upper left", ncols=math.ceil(len(key) / lines), **look)
    grid = figure.subplots(rows, columns, squeeze=False, gridspec_kw=place)
    for ax in grid[:, 1:].flat:
        ax.set_yticks([])
    return figure, grid


def handle(name: str, i: int, colour: str, **more) -> Line2D:
    """What stands in a key for the i-th thing compared; ``more`` replaces some of its look."""
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
    """The line of what is known beforehand: chance, or the truth."""
    return {"color": style.MUTED, "ls": ":", "lw": 0.6 * matplotlib.rcParams["lines.linewidth"], "zorder": 1}


def joined(frame: pd.DataFrame, by: str, *columns: str) -> np.ndarray:
    """The columns, with a gap after every group, so that many lines are drawn as one."""
    frame = frame.sort_values(by, kind="stable")
    ends = np.flatnonzero(frame[by].to_numpy()[1:] != frame[by].to_numpy()[:-1]) + 1
    return np.insert(frame[list(columns)].to_numpy(float), ends, np.nan, axis=0).T


def title(ax: Axes, label: str) -> None:
    """The label above a panel; nothing where there is none."""
    if label:
        ax.set_title(short(label), color=style.label_style(label).colour)


def short(label: str) -> str:
    """The label's name, or its symbol where the look is narrow."""
    known = style.label_style(label)
    return known.name if letters() > WIDE else known.symbol


def written(cells: Sequence[str]) -> tuple[list[str], int, float]:
    """Cells as they stand beside the panels, each on several lines where the look is narrow; lines, type sizes."""
    written = list(cells) if letters() > WIDE else [cell.replace(", ", ",\n") for cell in cells]
    pieces = [cell.split("\n") for cell in written]
    return written, max(map(len, pieces)), 0.5 * max(len(line) for lines in pieces for line in lines) + 0.5


def _lines(key: Sequence[Line2D]) -> int:
    """Lines that a key needs whose columns are as wide as its longest entry; none for a single entry."""
    if len(key) < 2:
        return 0
    widest = max(0.5 * len(entry.get_label()) + 3.5 for entry in key)
    return math.ceil(len(key) / max(1, int(letters() / widest)))
