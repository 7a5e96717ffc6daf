"""Effects of settings: curves over a number, rows of configurations, lines across labels, and one atom over another.

All take a sweep's table (see ``sweep_data``) and draw every seed beside the mean.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from coral_viz import style
from coral_viz.figures.course.loss_curves import spread
from coral_viz.figures.layout import face, marks, panel_grid
from coral_viz.figures.layout.canvas import SMALL, SPACED, describe, picture
from coral_viz.figures.sweep import sweep_data, sweep_words
from coral_viz.results import metrics, parts, tables
from coral_viz.results.metrics import BEST, Metric

PANEL, TRADE = 8.5, 14.0  # lines of text: a panel, and that of two atoms
READABLE = 9.0  # type sizes: the least width of a panel of four in a row
EVEN = 0.12  # the least gap between levels, in shares of their range, at which they stand to scale
PALE, DEEP = "#cdb9f3", "#35086e"


@picture(
    short="{measured} over the {setting}.",
    long="{measured} over the {setting}{of}; all other settings are as in the key, or the same in all runs. Marks: "
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
    in place of a panel, unless they are in ``labels``.

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
    rows = rows[~rows["label"].isin(kept)]
    names, lines = tables.labels(rows), list(dict.fromkeys(rows["line"]))
    columns = min(len(names), 4 if panel_grid.panel_width(4, panel_grid.numbers()) > READABLE else 2)
    places = _places(sorted(rows[setting].unique()), columns)
    place, rank = rows[setting].map(places), rows["line"].map(lines.index) - (len(lines) - 1) / 2
    apart = 0.5 / _width(columns) * (max(places.values()) - min(places.values()))
    rows = rows.assign(place=place, x=place + apart * rank)
    summary = sweep_data.summary(rows, ["line", "label", setting, "x", "place"])
    words = sweep_words.small_print(rows, summary, readout, part) + sweep_words.not_shown(kept, shown)
    words += "" if list(places) == list(places.values()) else " Levels are not to scale."
    key = [panel_grid.handle(line, i, style.MUTED) for i, line in enumerate(lines)]
    shape = math.ceil(len(names) / columns), columns
    figure, grid = panel_grid.panels(shape, PANEL, words, left=panel_grid.numbers(), foot=2.8, key=key)
    titles = panel_grid.named(names, _width(columns), "bold")
    for i, (label, ax) in enumerate(zip(names, grid.flat)):
        here, seeds = (frame[frame["label"] == label] for frame in (summary, rows))
        _lines(ax, here, seeds, lines, label)
        lowest = i >= len(names) - columns
        ax.set_xticks(list(places.values()), [f"{level:g}" if lowest else "" for level in places])
        ax.set_xlabel(sweep_words.setting_in_words(setting) if lowest else "")
        panel_grid.title(ax, label, titles[i])
        _scale(ax, "y", rows, summary)
    for ax in grid[:, 0]:
        ax.set_ylabel(shown.axis)
    for ax in grid.flat[len(names) :]:
        ax.remove()
    alt = _alt(summary, shown, sweep_words.in_words(shown, readout, part), "line", setting)
    told = sweep_words.measured_in_words(rows, readout, part) | {"of": f" in the sweep {name}" if name else ""}
    told["setting"] = sweep_words.setting_in_words(setting)
    return describe(figure, alt + sweep_words.not_shown(kept, shown), **told)


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
    varied = {setting: sweep_data.lines(sweep_data.held(rows, [setting], base), setting) for setting in settings}
    every = pd.concat(varied.values()).drop_duplicates(["run_id", "label"])
    shown, kept = metrics.of(every), sweep_data.whole(every)
    panels = [(setting, label) for setting in settings for label in tables.labels(rows) if label not in kept]
    methods = style.method_order((name, "") for name in every["method"])
    names = [sweep_words.value_in_words("method", method) for method, _ in methods]
    columns = min(len(panels), 4 if panel_grid.panel_width(4, panel_grid.numbers()) > READABLE else 2)
    places = {setting: _places(sorted(own[setting].unique()), columns) for setting, own in varied.items()}
    frames = []
    for setting, own in varied.items():
        place = own[setting].map(places[setting])
        beside = own["method"].map([method for method, _ in methods].index) - (len(methods) - 1) / 2
        apart = 0.5 / _width(columns) * np.ptp(list(places[setting].values()))
        line = own["method"].map(lambda method: sweep_words.value_in_words("method", method))
        frames.append(own.assign(setting=setting, level=own[setting], line=line, place=place, x=place + apart * beside))
    drawn = pd.concat(frames)[lambda own: ~own["label"].isin(kept)]
    summary = sweep_data.summary(drawn, ["line", "label", "setting", "level", "x", "place"])
    words = sweep_words.small_print(drawn, summary, readout, part) + sweep_words.not_shown(kept, shown)
    words += f" All else: {', '.join(sweep_words.based_in_words(base))}."
    key = [panel_grid.handle(words, i, style.MUTED) for i, words in enumerate(names)]
    shape = math.ceil(len(panels) / columns), columns
    figure, grid = panel_grid.panels(
        shape, PANEL, words, left=panel_grid.numbers(), foot=2.8, key=key, between=2.2 * (shape[0] > 1)
    )
    titled = panel_grid.named([label for _, label in panels], _width(columns), "bold")
    for (setting, label), title, ax in zip(panels, titled, grid.flat):
        here, seeds = (own[(own["setting"] == setting) & (own["label"] == label)] for own in (summary, drawn))
        _lines(ax, here.sort_values("level"), seeds, names, label)
        ax.set_xticks(list(places[setting].values()), [f"{level:g}" for level in places[setting]])
        ax.set_xlabel(sweep_words.setting_in_words(setting))
        panel_grid.title(ax, label, title)
        _scale(ax, "y", drawn, summary)
    for ax in grid[:, 0]:
        ax.set_ylabel(shown.axis)
    for ax in grid.flat[len(panels) :]:
        ax.remove()
    told = sweep_words.measured_in_words(drawn, readout, part, name)
    alt = [
        _alt(own, shown, f"{sweep_words.in_words(shown, readout, part)} over the {setting}", "line", "level")
        for setting, own in summary.groupby("setting", sort=False)
    ]
    return describe(figure, " ".join(alt) + sweep_words.not_shown(kept, shown), **told)


@picture(
    short="{measured}, a row per configuration.",
    long="Ablation{of}: {measured}. A row is named by its differences from the baseline. Dots: means over seeds; "
    "ticks: seeds; bars: intervals; grey line: the baseline{dotted}.",
)
def cells(
    table: pd.DataFrame,
    settings: Sequence[str],
    *,
    base: Mapping[str, object] | None = None,
    metric: str = "balanced_accuracy",
    readout: str | None = None,
    part: str = "all",
    labels: Sequence[str] | None = None,
    name: str = "",
) -> Figure:
    """A row per configuration, a panel per label: means on their intervals, seeds, a grey line at the baseline.

    Args:
        table: a sweep's table.
        settings: those that may differ between rows; all others are as in the base. Methods may always differ.
        base: a value per setting, to compare with; ``sweep_data.baseline``, the defaults, for the others.
        metric, readout, part, labels: as for ``sweep_data.measured``.
        name: of the sweep, for the caption.

    Raises:
        ValueError: no such setting, no such runs or no such measurement.
    """
    rows, base = sweep_data.cells(sweep_data.measured(table, metric, readout, part, labels), settings, base)
    rows, summary, order, names = _in_order(rows)
    written, tall, wide = panel_grid.written(order)
    words = sweep_words.small_print(rows, summary, readout, part)
    words += sweep_data.compared_in_words(rows, base, "grey line")
    shown = metrics.of(rows)
    figure, (line,) = panel_grid.panels((1, len(names)), (0.5 + tall) * len(order), words, left=wide, right=0.6)
    titles = panel_grid.named(names, panel_grid.panel_width(len(names), wide, 0.6), "bold")
    for label, words, ax in zip(names, titles, line):
        here, seeds = (frame[frame["label"] == label] for frame in (summary, rows))
        for estimate in here.loc[here["cell"].map(sweep_words.is_baseline), "estimate"]:
            ax.axvline(estimate, color=style.FAINT, lw=matplotlib.rcParams["lines.linewidth"], zorder=0)
        ax.axvline(seeds["reference"].mean(), **panel_grid.dotted())
        marks.dots(ax, here, seeds, style.label_style(label).colour)
        panel_grid.title(ax, label, words)
        _scale(ax, "x", seeds if shown.bound else rows, here if shown.bound else summary)
        ax.set_ylim(len(order) - 0.45, -0.55)
    line[0].set_yticks(range(len(order)), written, linespacing=SPACED)
    told = sweep_words.measured_in_words(rows, readout, part) | {"of": f" of {name}" if name else ""}
    return describe(figure, _alt(summary, shown, sweep_words.in_words(shown, readout, part), "cell"), **told)


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

    Arguments and errors as ``cells``.
    """
    rows, base = sweep_data.cells(sweep_data.measured(table, metric, readout, part, labels), settings, base)
    rows, summary, order, names = _in_order(rows)
    written, tall, wide = panel_grid.written(order)
    words = sweep_words.small_print(rows, summary.assign(interval="no interval is drawn"), readout, part)
    words += sweep_data.compared_in_words(rows, base, "black")
    shown, height = metrics.of(rows), max(PANEL, (tall + 0.2) * len(order))
    figure, ((ax,),) = panel_grid.panels((1, 1), height, words, left=panel_grid.numbers(), right=wide + 1.5)
    colours = [
        style.INK if sweep_words.is_baseline(cell) else colour
        for cell, colour in zip(order, itertools.cycle(style.PETROFF6))
    ]
    thin = 0.3 * matplotlib.rcParams["lines.linewidth"]
    for cell, own in rows.groupby("cell"):
        ax.plot(*panel_grid.joined(own, "run_id", "x", "value"), color=colours[order.index(cell)], alpha=0.35, lw=thin)
    for cell, own in summary.groupby("cell"):
        i = order.index(cell)
        ax.plot(own["x"], own["estimate"], clip_on=False, **panel_grid.look(i, colours[i]))
    for x, reference in rows.groupby("x")["reference"].mean().items():
        ax.plot([x - 0.1, x + 0.1], [reference] * 2, **panel_grid.dotted())
    _scale(ax, "y", rows, summary.iloc[:0])
    ax.set(xlim=(-0.2, len(names) - 0.8), ylabel=shown.axis)
    apart = panel_grid.panel_width(1, panel_grid.numbers(), wide + 1.5) / (len(names) - 0.6)
    ax.set_xticks(range(len(names)), panel_grid.named(names, apart - 0.6))
    ends = summary[summary["x"] == len(names) - 1].set_index("cell")["estimate"]
    _name_ends(ax, ends.reindex(order).to_numpy(), written, colours, tall / height)
    told = sweep_words.measured_in_words(rows, readout, part)
    return describe(figure, _alt(summary, shown, sweep_words.in_words(shown, readout, part), "cell"), **told)


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
    looks = [panel_grid.look(i, colour) for i, colour in enumerate(_colours(levels))]
    if setting == "method":
        looks = [_of_method(level) for level in levels]
    names, without = ([sweep_words.value_in_words(setting, level) for level in found] for found in (levels, neither))
    where = " or ".join(map(parts.part_title, runs["part"].unique()))
    words = f"Bits in {where} over the truth ({readout} readout). Small dots: runs (n = {len(runs)}); large: means."
    left_out = f" Not shown, {sweep_data.LITTLE:.0%} or less of both: {', '.join(without)}." if without else ""
    key = [panel_grid.handle(name, 0, style.INK, **look | {"ls": ""}) for name, look in zip(names, looks)]
    figure, ((ax,),) = panel_grid.panels((1, 1), TRADE, words + left_out, left=panel_grid.numbers(), foot=2.8, key=key)
    if isinstance(levels[0], float):
        ax.plot(*panel_grid.joined(means, "line", "unique", "synergy"), color=style.MUTED, lw=0.4, zorder=1)
    size = matplotlib.rcParams["lines.markersize"]
    for level, look in zip(levels, looks):
        look = look | {"ls": "", "clip_on": False}
        for frame, more in ((runs, {"ms": 0.55 * size, "alpha": 0.6}), (means, {"ms": 1.1 * size})):
            own = frame[frame["level"] == level]
            ax.plot(own["unique"], own["synergy"], **look | more)
    for axis, atom, kept in ((ax.xaxis, "unique information", runs["unique"]), (ax.yaxis, "synergy", runs["synergy"])):
        low = min(kept.min(), 0)
        axis.set_view_interval(low - 0.04, 1 + 0.06 * (1 - low), ignore=True)
        axis.set_major_formatter(PercentFormatter(1, decimals=0))
        axis.set_label_text(f"{atom} kept")
    told = {"part": where, "of": sweep_words.of_sweep(name), "asked": metrics.READOUTS[readout].asked}
    told["joined"] = ""
    if isinstance(levels[0], float):
        told["joined"] = "; a line joins those that differ in it alone, so lines of other settings may cross"
    return describe(figure, _alt_trade(means, where) + left_out, setting=setting.replace("_", " "), **told)


# --- marks ------------------------------------------------------------------------------------------------------------


def _in_order(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, list[str], list[str]]:
    """Rows and summary with the places of label (``x``) and cell (``y``); cells and labels in that order."""
    order, names = list(dict.fromkeys(rows["cell"])), tables.labels(rows)
    rows = rows.assign(x=rows["label"].map(names.index), y=rows["cell"].map(order.index))
    return rows, sweep_data.summary(rows, ["cell", "label", "x", "y"]).sort_values("x", kind="stable"), order, names


def _lines(ax: Axes, summary: pd.DataFrame, seeds: pd.DataFrame, lines: list[str], label: str) -> None:
    """A panel of a curve; rows in the order of the levels."""
    colour, size = style.label_style(label).colour, matplotlib.rcParams["lines.markersize"]
    bars = pd.concat([summary.assign(y=summary["low"]), summary.assign(y=summary["high"])])
    ax.plot(*panel_grid.joined(bars, "x", "x", "y"), color=colour, lw=size / 4, alpha=0.4)
    ax.plot(seeds["x"], seeds["value"], "o", color=colour, ms=0.5 * size, mew=0, alpha=0.5, clip_on=False)
    for line, own in summary.groupby("line"):
        ax.plot(own["x"], own["estimate"], clip_on=False, **panel_grid.look(lines.index(line), colour))
    ax.plot(*zip(*summary.groupby("place")["reference"].mean().items()), **panel_grid.dotted())


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


def _scale(ax: Axes, way: str, rows: pd.DataFrame, intervals: pd.DataFrame) -> None:
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


def _colours(levels: list) -> list:
    """Words in colours of their own, numbers from pale to deep."""
    if not isinstance(levels[0], float):
        return list(itertools.islice(itertools.cycle(style.PETROFF6), len(levels)))
    pale, deep = np.array(to_rgb(PALE)), np.array(to_rgb(DEEP))
    return [tuple(pale + share * (deep - pale)) for share in np.linspace(0, 1, len(levels))]


def _of_method(name: str) -> dict:
    """A method's own colour and marker."""
    own = style.method_style(name)
    return panel_grid.look(0, own.colour) | {"marker": own.marker, "mfc": own.face}


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


# --- words ------------------------------------------------------------------------------------------------------------


def _alt(summary: pd.DataFrame, metric: Metric, said: str, line: str, level: str | None = None) -> str:
    """The means of every panel, line by line."""
    told = []
    for (label, name), here in summary.groupby(["label", line], sort=False):
        where = [f" at {value:g}" for value in here[level]] if level else [""]
        means = ", ".join(f"{metric.text(value)}{at}" for value, at in zip(here["estimate"], where))
        told.append(": ".join(filter(None, [style.label_style(label).name, name, means])))
    return f"Means of {said}. {'; '.join(told)}."


def _alt_trade(means: pd.DataFrame, where: str) -> str:
    told = [f"{row.cell}: {row.synergy:z.0%} at {row.unique:z.0%}" for row in means.itertuples()]
    return f"Share of synergy kept in {where}, at the share of unique information kept there. {'; '.join(told)}."
