"""Found or not: for how many seeds each method's embedding holds more than half of a label."""

from __future__ import annotations

import matplotlib
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from coral_viz import style
from coral_viz.figures.layout import face, strip
from coral_viz.figures.layout.canvas import SMALL, describe, picture
from coral_viz.results import tables
from coral_viz.results.found import found, in_words, says
from coral_viz.results.metrics import LINEAR

BAR, DROP, LIFT = 0.7, 0.3, 0.1  # of a line: height of a bar, its interval below and its number above the middle


@picture(
    short="In how many seeds the whole embedding holds more than half of a label's bits, by a {readout} readout.",
    long="Seeds in which the whole embedding of each method holds more than half of the bits of a label by a {readout} "
    "readout: k of n, their share as a pale bar, and its exact binomial interval as a line below.",
)
def found_counts(table: pd.DataFrame, readout: str = LINEAR) -> Figure:
    """The share of seeds in which the whole embedding holds a label (see ``results.found``), with k/n and interval.

    One panel per training distribution and label, from none to all of the seeds. Raises ValueError as ``found``.
    """
    summary = found(table, readout=readout)
    spread = summary["n"].max() > 1
    key: list[Artist] = [Patch(label="share of seeds", fc=style.MUTED, alpha=0.3)]
    key += [Line2D([], [], label="interval", color=style.MUTED)] * bool(spread)
    words = summary.apply(in_words, axis=1).str.replace(" of ", "/")
    figure, panels, variants = strip.strip(
        summary.assign(words=words),
        strip.label_columns(summary),
        reference="",
        axis="seeds, %",
        small_print=f"k/n: in k of n seeds {says(readout)}.",
        key=key,
        ticks=[("0", "100")],
        narrowest=face.widest(words) * SMALL + 0.5,
    )
    for (distribution, label), ax in panels.items():
        here = strip.on_lines(strip.panel_rows(summary, distribution, label), variants)
        _bars(ax, here, style.label_style(label).colour, intervals=spread)
    return describe(figure, _alt(summary), readout=readout)


def _bars(ax: Axes, rows: pd.DataFrame, colour: str, *, intervals: bool) -> None:
    """A pale bar as long as the share, the counts on it and the interval below them."""
    ax.barh(rows["y"], rows["share"], BAR, color=colour, alpha=0.3, lw=0, zorder=1)
    if intervals:
        width = matplotlib.rcParams["lines.linewidth"]
        ax.hlines(rows["y"] + DROP, rows["low"], rows["high"], color=colour, lw=width, zorder=2, clip_on=False)
    for _, row in rows.iterrows():
        size = SMALL * matplotlib.rcParams["font.size"]
        ax.text(0.5, row["y"] - LIFT, in_words(row).replace(" of ", "/"), ha="center", va="center", size=size)
    ax.set_xlim(0, 1)
    ax.set_xticks([0, 1], ["0", "100"])


def _alt(summary: pd.DataFrame) -> str:
    parts = []
    for (distribution, label), rows in summary.groupby(["distribution", "label"], sort=False):
        names = [style.method_style(row.method, row.knob).label for row in rows.itertuples()]
        counts = [f"{name} {words}" for name, words in zip(names, rows.apply(in_words, axis=1))]
        parts.append(f"{label} {tables.after(distribution)}: {', '.join(counts)}")
    return f"Bars of how many seeds hold more than half of each label's bits. {'; '.join(parts)}."
