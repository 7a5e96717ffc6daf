"""Bits of redundant, unique and synergistic information that each method keeps, beside the exact truth."""

from __future__ import annotations

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from coral_viz import style
from coral_viz.figures.layout import strip
from coral_viz.figures.layout.canvas import describe, picture, seeds_in_words, text_at
from coral_viz.results import tables
from coral_viz.results.metrics import BEST


@picture(
    short="Bits kept of each label by each method's whole embedding. The vertical line is the exact truth.",
    long="Bits of each label that the whole embedding of each method keeps, a held-out lower bound. Filled dots: "
    "best readout; hollow dots: linear readout; ticks: seeds; bars: intervals, cut at 0 and at the truth; vertical "
    "lines: the exact truth.",
)
def bits_kept(table: pd.DataFrame) -> Figure:
    """I(Z; label) of the whole embedding Z by each method, in bits, one panel per training distribution and label.

    Filled dots: the best readout; hollow: the linear one; ticks: seeds; bars: intervals over seeds, within the
    possible range; vertical line: the exact I(X1, X2; label).

    Raises:
        ValueError: the table holds no bits of a whole embedding, or no truth beside them.
    """
    seeds, summary = tables.beside_truth(table, part="all"), tables.bits_kept(table)
    words = "I(embedding; label) in bits, a held-out lower bound; intervals end at 0 and at the truth. "
    words += seeds_in_words(summary)
    columns, key = strip.label_columns(summary), strip.readout_key(summary)
    figure, panels, variants = strip.strip(
        summary,
        columns,
        reference="exact truth",
        axis="bits kept",
        small_print=words,
        key=key,
        above=[_truth(bits) for bits in summary["truth"]],
        ticks=[("0", f"{summary['truth'].max():.3g}")],
    )
    for (distribution, label), ax in panels.items():
        here, ticks = (strip.panel_rows(rows, distribution, label) for rows in (summary, seeds))
        colour = style.label_style(label).colour
        _scale(ax, here["truth"].iloc[0], min(0, ticks["value"].min()), colour)
        strip.readouts(ax, here, ticks, variants, colour)
    return describe(figure, _alt(summary))


def _scale(ax: Axes, truth: float, lowest: float, colour: str) -> None:
    """An axis from 0 to the truth, a vertical line with its bits on top."""
    text_at(ax, _truth(truth), (1, 1), (0, strip.SUBTITLE), ha="right", color=style.MUTED)
    ax.axvline(truth, color=colour, lw=0.75 * matplotlib.rcParams["lines.linewidth"], zorder=1)
    ax.set_xlim(lowest, truth or 1)
    ax.set_xticks([0, truth], ["0", f"{truth:.3g}"])


def _truth(bits: float) -> str:
    return "1 bit" if bits == 1 else f"{bits:.3g} bits"


def _alt(summary: pd.DataFrame) -> str:
    best = summary[summary["readout"] == BEST]
    parts = []
    for (distribution, label), rows in best.groupby(["distribution", "label"], sort=False):
        means = ", ".join(
            f"{style.method_style(row.method, row.knob).label} {row.estimate:z.2f}" for row in rows.itertuples()
        )
        parts.append(f"{label} after {distribution} training, {rows['truth'].iloc[0]:z.2f} in truth: {means}")
    return f"Dot plot of the bits of each label that each method's embedding kept (best readout). {'; '.join(parts)}."
