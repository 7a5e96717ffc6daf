"""What pictures of effects share: panels' scales, the order of configurations and labels, and alternative text."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

from coral_viz import style
from coral_viz.figures.sweep import sweep_data
from coral_viz.results import metrics, tables
from coral_viz.results.metrics import Metric

PANEL = 8.5
"""The height of a panel, in lines of text."""


def in_order(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, list[str], list[str]]:
    """Rows and summary with the places of label (``x``) and cell (``y``); cells and labels in that order."""
    order, names = list(dict.fromkeys(rows["cell"])), tables.labels(rows)
    rows = rows.assign(x=rows["label"].map(names.index), y=rows["cell"].map(order.index))
    return rows, sweep_data.summary(rows, ["cell", "label", "x", "y"]).sort_values("x", kind="stable"), order, names


def scale(ax: Axes, way: str, rows: pd.DataFrame, intervals: pd.DataFrame) -> None:
    """From the lowest value, interval or bound to the highest, with ticks at bounds or in a few places; shares in %."""
    bounds, metric = rows["reference"].dropna(), metrics.of(rows)
    shown = [*rows["value"], *bounds, *intervals["low"].dropna(), *intervals["high"].dropna()]
    low, high = min(shown), max(shown)
    low, high = (low, 1.0) if metric.in_percent else (min(low, 0.0), high)
    axis, times = getattr(ax, f"{way}axis"), 100 if metric.in_percent else 1
    span = high - low or 1.0
    ax.set(**{f"{way}lim": (low - 0.06 * span, high + 0.04 * span)})
    if way == "x":
        ends = [bounds.mean() if metric.in_percent and len(bounds) else 0.0, high]
        axis.set_ticks(ends, [f"{times * end:.2g}" if end < 1 else f"{times * end:.3g}" for end in ends])
    elif (place := ax.get_subplotspec()) and place.is_first_col():
        axis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
        if metric.in_percent:
            axis.set_major_formatter(PercentFormatter(1, decimals=0))


def alt(summary: pd.DataFrame, metric: Metric, said: str, line: str, level: str | None = None) -> str:
    """The means of every panel, line by line."""
    told = []
    for (label, name), here in summary.groupby(["label", line], sort=False):
        where = [f" at {value:g}" for value in here[level]] if level else [""]
        means = ", ".join(f"{metric.text(value)}{at}" for value, at in zip(here["estimate"], where))
        told.append(": ".join(filter(None, [style.label_style(label).name, name, means])))
    return f"Means of {said}. {'; '.join(told)}."
