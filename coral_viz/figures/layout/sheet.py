"""A sheet with coordinates in type sizes, without panels, ticks or layout, which are slow.

It is for figures that are redrawn whenever a slider moves. The caller places everything.
"""

from __future__ import annotations

import matplotlib
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.transforms import Affine2D, Transform

from coral_viz.figures.layout.canvas import LINE, canvas


class Sheet:
    """A figure drawn on in type sizes: x from 0 to ``face.letters()``, y from 0 at the top down to ``height``.

    The small print is below. Units are equal in both directions, so circles are round.

    Attributes:
        figure: the Figure; artists are added to it directly, as axes alone would take longer to draw than all of them.
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
        """Add an artist without a transform to the sheet."""
        artist.set_transform(self._place)
        self.figure.add_artist(artist)

    def write(self, x: float, y: float, words: str, **looks) -> None:
        """Text at a point, aligned by ``ha`` (centred by default)."""
        looks = {"ha": "center", "va": "center_baseline"} | looks
        self.figure.text(x, y, words, transform=self._place, **looks)
