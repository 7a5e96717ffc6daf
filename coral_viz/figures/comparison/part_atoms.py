"""Where an embedding keeps information: the decomposition of every label between two of its parts, in bits.

Information in both parts is leakage between them. Atoms are drawn as stacked bars, whose length is the information of
both parts together, or as dots with intervals and seeds. The first and the second part have colours that no atom has.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.offsetbox import AnnotationBbox, HPacker, TextArea
from matplotlib.patches import Patch
from matplotlib.ticker import MultipleLocator

from coral_viz import style
from coral_viz.figures.layout import face, marks
from coral_viz.figures.layout.canvas import MARGIN, canvas, describe, mean_of, picture, seeds_in_words, text_at
from coral_viz.results import parts, references, tables
from coral_viz.results.parts import parse, part_title
from coral_viz.results.tables import LABELS, VARIANT

BY = [*VARIANT, "part", "distribution", "label", "metric"]
MEANINGS = {
    "redundancy": "in both",
    "unique_1": "first only",
    "unique_2": "second only",
    "synergy": "together only",
}
EITHER = ("#00877a", "#b35900")  # the first and the second part; what is unique to a modality has other colours
SPACE = 0.4  # type sizes between words of several colours
BETWEEN = "{methods}: bits about each label that two parts hold: in both, in one alone, or only in the two together."
LIMIT = "the entropy of the label"
HEADER, TITLE, FOOTER = 1.8, 2.3, 2.2  # lines of text: above everything, above each block, ticks and axis


@picture(
    short=BETWEEN,
)
def stacked(table: pd.DataFrame) -> Figure:
    """Atoms between pairs of parts as stacked bars (means over seeds, bits); vertical ticks: the labels' truths.

    Raises:
        ValueError: the table holds no decomposition between two parts.
    """
    _, summary, held = _between(table)
    key = [
        Patch(facecolor=colour, hatch=style.ATOM_HATCHES[atom], edgecolor=style.PAPER, label=MEANINGS[atom])
        for atom, colour in _colours().items()
    ]
    words = (
        f"Bits that two parts hold about each label, a row per label; {mean_of(summary['n'].max())}; vertical tick: "
        f"{_tick(held)}. Information of one part alone has the colour of that part."
    )
    figure, panels = _grid(summary, 1.15, words, key)
    for ax, here, labels in panels:
        _bars(ax, here, labels)
        _truths(ax, held["truth"], here, labels)
    longest = summary.groupby(BY[:-1])["estimate"].sum().max()
    figure.axes[0].set_xlim(0, 1.03 * max(longest, held["truth"].max()))  # shared by every panel
    return describe(figure, _alt("Stacked bars", summary), methods=_methods(summary))


@picture(
    short=BETWEEN,
    long="Bits about each label that two parts of one embedding hold: in both, in one alone, or only in both together "
    "(partial information decomposition, BROJA). Markers: means over seeds; ticks: seeds; bars: intervals, cut at 0 "
    "and at {most}; vertical ticks: {tick}.",
)
def dots(table: pd.DataFrame) -> Figure:
    """Atoms between pairs of parts as dots on their intervals, with every seed (bits); grey ticks: the labels' truths.

    Raises:
        ValueError: the table holds no decomposition between two parts.
    """
    rows, summary, held = _between(table)
    size = 0.9 * matplotlib.rcParams["lines.markersize"]
    key = [
        Line2D([], [], ls="", ms=size, color=colour, marker=style.ATOM_MARKERS[atom], label=MEANINGS[atom])
        for atom, colour in _colours().items()
    ]
    words = (
        f"Bits that two parts hold about each label, a row per label; tick: {_tick(held)}{_ends(held)}. "
        f"Information of one part alone has the colour of that part. {seeds_in_words(summary)}"
    )
    figure, panels = _grid(summary, 2.1, words, key)
    for ax, here, labels in panels:
        _dots(ax, here, rows.merge(here[BY], on=BY), labels)
        _truths(ax, held["truth"], here, labels)
    known = references.in_words(held) == references.EXACT
    words_of = {"most": "the truth", "tick": "the exact truth"} if known else {"most": LIMIT, "tick": _tick(held)}
    return describe(figure, _alt("Dot plot", summary), methods=_methods(summary), **words_of)


def _tick(held: pd.DataFrame) -> str:
    """What the vertical ticks are."""
    return {
        references.EXACT: "exact truth",
        references.ESTIMATE: "estimate of what the data hold",
        references.ENTROPY: "entropy of the label",
    }[references.in_words(held)]


def _ends(held: pd.DataFrame) -> str:
    """Where intervals end, if that is not at 0 and the tick."""
    return (
        ", where intervals end" if references.in_words(held) != references.ESTIMATE else f"; intervals end at {LIMIT}"
    )


def _between(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Decompositions between two parts as tidy rows; their summary; what the data hold by (distribution, label).

    Intervals end at 0 and at the most that is possible.
    """
    rows = table[parts.are(table, "pair") & table["metric"].isin(LABELS)]
    rows = rows[rows["status"] == "done"]
    if rows.empty:
        raise ValueError("the table holds no decomposition between two parts of an embedding")
    summary = tables.summarise(rows, BY)
    held = references.by_label(table)
    limit = held.loc[summary.set_index(["distribution", "label"]).index, "most"].to_numpy()
    most = np.maximum(limit, summary["estimate"])
    return rows, summary.assign(low=summary["low"].clip(0), high=np.minimum(summary["high"], most)), held


def _grid(summary: pd.DataFrame, row: float, words: str, key: Sequence[Artist]):
    """The figure and its panels in use: (axes, their part of the summary, labels from top to bottom)."""
    blocks = [
        (variant, part)
        for variant in style.method_order(tables.variants(summary))
        for part in dict.fromkeys(tables.of_variant(summary, variant)["part"])
    ]
    distributions = tables.distributions(summary)
    labels = tables.labels(summary)
    figure = canvas(len(blocks) * (len(labels) * row + TITLE) + HEADER + FOOTER, words, key)
    grid = figure.subplots(len(blocks), len(distributions), squeeze=False, sharex=True, sharey=True)
    panels = []
    for (variant, part), line in zip(blocks, grid):
        own = tables.of_variant(summary, variant)
        for distribution, ax in zip(distributions, line):
            here = own[(own["part"] == part) & (own["distribution"] == distribution)]
            if len(here):
                panels.append((ax, here, labels))
        _name(line[0], style.method_style(*variant).label, part, _beside(labels))
    _frame(grid, distributions, labels)
    return figure, panels


def _beside(labels: list[str]) -> float:
    """Type sizes that the names of the rows take."""
    return face.widest(style.label_style(label).name for label in labels) + 1


def _frame(grid, distributions: list[str], labels: list[str]) -> None:
    for distribution, top, bottom in zip(distributions, grid[0], grid[-1]):
        text_at(top, distribution, (0, 1), (0, 2.1), weight="bold").set_in_layout(True)
        bottom.set_xlabel("bits")
    corner = grid[0, 0]
    corner.xaxis.set_major_locator(MultipleLocator(1))
    corner.set_ylim(len(labels) - 0.5, -0.5)
    corner.set_yticks(range(len(labels)), [style.label_style(label).name for label in labels])
    text_at(corner, "trained on", (0, 1), (-0.55, 2.1), ha="right", color=style.MUTED)
    for ax in grid.flat:
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)


def _name(ax: Axes, method: str, part: str, beside: float) -> None:
    """Name the method and its two parts, each part in the colour of the information that it alone holds, as in the key.

    The line begins at the panel, or further left if its words are too long.
    """
    first, second = parse(part).names
    colours = [style.INK, EITHER[0], style.MUTED, EITHER[1]]
    texts = [f"{method}:", part_title(first), "and", part_title(second)]
    points = matplotlib.rcParams["font.size"]
    words: list[Artist] = [
        TextArea(text, textprops={"color": colour, "weight": "bold"}) for text, colour in zip(texts, colours)
    ]
    place: dict[str, Any] = {
        "xycoords": "axes fraction",
        "boxcoords": "offset points",
        "box_alignment": (0, 0),
        "frameon": False,
        "pad": 0,
    }
    long = sum(face.width(text, weight="bold") for text in texts) + SPACE * (len(texts) - 1)
    left = min(0, face.letters() - 2 * MARGIN - beside - long)
    box = AnnotationBbox(
        HPacker(children=words, pad=0, sep=SPACE * points), (0, 1), (left * points, 0.3 * points), **place
    )
    ax.add_artist(box).set_in_layout(False)
    ax.set_title(" ")  # keeps the line free in the layout


def _colours() -> dict[str, str]:
    """The colour of each atom between two parts."""
    return style.ATOM_COLOURS | dict(zip(("unique_1", "unique_2"), EITHER))


def _bars(ax: Axes, summary: pd.DataFrame, labels: list[str]) -> None:
    atoms = summary.pivot(index="label", columns="metric", values="estimate").reindex(columns=LABELS)
    y, left, colours = [labels.index(label) for label in atoms.index], 0.0, _colours()
    for atom in atoms:
        look: dict[str, Any] = {"facecolor": colours[atom], "hatch": style.ATOM_HATCHES[atom], "edgecolor": style.PAPER}
        ax.barh(y, atoms[atom], left=left, height=0.66, lw=0, label=atom, **look)
        left = left + atoms[atom]


def _dots(ax: Axes, summary: pd.DataFrame, seeds: pd.DataFrame, labels: list[str]) -> None:
    """Four dots per label, one below the other in the order of the atoms."""
    for y in range(1, len(labels)):
        ax.axhline(y - 0.5, color=style.FAINT, lw=0.5, zorder=0)
    for i, (atom, colour) in enumerate(_colours().items()):
        here, ticks = (rows[rows["metric"] == atom] for rows in (summary, seeds))
        here, ticks = (rows.assign(y=rows["label"].map(labels.index) + 0.21 * (i - 1.5)) for rows in (here, ticks))
        marks.dots(ax, here, ticks, colour, marker=style.ATOM_MARKERS[atom])


def _truths(ax: Axes, truth: pd.Series, here: pd.DataFrame, labels: list[str]) -> None:
    """A vertical tick across each label's row at what the data hold; ``truth`` by (distribution, label)."""
    for key in here[["distribution", "label"]].drop_duplicates().itertuples(index=False, name=None):
        y, width = labels.index(key[1]), 0.75 * matplotlib.rcParams["lines.linewidth"]
        ax.vlines(truth[key], y - 0.46, y + 0.46, color=style.MUTED, lw=width, zorder=1)


def _methods(summary: pd.DataFrame) -> str:
    """The methods in the rows, whatever their hyperparameters."""
    return ", ".join(dict.fromkeys(style.method_style(*pair).label.split(" (")[0] for pair in tables.variants(summary)))


def _alt(kind: str, summary: pd.DataFrame) -> str:
    words = []
    for (method, knob, part, distribution, label), rows in summary.groupby(BY[:-1], sort=False):
        atoms = rows.set_index("metric")["estimate"].reindex(LABELS)
        values = ", ".join(f"{MEANINGS[atom]} {value:z.2f}" for atom, value in atoms.items())
        of = ", ".join(filter(None, [style.method_style(method, knob).label, distribution, label]))
        words.append(f"{of} in {part_title(part)}: {values}")
    return f"{kind} of the bits that two parts of an embedding hold about each label. {'; '.join(words)}."
