"""A gate: its distribution, an information diagram of its atoms, and the atoms by several measures."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib
import numpy as np
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch, Rectangle
from matplotlib.path import Path

from coral_viz import style
from coral_viz.figures.layout import face
from coral_viz.figures.layout.canvas import SMALL, describe, in_bits, picture, rectangles
from coral_viz.figures.layout.sheet import Sheet
from coral_viz.pid.atoms import NAMES, Atoms
from coral_viz.pid.information import entropy, table

SHADES = LinearSegmentedColormap.from_list("target", ["#f1f2f4", "#9aa7b8"])
ONE_BIT = 1.9
"""Radius in type sizes of the disc of one bit; areas are in proportion to bits."""
DISCS = {"redundancy": (9.5, 10.4), "unique_1": (4.4, 10.4), "unique_2": (14.6, 10.4), "synergy": (9.5, 3.9)}
"""Centres of the discs, from the top left corner of the diagram, whose frame is ``FRAME`` large."""
FRAME, CIRCLE, APART = (19.0, 18.6), 5.2, 2.8
WRITTEN = 16
"""Up to so many pairs of source values, the target is written into each."""
NEGATIVE = -0.35  # of the bits of the target: room for atoms below 0, as far as gates have them
ROW, LEAST = 1.9, 1.0  # type sizes: a measure's line, the longest of its bars at least
BESIDE = 15 + FRAME[0] + 6
"""Where the bars begin on wide looks: right of the distribution, the diagram and the names of measures."""


@picture
def gate(p, decompositions: Mapping[str, Atoms], shown: str) -> Figure:
    """A distribution of two sources and a target beside its atoms.

    Args:
        p: probabilities or counts, shape (n1, n2, ny).
        decompositions: scalar ``Atoms`` of p by the name of the measure.
        shown: whose atoms the information diagram shows, as discs with areas in proportion to bits.

    Raises:
        ValueError: a bad table, or a measure that is not among the decompositions.
    """
    p = table(p)
    if shown not in decompositions:
        raise ValueError(f"The diagram can show {', '.join(decompositions) or 'no measure'}, not {shown!r}.")
    width = face.letters()
    wide = width - BESIDE - 0.5 >= len(NAMES) * (_number() + LEAST)
    below = 0 if wide else FRAME[1] + 4
    high = max(FRAME[1] + 2.6, below + 3.6 + ROW * len(decompositions))
    words = "Squares: area is the probability of a pair of source values. Discs: area is bits, dashed where negative."
    sheet = Sheet(high, words)
    _distribution(sheet, 3.4, 3.4, 9 if wide else min(8.5, width - FRAME[0] - 5), p)
    discs = _diagram(sheet, 15 if wide else width - FRAME[0] - 0.6, 2.2, p, decompositions[shown])
    left = BESIDE if wide else 6
    place = left, below + 3.6, width - left - 0.5
    bars = _measures(sheet, *place, decompositions, shown, most=np.log2(p.shape[-1]))
    for atom in NAMES:  # all that is an atom's is one path, whose hatch is drawn once
        path = Path.make_compound_path(*(paths[atom] for paths in (discs, bars) if atom in paths))
        looks = {"fc": style.ATOM_COLOURS[atom], "hatch": style.ATOM_HATCHES[atom], "ec": style.PAPER, "lw": 0}
        sheet.add(PathPatch(path, **looks))
    return describe(sheet.figure, _alt(p, decompositions, shown))


def _distribution(sheet: Sheet, left: float, top: float, size: float, p) -> None:
    """A square per pair of source values, its area their probability, in it the likeliest target value."""
    pairs = p.sum(-1)
    given = p / np.where(pairs > 0, pairs, 1)[..., None]
    cell = size / max(pairs.shape)
    squares = []
    for (i, j), probability in np.ndenumerate(pairs):
        x, y, side = left + (j + 0.5) * cell, top + (i + 0.5) * cell, 0.94 * cell * np.sqrt(probability / pairs.max())
        squares.append(Rectangle((x - side / 2, y - side / 2), side, side))
        if probability > 0 and pairs.size <= WRITTEN:
            sheet.write(x, y, _likeliest(given[i, j]), linespacing=1)
    shades = SHADES((given @ np.linspace(0, 1, p.shape[-1])).ravel())
    sheet.add(PatchCollection(squares, facecolor=shades, lw=0))
    bottom = top + pairs.shape[0] * cell
    for j in range(pairs.shape[1]):
        sheet.write(left + (j + 0.5) * cell, bottom + 0.7, f"{j}")
    for i in range(pairs.shape[0]):
        sheet.write(left - 0.7, top + (i + 0.5) * cell, f"{i}")
    sheet.write(left, top - 2.0, "Y, given both", ha="left", weight="bold")
    sheet.write(left + size / 2, bottom + 1.9, "source 2: X2", color=style.ATOM_COLOURS["unique_2"])
    sheet.write(left - 2.0, (top + bottom) / 2, "source 1: X1", color=style.ATOM_COLOURS["unique_1"], rotation=90)


def _likeliest(given) -> str:
    """The likeliest target value with its probability unless it is certain; "?" where several are."""
    best = given.max()
    if (given > best - 1e-9).sum() > 1:
        return "?"
    return f"{given.argmax()}" if best > 0.995 else f"{given.argmax()}\n{best:.0%}"


def _diagram(sheet: Sheet, left: float, top: float, p, atoms: Atoms) -> dict[str, Path]:
    """Two circles, one a source, in a frame that stands for the pair; in every region the disc of its atom.

    Returns:
        The discs by atom, still to be drawn; those of negative atoms are drawn.
    """
    thin = matplotlib.rcParams["axes.linewidth"]
    frame = {"fc": "#f7f7f8", "ec": style.MUTED, "lw": thin}
    sheet.add(FancyBboxPatch((left, top), *FRAME, "round,pad=0,rounding_size=1.2", **frame))
    for side, number in ((-1, 1), (1, 2)):
        colour = style.ATOM_COLOURS[f"unique_{number}"]
        middle = left + FRAME[0] / 2 + side * APART, top + 11.2
        sheet.add(Circle(middle, CIRCLE, fc=(colour, 0.08), ec=colour, lw=1.3 * thin))
        known = f"I(X{number};Y) = {in_bits(getattr(atoms, f'information_{number}'), 2)}"
        sheet.write(left + FRAME[0] / 2 + side * 4.6, top + 17.5, known, color=colour)
    discs = {atom: _disc(sheet, left, top, atom, float(getattr(atoms, atom))) for atom in NAMES}
    asked = in_bits(float(entropy(p.sum((0, 1)))), 2)
    known = f"I(X1,X2;Y) = {in_bits(atoms.information, 2)} of H(Y) = {asked} bits"
    sheet.write(left, top - 0.8, known, ha="left")
    return {atom: disc for atom, disc in discs.items() if disc is not None}


def _disc(sheet: Sheet, left: float, top: float, atom: str, bits: float) -> Path | None:
    """Name an atom; its disc unless it is drawn, dashed, or so small that there is none."""
    colour, (x, y) = style.ATOM_COLOURS[atom], DISCS[atom]
    disc = (left + x, top + y), ONE_BIT * np.sqrt(abs(bits))
    if bits < -5e-4:
        sheet.add(Circle(*disc, fc=style.PAPER, ec=colour, ls="--", lw=matplotlib.rcParams["lines.linewidth"]))
    beside = atom == "synergy"
    at = (x + 2.3, y) if beside else (x, y + 2.6)
    name = f"{style.ATOM_SYMBOLS[atom]} {in_bits(bits, 2)}"
    sheet.write(left + at[0], top + at[1], name, color=colour, weight="bold", ha="left" if beside else "center")
    return Path.circle(*disc) if bits > 5e-4 else None


def _measures(
    sheet: Sheet,
    left: float,
    top: float,
    width: float,
    decompositions: Mapping[str, Atoms],
    shown: str,
    *,
    most: float,
) -> dict[str, Path]:
    """A row per measure, a column per atom, all on one scale: bars from a vertical line at 0, and their bits.

    The scale reaches to ``most`` bits, those of a target of so many values, so that it stays while a gate gets noise.

    Returns:
        The bars by atom, still to be drawn.
    """
    values = np.array([atoms.as_array() for atoms in decompositions.values()])
    low, high = min(values.min(), NEGATIVE * most), max(values.max(), most, 1e-3)
    pitch = width / len(NAMES)
    scale = (pitch - _number()) / (high - low)
    lines, small = top + ROW * (np.arange(len(values)) + 0.5), SMALL * matplotlib.rcParams["font.size"]
    sheet.write(left - 5.4, top - 2.5, "The same by every measure, bits", ha="left", weight="bold")
    for y, name in zip(lines, decompositions):
        sheet.write(left - 0.7, y, name, ha="right", weight="bold" if name == shown else "normal")
    zeros = left + pitch * np.arange(len(NAMES)) - low * scale
    upright = [[(zero, top), (zero, top + ROW * len(values))] for zero in zeros]
    sheet.add(LineCollection(upright, colors=style.MUTED, lw=matplotlib.rcParams["axes.linewidth"]))
    for zero, atom, column in zip(zeros, NAMES, values.T):
        sheet.write(zero, top - 0.7, style.ATOM_SYMBOLS[atom], color=style.ATOM_COLOURS[atom], weight="bold")
        for y, bits in zip(lines, column):
            sheet.write(zero + max(bits, 0) * scale + 0.3, y, in_bits(bits, 2), ha="left", size=small)
    return {atom: rectangles(zero, lines - 0.5, scale * bits, 1.0) for zero, atom, bits in zip(zeros, NAMES, values.T)}


def _number() -> float:
    """Type sizes that the bits beside a bar need, and what lies around them."""
    return face.width("−0.00", SMALL) + 0.6


def _alt(p, decompositions: Mapping[str, Atoms], shown: str) -> str:
    words = [
        f"{name}: " + ", ".join(f"{style.ATOM_SYMBOLS[a]} {v:.3f}" for a, v in atoms.as_dict().items())
        for name, atoms in decompositions.items()
    ]
    size, atoms = "x".join(map(str, p.shape)), decompositions[shown]
    return (
        f"Information diagram of a {size} distribution by {shown}: the sources tell {atoms.information:.3f} of the "
        f"{entropy(p.sum((0, 1))):.3f} bits of the target. Atoms in bits by measure: {'; '.join(words)}."
    )
