"""The buttons that do the missing runs of a grid in the background, and cancel them."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import ipywidgets

from coral_viz.explore.background import Background
from coral_viz.paths import DATA

BAR = re.compile(r"(\d+)/(\d+) runs .* (\S+) left")
GRIDS = DATA / "grids"
"""The descriptions of the grids that ship."""


class SweepLauncher:
    """Two buttons. ``chosen()`` names a grid and a folder, ``say`` takes words, and ``done()`` is called at the end."""

    running: Background | None = None

    def __init__(self, chosen: Callable[[], tuple[str, str]], say: Callable, done: Callable[[], None]):
        self._chosen, self._say, self._done = chosen, say, done
        self.begin = ipywidgets.Button(description="do the missing runs", layout={"width": "auto"})
        self.cancel = ipywidgets.Button(description="cancel", disabled=True)
        self.begin.on_click(self.start)
        self.cancel.on_click(self.stop)
        self.view = ipywidgets.HBox([self.begin, self.cancel])

    def start(self, button=None) -> None:
        """Start the sweep."""
        try:
            sweep = command(*self._chosen())
        except ValueError as error:
            return self._say(str(error), alert=True)
        self._last, self._cancelled = "The sweep begins.", False
        self.begin.disabled, self.cancel.disabled = True, False
        self._say(self._last)
        self.running = Background(sweep, self._told, self._ended)

    def stop(self, button=None) -> None:
        """Stop the sweep."""
        self._cancelled = True
        if self.running is not None:
            self.running.stop()

    def close(self) -> None:
        """Stop the sweep, and report nothing any more."""
        if self.running is not None:
            self.running.leave()

    def _told(self, line: str) -> None:
        self._last = in_words(line)
        self._say(self._last)

    def _ended(self, status: int) -> None:
        self.begin.disabled, self.cancel.disabled = False, True
        self._done()
        if status and self._cancelled:
            self._say("Cancelled; the runs that have ended are kept.")
        elif status:
            self._say(self._last, alert=True)


def command(grid: str, store: str) -> list[str]:
    """The command that does the runs of a grid on this machine. ValueError without a folder or a file of the grid."""
    if not store:
        raise ValueError("name a folder in which the sweep may keep its runs, such as out/coral.")
    described = Path(grid if grid.endswith(".toml") else GRIDS / f"{grid}.toml")
    if not described.is_file():
        raise ValueError(f"there is no description {str(described)!r} of the grid; it takes five lines of TOML.")
    return [sys.executable, "-m", "coral_viz", "sweep", str(described), "--out", store]


def in_words(line: str) -> str:
    """A progress bar as a sentence; other lines as they are."""
    return BAR.sub(r"\1 of \2 runs are done, about \3 left.", line)
