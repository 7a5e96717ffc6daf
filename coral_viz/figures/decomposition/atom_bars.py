"""Decompositions: their atoms as bars, as dots with intervals, and by several measures.

Every function takes arrays or ``Atoms``, draws in bits and returns a matplotlib ``Figure`` with alternative text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from coral_viz import style
from coral_viz.figures.layout import face, panel_grid
from coral_viz.figures.layout.canvas import canvas, describe, in_bits, picture
from coral_viz.pid import NAMES, Atoms

MEASURES = {"i_min": "I_min", "mmi": "MMI", "broja": "BROJA", "i_sx": "I_sx", "i_pm": "I_±"}
"""How the names of measures are written."""


@picture
def bars(decompositions: Mapping[str, Atoms]) -> Figure:
    """Atoms as stacked bars, one bar per decomposition; its length is I(X1,X2;Y).

    Args:
        decompositions: scalar ``Atoms`` by the name to show.

    Raises:
        ValueError: nothing to draw, or an atom more negative than its gap, which no stack can show.
    """
    values = _values(decompositions)
    gaps = np.array([np.nan_to_num(atoms.gap) for atoms in decompositions.values()])
    if (values < -gaps[:, None] - 1e-9).any():
        raise ValueError(f"Stacked bars cannot show the negative atom {values.min():.3g}; use side_by_side.")
    key = [
        Patch(fc=style.ATOM_COLOURS[a], hatch=style.ATOM_HATCHES[a], ec=style.PAPER, lw=0, label=style.ATOM_NAMES[a])
        for a in NAMES
    ]
    figure = canvas(1.5 * len(values) + 2.6, "Length of a bar: I(X1, X2; Y), the information of both sources.", key)
    ax = _rows_axes(figure.subplots(), list(decompositions))
    left = np.zeros(len(values))
    for atom, column in zip(NAMES, values.clip(0).T):
        look: dict[str, Any] = {
            "fc": style.ATOM_COLOURS[atom],
            "hatch": style.ATOM_HATCHES[atom],
            "ec": style.PAPER,
            "lw": 0,
        }
        ax.barh(range(len(values)), column, left=left, height=0.62, **look)
        left += column
    ax.set(xlabel="bits", xlim=(0, 1.02 * max(left.max(), 1e-3)))
    return describe(figure, _alt("Stacked bars of the atoms", decompositions))


@picture
def dots(decompositions: Mapping[str, Atoms], *, small_print: str = "") -> Figure:
    """Atoms as dots on their intervals, a panel per atom, a row per decomposition; filled where p < .05 or no test.

    Args:
        decompositions: scalar ``Atoms`` by the name to show, with ``low`` and ``high`` where they have intervals.
        small_print: what the intervals are and the number of samples.

    Raises:
        ValueError: nothing to draw.
    """
    values = _values(decompositions)
    tested = any(atoms.p is not None for atoms in decompositions.values())
    words = "Hollow dots: not distinguishable from 0 (p > .05)." if tested else ""
    figure, panels = _panels(decompositions, f"{small_print} {words}".strip())
    size = 0.85 * matplotlib.rcParams["lines.markersize"]
    for i, (atom, ax) in enumerate(zip(NAMES, panels)):
        look = {"color": style.ATOM_COLOURS[atom], "marker": style.ATOM_MARKERS[atom], "ms": size, "clip_on": False}
        for y, atoms in enumerate(decompositions.values()):
            if atoms.low is not None and atoms.high is not None:
                ax.hlines(y, atoms.low[i], atoms.high[i], color=look["color"], lw=size / 4, alpha=0.55)
            hollow = atoms.p is not None and atoms.p[i] > 0.05
            ax.plot(values[y, i], y, mfc=style.PAPER if hollow else look["color"], zorder=3, **look)
    _share_bits(panels, [*values.ravel(), *_interval_ends(decompositions)])
    return describe(figure, _alt("Dots with intervals of the atoms", decompositions))


@picture
def side_by_side(decompositions: Mapping[str, Atoms]) -> Figure:
    """Decompositions of one distribution by several measures: a panel per atom, a bar and its bits per measure.

    Args:
        decompositions: scalar ``Atoms`` by the measure, its name in ``pid`` or any other; negative atoms are drawn as
            such.

    Raises:
        ValueError: nothing to draw.
    """
    values = _values(decompositions)
    decompositions = {MEASURES.get(name, name): atoms for name, atoms in decompositions.items()}
    words = "Every row sums to the same I(X1, X2; Y); the measures split it differently. Bars to the left: negative."
    figure, panels = _panels(decompositions, words)
    for atom, ax, column in zip(NAMES, panels, values.T):
        look = {"fc": style.ATOM_COLOURS[atom], "hatch": style.ATOM_HATCHES[atom], "ec": style.PAPER, "lw": 0}
        ax.barh(range(len(column)), column, height=0.55, **look)
        ax.axvline(0, color=style.MUTED, lw=matplotlib.rcParams["axes.linewidth"])
    low, high = min(values.min(), 0), max(values.max(), 0)
    room = 0.42 * (high - low or 1)
    for ax, column in zip(panels, values.T):
        ax.set_xlim(low - room * (low < -1e-9), high + room)
        for y, value in enumerate(column):
            side = -1 if value < -5e-4 else 1
            _number(ax, value, y, side)
        ax.set_xticks([0])
    return describe(figure, _alt("Bars of the atoms by several measures", decompositions))


def _panels(decompositions: Mapping[str, Atoms], words: str):
    """One panel per atom, side by side, with the decompositions as rows."""
    figure = canvas(1.6 * len(decompositions) + 3.2, words)
    panels = figure.subplots(1, len(NAMES), sharey=True, sharex=True)
    pitch = (face.letters() - face.widest(decompositions) - 2) / len(NAMES)
    titles = panel_grid.named(NAMES, pitch - 1, "bold")
    for atom, words, ax in zip(NAMES, titles, panels):
        _rows_axes(ax, list(decompositions))
        ax.set_title(words, color=style.ATOM_COLOURS[atom])
        ax.set_xlabel("bits")
    return figure, panels


def _rows_axes(ax: Axes, names: list[str]) -> Axes:
    """Rows named from top to bottom, no frame on the left."""
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    return ax


def _share_bits(panels, ends) -> None:
    """One axis from 0 (or the lowest value) to the highest for all panels."""
    low, high = min(0.0, *ends), max(*ends, 1e-3)
    for ax in panels:
        ax.axvline(0, color=style.FAINT, lw=matplotlib.rcParams["axes.linewidth"], zorder=0)
        ax.set_xlim(low - 0.03 * (high - low), high + 0.05 * (high - low))


def _interval_ends(decompositions: Mapping[str, Atoms]) -> list[float]:
    given = [end for atoms in decompositions.values() for end in (atoms.low, atoms.high) if end is not None]
    return [float(end) for ends in given for end in ends]


def _number(ax: Axes, value: float, y: int, side: int) -> None:
    """The value beside the end of its bar."""
    points = matplotlib.rcParams["font.size"]
    place = {"ha": "left" if side > 0 else "right", "va": "center", "size": 0.87 * points, "color": style.INK}
    x = value if abs(value) > 5e-4 else 0.0
    ax.annotate(in_bits(x, 2), (x, y), (0.25 * side * points, 0), textcoords="offset points", **place)


def _values(decompositions: Mapping[str, Atoms]) -> np.ndarray:
    """Atoms as an array (decompositions, 4)."""
    if not decompositions:
        raise ValueError("There is no decomposition to draw.")
    arrays = {name: atoms.as_array() for name, atoms in decompositions.items()}
    for name, array in arrays.items():
        if array.shape != (4,):
            raise ValueError(f"Draw one decomposition at a time, but {name!r} is a batch of shape {array.shape[1:]}.")
    return np.stack(list(arrays.values()))


def _alt(kind: str, decompositions: Mapping[str, Atoms]) -> str:
    words = []
    for name, atoms in decompositions.items():
        values = ", ".join(f"{style.ATOM_SYMBOLS[a]} {v:.3f}" for a, v in atoms.as_dict().items())
        words.append(f"{name}: {values}")
    return f"{kind} in bits. {'; '.join(words)}."
