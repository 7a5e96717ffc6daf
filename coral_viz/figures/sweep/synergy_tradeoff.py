"""Synergy over unique information that embeddings keep: what a configuration gains of one and loses of the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from coral_viz import style
from coral_viz.figures.layout import panel_grid
from coral_viz.figures.layout.canvas import describe, picture
from coral_viz.figures.sweep import sweep_data, sweep_words
from coral_viz.figures.sweep.level_colours import level_colours
from coral_viz.results import metrics, parts
from coral_viz.results.metrics import BEST

HEIGHT = 14.0  # of the plane, in lines of text
JOINED = "; a line joins those that differ in it alone, so lines of other settings may cross"


@picture(
    short="Synergy over unique information that {part} embeddings keep.",
    long="Synergy over unique information that {part} embeddings{of} keep, as shares of the truth by {asked}, "
    "below 0 where it is overconfident. Small marks: runs, in the colour of their {setting}; "
    "large marks: means over seeds{joined}.",
)
def trade(
    table: pd.DataFrame,
    *,
    setting: str = "method",
    part: str | None = None,
    readout: str = BEST,
    name: str = "",
) -> Figure:
    """The share of the synergy that a part keeps over the share of unique information, for every run and configuration.

    Args:
        table: a sweep's table, of which all runs are shown.
        setting: the setting whose levels have colours; if it is a number, configurations that differ only in it are
            joined by a line.
        part: the part that is shown; None for "shared", or for the whole embedding if a method has no such part.
        readout: one of ``metrics.READOUTS``.
        name: of the sweep, for the caption.

    Raises:
        ValueError: no such setting or part, or no bits of synergy and of unique information in it.
    """
    runs = sweep_data.traded(table, setting, part, readout)
    means = runs.groupby(["level", "cell", "line"], sort=False)[["unique", "synergy"]].mean().reset_index()
    means, neither = sweep_data.without_those_at_nothing(means)
    runs, levels = runs[~runs["level"].isin(neither)], list(means["level"].unique())
    names, without = ([sweep_words.value_in_words(setting, level) for level in found] for found in (levels, neither))
    where = " or ".join(map(parts.part_title, runs["part"].unique()))
    words = f"Bits in {where} over the truth ({readout} readout). Small dots: runs (n = {len(runs)}); large: means."
    left_out = f" Not shown, {sweep_data.LITTLE:.0%} or less of both: {', '.join(without)}." if without else ""
    looks = [look | {"ls": ""} for look in _looks(setting, levels)]
    key = [panel_grid.handle(name, 0, style.INK, **look) for name, look in zip(names, looks)]
    figure, ((ax,),) = panel_grid.panels((1, 1), HEIGHT, words + left_out, left=panel_grid.numbers(), foot=2.8, key=key)
    joined = isinstance(levels[0], float)
    if joined:
        ax.plot(*panel_grid.joined(means, "line", "unique", "synergy"), color=style.MUTED, lw=0.4, zorder=1)
    _marks(ax, runs, means, dict(zip(levels, looks)))
    for axis, atom, kept in ((ax.xaxis, "unique information", runs["unique"]), (ax.yaxis, "synergy", runs["synergy"])):
        low = min(kept.min(), 0)
        axis.set_view_interval(low - 0.04, 1 + 0.06 * (1 - low), ignore=True)
        axis.set_major_formatter(PercentFormatter(1, decimals=0))
        axis.set_label_text(f"{atom} kept")
    told = {"part": where, "of": sweep_words.of_sweep(name), "asked": metrics.READOUTS[readout].asked}
    told["joined"] = JOINED if joined else ""
    return describe(figure, _alt(means, where) + left_out, setting=setting.replace("_", " "), **told)


def _marks(ax: Axes, runs: pd.DataFrame, means: pd.DataFrame, looks: Mapping[Any, dict]) -> None:
    """A small mark per run and a large one per mean, in the look of their level."""
    size = matplotlib.rcParams["lines.markersize"]
    for level, look in looks.items():
        for frame, more in ((runs, {"ms": 0.55 * size, "alpha": 0.6}), (means, {"ms": 1.1 * size})):
            own = frame[frame["level"] == level]
            ax.plot(own["unique"], own["synergy"], clip_on=False, **look | more)


def _looks(setting: str, levels: list) -> list[dict]:
    """A method's own colour and marker, or a colour per level."""
    if setting == "method":
        return [_of_method(level) for level in levels]
    return [panel_grid.look(i, colour) for i, colour in enumerate(level_colours(levels))]


def _of_method(name: str) -> dict:
    """A method's own colour and marker."""
    own = style.method_style(name)
    return panel_grid.look(0, own.colour) | {"marker": own.marker, "mfc": own.face}


def _alt(means: pd.DataFrame, where: str) -> str:
    told = [f"{row.cell}: {row.synergy:z.0%} at {row.unique:z.0%}" for row in means.itertuples()]
    return f"Share of synergy kept in {where}, at the share of unique information kept there. {'; '.join(told)}."
