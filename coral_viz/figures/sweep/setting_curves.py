"""Curves over a numeric setting: one setting over several labels, or several settings with all else at the defaults.

Both take a sweep's table (see ``sweep_data``) and draw every seed beside the mean.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from coral_viz import style
from coral_viz.figures.layout import face, panel_grid
from coral_viz.figures.layout.canvas import describe, picture
from coral_viz.figures.sweep import effect_panels, sweep_data, sweep_words
from coral_viz.figures.sweep.effect_panels import PANEL
from coral_viz.results import metrics, tables, trends
from coral_viz.results.metrics import Metric

READABLE = 9.0  # type sizes: the least width of a panel of four in a row
BETWEEN = 2.2  # lines of text: between rows of panels that each name their setting
EVEN = 0.12  # the least gap between levels, in shares of their range, at which they stand to scale


@picture(
    short="{measured} over {setting}.",
    long="{measured} over {setting}{of}; all other settings are as in the key, or the same in all runs. Marks: "
    "means over seeds; pale dots: seeds; bars: intervals{dotted}. Labels that all runs keep completely have no panel.",
)
def curve(
    table: pd.DataFrame,
    setting: str,
    *,
    metric: str = "balanced_accuracy",
    readout: str | None = None,
    part: str = "all",
    labels: Sequence[str] | None = None,
    name: str = "",
) -> Figure:
    """A metric over the levels of a numeric setting; a panel per label, a line per choice of all other settings.

    Lines: means over seeds with intervals; pale dots: seeds; dotted: chance, or the truth. Configurations with only one
    level are left out, so the table may be that of a whole grid. Labels that every run keeps completely have a sentence
    in place of a panel, unless they are in ``labels``. The small print states trends over three levels or more
    (``trends.page``).

    Args:
        table: a sweep's table.
        setting: the name of a numeric setting.
        metric, readout, part, labels: as for ``sweep_data.measured``.
        name: of the sweep, for the caption.

    Raises:
        ValueError: no such setting, or one without numbers; no configurations that differ in it alone; or no such
            measurement.
    """
    rows = sweep_data.lines(sweep_data.measured(table, metric, readout, part, labels), setting)
    shown, kept = metrics.of(rows), sweep_data.whole(rows) if labels is None else {}
    rows = rows[~rows["label"].isin(kept)].assign(level=lambda own: own[setting])
    names, lines = tables.labels(rows), list(dict.fromkeys(rows["line"]))
    columns = _columns(len(names))
    places = _places(sorted(rows["level"].unique()), columns)
    rows = _placed(rows, places, rows["line"].map(lines.index), len(lines), columns)
    summary = sweep_data.summary(rows, ["line", "label", "level", "x", "place"])
    words = sweep_words.small_print(rows, summary, readout, part) + sweep_words.not_shown(kept, shown)
    words += "" if list(places) == list(places.values()) else " Levels are not to scale."
    trend = sweep_words.trends_in_words(trends.page(rows, "level", ["label", "line"]), setting)
    figure, grid = _grid(len(names), columns, words + trend, lines, shown)
    titles = panel_grid.named(names, _width(columns), "bold")
    for i, (label, title, ax) in enumerate(zip(names, titles, grid)):
        here, seeds = (frame[frame["label"] == label] for frame in (summary, rows))
        _lines(ax, here, seeds, lines, label)
        panel_grid.title(ax, label, title)
        _levels(ax, setting, places, named=i >= len(names) - columns)
        effect_panels.scale(ax, "y", rows, summary)
    alt = effect_panels.alt(summary, shown, sweep_words.in_words(shown, readout, part), "line", "level")
    told = sweep_words.measured_in_words(rows, readout, part) | {"of": f" in the sweep {name}" if name else ""}
    told["setting"] = sweep_words.setting_in_words(setting)
    return describe(figure, alt + sweep_words.not_shown(kept, shown) + trend, **told)


@picture(
    short="{measured} over several settings, each with all others at the baseline.",
    long="{measured} over settings{of}; each is varied with all others at their defaults. Marks: means over seeds; "
    "pale dots: seeds; bars: intervals{dotted}. Labels that all runs keep completely have no panel.",
)
def curves(
    table: pd.DataFrame,
    settings: Sequence[str],
    *,
    metric: str = "balanced_accuracy",
    readout: str | None = None,
    part: str = "all",
    name: str = "",
) -> Figure:
    """Small panels of several numbers: a panel per setting and label, a line per method, all else at the defaults.

    For settings of few levels, whose curves would be mostly empty. Arguments as ``curve``.

    Raises:
        ValueError: as ``curve``, or no two levels of a setting with all else at the defaults.
    """
    rows = sweep_data.measured(table, metric, readout, part)
    base = sweep_data.baseline(rows)
    varied = _varied(rows, settings, base)
    shown, kept = metrics.of(varied), sweep_data.whole(varied)
    panels = [(setting, label) for setting in settings for label in tables.labels(rows) if label not in kept]
    methods = [method for method, _ in style.method_order((name, "") for name in varied["method"])]
    lines, columns = [sweep_words.value_in_words("method", method) for method in methods], _columns(len(panels))
    places, frames = {}, []
    for setting, own in varied.groupby("setting", sort=False):
        places[setting] = _places(sorted(own["level"].unique()), columns)
        frames.append(_placed(own, places[setting], own["method"].map(methods.index), len(methods), columns))
    drawn = pd.concat(frames)[lambda own: ~own["label"].isin(kept)]
    summary = sweep_data.summary(drawn, ["line", "label", "setting", "level", "x", "place"])
    words = sweep_words.small_print(drawn, summary, readout, part) + sweep_words.not_shown(kept, shown)
    words += f" All else: {', '.join(sweep_words.based_in_words(base))}."
    figure, grid = _grid(len(panels), columns, words, lines, shown, between=BETWEEN)
    titles = panel_grid.named([label for _, label in panels], _width(columns), "bold")
    for (setting, label), title, ax in zip(panels, titles, grid):
        here, seeds = (own[(own["setting"] == setting) & (own["label"] == label)] for own in (summary, drawn))
        _lines(ax, here.sort_values("level"), seeds, lines, label)
        panel_grid.title(ax, label, title)
        _levels(ax, setting, places[setting])
        effect_panels.scale(ax, "y", drawn, summary)
    said = sweep_words.in_words(shown, readout, part)
    alt = [
        effect_panels.alt(own, shown, f"{said} over {setting}", "line", "level")
        for setting, own in summary.groupby("setting", sort=False)
    ]
    told = sweep_words.measured_in_words(drawn, readout, part, name)
    return describe(figure, " ".join(alt) + sweep_words.not_shown(kept, shown), **told)


def _varied(rows: pd.DataFrame, settings: Sequence[str], base: sweep_words.Base) -> pd.DataFrame:
    """The rows of each ``setting`` in turn, all else at the base, with its ``level`` and their method as ``line``."""
    frames = []
    for setting in settings:
        own = sweep_data.lines(sweep_data.held(rows, [setting], base), setting)
        line = own["method"].map(lambda method: sweep_words.value_in_words("method", method))
        frames.append(own.assign(setting=setting, level=own[setting], line=line))
    return pd.concat(frames)


# --- where things stand -----------------------------------------------------------------------------------------------


def _columns(panels: int) -> int:
    """Panels in a row."""
    return min(panels, 4 if _width(4) > READABLE else 2)


def _width(columns: int) -> float:
    """Type sizes that one of so many panels is wide."""
    return panel_grid.panel_width(columns, panel_grid.numbers())


def _places(levels: list[float], columns: int) -> dict[float, float]:
    """Where levels stand in one of so many panels: to scale unless some would crowd or touch, else side by side."""
    shares = np.diff(levels) / (levels[-1] - levels[0])
    widths = np.array([face.width(f"{level:g}") for level in levels])
    touching = (widths[1:] + widths[:-1]) / 2 + 0.2 > 0.92 * _width(columns) * shares
    to_scale = shares.min() >= EVEN and not touching.any()
    return {level: level if to_scale else float(i) for i, level in enumerate(levels)}


def _placed(rows: pd.DataFrame, places: dict[float, float], rank: pd.Series, lines: int, columns: int) -> pd.DataFrame:
    """Rows with the ``place`` of their level, and ``x``, so far beside it that marks of several lines do not touch."""
    place = rows["level"].map(places)
    apart = 0.5 / _width(columns) * (max(places.values()) - min(places.values()))
    return rows.assign(place=place, x=place + apart * (rank - (lines - 1) / 2))


# --- panels -----------------------------------------------------------------------------------------------------------


def _grid(
    panels: int, columns: int, words: str, lines: Sequence[str], metric: Metric, between: float = 0.0
) -> tuple[Figure, list[Axes]]:
    """A figure with so many panels, the metric beside every row of them, and a key of the lines."""
    shape = math.ceil(panels / columns), columns
    key = [panel_grid.handle(line, i, style.MUTED) for i, line in enumerate(lines)]
    more = {"left": panel_grid.numbers(), "foot": 2.8, "between": between * (shape[0] > 1)}
    figure, grid = panel_grid.panels(shape, PANEL, words, key=key, **more)
    for ax in grid[:, 0]:
        ax.set_ylabel(metric.axis)
    for ax in grid.flat[panels:]:
        ax.remove()
    return figure, list(grid.flat[:panels])


def _lines(ax: Axes, summary: pd.DataFrame, seeds: pd.DataFrame, lines: list[str], label: str) -> None:
    """A panel of a curve; rows in the order of the levels."""
    colour, size = style.label_style(label).colour, matplotlib.rcParams["lines.markersize"]
    bars = pd.concat([summary.assign(y=summary["low"]), summary.assign(y=summary["high"])])
    ax.plot(*panel_grid.joined(bars, "x", "x", "y"), color=colour, lw=size / 4, alpha=0.4)
    ax.plot(seeds["x"], seeds["value"], "o", color=colour, ms=0.5 * size, mew=0, alpha=0.5, clip_on=False)
    for line, own in summary.groupby("line"):
        ax.plot(own["x"], own["estimate"], clip_on=False, **panel_grid.look(lines.index(line), colour))
    ax.plot(*zip(*summary.groupby("place")["reference"].mean().items()), **panel_grid.dotted())


def _levels(ax: Axes, setting: str, places: dict[float, float], named: bool = True) -> None:
    """Ticks at the levels of a setting, with its name and theirs where they are named."""
    ax.set_xticks(list(places.values()), [f"{level:g}" if named else "" for level in places])
    ax.set_xlabel(sweep_words.setting_in_words(setting) if named else "")
