"""How often intervals hold the truth, against the sample size."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from coral_viz import style
from coral_viz.figures.canvas import canvas, describe, picture
from coral_viz.pid import NAMES

PROMISED = 0.95


@picture
def coverage(table: pd.DataFrame) -> Figure:
    """Coverage of 95 % intervals of each atom against n; one panel per kind of data.

    Args:
        table: rows of what ``python -m coral_viz bench coverage`` writes, of one distribution.

    Raises:
        ValueError: there are no rows, or of more than one distribution.
    """
    worlds = table["distribution"].unique()
    if len(worlds) != 1:
        raise ValueError(f"Coverage is drawn for one distribution, not for {len(worlds)}.")
    kinds = list(table["kind"].unique())
    words = f"{worlds[0]}: share of samples whose 95 % interval holds the exact atom; dotted: what is promised."
    figure = canvas(15, words)
    panels = figure.subplots(1, len(kinds), sharey=True, squeeze=False)[0]
    for ax, kind in zip(panels, kinds):
        rows = table[table["kind"] == kind]
        ax.axhline(PROMISED, color=style.MUTED, ls=":")
        for place, atom in enumerate(NAMES):
            own = rows[rows["atom"] == atom]
            look = {"color": style.ATOM_COLOURS[atom], "marker": style.ATOM_MARKERS[atom]}
            # side by side, or points of equal height would hide one another
            ax.plot(own["n"] * 1.06 ** (place - 1.5), own["coverage"], label=style.ATOM_NAMES[atom], lw=1, **look)
        ax.set(xscale="log", xlabel="samples, n", title=kind, ylim=(min(0.8, rows["coverage"].min() - 0.02), 1.005))
        ax.set_xticks(sorted(rows["n"].unique()), [f"{n:,}" for n in sorted(rows["n"].unique())])
        ax.minorticks_off()
    panels[0].set_ylabel("intervals that hold the truth")
    panels[-1].legend(loc="lower right")
    least = table.loc[table["coverage"].idxmin()]
    return describe(figure, f"Coverage of intervals for {worlds[0]}: lowest {least['coverage']:.3f}, {least['atom']}.")
