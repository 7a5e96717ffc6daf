"""A measure of configurations over what they cost, so that they are compared at equal parameters, seconds or width."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from coral_viz import style
from coral_viz.figures.comparison.costs import COSTS
from coral_viz.figures.layout import panel_grid
from coral_viz.figures.layout.canvas import describe, picture
from coral_viz.figures.sweep import sweep_data, sweep_words
from coral_viz.figures.sweep.level_colours import level_colours
from coral_viz.results import metrics, tables
from coral_viz.results.metrics import Metric

PANEL = 9.5  # lines of text
WIDE = 3.0  # from which ratio of the most to the least a cost has a logarithmic axis


@picture(
    short="{measured} over what runs cost, a dot per configuration.",
    long="{measured} over what runs cost{of}: a dot per configuration, mean over seeds, in the colour of its "
    "{setting}; bars: intervals{dotted}. Costs are medians; seconds depend on the machine.",
)
def measure_costs(
    table: pd.DataFrame,
    setting: str = "method",
    *,
    against: Sequence[str] = ("parameters", "seconds"),
    metric: str = "balanced_accuracy",
    readout: str | None = None,
    part: str = "all",
    labels: Sequence[str] | None = None,
    name: str = "",
) -> Figure:
    """A row of panels per label, a panel per cost; labels that every run keeps completely have none.

    Args:
        table: a sweep's table, whose runs state what they cost.
        setting: the setting whose levels have colours.
        against: names of ``costs.COSTS``.
        metric, readout, part, labels, name: as for ``sweep_data.measured`` and other figures of sweeps.

    Raises:
        ValueError: an unknown cost or setting, runs that do not state what they cost, or no such measurement.
    """
    if unknown := [cost for cost in against if cost not in COSTS]:
        raise ValueError(f"{unknown[0]!r} is no cost of a run; choose among {', '.join(COSTS)}.")
    rows = sweep_data.measured(table, metric, readout, part, labels)
    if unsaid := [cost for cost in against if rows[cost].isna().any()]:
        raise ValueError(f"not every run states its {unsaid[0]}, as older ones did not; make them again.")
    known = sweep_data.settings(rows)
    if setting not in (*known, "method"):
        raise ValueError(f"the table has no setting {setting!r}; it has {', '.join(known)}")
    shown, kept = metrics.of(rows), sweep_data.whole(rows) if labels is None else {}
    rows = rows[~rows["label"].isin(kept)]
    names = sweep_data.named(rows, list(dict.fromkeys(["method", *known])), sweep_data.baseline(rows))
    rows = rows.assign(cell=names, level=rows[setting])
    summary = sweep_data.summary(rows, ["cell", "label", "level"])
    summary = summary.join(rows.groupby("cell")[list(against)].median(), on="cell")
    levels = _in_order(setting, summary["level"])
    looks = {level: panel_grid.look(i, colour) for i, (level, colour) in enumerate(zip(levels, level_colours(levels)))}
    names = tables.labels(rows)
    words = sweep_words.small_print(rows, summary, readout, part) + sweep_words.not_shown(kept, shown)
    key = [
        panel_grid.handle(sweep_words.value_in_words(setting, level), 0, style.INK, **look | {"ls": ""})
        for level, look in looks.items()
    ]
    figure, grid = panel_grid.panels(
        (len(names), len(against)), PANEL, words, left=panel_grid.numbers(), foot=2.8, key=key, between=2.2
    )
    titles = panel_grid.named(names, 100, "bold")
    for label, title, line in zip(names, titles, grid):
        for cost, ax in zip(against, line):
            _panel(ax, summary[summary["label"] == label], cost, looks, shown)
        line[0].set_ylabel(f"{shown.axis}{', %' * shown.in_percent}")
        panel_grid.title(line[0], label, title)
    told = sweep_words.measured_in_words(rows, readout, part, name)
    return describe(figure, _alt(summary, against, shown), setting=sweep_words.setting_in_words(setting), **told)


def _in_order(setting: str, levels: pd.Series) -> list:
    """Levels from the least to the most, methods in their order, other words as they are found."""
    found = list(levels.dropna().unique())
    if setting == "method":
        return [name for name, _ in style.method_order((name, "") for name in found)]
    return sorted(found) if sweep_data.is_number(levels) else found


def _plain(cost: float) -> str:
    return f"{cost:,.0f}" if cost > 10 else f"{cost:.2g}"


def _panel(ax: Axes, summary: pd.DataFrame, cost: str, looks: dict, metric: Metric) -> None:
    times, size = 100 if metric.in_percent else 1, matplotlib.rcParams["lines.markersize"]
    for level, look in looks.items():
        own = summary[summary["level"] == level]
        ax.vlines(own[cost], times * own["low"], times * own["high"], color=look["color"], lw=size / 4, alpha=0.4)
        ax.plot(own[cost], times * own["estimate"], clip_on=False, **look | {"ls": ""})
    if summary["reference"].notna().any():
        ax.axhline(times * summary["reference"].mean(), **panel_grid.dotted())
    ends = [*summary["estimate"], *summary["low"].dropna(), *summary["high"].dropna(), *summary["reference"].dropna()]
    low, high = times * min(ends), times * max(ends)
    least, most = summary[cost].min(), summary[cost].max()
    ax.set(xlabel=COSTS[cost], ylim=(low - 0.06 * (high - low), high + 0.06 * (high - low)))
    if most > WIDE * least:
        ax.set(xscale="log", xlim=(least / 1.3, most * 1.3))
    else:
        ax.set_xlim(least - 0.1 * (most - least or 1), most + 0.1 * (most - least or 1))
    ax.set_xticks([], minor=True)
    ticks = {_plain(end): end for end in (least, most)}
    ax.set_xticks(list(ticks.values()), list(ticks))


def _alt(summary: pd.DataFrame, against: Sequence[str], metric: Metric) -> str:
    told = []
    for _, row in summary.iterrows():
        costs = ", ".join(f"{_plain(row[cost])} {COSTS[cost]}" for cost in against)
        words = ", ".join(filter(None, [style.label_style(row["label"]).name, row["cell"]]))
        told.append(f"{words}: {metric.text(row['estimate'])} with {costs}")
    return f"Dots of {metric.title} over costs. {'; '.join(told)}."
