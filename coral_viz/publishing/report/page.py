"""The page: ``page.html`` filled with content, one file with its style, its script and its figures.

It makes no requests: figures are part of it, and nothing in it needs another host.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from matplotlib.figure import Figure

from coral_viz.figures.layout import hover
from coral_viz.figures.layout.canvas import caption_of


class Illustration(NamedTuple):
    """A figure of the folder ``figures``: its address, text alternative, size in CSS pixels, and its dots."""

    name: str
    source: str
    alt: str
    caption: str
    width: int
    height: int
    spots: list[hover.Spot]

    @classmethod
    def of(cls, name: str, figure: Figure, svg: bytes) -> Illustration:
        """A figure that was saved as this SVG, which becomes a part of the page."""
        width, height = (round(96 * inches) for inches in figure.get_size_inches())
        source = f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"
        said = getattr(figure, "alt", ""), caption_of(figure).short
        return cls(name, source, *said, width, height, hover.spots(figure))


class Cell(NamedTuple):
    """A cell of a table.

    Attributes:
        text: what it says.
        notes: small lines below it.
        runs: the group of runs that its value rests on, which it links to; "" if none.
        hover: what is shown where the pointer is.
    """

    text: str
    notes: tuple[str, ...] = ()
    runs: str = ""
    hover: str = ""


class Grid(NamedTuple):
    """A table; the first cell of each row is its heading. Rows of ``groups`` are what cells link to."""

    caption: str
    head: list[Cell]
    rows: list[list[Cell]]
    groups: tuple[str, ...] = ()

    @property
    def numbered(self) -> list[tuple[str, bool, list[Cell]]]:
        """Every row with its group, and whether it is the first of that."""
        groups = self.groups or ("",) * len(self.rows)
        firsts = [bool(group) and group not in groups[:i] for i, group in enumerate(groups)]
        return list(zip(groups, firsts, self.rows))

    @classmethod
    def plain(cls, caption: str, head: list[str], rows: list[list[str]]) -> Grid:
        """A table whose cells have nothing below them."""
        return cls(caption, list(map(Cell, head)), [list(map(Cell, row)) for row in rows])


def document(**content) -> str:
    """The whole page, with the content of ``sections.content``."""
    folder = FileSystemLoader(Path(__file__).parent)
    pages = Environment(loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return pages.get_template("page.html").render(content).strip() + "\n"
