"""A sheet to draw on in type sizes, without panels, ticks or a layout to solve: a picture in a third of the time.

For what is drawn again at every move of a slider. Where things stand is the caller's to say, and its tests' to check.
"""

from __future__ import annotations

import matplotlib
from matplotlib.axes import Axes

from coral_viz.figures.canvas import LINE, canvas

WIDE = 45
"""Type sizes of width from which on parts stand side by side."""


def sheet(height: float, small_print: str) -> Axes:
    """Bare axes over a whole figure, in type sizes: x from 0 to ``letters()``, y from 0 at the top down to ``height``.

    The small print stands below. One unit is as long across as down, so circles are round.
    """
    figure = canvas(height / LINE, small_print)
    with matplotlib.rc_context({"figure.constrained_layout.use": False}):
        figure.set_layout_engine(None)
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    size = 72 / matplotlib.rcParams["font.size"]
    ax.set(xlim=(0, letters()), ylim=(size * figure.get_figheight(), 0))
    return ax


def letters() -> float:
    """How many type sizes wide the look is."""
    return 72 * matplotlib.rcParams["figure.figsize"][0] / matplotlib.rcParams["font.size"]
