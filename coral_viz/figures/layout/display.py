"""Figures in notebooks: an image with its alternative text."""

from __future__ import annotations

import base64
import html
import struct
import zlib
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from coral_viz.figures.layout.lettering import Canvas


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
    canvas = Canvas(figure)
    canvas.draw()  # once; ``savefig`` would draw a figure with a layout twice
    return Shown(_png(np.asarray(canvas.buffer_rgba())[..., :3]), alt)


def _png(pixels: np.ndarray) -> bytes:
    """The PNG file of pixels (height, width, 3) of 8 bits, with rows as they are.

    Libraries try five filters on every row, which suits photographs; charts, mostly flat, take a third of the time and
    nine tenths of the bytes without.
    """
    height, width, _ = pixels.shape
    rows = np.zeros((height, 1 + 3 * width), np.uint8)  # a row begins with its filter: 0, none
    rows[:, 1:] = pixels.reshape(height, -1)
    header = struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)  # 8 bits of red, green and blue
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 4)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
