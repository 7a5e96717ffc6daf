"""Errors of estimators of atoms: mean absolute error and bias of every atom, over the sample size.

The axis can also be another property of the samples, such as their dimension or noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.markers import TICKDOWN, TICKLEFT
from matplotlib.ticker import EngFormatter, LogLocator, MaxNLocator

from coral_viz import style
from coral_viz.figures.layout import face, panel_grid
from coral_viz.figures.layout.canvas import LINE, canvas, describe, engine, picture, text_at

ATOMS = tuple(style.ATOM_NAMES)
BIASES = [f"bias_{atom}" for atom in ATOMS]
POSITIVE, FINITE = ["n", "seeds", "mean_absolute_error"], ["standard_error", *BIASES]

ROW, HEADER, FOOTER = 6.0, 3.0, 2.4  # lines of text: a truth's panels, what stands above them, their ticks and axis
ABOVE, BETWEEN = 2.2, 0.9  # type sizes above panels, between them
NUMBERS, TICKS = ("0.005", "−0.05"), 1.2  # the widest beside errors and beside biases; type sizes that ticks add
GROUP, HEADING = 3.55, 2.2  # heights above the uppermost panels, in type sizes


@picture(
    short="Errors of estimators of the atoms over the {over}.",
    long="Errors of estimators of the atoms over the {over}. First column: mean absolute error over the four atoms; "
    "other columns: bias of each atom, estimate minus exact value.",
)
def bias(table: pd.DataFrame, over: str = "n") -> Figure:
    """Errors of estimators of atoms in bits over the sample size n: a row per truth, a line per estimator.

    The first panel of a row is the mean absolute error over the four atoms, on a log scale, with its standard error;
    then come the biases, estimate minus exact value, one panel per atom, all on one scale. Hollow and half-filled
    marks: estimators whose name begins with "k-means"; solid marks: the others.

    Args:
        table: what ``python -m coral_viz bench estimators`` writes, one row per truth, estimator and n, or a selection
            of its rows. Errors and biases are in bits; ``standard_error`` is NaN where there was one seed.
        over: the column of positive numbers that errors are drawn against: n, or what ``bench dimensions`` varies.

    Raises:
        ValueError: a column is missing, there are no rows, an unknown atom, the same row twice, a number that is not
            finite, or an n or an error that is not positive.
    """
    _check(table, over)
    table = table.sort_values(over, kind="stable")
    looks = _looks(table["estimator"].unique())
    truths = table["truth"].unique()
    key = [Line2D([], [], label=name, marker="o", color=style.MUTED, **look) for name, look in looks.items()]
    figure = canvas(len(truths) * ROW + HEADER + FOOTER, _small_print(table), key)
    grid = _panels(figure, len(truths))
    for truth, line in zip(truths, grid):
        rows = dict(list(table[table["truth"] == truth].groupby("estimator", sort=False)))
        _errors(line[0], rows, over, looks)
        for atom, ax in zip(ATOMS, line[1:]):
            mark = {"color": style.ATOM_COLOURS[atom], "marker": style.ATOM_MARKERS[atom]}
            _lines(ax, rows, over, f"bias_{atom}", looks, mark)
            ax.axhline(0, color=style.MUTED, lw=matplotlib.rcParams["axes.linewidth"], zorder=1)
        line[0].set_title(truth.replace("_", " "), y=1)  # a given height need not be searched for
    _scale(grid, sorted(table[over].unique()), over)
    _error_scale(grid[:, 0], table["mean_absolute_error"], table["standard_error"].fillna(0))
    _bias_scale(grid[:, 1:], table[BIASES].to_numpy())
    _headings(grid[0])
    return describe(figure, _alt(table, over), over="sample size" if over == "n" else over.replace("_", " "))


def _panels(figure: Figure, rows: int) -> np.ndarray:
    """Axes (rows, 1 + atoms), placed in type sizes: solving a layout would take as long as everything else."""
    points, (left, _, width, _) = matplotlib.rcParams["font.size"], engine(figure).get()["rect"]
    figure.set_layout_engine("none")
    across, down = (points / 72 / size for size in figure.get_size_inches())
    beside = [face.width(numbers) + TICKS for numbers in NUMBERS]
    gaps = BETWEEN * (len(ATOMS) - 1)
    panel = (width / across - sum(beside) - 1 - gaps) / (1 + len(ATOMS))
    first = left + beside[0] * across
    biases = first + (panel + beside[1]) * across
    top, height = 1 - (LINE * HEADER + 0.7 * ABOVE) * down, LINE * ROW - ABOVE
    upright = {"top": top, "bottom": top - (LINE * ROW * rows - ABOVE) * down, "hspace": ABOVE / height}
    one = figure.add_gridspec(rows, 1, left=first, right=first + panel * across, **upright)
    right = biases + (len(ATOMS) * panel + gaps) * across
    others = figure.add_gridspec(rows, len(ATOMS), left=biases, right=right, wspace=BETWEEN / panel, **upright)
    places = [[one[row, 0], *(others[row, column] for column in range(len(ATOMS)))] for row in range(rows)]
    return np.array([[figure.add_subplot(place) for place in line] for line in places])


def _check(table: pd.DataFrame, over: str) -> None:
    keys, positive = ["truth", "estimator", over], list(dict.fromkeys([*POSITIVE, over]))
    missing = [column for column in [*keys[:2], *positive, *FINITE] if column not in table]
    if missing:
        raise ValueError(f"The table lacks the column(s) {', '.join(missing)}.")
    unknown = [column for column in table if str(column).startswith("bias_") and column not in BIASES]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is the bias of no known atom; the atoms are {', '.join(ATOMS)}.")
    if table.empty:
        raise ValueError("The table has no rows, so there is no error to draw.")
    if table.duplicated(keys).any():
        twice = ", ".join(map(str, table.loc[table.duplicated(keys), keys].iloc[0]))
        raise ValueError(
            f"The table has more than one row for {twice}; it must have one per truth, estimator and {over}."
        )
    for column in [*positive, *FINITE]:
        _check_numbers(table[column], positive=column in positive)


def _check_numbers(values: pd.Series, *, positive: bool) -> None:
    numbers = pd.to_numeric(values, errors="coerce")
    good = np.isfinite(numbers) & (numbers > 0 if positive else True)
    if values.name == "standard_error":
        good |= values.isna()
    if not good.all():
        kind = "positive and finite" if positive else "finite"
        raise ValueError(f"Every {values.name} must be {kind}, but one is {values[~good].iloc[0]}.")


def _looks(estimators: Sequence[str]) -> dict[str, dict]:
    """Line and face of every estimator; solid marks are smaller and on top, so that the others show around them."""
    size, width = matplotlib.rcParams["lines.markersize"], matplotlib.rcParams["lines.linewidth"]
    line = {"lw": 0.55 * width, "mew": size / 9, "clip_on": False}
    hollow = {**line, "ms": 0.82 * size, "zorder": 3, "mfcalt": style.PAPER}
    solid = {**line, "ms": 0.6 * size, "mec": style.PAPER, "zorder": 4}
    faces = cycle([{"mfc": style.PAPER}, {"fillstyle": "bottom"}])
    return {
        name: {"ls": dashes, **({**hollow, **next(faces)} if name.startswith("k-means") else solid)}
        for name, dashes in zip(estimators, cycle(style.LINE_STYLES))
    }


def _lines(ax: Axes, rows: dict[str, pd.DataFrame], over: str, column: str, looks: dict[str, dict], mark: dict) -> None:
    """A line for every estimator."""
    for estimator, own in rows.items():
        ax.plot(own[over], own[column], label=estimator, **(looks[estimator] | mark))


def _errors(ax: Axes, rows: dict[str, pd.DataFrame], over: str, looks: dict[str, dict]) -> None:
    """Mean absolute errors, each on a vertical line of one standard error either way."""
    every = pd.concat(rows.values())
    mean, spread = every["mean_absolute_error"], every["standard_error"]
    ax.set_yscale("log")
    width = 0.55 * matplotlib.rcParams["lines.linewidth"]
    ax.vlines(every[over], mean - spread, mean + spread, color=style.MUTED, lw=width, zorder=2)
    _lines(ax, rows, over, "mean_absolute_error", looks, {"color": style.MUTED, "mec": style.MUTED, "marker": "s"})


def _scale(grid: np.ndarray, counts: list[float], over: str) -> None:
    """A log scale with a tick at every level, the first and the last of them named."""
    reach = (counts[-1] / counts[0]) ** 0.2 if len(counts) > 1 else 2
    short = EngFormatter(sep="") if counts[-1] >= 1000 else "{:g}".format
    ends = sorted({counts[0], counts[-1]})
    for ax in grid.flat:
        ax.set_xscale("log")
        ax.set_xlim(counts[0] / reach, counts[-1] * reach)
        ax.set_xticks(ends, [short(n) for n in ends])
        ax.minorticks_off()
        ax.plot(
            counts[1:-1], [0] * len(counts[1:-1]), transform=ax.get_xaxis_transform(), marker=TICKDOWN, **_plain("x")
        )
    for ax in grid[:-1].flat:
        ax.tick_params(axis="x", labelbottom=False)
    for ax in grid[-1]:
        ax.set_xlabel(over)


def _plain(axis: str) -> dict:
    """The look of ticks without numbers, drawn as one line: matplotlib takes a millisecond for a tick."""
    params: dict[Any, Any] = {**matplotlib.rcParams}
    length, width, colour = (params[f"{axis}tick.{name}"] for name in ("major.size", "major.width", "color"))
    return {"ms": length, "mew": width, "color": colour, "ls": "", "clip_on": False}


def _error_scale(panels: np.ndarray, errors: pd.Series, spread: pd.Series) -> None:
    """One log scale for all errors; a standard error that reaches down to 0 leaves it at the lower end."""
    lowest = (errors - spread).where(errors > spread, errors).min() / 1.5
    highest = (errors + spread).max() * 1.5
    for ax in panels:
        ax.set_ylim(lowest, highest)
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if highest < 50 * lowest else (1,), numticks=8))
        ax.yaxis.set_major_formatter("{x:g}")


def _bias_scale(panels: np.ndarray, biases: np.ndarray) -> None:
    """One scale for all biases, 0 among them; its numbers stand beside the first panel of every row."""
    low, high = min(biases.min(), 0), max(biases.max(), 0)
    room = 0.08 * (high - low or 1)
    low, high = low - room, high + room
    levels = [level for level in MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high) if low < level < high]
    for ax in panels.flat:
        ax.set_ylim(low, high)
    for ax in panels[:, 0]:
        ax.set_yticks(levels)
    for ax in panels[:, 1:].flat:
        ax.set_yticks([])
        ax.plot([0] * len(levels), levels, transform=ax.get_yaxis_transform(), marker=TICKLEFT, **_plain("y"))


def _headings(line: np.ndarray) -> None:
    """What the columns show, above the uppermost panels."""
    panel = line[-1].get_position().width * face.letters()
    text_at(line[0], "error, bits", (0, 1), (0, GROUP), weight="bold")
    text_at(line[1], "bias, bits", (0, 1), (0, GROUP), weight="bold")
    names = panel_grid.named(ATOMS, panel + BETWEEN - 0.3, "bold")
    for atom, name, ax in zip(ATOMS, names, line[1:]):
        text_at(ax, name, (0, 1), (0, HEADING), color=style.ATOM_COLOURS[atom], weight="bold")


def _small_print(table: pd.DataFrame) -> str:
    seeds = table.groupby("n")["seeds"].agg(["min", "max"])
    counts = ", ".join(
        f"{low if low == high else f'{low} to {high}'} at n\u00a0=\u00a0{n:,}"
        for n, low, high in seeds.itertuples(name=None)
    )
    return (
        "Error: mean over the four atoms of |estimate − exact| in bits, vertical lines ± 1 standard error. "
        f"Bias: mean estimate − exact. Seeds: {counts} samples."
    )


def _alt(table: pd.DataFrame, over: str) -> str:
    first, last = table[over].min(), table[over].max()
    parts = []
    for truth, rows in table.groupby("truth", sort=False):
        means = ", ".join(
            f"{name} {' to '.join(f'{own.iloc[i]:.3f}' for i in sorted({0, len(own) - 1}))}"
            for name, own in rows.groupby("estimator", sort=False)["mean_absolute_error"]
        )
        parts.append(f"{truth.replace('_', ' ')}: {means}")
    reach = f"{over} = {first:,}" if first == last else f"{over} from {first:,} to {last:,}"
    kind = f"Line charts of the errors and biases of PID estimators over {reach}"
    return f"{kind}; mean absolute error in bits, each from its first to its last {over}, {'; '.join(parts)}."
