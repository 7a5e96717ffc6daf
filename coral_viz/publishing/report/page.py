"""The page: ``page.html`` filled with content. It makes no requests to other hosts."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from matplotlib.figure import Figure

from coral_viz.figures.layout.canvas import caption_of


class Illustration(NamedTuple):
    """A figure of the folder ``figures``, its text alternative and its size in CSS pixels."""

    name: str
    alt: str
    caption: str
    width: int
    height: int

    @classmethod
    def of(cls, name: str, figure: Figure) -> Illustration:
        width, height = (round(96 * inches) for inches in figure.get_size_inches())
        return cls(name, getattr(figure, "alt", ""), caption_of(figure).short, width, height)


class Cell(NamedTuple):
    """A cell of a table, with small lines below its value."""

    text: str
    notes: tuple[str, ...] = ()


class Grid(NamedTuple):
    """A table; the first cell of each row is its heading."""

    caption: str
    head: list[Cell]
    rows: list[list[Cell]]

    @classmethod
    def plain(cls, caption: str, head: list[str], rows: list[list[str]]) -> Grid:
        """A table whose cells have nothing below them."""
        return cls(caption, list(map(Cell, head)), [list(map(Cell, row)) for row in rows])


def document(**content) -> str:
    """The whole page, with the content of ``sections.content``."""
    folder = FileSystemLoader(Path(__file__).parent)
    pages = Environment(loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return pages.get_template("page.html").render(content).strip() + "\n"
