"""How a figure stands in a notebook: its picture, with its alternative text for whoever cannot see it."""

from __future__ import annotations

import base64
import html
import io
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from coral_viz.figures.lettering import Canvas


@dataclass(frozen=True)
class Shown:
    """A picture as a notebook displays it: ``png`` bytes and ``alt``, which is also what a terminal prints."""

    png: bytes
    alt: str

    def __repr__(self) -> str:
        return self.alt

    def _repr_html_(self) -> str:
        source = base64.b64encode(self.png).decode()
        return f'<img src="data:image/png;base64,{source}" alt="{html.escape(self.alt)}" style="max-width: 100%">'


def show(figure: Figure) -> Shown:
    """The figure, drawn now, for the end of a cell. ValueError if it has no alternative text (``figure.alt``)."""
    alt = getattr(figure, "alt", "")
    if not alt.strip():
        raise ValueError("the figure has no alternative text: set figure.alt to what it shows, in words.")
    for axis in (axis for ax in figure.axes for axis in (ax.xaxis, ax.yaxis) if not axis.get_label_text()):
        axis.set_label_coords(0, 0)  # or matplotlib measures all numbers to find a place for a label that is not there
    canvas, buffer = Canvas(figure), io.BytesIO()
    canvas.draw()  # once; ``savefig`` would draw a figure with a layout twice
    pixels = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    pixels.save(buffer, "png", compress_level=3)  # two thirds of the time of the usual 6 and as many bytes
    return Shown(buffer.getvalue(), alt)
