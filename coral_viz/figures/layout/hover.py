"""The numbers behind dots, for pages that show them where the pointer is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from coral_viz import style

BEHIND = "behind"
"""The attribute of a line that holds the rows of a summary, one per dot."""


class Spot(NamedTuple):
    """A dot of a figure: its place in shares of the width and of the height, from the top left, and its words."""

    x: float
    y: float
    words: str


def keep(line: Line2D, summary: pd.DataFrame) -> None:
    """Remember which rows the dots of a line show: estimate, low, high and n, and what names them."""
    setattr(line, BEHIND, summary)


def spots(figure: Figure) -> list[Spot]:
    """The dots of a figure of which rows are kept; its layout must be fixed (see ``saving.save``)."""
    return [spot for ax in figure.axes for spot in _of_panel(ax, figure)]


def _of_panel(ax: Axes, figure: Figure) -> Iterator[Spot]:
    times = _times(ax)
    for line in [line for line in ax.lines if hasattr(line, BEHIND)]:
        places = figure.transFigure.inverted().transform(line.get_transform().transform(line.get_xydata()))
        for (x, y), (_, row) in zip(places, getattr(line, BEHIND).iterrows()):
            yield Spot(round(float(x), 4), round(float(1 - y), 4), _in_words(row, times))


def _times(ax: Axes) -> float:
    """By what the numbers on the axis differ from the data: 100 where shares are shown in %."""
    for tick, label in zip(ax.get_xticks(), ax.get_xticklabels()):
        words = label.get_text().replace("\N{MINUS SIGN}", "-")
        if tick and words.lstrip("-").replace(".", "", 1).isdigit():
            return 100.0 if abs(float(words) / tick) > 10 else 1.0
    return 1.0


def _in_words(row: pd.Series, times: float) -> str:
    """A row as "CoMM, Synergy, biased: 0.93 [0.90, 0.96], n = 5"."""
    digits = 1 if times > 1 else 2
    said = f"{', '.join(_names(row))}: {times * row['estimate']:z.{digits}f}".removeprefix(": ")
    if not np.isnan(row["low"]):
        said += f" [{times * row['low']:z.{digits}f}, {times * row['high']:z.{digits}f}]"
    return f"{said}{' %' * (times > 1)}, n = {row['n']:g}"


def _names(row: pd.Series) -> Iterator[str]:
    if "method" in row:
        yield style.method_style(row["method"], row.get("knob", "")).label
    if row.get("cell"):
        yield row["cell"]
    if row.get("label"):
        yield style.label_style(row["label"]).name
    yield from (row[name] for name in ("distribution", "readout") if row.get(name))
