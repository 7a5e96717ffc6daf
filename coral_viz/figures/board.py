"""A canvas whose panels stand where they are put: no layout is solved, which halves the time that a picture takes.

For pictures that are drawn again at every move of a slider. Their margins are the caller's, and the tests'.
"""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from coral_viz.figures.canvas import LINE, canvas

WIDE = 45
"""Letters on a line from which on panels stand side by side."""


def board(lines: float, small_print: str, key: Sequence[Artist] = ()) -> Figure:
    """An empty figure as ``canvas`` makes it, without a layout engine."""
    figure = canvas(lines, small_print, key)
    with matplotlib.rc_context({"figure.constrained_layout.use": False}):
        figure.set_layout_engine(None)
    return figure


def panel(figure: Figure, across: tuple[float, float], down: tuple[float, float], **looks) -> Axes:
    """Axes from left to right in shares of the width, and from top to bottom in lines of text."""
    line = LINE * matplotlib.rcParams["font.size"] / 72 / figure.get_figheight()
    (left, right), (top, bottom) = across, down
    return figure.add_axes((left, 1 - bottom * line, right - left, (bottom - top) * line), **looks)


def letters() -> float:
    """How many type sizes wide the look is."""
    return 72 * matplotlib.rcParams["figure.figsize"][0] / matplotlib.rcParams["font.size"]
