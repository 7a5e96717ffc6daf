"""Training curves: every term of every objective over the steps, one row of panels per method."""

from __future__ import annotations

from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from coral_viz import style
from coral_viz.figures.layout.canvas import canvas, describe, picture, text_at
from coral_viz.results import tables
from coral_viz.results.tables import VARIANT

ROW, HEADER, FOOTER = 6.8, 1.6, 2.4  # lines of text: a method's panels, above them, their ticks and axis
TERMS, TERM = 6, 0.9  # names of terms that a row has the room for, lines of text for each further one
LABEL_GAP = 0.17  # between names of terms, in heights of a panel with room for TERMS


@picture(
    short="Every term of every objective during training.",
)
def curves(table: pd.DataFrame) -> Figure:
    """Terms of the loss in nats over training steps: a row per method, a column per training distribution.

    Thin lines: seeds; thick: their mean. The terms, as weighted in the loss, are named at the end of their lines.

    Raises:
        ValueError: the table holds no training rows.
    """
    rows = tables.select(table, split="train")
    variants = style.method_order(tables.variants(rows))
    distributions = tables.distributions(rows)
    words = (
        f"Terms of the loss in nats, as weighted. Thin lines: seeds (n = {rows['seed'].nunique()}); thick: their mean."
    )
    terms = [tables.of_variant(rows, variant)["metric"].nunique() for variant in variants]
    heights = [ROW + TERM * max(0, count - TERMS) for count in terms]
    figure = canvas(sum(heights) + HEADER + FOOTER, words)
    shape: dict[str, Any] = {"squeeze": False, "sharex": True, "sharey": "row", "height_ratios": heights}
    grid = figure.subplots(len(variants), len(distributions), **shape)
    for variant, line in zip(variants, grid):
        _row(line, tables.of_variant(rows, variant), distributions, variant)
    for distribution, top, bottom in zip(distributions, grid[0], grid[-1]):
        text_at(top, distribution, (0, 1), (0, 2.2), weight="bold").set_in_layout(True)
        bottom.set_xlabel("step")
    return describe(figure, _alt(rows, variants))


def _row(line: np.ndarray, rows: pd.DataFrame, distributions: list[str], variant: tuple[str, str]) -> None:
    """One method's panels, empty where it was not trained; names stand at the ends of the last lines drawn."""
    looks, ends = _looks(rows["metric"].unique(), variant), None
    for distribution, ax in zip(distributions, line):
        here = rows[rows["distribution"] == distribution]
        if len(here):
            ends = _draw(ax, here, looks)
    line[0].set_ylim(bottom=min(0, rows["value"].min()))
    _name(line[-1], ends, looks)
    look = style.method_style(*variant)
    line[0].set_title(look.label, color=look.colour)
    line[0].set_ylabel("nats")


def _looks(metrics, variant: tuple[str, str]) -> dict[str, dict]:
    """A shade of the method's colour and a line style for each term."""
    colour = np.array(to_rgb(style.method_style(*variant).colour))
    shades = np.linspace(0.55, 0.0, len(metrics)) if len(metrics) > 1 else [0.0]
    lines = style.LINE_STYLES * (1 + len(metrics) // len(style.LINE_STYLES))
    return {
        metric: {"color": tuple(colour * (1 - shade)), "ls": line}
        for metric, shade, line in zip(metrics, shades, lines)
    }


def _draw(ax: Axes, rows: pd.DataFrame, looks: dict[str, dict]) -> pd.Series:
    """Seeds and means of every term; returns where the means end."""
    width = matplotlib.rcParams["lines.linewidth"]
    for (metric, _), run in rows.groupby(["metric", "seed"]):
        ax.plot(run["step"], run["value"], lw=0.35 * width, alpha=0.45, **looks[metric])
    means = rows.pivot_table(index="step", columns="metric", values="value", aggfunc="mean")
    for metric in means:
        ax.plot(means.index, means[metric], lw=width, **looks[metric])
    return means.iloc[-1]


def _name(ax: Axes, ends: pd.Series, looks: dict[str, dict]) -> None:
    """Name each term to the right of the panel, beside the end of its line or as near as the other names allow."""
    low, high = ax.get_ylim()
    wanted = ((ends - low) / (high - low)).sort_values()
    size = 0.87 * matplotlib.rcParams["font.size"]
    gap = LABEL_GAP * ROW / (ROW + 1.4 * max(0, len(wanted) - TERMS))
    for metric, start, height in zip(wanted.index, wanted, spread(wanted.to_numpy(), gap)):
        colour = looks[metric]["color"]
        place = {
            "xycoords": "axes fraction",
            "textcoords": "axes fraction",
            "color": colour,
            "size": size,
            "va": "center",
        }
        leader = {"arrowstyle": "-", "color": colour, "lw": 0.06 * size, "shrinkA": 0, "shrinkB": 0, "relpos": (0, 0.5)}
        ax.annotate(
            metric.removeprefix("loss/").replace("_", " "), (1, start), (1.1, height), arrowprops=leader, **place
        )


def spread(heights: np.ndarray, gap: float) -> np.ndarray:
    """Ascending heights in [0, 1], moved up, then down, until neighbours are ``gap`` apart."""
    steps = gap * np.arange(len(heights))
    up = np.maximum.accumulate(heights - steps) + steps
    return np.minimum(up, max(1, steps[-1]) - steps[::-1])


def _alt(rows: pd.DataFrame, variants: list[tuple[str, str]]) -> str:
    total = rows.groupby([*VARIANT, "run_id", "step"])["value"].sum().reset_index()
    words = []
    for variant in variants:
        own = tables.of_variant(total, variant).groupby("step")["value"].mean()
        words.append(f"{style.method_style(*variant).label} from {own.iloc[0]:z.2f} to {own.iloc[-1]:z.2f}")
    return (
        f"Line charts of loss terms over {rows['step'].max()} training steps; mean total in nats: {', '.join(words)}."
    )
