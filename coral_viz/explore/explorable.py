"""The base of explorables: pictures that are dragged, drawn and computed by a script in the page.

A page needs neither a kernel nor a network. In a notebook with a kernel it is a widget as well, and the kernel knows
what the page shows. ``pages`` holds the scripts: the module of an explorable after those that it shares with others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import Any, ClassVar

import anywidget
import traitlets
from matplotlib.figure import Figure

from coral_viz import style
from coral_viz.explore import live
from coral_viz.figures.layout.display import show

PAGES = Path(__file__).parent / "pages"
COARSE = 0.7
"""Of the dots of other explorers' pictures: this one stands behind the page, and makes notebooks larger."""
CUSTOM = "custom"
"""The gate that was changed by hand."""


class Page(anywidget.AnyWidget):
    """The widget of an explorable: what it shows, what it is made of, and what it asked the kernel for."""

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    data = traitlets.Dict().tag(sync=True)
    answer = traitlets.Dict().tag(sync=True)


class Explorable:
    """A picture to drag. A subclass has a ``NAME``, its function in ``coral_viz.explore``, and:

    - ``START``: the initial settings, in the order of its controls;
    - ``SCRIPTS``: its modules in ``pages``;
    - ``HEIGHT``: pixels of the page;
    - ``content()``: what the scripts are given besides colours;
    - ``compute(settings)``, ``draw(computed, settings, look)``, ``caption(computed, settings)``: as of ``Explorer``.

    Settings at construction replace those of ``START``; ValueError for unknown and impossible ones.
    """

    NAME: ClassVar[str]
    START: ClassVar[Mapping[str, Any]]
    SCRIPTS: ClassVar[tuple[str, ...]]
    HEIGHT: ClassVar[int]

    def __init__(self, **settings):
        unknown = [name for name in settings if name not in self.START]
        if unknown:
            raise ValueError(
                f"explore.{self.NAME} has no setting {', '.join(map(repr, unknown))}; it has {', '.join(self.START)}."
            )
        self._open(self.complete(settings))

    def _open(self, settings: dict) -> None:
        self.compute(settings)  # before anything is shown
        self.view = Page(_esm=self.script(), _css=_read("page.css"), state=settings, data=self.data(kernel=True))
        self.view.observe(self.asked, "state")
        self.asked()
        self._closed = False
        live.keep(self)

    # --- what a subclass decides --------------------------------------------------------------------------------

    def complete(self, settings: dict) -> dict:
        """These settings, and those of ``START`` for what they leave out."""
        return dict(self.START) | settings

    def compute(self, settings: dict):
        raise NotImplementedError

    def draw(self, computed, settings: dict, look: Mapping) -> Figure:
        raise NotImplementedError

    def caption(self, computed, settings: dict) -> str:
        raise NotImplementedError

    def content(self) -> dict[str, Any]:
        """What the scripts need to know."""
        return {}

    def asked(self, change=None) -> None:
        """The page shows other settings: give it the ``answer`` of the kernel, if it needs one."""

    # --- what everyone uses -------------------------------------------------------------------------------------

    @property
    def settings(self) -> dict:
        """The current settings: those that the page shows."""
        return dict(self.view.state)

    def figure(self, look: Mapping | None = None) -> Figure:
        """The current view as a figure, with the look ``style.paper(columns=2)`` by default."""
        look = style.paper(columns=2) if look is None else look
        return self.draw(self.compute(self.settings), self.settings, look)

    def code(self) -> str:
        """A line of Python that opens this view again."""
        given = {name: value for name, value in self.settings.items() if value != self.START[name]}
        return f"explore.{self.NAME}({', '.join(f'{name}={value!r}' for name, value in given.items())})"

    def close(self) -> None:
        """Remove the widget from the kernel and the page. Displayed again, it is rebuilt."""
        self._closed = True
        live.close(self.view)

    @classmethod
    def script(cls) -> str:
        """The JavaScript module."""
        return "\n".join(_read(name) for name in cls.SCRIPTS)

    def data(self, *, kernel: bool) -> dict[str, Any]:
        """What the scripts are given, with or without a kernel to ask."""
        colours = {
            atom: {"mark": colour, "letters": style.LETTERS[colour]} for atom, colour in style.ATOM_COLOURS.items()
        }
        return {"kernel": kernel, "colours": colours, "start": dict(self.START), **self.content()}

    def page(self, header: str = "", footer: str = "") -> str:
        """The current view as an HTML page that is alive without a kernel or a network."""
        values = {"state": self.settings, "data": self.data(kernel=False), "answer": {}}
        return Template(_read("page.html")).substitute(
            title=f"explore.{self.NAME}",
            style=_read("page.css"),
            header=header,
            footer=footer,
            script=self.script(),
            values=json.dumps(values, ensure_ascii=False).replace("</", r"<\/"),
        )

    def _repr_mimebundle_(self, **kwargs) -> dict:
        """The widget; beside it the page, on the picture that is left where pages within pages are taken out."""
        if self._closed:
            self._open(self.settings)
        live.keep(self)
        look = style.beside()
        shown = show(self.figure(look | {"figure.dpi": COARSE * look["figure.dpi"]}))
        how = f"In Python: {self.code()}"
        place = "grid-area: 1 / 1; width: 100%"
        frame = (
            f'<iframe srcdoc="{escape(self.page())}" title="{escape(f"explore.{self.NAME}")}" '
            f'style="{place}; height: {self.HEIGHT}px; border: 0"></iframe>'
        )
        picture = f'<div style="{place}">{shown._repr_html_()}</div>'
        data, _ = self.view._repr_mimebundle_(**kwargs) or ({}, {})
        html = f'<div style="display: grid">{picture}{frame}</div><p>{escape(how)}</p>'
        return dict(data) | {"text/html": html, "text/plain": f"{shown.alt} ({how})"}


def one_of(name: str, value, allowed) -> None:
    """ValueError unless a setting has one of these values."""
    if value not in allowed:
        raise ValueError(f"{name} = {value!r} is not allowed; choose one of {', '.join(map(str, allowed))}.")


def _read(name: str) -> str:
    return (PAGES / name).read_text(encoding="utf-8")
