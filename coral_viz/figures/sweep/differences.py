"""Paired differences of configurations from their baseline, and which are significant after Holm's correction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from coral_viz import style
from coral_viz.figures.layout import face, panel_grid
from coral_viz.figures.layout.canvas import SPACED, describe, picture, seeds_in_words
from coral_viz.figures.sweep import sweep_data, sweep_words
from coral_viz.results import metrics, multiplicity, statistics, tables
from coral_viz.results.metrics import Metric

LEVEL = 0.05


@picture(
    short="{measured} minus the baseline, paired by seed, a row per configuration.",
    long="Differences from the baseline{of}: {measured}, paired by seed, with 95 % intervals. Filled: p <= 0.05 by a "
    "paired t test with Holm's correction over all differences shown; hollow: not told from 0.",
)
def differences(
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
    """A row per configuration except its method's baseline, a panel per label.

    Arguments as ``configuration_rows.cells``.

    Raises:
        ValueError: as ``configuration_rows.cells``, or no run at the baseline.
    """
    rows, base = sweep_data.cells(sweep_data.measured(table, metric, readout, part, labels), settings, base)
    pairs = against_baseline(rows)
    shown, order, names = metrics.of(rows), list(dict.fromkeys(pairs["cell"])), tables.labels(rows)
    pairs = pairs.assign(y=pairs["cell"].map(order.index))
    written, tall, wide = panel_grid.written(order)
    words = f"Difference in {sweep_words.in_words(shown, readout, part)}; {seeds_in_words(pairs)}"
    words += f" Baseline: {', '.join(sweep_words.based_in_words(base))}."
    key = [_key("p \u2264 .05 (Holm)", True), _key("not told from 0", False)]
    figure, (line,) = panel_grid.panels(
        (1, len(names)), (0.5 + tall) * len(order), words, left=wide, right=0.6, foot=2.8, key=key
    )
    room = panel_grid.panel_width(len(names), wide, 0.6)
    titles = panel_grid.named(names, room, "bold")
    for label, title, ax in zip(names, titles, line):
        _dots(ax, pairs[pairs["label"] == label], style.label_style(label).colour, shown, room)
        panel_grid.title(ax, label, title)
        ax.set_ylim(len(order) - 0.45, -0.55)
        ax.set_xlabel("points" if shown.in_percent else shown.unit)
    line[0].set_yticks(range(len(order)), written, linespacing=SPACED)
    told = sweep_words.measured_in_words(rows, readout, part, name)
    return describe(figure, _alt(pairs, shown), measured=told["measured"], of=told["of"])


def against_baseline(rows: pd.DataFrame) -> pd.DataFrame:
    """``statistics.paired`` of the rows of ``sweep_data.cells`` by label, each method with its own baseline.

    Holm's correction is over all of them. ValueError if no method has a run at the baseline.
    """
    parts = []
    for _, own in rows.groupby("method", sort=False):
        bases = own.loc[own["cell"].map(sweep_words.is_baseline), "cell"].unique()
        if len(bases) == 1 and own["cell"].nunique() > 1:
            parts.append(statistics.paired(own, {"cell": bases[0]}, ["label"]))
    if not parts:
        raise ValueError("no run is at the baseline, or nothing else is; let base= name a configuration of the table")
    pairs = pd.concat(parts, ignore_index=True)
    return pairs.assign(p_holm=multiplicity.holm(pairs["p"]))


def _dots(ax: Axes, pairs: pd.DataFrame, colour: str, metric: Metric, room: float) -> None:
    """A dot per difference on its interval, and a line at 0."""
    size, times = matplotlib.rcParams["lines.markersize"], 100 if metric.in_percent else 1
    ax.axvline(0, color=style.FAINT, lw=matplotlib.rcParams["lines.linewidth"], zorder=0)
    ax.hlines(pairs["y"], times * pairs["low"], times * pairs["high"], color=colour, lw=size / 4, alpha=0.5)
    for filled, own in pairs.groupby(pairs["p_holm"] <= LEVEL):
        look = {"ls": "", "marker": "o", "ms": 0.8 * size, "mew": size / 6, "mec": colour}
        look |= {"mfc": colour if filled else style.PAPER}
        ax.plot(times * own["estimate"], own["y"], zorder=4, clip_on=False, **look)
    low, high = (times * pairs[end].fillna(pairs["estimate"]) for end in ("low", "high"))
    _scale(ax, low.min(), high.max(), 1.0 if metric.in_percent else 0.01, room)


def _scale(ax: Axes, low: float, high: float, least: float, room: float) -> None:
    """From the lowest interval to the highest and at least so far around 0.

    Ticks stand at 0 and, if a panel of so many type sizes has room for it, towards the farther end.
    """
    low, high = min(low, -least), max(high, least)
    far = max(low, high, key=abs)
    tick = float(f"{0.8 * far:.1g}")
    beside, span = 0.08 * (high - low), 1.16 * (high - low)
    ax.set_xlim(low - beside, high + beside)
    ticks = {0.0: "0", tick: f"{tick:g}".replace("-", "\u2212")}
    if room * abs(tick) / span < (face.width("0") + face.width(ticks[tick])) / 2 + 0.4:
        del ticks[tick]
    ax.set_xticks(list(ticks), list(ticks.values()))


def _key(name: str, filled: bool) -> Line2D:
    return panel_grid.handle(name, 0, style.MUTED, ls="", mfc=style.MUTED if filled else style.PAPER)


def _alt(pairs: pd.DataFrame, metric: Metric) -> str:
    told = [
        f"{row.label}, {row.cell}: {metric.text(row.estimate)} (p = {row.p_holm:.3g}, d = {row.effect:.2f})"
        for row in pairs.itertuples()
    ]
    return f"Differences from the baseline, with p by Holm's correction and effect size. {'; '.join(told)}."
