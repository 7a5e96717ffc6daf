"""Bits of redundant, unique and synergistic information that each method keeps, beside what the data hold."""

from __future__ import annotations

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from coral_viz import style
from coral_viz.figures.layout import strip
from coral_viz.figures.layout.canvas import describe, picture, seeds_in_words, text_at
from coral_viz.results import references, tables
from coral_viz.results.metrics import BEST
from coral_viz.results.references import ENTROPY, ESTIMATE, EXACT

MOST = {EXACT: "the truth", ESTIMATE: "the entropy of the label", ENTROPY: "the entropy of the label"}
HELD = {EXACT: "in truth", ESTIMATE: "in the data by an estimate", ENTROPY: "at most"}
ASIDE = {
    EXACT: "",
    ESTIMATE: "Dashed line and band: what the data hold, an estimate with its 95% interval, not exact. ",
    ENTROPY: "Dashed line: the entropy of the label; what the data hold is not known. ",
}
LINES = {
    EXACT: {"Line": "The vertical line is the exact truth", "lines": "vertical lines: the exact truth"},
    ESTIMATE: {
        "Line": "The dashed line and its band are an estimate of what the data hold, not an exact truth",
        "lines": "dashed lines and bands: estimates of what the data hold, with 95% intervals",
    },
    ENTROPY: {
        "Line": "The dashed line is the entropy of the label; what the data hold of it is not known",
        "lines": "dashed lines: the entropy of the label",
    },
}


@picture(
    short="Bits kept of each label by each method's whole embedding. {Line}.",
    long="Bits of each label that the whole embedding of each method keeps, a held-out lower bound. Filled dots: "
    "best readout; hollow dots: linear readout; ticks: seeds; bars: intervals, cut at 0 and at {most}; "
    "{lines}.",
)
def bits_kept(table: pd.DataFrame) -> Figure:
    """I(Z; label) of the whole embedding Z by each method, in bits, one panel per training distribution and label.

    Filled dots: the best readout; hollow: the linear one; ticks: seeds; bars: intervals over seeds, within the
    possible range; vertical line: the exact I(X1, X2; label). Where it is not known: its estimate, dashed, in a band
    that is its 95 % interval, on an axis to the entropy of the label.

    Raises:
        ValueError: the table holds no bits of a whole embedding, or nothing beside them of what the data hold.
    """
    seeds, summary = tables.beside_truth(table, part="all"), tables.bits_kept(table)
    known = references.in_words(summary)
    words = f"I(embedding; label) in bits, a held-out lower bound; intervals end at 0 and at {MOST[known]}. "
    words += f"{ASIDE[known]}{seeds_in_words(summary)}"
    columns, key = strip.label_columns(summary), strip.readout_key(summary)
    figure, panels, variants = strip.strip(
        summary,
        columns,
        reference=known,
        axis="bits kept",
        small_print=words,
        key=key,
        above=[references.bits(row) for _, row in summary.iterrows()],
        ticks=[("0", f"{summary['most'].max():.3g}")],
    )
    for (distribution, label), ax in panels.items():
        here, ticks = (strip.panel_rows(rows, distribution, label) for rows in (summary, seeds))
        colour = style.label_style(label).colour
        _scale(ax, here.iloc[0], min(0, ticks["value"].min()), colour)
        strip.readouts(ax, here, ticks, variants, colour)
    return describe(figure, _alt(summary), most=MOST[known], **LINES[known])


def _scale(ax: Axes, held: pd.Series, lowest: float, colour: str) -> None:
    """An axis from 0 to the most that is possible; a line at what the data hold, and an estimate's band."""
    text_at(ax, references.bits(held), (1, 1), (0, strip.SUBTITLE), ha="right", color=style.MUTED)
    line = "-" if held["known"] == references.EXACT else "--"
    ax.axvline(held["truth"], color=colour, ls=line, lw=0.75 * matplotlib.rcParams["lines.linewidth"], zorder=1)
    if held["held_low"] < held["held_high"]:
        ax.axvspan(held["held_low"], held["held_high"], color=colour, alpha=0.15, lw=0, zorder=0.5)
    ax.set_xlim(lowest, held["most"] or 1)
    ax.set_xticks([0, held["most"]], ["0", f"{held['most']:.3g}"])


def _alt(summary: pd.DataFrame) -> str:
    best = summary[summary["readout"] == BEST]
    parts = []
    for (distribution, label), rows in best.groupby(["distribution", "label"], sort=False):
        means = ", ".join(
            f"{style.method_style(row.method, row.knob).label} {row.estimate:z.2f}" for row in rows.itertuples()
        )
        held = rows.iloc[0]
        parts.append(f"{label} {tables.after(distribution)}, {held['truth']:z.2f} {HELD[held['known']]}: {means}")
    return f"Dot plot of the bits of each label that each method's embedding kept (best readout). {'; '.join(parts)}."
