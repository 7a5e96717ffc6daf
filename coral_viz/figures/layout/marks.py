"""Marks of an estimate: a tick for every seed, and a dot for their mean on its interval."""

from __future__ import annotations

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from coral_viz import style
from coral_viz.figures.layout import hover


def dots(ax: Axes, summary: pd.DataFrame, seeds: pd.DataFrame, colour: str, *, filled=True, marker="o") -> None:
    """Draw means on their intervals, and seeds.

    Args:
        ax: the panel.
        summary: columns y (height of the row), estimate, low, high.
        seeds: columns y, value.
        colour: of dots, ticks and intervals.
        filled: whether the dots are solid; hollow ones stand for linear readouts.
        marker: the shape of the dots.
    """
    ax.hlines(summary["y"], summary["low"], summary["high"], color=colour, **_interval())
    ax.plot(seeds["value"], seeds["y"], color=colour, zorder=3, clip_on=False, **_tick())
    face = colour if filled else style.PAPER
    looks = {"mfc": face, "mec": colour, "zorder": 4, "clip_on": False} | _dot(marker)
    hover.keep(ax.plot(summary["estimate"], summary["y"], **looks)[0], summary)


def key(names: dict[str, bool], *, intervals: bool) -> list[Line2D]:
    """Handles that explain the marks; ``names`` are the kinds of dots and whether they are filled."""
    colour = style.MUTED
    faces = {True: colour, False: style.PAPER}
    kinds = [Line2D([], [], label=name, mec=colour, mfc=faces[filled], **_dot("o")) for name, filled in names.items()]
    seed = Line2D([], [], label="one seed", color=colour, **_tick())
    interval = Line2D([], [], label="interval", color=colour, **_interval())
    return [*kinds, seed, interval] if intervals else [*kinds, seed]


def _dot(marker: str) -> dict:
    size = matplotlib.rcParams["lines.markersize"]
    return {"ls": "", "marker": marker, "ms": 0.9 * size, "mew": size / 6}


def _tick() -> dict:
    size = matplotlib.rcParams["lines.markersize"]
    return {"ls": "", "marker": "|", "ms": 1.35 * size, "mew": size / 8}


def _interval() -> dict:
    return {"lw": matplotlib.rcParams["lines.markersize"] / 4, "alpha": 0.5}
