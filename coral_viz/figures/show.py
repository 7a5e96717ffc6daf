"""How a figure stands in a notebook: its picture, with its alternative text for whoever cannot see it."""

from __future__ import annotations

import base64
import html
import io
from dataclasses import dataclass

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imsave


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
    canvas, buffer = FigureCanvasAgg(figure), io.BytesIO()
    canvas.draw()  # once; ``savefig`` would draw a figure with a layout twice
    imsave(buffer, canvas.buffer_rgba(), format="png", metadata={"Software": None})
    return Shown(buffer.getvalue(), alt)
