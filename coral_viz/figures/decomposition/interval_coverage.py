"""Coverage of intervals over the sample size: for one distribution, or for all of them at once."""

from __future__ import annotations

import matplotlib
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import EngFormatter

from coral_viz import style
from coral_viz.figures.layout import face
from coral_viz.figures.layout.canvas import canvas, describe, picture
from coral_viz.pid import NAMES

PROMISED = 0.95
COLUMNS = ("kind", "distribution", "n", "samples", "atom", "coverage")


@picture
def coverage(table: pd.DataFrame) -> Figure:
    """Coverage of 95 % intervals of each atom over n; one panel per kind of data.

    Args:
        table: rows of what ``python -m coral_viz bench coverage`` writes, of one distribution.

    Raises:
        ValueError: there are no rows, or of more than one distribution.
    """
    names = table["distribution"].unique()
    if len(names) != 1:
        raise ValueError(f"Coverage is drawn for one distribution, not for {len(names)}.")
    kinds = list(table["kind"].unique())
    words = f"{names[0]}: share of samples whose 95 % interval covers the exact atom; dotted: 95 %."
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
    panels[0].set_ylabel("coverage of the truth")
    panels[-1].legend(loc="lower right")
    least = table.loc[table["coverage"].idxmin()]
    return describe(figure, f"Coverage of intervals for {names[0]}: lowest {least['coverage']:.3f}, {least['atom']}.")


@picture(
    short="Coverage of 95 % intervals of the atoms.",
    long="Coverage of 95 % intervals of the atoms, a mark per distribution.",
)
def coverages(table: pd.DataFrame) -> Figure:
    """Coverage of 95 % intervals of each atom, a mark per distribution, at every n; one panel per kind of data.

    Args:
        table: what ``python -m coral_viz bench coverage`` writes.

    Raises:
        ValueError: a column is missing, or there are no rows.
    """
    if missing := [name for name in COLUMNS if name not in table]:
        raise ValueError(f"the table lacks the columns {', '.join(missing)}.")
    if table.empty:
        raise ValueError("the table has no rows, so there is no coverage to draw.")
    counts = {kind: sorted(rows["n"].unique()) for kind, rows in table.groupby("kind", sort=False)}
    samples = f"{table['samples'].min():,} to {table['samples'].max():,}"
    words = f"A mark: one distribution, share of {samples} samples whose 95 % interval covers the exact atom. "
    figure = canvas(13, words + "Dotted: 95 %.", [_mark(atom) for atom in NAMES])
    widths = _widths({kind: len(there) for kind, there in counts.items()}, face.letters() - 7)
    panels = figure.subplots(1, len(counts), sharey=True, squeeze=False, width_ratios=widths)[0]
    for ax, (kind, there) in zip(panels, counts.items()):
        rows = table[table["kind"] == kind]
        ax.axhline(PROMISED, color=style.MUTED, ls=":", zorder=1)
        for place, atom in enumerate(NAMES):
            own = rows[rows["atom"] == atom]
            ax.plot(own["n"].map(there.index) + 0.2 * (place - 1.5), own["coverage"], alpha=0.7, **_look(atom))
        ax.set(xlim=(-0.5, len(there) - 0.5), xlabel="samples, n", title=f"{kind}s")
        ax.set_xticks(range(len(there)), [EngFormatter(sep="")(n) for n in there])
    panels[0].set(ylabel="coverage of the truth", ylim=(min(0.9, table["coverage"].min() - 0.02), 1.005))
    return describe(figure, _alt(table))


def _widths(counts: dict[str, int], room: float) -> list[float]:
    """Widths of panels that share the room as their counts do, but for those whose title needs more."""
    titles = {kind: face.width(f"{kind}s", weight="bold") + 1 for kind in counts}
    share = room / sum(counts.values())
    wide = [kind for kind in counts if counts[kind] * share >= titles[kind]]
    left = room - sum(titles[kind] for kind in counts if kind not in wide)
    among = sum(counts[kind] for kind in wide)
    return [counts[kind] / among * left if kind in wide else titles[kind] for kind in counts]


def _mark(atom: str) -> Line2D:
    return Line2D([], [], label=style.ATOM_SYMBOLS[atom], **_look(atom))


def _look(atom: str) -> dict:
    size = 0.6 * matplotlib.rcParams["lines.markersize"]
    return {"ls": "", "marker": style.ATOM_MARKERS[atom], "color": style.ATOM_COLOURS[atom], "ms": size, "mew": 0}


def _alt(table: pd.DataFrame) -> str:
    told = [
        f"{style.ATOM_NAMES[atom]} {own['coverage'].min():.3f} at least, {own['coverage'].median():.3f} in the median"
        for atom, own in table.groupby("atom", sort=False)
    ]
    count = table["distribution"].nunique()
    return f"Marks of the coverage of 95 % intervals in {count} distributions. {'; '.join(told)}."
