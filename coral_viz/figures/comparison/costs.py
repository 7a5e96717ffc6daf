"""Accuracy over its costs in parameters, width, passes or seconds: a dot per method."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from coral_viz import style
from coral_viz.figures.layout.canvas import canvas, describe, picture, seeds_in_words
from coral_viz.results import tables
from coral_viz.results.metrics import LINEAR
from coral_viz.results.tables import VARIANT

ROWS = 13  # lines of text
COSTS = {
    "embedding_width": "numbers in the embedding",
    "parameters": "parameters",
    "passes": "network passes",
    "seconds": "seconds a run",
}
"""What a table says a run cost, as axes name it."""


@picture(
    short="Balanced accuracy of {label} over the costs of each method.",
    long="Balanced accuracy of a linear probe of {label} on the whole embedding over the costs of each method: a dot "
    "per method, mean over seeds, bars: intervals. Costs are medians; seconds depend on the machine.",
)
def costs(
    table: pd.DataFrame,
    label: str = "synergy",
    *,
    distribution: str = "biased",
    against: Sequence[str] = ("parameters", "seconds"),
) -> Figure:
    """Balanced accuracy of a label (linear readout, whole embedding) over costs, a panel each, on logarithmic axes.

    Args:
        table: a valid table, whose runs say what they cost.
        label, distribution: the label, and the training distribution.
        against: names of ``COSTS``.

    Raises:
        ValueError: an unknown cost, no such measurement, or runs that do not say what they cost.
    """
    if unknown := [name for name in against if name not in COSTS]:
        raise ValueError(f"{unknown[0]!r} is no cost of a run; choose among {', '.join(COSTS)}.")
    where = {"metric": "balanced_accuracy", "readout": LINEAR, "part": "all"}
    rows = tables.select(table, **where, label=label, distribution=distribution)
    if unsaid := [name for name in against if rows[name].isna().any()]:
        raise ValueError(f"not every run states its {unsaid[0]}, as older ones did not; make them again.")
    summary = tables.summarise(rows, VARIANT).set_index(VARIANT)
    summary = summary.join(rows.groupby(VARIANT)[list(against)].median())
    variants = style.method_order(summary.index)
    words = f"Balanced accuracy of {label} by a linear probe {tables.after(distribution)}; {seeds_in_words(summary)}"
    figure = canvas(ROWS, words, [_dot(variant, Line2D([], [])) for variant in variants])
    grid = figure.subplots(1, len(against), sharey=True, squeeze=False)[0]
    for name, ax in zip(against, grid):
        _panel(ax, summary, variants, name)
    grid[0].set_ylabel("accuracy, %")
    return describe(figure, _alt(summary, variants, against), label=label)


def _dot(variant: tuple[str, str], line: Line2D) -> Line2D:
    look = style.method_style(*variant)
    line.set(color=look.colour, ls="", marker=look.marker, mfc=look.face, label=look.label)
    return line


def _panel(ax: Axes, summary: pd.DataFrame, variants: list[tuple[str, str]], name: str) -> None:
    width = matplotlib.rcParams["lines.markersize"] / 4
    for variant in variants:
        row = summary.loc[variant]
        dot = _dot(variant, *ax.plot([row[name]], [100 * row["estimate"]], zorder=3))
        ends = [100 * max(row["low"], 0), 100 * min(row["high"], 1)]
        ax.plot([row[name]] * 2, ends, color=dot.get_color(), lw=width, alpha=0.5, zorder=2)
    low, high = summary[name].min(), summary[name].max()
    ax.set(xscale="log", xlabel=COSTS[name], xlim=(low / 1.3, high * 1.3))
    ax.set_xticks([low, high] if high > 1.5 * low else [low], minor=False)
    ax.set_xticks([], minor=True)
    ax.xaxis.set_major_formatter("{x:,.0f}")


def _alt(summary: pd.DataFrame, variants: list[tuple[str, str]], against: Sequence[str]) -> str:
    told = []
    for variant in variants:
        row = summary.loc[variant]
        costs = ", ".join(f"{row[name]:,.0f} {COSTS[name]}" for name in against)
        told.append(f"{style.method_style(*variant).label} {row['estimate']:.0%} with {costs}")
    return f"Dots of accuracy over costs. {'; '.join(told)}."
