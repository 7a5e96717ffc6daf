"""Configurations as lines across the labels, so that what one wins on a label and loses on another is seen."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from coral_viz import style
from coral_viz.figures.course.loss_curves import spread
from coral_viz.figures.layout import panel_grid
from coral_viz.figures.layout.canvas import SMALL, SPACED, describe, picture
from coral_viz.figures.sweep import effect_panels, sweep_data, sweep_words
from coral_viz.figures.sweep.effect_panels import PANEL
from coral_viz.results import metrics


@picture(short="{measured} across the labels, a line per configuration.")
def parallel(
    table: pd.DataFrame,
    settings: Sequence[str] = (),
    *,
    base: Mapping[str, object] | None = None,
    metric: str = "balanced_accuracy",
    readout: str | None = None,
    part: str = "all",
    labels: Sequence[str] | None = None,
) -> Figure:
    """Methods, or choices of settings, as lines across the labels; pale lines: seeds; dotted: chance, or the truth.

    Arguments and errors as ``configuration_rows.cells``.
    """
    rows, base = sweep_data.cells(sweep_data.measured(table, metric, readout, part, labels), settings, base)
    rows, summary, order, names = effect_panels.in_order(rows)
    written, tall, wide = panel_grid.written(order)
    words = sweep_words.small_print(rows, summary.assign(interval="no interval is drawn"), readout, part)
    words += sweep_data.compared_in_words(rows, base, "black")
    shown, height = metrics.of(rows), max(PANEL, (tall + 0.2) * len(order))
    figure, ((ax,),) = panel_grid.panels((1, 1), height, words, left=panel_grid.numbers(), right=wide + 1.5)
    cycle = zip(order, itertools.cycle(style.PETROFF6))
    colours = [style.INK if sweep_words.is_baseline(cell) else colour for cell, colour in cycle]
    _lines(ax, rows, summary, order, colours)
    effect_panels.scale(ax, "y", rows, summary.iloc[:0])
    ax.set(xlim=(-0.2, len(names) - 0.8), ylabel=shown.axis)
    apart = panel_grid.panel_width(1, panel_grid.numbers(), wide + 1.5) / (len(names) - 0.6)
    ax.set_xticks(range(len(names)), panel_grid.named(names, apart - 0.6))
    ends = summary[summary["x"] == len(names) - 1].set_index("cell")["estimate"]
    _name_ends(ax, ends.reindex(order).to_numpy(), written, colours, tall / height)
    told = sweep_words.measured_in_words(rows, readout, part)
    return describe(
        figure, effect_panels.alt(summary, shown, sweep_words.in_words(shown, readout, part), "cell"), **told
    )


def _lines(ax: Axes, rows: pd.DataFrame, summary: pd.DataFrame, order: list[str], colours: Sequence) -> None:
    """A line per configuration over pale ones of its runs, and a dotted mark per label at what is known beforehand."""
    thin = 0.3 * matplotlib.rcParams["lines.linewidth"]
    for cell, own in rows.groupby("cell"):
        ax.plot(*panel_grid.joined(own, "run_id", "x", "value"), color=colours[order.index(cell)], alpha=0.35, lw=thin)
    for cell, own in summary.groupby("cell"):
        i = order.index(cell)
        ax.plot(own["x"], own["estimate"], clip_on=False, **panel_grid.look(i, colours[i]))
    for x, reference in rows.groupby("x")["reference"].mean().items():
        ax.plot([x - 0.1, x + 0.1], [reference] * 2, **panel_grid.dotted())


def _name_ends(ax: Axes, ends: np.ndarray, written: Sequence[str], colours: Sequence, line: float) -> None:
    """The name of every line to the right of the panel, as near to its end as the others allow."""
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    order, size = np.argsort(ends), SMALL * matplotlib.rcParams["font.size"]
    heights = low + (high - low) * spread((ends[order] - low) / (high - low), 1.1 * line)
    x = ax.get_xticks()[-1], right + 0.03 * (right - left)
    looks = {"size": size, "va": "center", "linespacing": SPACED}
    for i, y in zip(order, heights):
        ax.plot(x, (ends[i], y), color=colours[i], lw=0.06 * size, clip_on=False, zorder=1)
        ax.text(x[1], y, f" {written[i]}".replace("\n", "\n "), color=colours[i], **looks)
