"""Configurations as rows: means over seeds beside the baseline, a panel per label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib
import pandas as pd
from matplotlib.figure import Figure

from coral_viz import style
from coral_viz.figures.layout import marks, panel_grid
from coral_viz.figures.layout.canvas import SPACED, describe, picture
from coral_viz.figures.sweep import effect_panels, sweep_data, sweep_words
from coral_viz.results import metrics


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
    rows, summary, order, names = effect_panels.in_order(rows)
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
        effect_panels.scale(ax, "x", seeds if shown.bound else rows, here if shown.bound else summary)
        ax.set_ylim(len(order) - 0.45, -0.55)
    line[0].set_yticks(range(len(order)), written, linespacing=SPACED)
    told = sweep_words.measured_in_words(rows, readout, part) | {"of": f" of {name}" if name else ""}
    return describe(
        figure, effect_panels.alt(summary, shown, sweep_words.in_words(shown, readout, part), "cell"), **told
    )
