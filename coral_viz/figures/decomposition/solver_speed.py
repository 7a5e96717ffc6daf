"""CPU time of solvers of the decomposition for one table, over the size of the table."""

from __future__ import annotations

import matplotlib
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.path import Path

from coral_viz import style
from coral_viz.figures.layout import face
from coral_viz.figures.layout.canvas import KEYED, canvas, describe, picture

ROWS = 17.0  # lines of text
ARROW = Path([(0, -1), (0, 1), (-0.5, 0.3), (0, 1), (0.5, 0.3)], [1, 2, 1, 2, 2])
"""Upwards: a move and a line, a move and two lines."""
KEY_LOOK = {"handlelength": 1.8, "handletextpad": 0.8, "columnspacing": 1.6}
COLUMNS = ("benchmark", "case", "solver", "metric", "value", "unit", "bound", "n")
WAYS = {  # by (solver, metric), slowest first: name, colour, marker, line
    ("dit default", "single"): ("dit, default solver", style.MUTED, "s", "--"),
    ("dit cone", "single"): ("dit, cone solver", style.SELF, "^", "-."),
    ("coral_viz", "single"): ("coral_viz, one table", style.PAIRS, "o", "-"),
    ("coral_viz", "batch"): ("coral_viz, in a batch", style.TOGETHER, "D", "-"),
}


@picture(
    short="CPU time of solvers of the decomposition over the size of the table.",
    long="CPU time of solvers of the decomposition for one table of k x k x k, on logarithmic scales.",
)
def speed(table: pd.DataFrame) -> Figure:
    """CPU time per table in ms, on a log scale, over the values per variable; arrows: stopped, so lower bounds.

    Args:
        table: what ``python -m coral_viz bench pid`` writes, or its rows of times.

    Raises:
        ValueError: a column is missing, or the table holds no times of tables of k x k x k.
    """
    rows = times(table)
    sizes = sorted(rows["size"].unique())
    words = (
        f"CPU time of one thread, median over n = {rows['n'].min():,} to {rows['n'].max():,} random tables, "
        "Dirichlet(1); arrow: stopped there, so at least that."
    )
    figure = canvas(ROWS, words)
    ax = figure.subplots()
    for (solver, metric), (name, colour, marker, line) in WAYS.items():
        own = rows[(rows["solver"] == solver) & (rows["metric"] == metric)].sort_values("size")
        if own.empty:
            continue
        ax.plot(own["size"], own["value"], color=colour, marker=marker, ls=line, lw=_thin(), label=name)
        stopped = own[own["bound"] == "at least"]
        above = 2.6 * stopped["value"]
        ax.plot(stopped["size"], above, ls="", marker=ARROW, mfc="none", mec=colour, mew=_thin(), ms=_tall())
    ax.set(xscale="log", yscale="log", xlabel="values of each variable, k", ylabel="CPU time per table, ms")
    ax.set_xticks(sizes, [str(size) for size in sizes])
    ax.minorticks_off()
    ax.yaxis.set_major_formatter("{x:g}")
    handles, names = ax.get_legend_handles_labels()
    columns = face.columns(names, face.letters(), KEYED * sum(KEY_LOOK.values()), KEYED)
    figure.legend(handles, names, loc="outside upper left", ncols=columns, borderaxespad=0.2, **KEY_LOOK)
    return describe(figure, _alt(rows))


def times(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of times of k x k x k tables, with a column ``size``, k. ValueError if there are none."""
    if missing := [name for name in COLUMNS if name not in table]:
        raise ValueError(f"the table lacks the columns {', '.join(missing)}")
    size = table["case"].str.extract(r"^(\d+)\^3$")[0]
    is_time = (table["benchmark"] == "time") & (table["unit"] == "ms") & size.notna()
    if not is_time.any():
        raise ValueError("the table holds no times of solvers for tables of k x k x k")
    return table[is_time].assign(size=size[is_time].astype(int))


def _thin() -> float:
    return 0.7 * matplotlib.rcParams["lines.linewidth"]


def _tall() -> float:
    return 1.5 * matplotlib.rcParams["lines.markersize"]


def _alt(rows: pd.DataFrame) -> str:
    told = []
    for (solver, metric), own in rows.groupby(["solver", "metric"], sort=False):
        if (solver, metric) in WAYS:
            times = ", ".join(
                f"{'at least ' * (row.bound == 'at least')}{row.value:.3g} ms at {row.size}"
                for row in own.sort_values("size").itertuples()
            )
            told.append(f"{WAYS[solver, metric][0]}: {times}")
    return f"Line chart of the CPU time a table against the number of values of each variable. {'; '.join(told)}."
