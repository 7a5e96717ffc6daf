"""The basis of every figure: a canvas as wide as the look and as high as its rows, with small print and alt text.

Figures are matplotlib's ``Figure``, without pyplot, so they have no global state.
"""

from __future__ import annotations

import functools
import math
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol, cast

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.legend_handler import HandlerLine2D
from matplotlib.lines import Line2D
from matplotlib.path import Path
from matplotlib.text import Annotation, Text

from coral_viz import style
from coral_viz.figures.layout import face

DRAWING = threading.RLock()
_CAPTIONS: ContextVar[str] = ContextVar("captions", default="inside")
LINE = 1.3
"""Height of one line of text, in type sizes."""
SPACED = 1.2
"""Heights of letters from line to line where words stand on several: faces differ in what they have themselves."""
MARGIN, SMALL, KEYED = 0.6, 0.87, 0.93
"""Type sizes: beside everything, letters of the small print, letters of a key."""
PAD, SPACING = 0.4, 1.3
"""Between a mark of the key and its name, between columns of the key: in sizes of the key's letters."""


@dataclass(frozen=True)
class Caption:
    """The caption of a figure: ``short`` in reports and docs, ``long`` in papers, where the protocol follows."""

    short: str = ""
    long: str = ""

    def filled(self, **words: str) -> Caption:
        """The caption with its ``{places}`` filled."""
        texts = (text.format(**words) for text in (self.short, self.long))
        return Caption(*(text[:1].upper() + text[1:] for text in texts))


class Drawing(Protocol):
    """A drawing function with a caption."""

    caption: Caption

    def __call__(self, *args, look: Mapping | None = None, **options) -> Figure: ...


def picture(draw: Callable[..., Figure] | None = None, *, short: str = "", long: str = ""):
    """Give a drawing function a caption and the keyword ``look``: rcParams as of ``coral_viz.style``, ``screen()`` if
    None. The figures that it draws carry ``figure.alt`` and ``figure.caption`` (see ``describe``), and as
    ``figure.small_print`` what stands at their bottom, or would (see ``style.paper``).

    The look is applied on top of matplotlib's defaults, so rcParams of a notebook do not change the figure. One figure
    is drawn at a time: rcParams belong to the whole process, and two threads would restore each other's.
    """
    if draw is None:
        return functools.partial(picture, short=short, long=long)
    caption = Caption(short, long)

    @functools.wraps(draw)
    def drawn(*args, look: Mapping | None = None, **options) -> Figure:
        rc = dict(style.screen() if look is None else look)
        with DRAWING, matplotlib.rc_context():
            before = _CAPTIONS.set(rc.pop(style.CAPTIONS, "inside"))
            matplotlib.rcdefaults()
            matplotlib.rcParams.update(rc)
            try:
                figure = draw(*args, **options)
            finally:
                _CAPTIONS.reset(before)
            vars(figure)["caption"] = caption.filled(**getattr(figure, "words", {}))
            face.pin(figure)
            _darken(figure)
            return figure

    vars(drawn)["caption"] = caption
    return drawn


def _darken(figure: Figure) -> None:
    """Give letters that have the colour of marks one that can be read on paper."""
    for text in figure.findobj(Text):
        colour = text.get_color()
        if isinstance(colour, str) and colour in style.LETTERS:
            text.set_color(style.LETTERS[colour])


def canvas(lines: float, small_print: str, key: Sequence[Artist] = ()) -> Figure:
    """An empty figure of the look's width.

    Args:
        lines: its height without the text below the panels, in lines of text.
        small_print: the text at the bottom: unit, n, kind of interval.
        key: labelled handles that explain the marks, above the small print, on as many lines as they need.
    """
    width, points = matplotlib.rcParams["figure.figsize"][0], matplotlib.rcParams["font.size"]
    inside = small_print if _CAPTIONS.get() == "inside" else ""
    whole = inside.replace(" = ", "\u00a0=\u00a0")  # n and its number stay on one line
    words = face.wrap(whole, face.letters() - 2 * MARGIN, SMALL).replace("\u00a0", " ")
    columns = _key_columns(key)
    lines_of_key = math.ceil(len(key) / columns) if key else 0
    below = 1.2 * lines_of_key + 0.1 * bool(key) + 0.82 * len(words.split("\n")) * bool(words) + 0.4
    figure = Figure(figsize=(width, (lines + below) * LINE * points / 72), layout="constrained")
    share, left = below / (lines + below), MARGIN * points / 72 / width
    engine(figure).set(rect=(left, share, 1 - 2 * left, 1 - share))
    vars(figure)["small_print"] = small_print
    if words:
        figure.text(left, 0.35 / (lines + below), words, size=SMALL * points, color=style.MUTED, linespacing=SPACED)
    if key:
        place: dict[str, Any] = {
            "loc": "upper left",
            "bbox_to_anchor": (left / 2, share),
            "borderaxespad": 0,
            "borderpad": 0.3,
        }
        place |= {"ncols": columns, "handletextpad": PAD, "columnspacing": SPACING, "labelspacing": 0.4}
        figure.legend(handles=key, handler_map={Line2D: _Given()}, **place).set_in_layout(False)
    return figure


def engine(figure: Figure) -> ConstrainedLayoutEngine:
    """The layout engine of a canvas."""
    return cast(ConstrainedLayoutEngine, figure.get_layout_engine())


def _key_columns(key: Sequence[Artist]) -> int:
    """How many columns the key of a canvas has."""
    beside = matplotlib.rcParams["legend.handlelength"] + PAD + SPACING
    room = face.letters() - 2 * MARGIN + KEYED * SPACING
    return face.columns([str(entry.get_label()) for entry in key], room, KEYED * beside, KEYED)


class _Given(HandlerLine2D):
    """Puts the lines of a key where matplotlib would put copies, which take longer to make than all else of a key."""

    def create_artists(self, legend, line, xdescent, ydescent, width, height, fontsize, trans):
        line.set_data([-xdescent, width / 2 - xdescent, width - xdescent], [(height - ydescent) / 2] * 3)
        line.set(markevery=[1], transform=trans)
        return [line]


def one_panel(figure: Figure, *, left: float, below: float) -> Axes:
    """The only panel of a canvas, with fixed margins in type sizes for its numbers and names.

    Solving a layout takes as long as drawing, which is too slow for figures that follow a slider.
    """
    points, (x, y, width, height) = matplotlib.rcParams["font.size"], engine(figure).get()["rect"]
    figure.set_layout_engine("none")
    across, down = (points / 72 / size for size in figure.get_size_inches())
    return figure.add_axes(
        (x + left * across, y + below * down, width - (left + 1) * across, height - (below + 0.6) * down)
    )


def text_at(ax: Axes, text: str, corner: tuple[float, float], shift: tuple[float, float], **looks) -> Annotation:
    """Text at a corner of a panel (axes fractions), shifted by type sizes; it takes no part in the layout."""
    points = matplotlib.rcParams["font.size"]
    offset = (shift[0] * points, shift[1] * points)
    words = ax.annotate(text, corner, offset, xycoords="axes fraction", textcoords="offset points", **looks)
    words.set_in_layout(False)
    return words


def rectangles(left, bottom, width, height) -> Path:
    """One path of many rectangles, from numbers or arrays (n,), so that their hatch is drawn only once."""
    left, bottom, width, height = np.broadcast_arrays(*np.atleast_1d(left, bottom, width, height))
    x = left[:, None] + width[:, None] * np.array([0, 1, 1, 0, 0])
    y = bottom[:, None] + height[:, None] * np.array([0, 0, 1, 1, 0])
    codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY]
    return Path(np.stack([x.ravel(), y.ravel()], 1), np.tile(codes, len(left)))


def in_bits(value: float, digits: int) -> str:
    """A number with ``digits`` decimals, a true minus sign and no minus zero."""
    return f"{float(value):z.{digits}f}".replace("-", "−")


def seeds_in_words(summary: pd.DataFrame) -> str:
    """The number of seeds of a summary and the kind of its interval, as a sentence."""
    low, high = summary["n"].min(), summary["n"].max()
    seeds = "n = 1 seed" if high == 1 else f"n = {high} seeds" if low == high else f"n = {low} to {high} seeds"
    return f"{seeds}; {' or '.join(dict.fromkeys(summary['interval']))}."


def mean_of(seeds: int) -> str:
    """The kind of mean over this number of seeds, in words."""
    return "n = 1 seed" if seeds == 1 else f"mean of n = {seeds} seeds"


def describe(figure: Figure, alt: str, **words: str) -> Figure:
    """Attach the alternative text as ``figure.alt``, which describes the figure to those who cannot see it.

    ``words`` fill the ``{places}`` of the figure's caption.
    """
    vars(figure).update(alt=alt, words=words)
    return figure


def beside(figure: Figure) -> str:
    """What the small print of a figure adds to its long caption and to a protocol, which tells n and the interval."""
    dotted = "dotted:" in caption_of(figure).long
    sentences = re.split(r"(?<=\.) (?=[A-Z])", getattr(figure, "small_print", ""))
    return " ".join(
        words for words in sentences if "n = " not in words and not (dotted and words.startswith("Dotted:"))
    )


def caption_of(figure: Figure) -> Caption:
    """The caption of a figure; an empty one if it was not drawn by this package."""
    return getattr(figure, "caption", Caption())
