"""Text rasterised from cached outlines, so that text that recurs in successive figures is shaped only once.

Shaping and rasterising glyphs takes most of the time in which matplotlib's Agg draws a figure. When a control moves,
most words and numbers stay the same.
"""

from __future__ import annotations

import functools

from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D

REMEMBERED = 4096
"""Lines of text whose outlines and sizes are kept."""


class Canvas(FigureCanvasAgg):
    """An Agg canvas that draws text from cached outlines."""

    renderer = None

    def get_renderer(self):
        if self.renderer is None:
            self.renderer = _Renderer(*self.get_width_height(physical=True), self.figure.dpi)
        return self.renderer


class _Renderer(RendererAgg):
    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        if ismath:
            return super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
        outline = _outline(s, prop.copy())
        scale = self.points_to_pixels(prop.get_size_in_points()) / text_to_path.FONT_SCALE
        gc.set_linewidth(0)
        gc.set_snap(False)
        place = Affine2D().scale(scale).rotate_deg(angle).translate(x, self.height - y)
        self.draw_path(gc, outline, place, rgbFace=gc.get_rgb())

    def get_text_width_height_descent(self, s, prop, ismath):
        if ismath:
            return super().get_text_width_height_descent(s, prop, ismath)
        return tuple(map(self.points_to_pixels, _size(s, prop.copy())))


@functools.lru_cache(REMEMBERED)
def _outline(s: str, prop: FontProperties) -> Path:
    """A line of text in units of ``text_to_path.FONT_SCALE`` to a type size, from its baseline up."""
    vertices, codes = text_to_path.get_text_path(prop, s)
    return Path(vertices, codes)


@functools.lru_cache(REMEMBERED)
def _size(s: str, prop: FontProperties) -> tuple[float, float, float]:
    """Width, height and descent of a line of text in points."""
    return text_to_path.get_text_width_height_descent(s, prop, ismath=False)
