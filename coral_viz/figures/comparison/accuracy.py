"""Balanced accuracy of a linear probe on each embedding, between chance and the most that the truth allows."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.optimize import brentq
from scipy.special import entr

from coral_viz import style
from coral_viz.figures.layout import strip
from coral_viz.figures.layout.canvas import describe, picture, seeds_in_words, text_at
from coral_viz.results import references, tables
from coral_viz.results.metrics import LINEAR
from coral_viz.results.tables import VARIANT

BY = [*VARIANT, "distribution", "label", "readout"]
LIMIT = "the most that the truth in bits allows"


@picture(
    short="Balanced accuracy of a linear probe of the whole embedding. The dotted line is chance.",
)
def accuracy(table: pd.DataFrame) -> Figure:
    """Balanced accuracy of a linear probe on the whole embedding, one panel per training distribution and label.

    Hollow dots: means of linear probes; ticks: seeds; bars: intervals over seeds, within the possible range;
    dotted line: chance; solid line: the accuracy that the exact truth in bits allows (``ceiling``), 1 where it is not
    known.

    Raises:
        ValueError: the table holds no balanced accuracy of a whole embedding, or no chance or truth beside it.
    """
    seeds = tables.select(table, metric="balanced_accuracy", part="all", readout=LINEAR)
    chance, held = _of_labels(table, "chance"), references.by_label(table)
    summary = tables.summarise(seeds, BY)
    summary = summary.assign(low=summary["low"].clip(0), high=summary["high"].clip(upper=1))
    exact = references.in_words(held) == references.EXACT
    words = f"Balanced accuracy of a linear probe on test data{'; solid line: ' + LIMIT if exact else ''}. "
    words += seeds_in_words(summary)
    columns, key = strip.label_columns(summary), strip.readout_key(summary)
    figure, panels, variants = strip.strip(
        summary,
        columns,
        reference="chance",
        axis="accuracy, %",
        small_print=words,
        key=key,
        above=[_in_percent(value) for value in chance],
        ticks=[(f"{100 * value:.0f}", "100") for value in chance],
    )
    for (distribution, label), ax in panels.items():
        here, ticks = (strip.panel_rows(rows, distribution, label) for rows in (summary, seeds))
        colour = style.label_style(label).colour
        low = chance[distribution, label]
        best = ceiling(held.loc[(distribution, label), "truth"], round(1 / low)) if exact else 1.0
        _scale(ax, low, best, ticks["value"].min(), colour)
        strip.readouts(ax, here, ticks, variants, colour)
    return describe(figure, _alt(summary, chance))


def ceiling(bits: float, classes: int) -> float:
    """The highest accuracy that ``bits`` of information allow on equally frequent classes, in [1/classes, 1].

    Fano's inequality (Cover and Thomas, theorem 2.10.1), solved for the error e:
    log2(classes) - bits = h(e) + e log2(classes - 1).
    """
    missing = np.log2(classes) - bits
    if missing <= 1e-9:
        return 1.0

    def excess(error: float) -> float:
        return (entr(error) + entr(1 - error)) / np.log(2) + error * np.log2(classes - 1) - missing

    worst = 1 - 1 / classes
    return 1 / classes if excess(worst) <= 0 else 1 - brentq(excess, 0, worst)


def _of_labels(table: pd.DataFrame, metric: str) -> pd.Series:
    return tables.select(table, metric=metric).groupby(["distribution", "label"])["value"].mean()


def _scale(ax: Axes, chance: float, best: float, lowest: float, colour: str) -> None:
    """An axis from chance, a dotted line, to the ceiling, a solid one."""
    text_at(ax, _in_percent(chance), (0, 1), (0, strip.SUBTITLE), color=style.MUTED)
    for value, line in ((chance, ":"), (best, "-")):
        ax.axvline(value, color=colour, ls=line, lw=0.75 * matplotlib.rcParams["lines.linewidth"], zorder=1)
    ax.set_xlim(min(lowest, chance), best)
    ax.set_xticks([chance, best], [f"{100 * chance:.0f}", f"{100 * best:.0f}"])


def _in_percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _alt(summary: pd.DataFrame, chance: pd.Series) -> str:
    parts = []
    for (distribution, label), rows in summary.groupby(["distribution", "label"], sort=False):
        means = ", ".join(
            f"{style.method_style(row.method, row.knob).label} {row.estimate:.0%}" for row in rows.itertuples()
        )
        parts.append(f"{label} {tables.after(distribution)}, chance {chance[distribution, label]:.0%}: {means}")
    return f"Dot plot of linear-probe balanced accuracy on each method's embedding. {'; '.join(parts)}."
