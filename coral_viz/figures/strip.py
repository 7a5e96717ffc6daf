"""The strip: one line per method, one small panel per training distribution and label, read across like a table."""

from __future__ import annotations

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec, SubplotSpec
from matplotlib.patches import ConnectionPatch
from matplotlib.transforms import ScaledTranslation

from coral_viz import style, tables
from coral_viz.figures import marks
from coral_viz.figures.canvas import canvas, seeds_in_words, text_at
from coral_viz.tables import VARIANT

ROW, HEADER, FOOTER = 1.6, 4.0, 2.0  # lines of text: a method, what stands above the panels, their ticks
BETWEEN, GAP = 0.22, 0.5  # between panels and between training distributions, in panel widths
NARROW = 58  # type sizes; on a narrower canvas every training distribution gets a strip of its own
GROUP, RULE, LABEL, SUBTITLE = 3.2, 2.8, 1.55, 0.45  # heights above a panel, in type sizes

Panels = dict[tuple[str, str], Axes]
Variants = list[tuple[str, str]]


def strip(summary: pd.DataFrame, *, reference: str, axis: str, small_print: str) -> tuple[Figure, Panels, Variants]:
    """Empty, named panels for a summary of readouts.

    Args:
        summary: its columns distribution, label, method, knob and readout decide the panels, their lines and the key.
        reference: what the line above each panel's dots shows, in words.
        axis: what the panels' axes show.
        small_print: goes to the bottom, before n and the interval.

    Returns:
        The figure, its panels by (distribution, label), and the (method, knob) pairs from top to bottom.
    """
    variants = style.method_order(tables.variants(summary))
    bands = _bands(summary)
    names = {f"{readout} readout": readout == "best" for readout in sorted(set(summary["readout"]))}
    height = len(bands) * (len(variants) * ROW + HEADER + FOOTER)
    key = marks.key(names, intervals=summary["n"].max() > 1)
    figure = canvas(height, f"{small_print} {seeds_in_words(summary)}", key)
    figure.get_layout_engine().set(wspace=0, w_pad=0)
    ratios = max((_ratios(band) for band in bands), key=len)
    panels = {}
    for cell, band in zip(GridSpec(len(bands), 1, figure=figure), bands):
        row = _band(figure, cell.subgridspec(1, len(ratios), width_ratios=ratios), band)
        _name_lines(next(iter(row.values())), variants, reference, axis)
        panels |= row
    for ax in panels.values():
        ax.set_ylim(len(variants) - 0.45, -0.55)
        ax.hlines(range(len(variants)), 0, 1, transform=ax.get_yaxis_transform(), color=style.FAINT, lw=0.5, zorder=0)
    return figure, panels, variants


def panel_rows(rows: pd.DataFrame, distribution: str, label: str) -> pd.DataFrame:
    """The rows that belong in one panel."""
    return rows[(rows["distribution"] == distribution) & (rows["label"] == label)]


def readouts(ax: Axes, summary: pd.DataFrame, seeds: pd.DataFrame, variants: Variants, colour: str) -> None:
    """Dots of one panel: best readouts filled, linear ones hollow and a little lower."""
    for readout in sorted(set(summary["readout"])):
        drop = {"best": -0.14, "linear": 0.21}[readout] if summary["readout"].nunique() > 1 else 0.0
        here, ticks = (_on_lines(rows[rows["readout"] == readout], variants, drop) for rows in (summary, seeds))
        marks.dots(ax, here, ticks, colour, filled=readout == "best")


def _on_lines(rows: pd.DataFrame, variants: Variants, drop: float) -> pd.DataFrame:
    return rows.assign(y=[variants.index(pair) + drop for pair in rows[VARIANT].itertuples(index=False, name=None)])


def _bands(summary: pd.DataFrame) -> list[dict[str, list[str]]]:
    """Which training distributions stand side by side, each with its labels: all of them if the canvas has the room."""
    groups = {name: tables.labels(summary[summary["distribution"] == name]) for name in tables.distributions(summary)}
    width = 72 * matplotlib.rcParams["figure.figsize"][0] / matplotlib.rcParams["font.size"]
    return [groups] if width >= NARROW else [{name: labels} for name, labels in groups.items()]


def _ratios(band: dict[str, list[str]]) -> list[float]:
    """Widths of a band's columns: panels and what lies between them, by turns."""
    groups = [[1.0, BETWEEN] * len(labels) for labels in band.values()]
    return [width for group in groups for width in [*group[:-1], GAP]][:-1]


def _band(figure: Figure, grid: GridSpec, band: dict[str, list[str]]) -> Panels:
    """One row of panels, each under its label, each group of them under its training distribution."""
    cells = iter([grid[0, column] for column in range(0, grid.ncols, 2)])
    panels = {}
    for distribution, labels in band.items():
        group = [_panel(figure, next(cells), label) for label in labels]
        text_at(group[0], distribution, (0, 1), (0, GROUP), weight="bold").set_in_layout(True)
        _rule(figure, group[0], group[-1])
        panels |= {(distribution, label): ax for label, ax in zip(labels, group)}
    return panels


def _panel(figure: Figure, cell: SubplotSpec, label: str) -> Axes:
    ax = figure.add_subplot(cell)
    colour, size = style.ATOM_COLOURS.get(label, style.INK), 0.92 * matplotlib.rcParams["font.size"]
    text_at(ax, style.ATOM_NAMES.get(label, label), (0, 1), (0, LABEL), color=colour, weight="bold", size=size)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    return ax


def _rule(figure: Figure, first: Axes, last: Axes) -> None:
    """A thin line above a group of panels, from the left edge of the first to the right edge of the last."""
    points = matplotlib.rcParams["font.size"]
    lift = ScaledTranslation(0, RULE * points / 72, figure.dpi_scale_trans)
    ends = (0, 1), (1, 1), first.transAxes + lift, last.transAxes + lift
    figure.add_artist(ConnectionPatch(*ends, color=style.MUTED, lw=0.06 * points)).set_in_layout(False)


def _name_lines(ax: Axes, variants: Variants, reference: str, axis: str) -> None:
    """The methods beside their lines, and in the same margin what the headers above and the axis below stand for."""
    ax.set_yticks(range(len(variants)), [style.method_style(*variant).label for variant in variants])
    ax.tick_params(axis="y", length=0)
    for words, height in (("trained on", GROUP), ("label", LABEL), (reference, SUBTITLE)):
        text_at(ax, words, (0, 1), (-0.55, height), ha="right", color=style.MUTED)
    text_at(ax, axis, (0, 0), (-1.0, -1.3), ha="right", color=style.MUTED)
