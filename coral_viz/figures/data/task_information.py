"""Information of a task about every label: the exact truth, and the bits that noise leaves in the data."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from coral_viz import style
from coral_viz.figures.layout import face
from coral_viz.figures.layout.canvas import MARGIN, describe, picture, rectangles
from coral_viz.figures.layout.sheet import Sheet
from coral_viz.pid import NAMES, Atoms

SQUARE = 2.0  # type sizes: a square of the key and the gap to its name
ROW, BAR, AXIS, KEY = 2.3, 0.85, 3.0, 2.1  # type sizes: a label with its two bars, one bar, the axis, the key below it


@picture
def bits_left(truth: Mapping[str, Atoms], left: Mapping[str, Atoms], *, n: int) -> Figure:
    """Two bars per label in bits: the exact atoms of the latents (pale), and the atoms of the observations.

    Args:
        truth: exact atoms by label.
        left: atoms of the exact posteriors given the observations, by the same labels.
        n: the number of samples behind ``left``.

    Raises:
        ValueError: no label, or different labels.
    """
    if not truth or list(truth) != list(left):
        raise ValueError(f"truth and left must have the same labels, not {list(truth)} and {list(left)}.")
    words = (
        "Pale, upper bar: exact information of the latents. Full, lower bar: what an ideal classifier gets from the "
        f"noisy data, a mean over n = {n} samples, so it may exceed the truth slightly."
    )
    names = [style.label_style(label).name for label in truth]
    bottom = 0.4 + ROW * len(names)
    sheet, left_end = Sheet(bottom + AXIS + KEY, words), face.widest(names) + 1.1
    rows = bottom - ROW * (np.arange(len(names))[::-1] + 0.5)
    for name, y in zip(names, rows):
        sheet.write(left_end - 0.5, y, name, ha="right")
    most = max(1e-3, *(float(atoms.information) for atoms in truth.values()))  # the axis stays while noise moves
    bit = (face.letters() - left_end - 1.5) / most
    _axis(sheet, left_end, bottom, bit, most)
    pale, full = (_bars(atoms, left_end, y, bit) for atoms, y in ((truth, rows - BAR), (left, rows)))
    for atom, upper, lower, swatch in zip(NAMES, pale, full, _key(sheet, bottom + AXIS + 0.4)):
        looks = {"fc": style.ATOM_COLOURS[atom], "hatch": style.ATOM_HATCHES[atom], "ec": style.PAPER, "lw": 0}
        sheet.add(PathPatch(upper, alpha=0.35, **looks))
        sheet.add(PathPatch(Path.make_compound_path(lower, swatch), **looks))
    return describe(sheet.figure, _alt(truth, left))


def _bars(atoms: Mapping[str, Atoms], left: float, tops: np.ndarray, bit: float) -> list[Path]:
    """By atom, its share of the bar of every label, end to end from the left."""
    values = np.array([found.as_array() for found in atoms.values()]).clip(0)
    starts = np.cumsum(values, 1) - values
    there = [np.flatnonzero(column) for column in values.T]
    return [
        rectangles(left + bit * starts[rows, i], tops[rows], bit * values[rows, i], BAR) for i, rows in enumerate(there)
    ]


def _axis(sheet: Sheet, left: float, y: float, bit: float, most: float) -> None:
    """Bits from 0 to a little more than ``most``."""
    ticks = [tick for tick in MaxNLocator(int(face.letters() // 7)).tick_values(0, most) if tick <= 1.02 * most]
    lines = [
        [(left, y), (left + 1.02 * bit * most, y)],
        *([(left + bit * tick, y + d) for d in (0, 0.35)] for tick in ticks),
    ]
    sheet.add(LineCollection(lines, colors=style.MUTED, lw=matplotlib.rcParams["axes.linewidth"]))
    for tick in ticks:
        sheet.write(left + bit * tick, y + 1.0, f"{tick:g}")
    sheet.write(left + bit * most / 2, y + 2.3, "bits")


def _key(sheet: Sheet, top: float) -> list[Path]:
    """Name the atoms in a line; the squares beside their names are still to be drawn."""
    squares, x, names = [], MARGIN, list(style.ATOM_NAMES.values())
    apart = (face.letters() - 2 * MARGIN - sum(SQUARE + face.width(name) for name in names)) / (len(names) - 1)
    for name in names:
        squares.append(rectangles(x, top, 1.6, 0.9))
        sheet.write(x + SQUARE, top + 0.45, name, ha="left")
        x += SQUARE + face.width(name) + min(1.4, apart)
    return squares


def _alt(truth: Mapping[str, Atoms], left: Mapping[str, Atoms]) -> str:
    words = [
        f"{label} {float(left[label].information):.2f} of {float(truth[label].information):.2f} bits" for label in truth
    ]
    return f"Bars of the information about every label that is left in the data, beside the truth: {', '.join(words)}."
