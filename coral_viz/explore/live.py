"""Widgets of a notebook cell, closed when the cell runs again without them.

Widgets stay in the kernel and on the page until they are closed. IPython knows which cell has run if the front end has
ids of cells (JupyterLab, Notebook 7, VS Code); with others, nothing is closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from IPython import get_ipython
from ipywidgets import Widget


class Live(Protocol):
    """What can be closed."""

    def close(self) -> None: ...


_running: list[Live] = []
_ended: dict[str, list[Live]] = {}
"""What the cell that runs has made or shown so far, and what each cell did when it last ran."""


def keep(made: Live) -> None:
    """Register that the running cell has made or displayed this. It has no effect outside of IPython."""
    if shell := get_ipython():
        shell.events.register("pre_run_cell", _begin)
        shell.events.register("post_run_cell", _end)
        if made not in _running:
            _running.append(made)


def close(widget: Widget) -> None:
    """Close a widget and all its children, layouts and styles, which ``Widget.close`` leaves open."""
    for part in _parts(widget):
        close(part)
    widget.close()


def _parts(widget: Widget) -> Iterator[Widget]:
    for value in (getattr(widget, name) for name in widget.keys):
        yield from (part for part in (value if isinstance(value, tuple) else [value]) if isinstance(part, Widget))


def _begin(info) -> None:
    _running.clear()  # made between cells, by a callback: it belongs to none


def _end(result) -> None:
    """Close what the cell made or showed when it last ran, unless it did again or another cell shows it."""
    shown, cell = list(_running), result and result.info.cell_id
    _running.clear()
    if cell is None:
        return
    before = _ended.pop(cell, [])
    if shown:
        _ended[cell] = shown
    elsewhere = [made for cells in _ended.values() for made in cells]
    for made in before:
        if made not in elsewhere:
            made.close()
