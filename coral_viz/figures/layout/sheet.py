"""A sheet to draw on in type sizes, without panels, ticks or a layout to solve, which are slow.

For figures that are drawn again at every move of a slider. The caller places everything.
"""

from __future__ import annotations

import matplotlib
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.transforms import Affine2D, Transform

from coral_viz.figures.layout.canvas import LINE, canvas


class Sheet:
    """A figure drawn on in type sizes: x from 0 to ``face.letters()``, y from 0 at the top down to ``height``.

    The small print stands below. One unit is as long across as down, so circles are round.

    Attributes:
        figure: the Figure; what it holds stands on it directly, as axes alone would take longer than all of that.
    """

    figure: Figure

    def __init__(self, height: float, small_print: str):
        self.figure = canvas(height / LINE, small_print)
        self.figure.set_layout_engine("none")
        inch = matplotlib.rcParams["font.size"] / 72
        self._place: Transform = (
            Affine2D().scale(inch, -inch).translate(0, self.figure.get_figheight()) + self.figure.dpi_scale_trans
        )

    def add(self, artist: Artist) -> None:
        """Put an artist that has no transform yet onto the sheet."""
        artist.set_transform(self._place)
        self.figure.add_artist(artist)

    def write(self, x: float, y: float, words: str, **looks) -> None:
        """Words around a point, or beside it as ``ha`` says."""
        looks = {"ha": "center", "va": "center_baseline"} | looks
        self.figure.text(x, y, words, transform=self._place, **looks)
