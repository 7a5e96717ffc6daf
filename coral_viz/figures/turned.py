"""What turning one knob does: the share of redundant, unique and synergistic information kept at each of its values."""

from __future__ import annotations

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from coral_viz import style, tables
from coral_viz.figures.canvas import canvas, describe, picture, seeds_in_words

ROW = 13.0  # lines of text: a panel


@picture
def turned(table: pd.DataFrame, method: str, knob: str, usual: object) -> Figure:
    """Bits kept (best readout) over the truth, for every label and value of one knob; a panel per distribution.

    Args:
        table: a valid tidy table.
        method: whose runs are drawn; runs with another knob turned are left out.
        knob: its name; a run's value is read from the table's column ``knob``.
        usual: the value of runs whose column ``knob`` is empty.

    Raises:
        ValueError: the table holds fewer than two values of the knob.
    """
    rows, values = _turned(table, method, knob, usual)
    if len(values) < 2:
        raise ValueError(f"the table holds {len(values)} value(s) of {knob!r} for {method!r}, too few to compare.")
    summary = tables.bits_kept(rows.drop(columns="turned"))
    summary = summary[summary["readout"] == "best"]
    summary = summary.assign(x=summary["knob"].map(dict(zip(rows["knob"], rows["turned"]))).map(values.index))
    words = f"Bits kept over the exact truth (best readout); {seeds_in_words(summary)}"
    figure = canvas(ROW, words, _key(tables.labels(summary)))
    distributions = tables.distributions(summary)
    for ax, distribution in zip(figure.subplots(1, len(distributions), squeeze=False, sharey=True)[0], distributions):
        _lines(ax, summary[summary["distribution"] == distribution])
        ax.set_xticks(range(len(values)), values)
        ax.set(xlabel=knob.replace("_", " "), ylim=(0, 1.03), xlim=(-0.4, len(values) - 0.6))
        ax.set_title(distribution)
    figure.axes[0].set_ylabel("share of the truth")
    return describe(figure, _alt(summary, method, knob, values))


def _turned(table: pd.DataFrame, method: str, knob: str, usual: object) -> tuple[pd.DataFrame, list[str]]:
    """The method's runs with no other knob turned, their values in a column ``turned``; and the values in order."""
    rows = table[(table["method"] == method) & (table["status"] == "done")]
    rows = rows[(rows["knob"] == "") | rows["knob"].str.fullmatch(rf"{knob}=[^,]*")]
    rows = rows.assign(turned=rows["knob"].str.removeprefix(f"{knob}=").replace("", str(usual)))
    return rows, sorted(rows["turned"].unique(), key=_place)


def _lines(ax: Axes, summary: pd.DataFrame) -> None:
    """A line per label over the values (column x), side by side where they would hide each other, with intervals."""
    labels = tables.labels(summary)
    for place, label in enumerate(labels):
        own = summary[summary["label"] == label].sort_values("x")
        x, truth = own["x"] + 0.1 * (place - (len(labels) - 1) / 2), own["truth"]
        ax.vlines(x, own["low"] / truth, own["high"] / truth, color=style.label_style(label).colour, alpha=0.5)
        ax.plot(x, own["share"], **_look(label), clip_on=False)


def _place(value: str) -> tuple:
    """Numbers in their order, then words."""
    try:
        return 0, float(value), ""
    except ValueError:
        return 1, 0.0, value


def _look(label: str) -> dict:
    marker = style.ATOM_MARKERS.get(label, "o")
    line = 0.6 * matplotlib.rcParams["lines.linewidth"]
    return {"color": style.label_style(label).colour, "marker": marker, "lw": line}


def _key(labels: list[str]) -> list[Line2D]:
    return [Line2D([], [], label=style.label_style(label).name, **_look(label)) for label in labels]


def _alt(summary: pd.DataFrame, method: str, knob: str, values: list[str]) -> str:
    words = []
    for (distribution, label), rows in summary.groupby(["distribution", "label"], sort=False):
        told = ", ".join(f"{row.share:z.0%} at {values[row.x]}" for row in rows.sort_values("x").itertuples())
        words.append(f"{label} after {distribution} training: {told}")
    return f"Share of the truth that {method} keeps at each value of {knob}. {'; '.join(words)}."
