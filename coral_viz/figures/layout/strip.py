"""The strip: a row per method and a small panel per training distribution and label, like a table."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence

import matplotlib
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec, SubplotSpec
from matplotlib.patches import ConnectionPatch
from matplotlib.transforms import ScaledTranslation

from coral_viz import style
from coral_viz.figures.layout import face, marks
from coral_viz.figures.layout.canvas import MARGIN, SMALL, canvas, engine, text_at
from coral_viz.results import tables
from coral_viz.results.metrics import READOUTS
from coral_viz.results.tables import VARIANT

ROW, HEADER, FOOTER = 1.6, 4.0, 2.0  # lines of text: a method, what stands above the panels, their ticks
BETWEEN, GAP = 0.22, 0.5  # between panels and between training distributions, in panel widths
TICK = 0.93  # type sizes of the numbers below a panel
AIR, ASIDE = 0.4, 1.4  # type sizes: between words above neighbouring panels, between the margin's and the panels
APART = 1.0  # lines of text between bands
GROUP, RULE, LABEL, SUBTITLE = 3.2, 2.8, 1.55, 0.45  # heights above a panel, in type sizes

Panels = dict[tuple[str, str], Axes]
Variants = list[tuple[str, str]]
Columns = dict[str, list[str]]


def strip(
    summary: pd.DataFrame,
    columns: Columns,
    *,
    reference: str,
    axis: str,
    small_print: str,
    key: Sequence[Artist],
    head: Callable[[str], style.LabelStyle] = style.label_style,
    of: str = "label",
    above: Sequence[str] = (),
    ticks: Sequence[tuple[str, str]] = (),
    beside: Sequence[str] = (),
    narrowest: float = 0.0,
    footer: float = FOOTER,
) -> tuple[Figure, Panels, Variants]:
    """Empty, named panels with a row per method.

    If a line of panels is wider than the canvas, labels' names are replaced by symbols; if it is still too wide, it is
    broken.

    Args:
        summary: its columns method and knob give the rows.
        columns: by training distribution, the labels that have panels.
        reference: the meaning of the reference line of each panel, in words.
        axis: the name of the panels' axes.
        small_print: the text at the bottom: unit, n, kind of interval.
        key: labelled handles that explain the marks.
        head: name, symbol and colour of a label.
        of: what panels differ in, in words.
        above: text directly above each panel.
        ticks: the numbers below both ends of each panel.
        beside: further text in the margin.
        narrowest: the smallest width of a panel, in type sizes.
        footer: the height below the panels, in lines of text.

    Returns:
        The figure, its panels by (distribution, label), and the (method, knob) pairs from top to bottom.
    """
    variants = style.method_order(tables.variants(summary))
    names = [style.method_style(*variant).label for variant in variants]
    room = face.letters() - 2 * MARGIN - ASIDE - face.widest([*names, "trained on", of, reference, axis, *beside]) - 1
    overhang = max((sum(face.width(tick, TICK) for tick in pair) / 2 for pair in ticks), default=0.0)
    heads = [[head(label) for label in labels] for labels in columns.values()]
    spelled = {short: [[_words(look, short) for look in group] for group in heads] for short in (False, True)}
    needed = {short: max(_needed(words, above, overhang), narrowest) for short, words in spelled.items()}
    least, short = _least(columns, needed, overhang, room)
    bands = _bands(columns, room / least, overhang / least)
    inner = len(variants) * ROW
    words = f"{small_print} {_spelled(columns, head)}".strip() if short else small_print
    figure = canvas(len(bands) * (inner + HEADER + footer + APART) - APART, words, key)
    engine(figure).set(wspace=0, w_pad=0)
    grid = GridSpec(2 * len(bands) - 1, 1, figure=figure, height_ratios=([inner, APART] * len(bands))[:-1])
    widest = max(sum(_ratios(band)) for band in bands)
    panels: Panels = {}
    panel = (room - overhang * max(sum(map(len, band.values())) for band in bands)) / widest
    for line, band in enumerate(bands):
        row = _band(figure, grid[2 * line, 0], band, widest, short, head, panel)
        trained = "trained on" if any(columns) else ""
        _name_lines(next(iter(row.values())), variants, trained, of, reference, axis)
        panels |= row
    for ax in panels.values():
        ax.set_ylim(len(variants) - 0.45, -0.55)
        ax.hlines(range(len(variants)), 0, 1, transform=ax.get_yaxis_transform(), color=style.FAINT, lw=0.5, zorder=0)
    return figure, panels, variants


def label_columns(summary: pd.DataFrame) -> Columns:
    """The labels in the rows, by training distribution."""
    return {name: tables.labels(summary[summary["distribution"] == name]) for name in tables.distributions(summary)}


def readout_key(summary: pd.DataFrame) -> list[Artist]:
    """Handles that explain the dots of ``readouts``."""
    names = {f"{readout} readout": READOUTS[readout].filled for readout in sorted(set(summary["readout"]))}
    return [*marks.key(names, intervals=summary["n"].max() > 1)]


def panel_rows(rows: pd.DataFrame, distribution: str, label: str) -> pd.DataFrame:
    """The rows of one panel."""
    return rows[(rows["distribution"] == distribution) & (rows["label"] == label)]


def readouts(ax: Axes, summary: pd.DataFrame, seeds: pd.DataFrame, variants: Variants, colour: str) -> None:
    """Dots of one panel, with the look of their readout."""
    for readout in sorted(set(summary["readout"])):
        drop = READOUTS[readout].lower if summary["readout"].nunique() > 1 else 0.0
        here, ticks = (on_lines(rows[rows["readout"] == readout], variants, drop) for rows in (summary, seeds))
        marks.dots(ax, here, ticks, colour, filled=READOUTS[readout].filled)


def on_lines(rows: pd.DataFrame, variants: Variants, drop: float = 0.0) -> pd.DataFrame:
    """The rows with a column y: the height of their method's line, moved down by ``drop`` lines."""
    return rows.assign(y=[variants.index(pair) + drop for pair in rows[VARIANT].itertuples(index=False, name=None)])


def _least(columns: Columns, needed: Mapping[bool, float], overhang: float, room: float) -> tuple[float, bool]:
    """The least width of a panel, in type sizes, and whether symbols stand above it.

    Best all side by side, else each distribution; best under names.
    """
    for bands in ([columns], [{name: labels} for name, labels in columns.items()]):
        for short, least in needed.items():
            if max(_across(band, overhang / least) for band in bands) * least <= room:
                return least, short
    return needed[False], False


def _needed(heads: Sequence[Sequence[str]], above: Sequence[str], overhang: float) -> float:
    """How wide panels are at least, in type sizes, so that no word above one meets another, nor the margin's."""
    widths = [[face.width(words, SMALL) for words in group] for group in heads]
    apart = [((a + b) / 2, BETWEEN) for group in widths for a, b in itertools.pairwise(group)]
    apart += [((a[-1] + b[0]) / 2, GAP) for a, b in itertools.pairwise(widths)] + [(face.widest(above), BETWEEN)]
    ends = [end for group in widths for end in (group[0] - 2 * (ASIDE - AIR), group[-1] - 2 * MARGIN)]
    return max(overhang + AIR, *ends, *((words + AIR - overhang) / (1 + gap) for words, gap in apart))


def _spelled(columns: Columns, head: Callable) -> str:
    """What the symbols stand for, as a sentence; nothing where they are the names."""
    heads = dict.fromkeys(head(label) for labels in columns.values() for label in labels)
    words = [f"{look.symbol}: {look.name.lower()}" for look in heads if look.symbol != look.name]
    return f"{', '.join(words)}." if words else ""


def _bands(columns: Columns, room: float, overhang: float = 0.0) -> list[Columns]:
    """What stands side by side: as many training distributions as ``room`` (in panel widths) holds, at least a part."""
    most = max(1, int((room + BETWEEN) / (1 + BETWEEN + overhang)))
    bands: list[Columns] = []
    for name, labels in columns.items():
        size = math.ceil(len(labels) / math.ceil(len(labels) / most))
        for start in range(0, len(labels), size):
            piece = {name: labels[start : start + size]}
            if bands and name not in bands[-1] and _across(bands[-1] | piece, overhang) <= room:
                bands[-1] |= piece
            else:
                bands.append(piece)
    return bands


def _across(band: Columns, overhang: float) -> float:
    """Panel widths that a band takes, where so much of the numbers below each panel stands beside it."""
    return sum(_ratios(band)) + overhang * sum(map(len, band.values()))


def _ratios(band: Columns) -> list[float]:
    """Widths of a band's columns: panels and what lies between them, by turns."""
    groups = [[1.0, BETWEEN] * len(labels) for labels in band.values()]
    return [width for group in groups for width in [*group[:-1], GAP]][:-1]


def _band(
    figure: Figure, place: SubplotSpec, band: Columns, widest: float, short: bool, head: Callable, panel: float
) -> Panels:
    """One row of panels, each under its label, each group of them under its training distribution.

    The name of the last begins further left if it is wider than its group, whose panels are ``panel`` type sizes wide.
    """
    ratios = _ratios(band)
    spare = [widest - sum(ratios)] if widest - sum(ratios) > 1e-9 else []
    grid = place.subgridspec(1, len(ratios) + len(spare), width_ratios=ratios + spare)
    cells = iter([grid[0, column] for column in range(0, len(ratios), 2)])
    panels: Panels = {}
    for distribution, labels in band.items():
        group = [_panel(figure, next(cells), head(label), short) for label in labels]
        wide = face.width(distribution, weight="bold") > panel * sum(_ratios({distribution: labels}))
        ax, corner, side = (group[-1], (1, 1), "right") if wide and panels else (group[0], (0, 1), "left")
        text_at(ax, distribution, corner, (0, GROUP), ha=side, weight="bold")
        _rule(figure, group[0], group[-1])
        panels |= {(distribution, label): ax for label, ax in zip(labels, group)}
    return panels


def _panel(figure: Figure, cell: SubplotSpec, label: style.LabelStyle, short: bool) -> Axes:
    ax, size = figure.add_subplot(cell), SMALL * matplotlib.rcParams["font.size"]
    text_at(ax, _words(label, short), (0.5, 1), (0, LABEL), color=label.colour, ha="center", size=size)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    return ax


def _words(label: style.LabelStyle, short: bool) -> str:
    return label.symbol if short else label.name


def _rule(figure: Figure, first: Axes, last: Axes) -> None:
    """A thin line above a group of panels, from the left edge of the first to the right edge of the last."""
    points = matplotlib.rcParams["font.size"]
    lift = ScaledTranslation(0, RULE * points / 72, figure.dpi_scale_trans)
    ends = (0, 1), (1, 1), first.transAxes + lift, last.transAxes + lift
    figure.add_artist(ConnectionPatch(*ends, color=style.MUTED, lw=0.06 * points)).set_in_layout(False)


def _name_lines(ax: Axes, variants: Variants, trained: str, of: str, reference: str, axis: str) -> None:
    """The methods beside their lines, and in the same margin what the headers above and the axis below stand for."""
    ax.set_yticks(range(len(variants)), [style.method_style(*variant).label for variant in variants])
    ax.tick_params(axis="y", length=0, pad=ASIDE * matplotlib.rcParams["font.size"])
    for words, height in ((trained, GROUP), (of, LABEL), (reference, SUBTITLE)):
        text_at(ax, words, (0, 1), (-ASIDE, height), ha="right", color=style.MUTED).set_in_layout(True)
    text_at(ax, axis, (0, 0), (-ASIDE, -1.3), ha="right", color=style.MUTED).set_in_layout(True)
