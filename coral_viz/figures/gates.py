"""A gate at a glance: what it does, an information diagram of its atoms, and the same atoms by several measures."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch

from coral_viz import style
from coral_viz.figures.board import WIDE, board, letters, panel
from coral_viz.figures.canvas import describe, picture
from coral_viz.pid.atoms import NAMES, Atoms
from coral_viz.pid.information import entropy, table

SHADES = LinearSegmentedColormap.from_list("target", ["#f2f3f5", "#9aa7b8"])
PLACES = {"redundancy": (0.0, 0.3), "unique_1": (-1.9, 0.3), "unique_2": (1.9, 0.3), "synergy": (0.0, 2.75)}
"""Where the discs of the atoms stand in the diagram."""
ONE_BIT = 0.72
"""Radius of the disc of one bit; areas are proportional to bits."""
CELLS = 16
"""Up to so many pairs of source values, the target is written into each."""


@picture
def gate(p, decompositions: Mapping[str, Atoms], shown: str) -> Figure:
    """A distribution of two sources and a target beside its atoms.

    Args:
        p: probabilities or counts, shape (n1, n2, ny).
        decompositions: scalar ``Atoms`` of p by the name of the measure.
        shown: whose atoms the information diagram shows, as discs with areas proportional to bits.

    Raises:
        ValueError: a bad table, nothing to draw, or a measure that is not among the decompositions.
    """
    p = table(p)
    if shown not in decompositions:
        raise ValueError(f"The diagram can show {', '.join(decompositions) or 'no measure'}, not {shown!r}.")
    wide = letters() > WIDE
    rows = 1.55 * len(decompositions)
    figure = board(15 if wide else 18.5 + rows, "Discs: area in proportion to bits, dashed where negative.")
    _world(panel(figure, *(((0.06, 0.22), (2.6, 10.2)) if wide else ((0.11, 0.38), (2.6, 10)))), p)
    _diagram(panel(figure, *(((0.25, 0.575), (2.2, 14.8)) if wide else ((0.42, 0.99), (2.2, 14.4)))), p, decompositions[shown])
    _measures(
        panel(figure, *(((0.665, 0.995), (3.4, 3.4 + rows)) if wide else ((0.17, 0.99), (17.8, 17.8 + rows)))),
        decompositions,
        shown,
    )
    return describe(figure, _alt(p, decompositions, shown))


def _world(ax: Axes, p) -> None:
    """A square per pair of source values, its area the probability of the pair, in it the likeliest target value."""
    pairs = p.sum(-1)
    given = p / np.where(pairs > 0, pairs, 1)[..., None]
    shade = given @ np.linspace(0, 1, p.shape[-1])
    side = 0.94 * np.sqrt(pairs / pairs.max())
    for (i, j), half in np.ndenumerate(side / 2):
        if half > 0:
            ax.add_patch(FancyBboxPatch((j - half, i - half), 2 * half, 2 * half, "square,pad=0", fc=SHADES(shade[i, j]), ec="none"))
        if half > 0 and pairs.size <= CELLS:
            ax.text(j, i, _likeliest(given[i, j]), ha="center", va="center", linespacing=1)
    ax.set(xlim=(-0.5, p.shape[1] - 0.5), ylim=(p.shape[0] - 0.5, -0.5), aspect="equal", anchor="NW")
    ax.set(xlabel="source 2, X2", ylabel="source 1, X1", xticks=range(p.shape[1]), yticks=range(p.shape[0]))
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set_title("Target Y,\ngiven both")


def _likeliest(given) -> str:
    """The likeliest target value with its probability unless it is certain; "?" where several are."""
    best = given.max()
    if (given > best - 1e-9).sum() > 1:
        return "?"
    return f"{given.argmax()}" if best > 0.995 else f"{given.argmax()}\n{best:.0%}"


def _diagram(ax: Axes, p, atoms: Atoms) -> None:
    """Two circles, one a source, in a frame that stands for the pair; a disc per atom in its region."""
    width = matplotlib.rcParams["axes.linewidth"]
    frame = {"fc": "#f7f7f8", "ec": style.MUTED, "lw": width}
    ax.add_patch(FancyBboxPatch((-3.3, -2.85), 6.6, 6.45, "round,pad=0,rounding_size=0.5", **frame))
    for x, atom in ((-1.05, "unique_1"), (1.05, "unique_2")):
        colour = style.ATOM_COLOURS[atom]
        ax.add_patch(Circle((x, -0.1), 1.95, fc=colour, alpha=0.08, ec="none"))
        ax.add_patch(Circle((x, -0.1), 1.95, fc="none", ec=colour, lw=1.3 * width))
    for atom in NAMES:
        _disc(ax, atom, float(getattr(atoms, atom)))
    for x, number, colour in ((-1.9, 1, "unique_1"), (1.9, 2, "unique_2")):
        bits = _bits(getattr(atoms, f"information_{number}"))
        ax.text(x, -2.5, f"I(X{number};Y) {bits}", ha="center", va="center", color=style.ATOM_COLOURS[colour])
    ax.set(xlim=(-3.4, 3.4), ylim=(-3.0, 3.7), aspect="equal", anchor="N")
    ax.set_axis_off()
    unknown = entropy(p.sum((0, 1))) - atoms.information
    words = f"I(X1,X2;Y) = {_bits(atoms.information)} bits"
    ax.set_title(f"{words}; unknown: {_bits(unknown)}", loc="center")


def _disc(ax: Axes, atom: str, bits: float) -> None:
    colour = style.ATOM_COLOURS[atom]
    looks = {"fc": colour, "ec": style.PAPER, "hatch": style.ATOM_HATCHES[atom], "lw": 0}
    if bits < 0:
        looks = {"fc": style.PAPER, "ec": colour, "ls": "--", "lw": matplotlib.rcParams["lines.linewidth"]}
    x, y = PLACES[atom]
    ax.add_patch(Circle((x, y), ONE_BIT * np.sqrt(abs(bits)), **looks))
    beside = atom == "synergy"
    place = {"ha": "left", "va": "center"} if beside else {"ha": "center", "va": "top"}
    at = (x + 0.95, y) if beside else (x, y - 0.85)
    ax.text(*at, f"{style.ATOM_SYMBOLS[atom]} {_bits(bits)}", color=colour, weight="bold", **place)


def _measures(ax: Axes, decompositions: Mapping[str, Atoms], shown: str) -> None:
    """A row per measure, a column per atom, all on one scale: bars from a line at 0, with their bits."""
    values = np.array([atoms.as_array() for atoms in decompositions.values()])
    low, high = min(values.min(), 0.0), max(values.max(), 1e-3)
    room = 1.0 * (high - low) / 1.0
    pitch = high - low + room
    points = matplotlib.rcParams["font.size"]
    for i, (atom, column) in enumerate(zip(NAMES, values.T)):
        looks = {"fc": style.ATOM_COLOURS[atom], "hatch": style.ATOM_HATCHES[atom], "ec": style.PAPER, "lw": 0}
        ax.barh(range(len(column)), column, left=i * pitch, height=0.55, **looks)
        ax.vlines(i * pitch, -0.5, len(column) - 0.5, color=style.MUTED, lw=matplotlib.rcParams["axes.linewidth"])
        for y, value in enumerate(column):
            at = (i * pitch + max(value, 0), y)
            ax.annotate(_bits(value), at, (0.25 * points, 0), textcoords="offset points", va="center", size=0.87 * points)
        looks = {"color": style.ATOM_COLOURS[atom], "weight": "bold"}
        ax.text(i * pitch, -0.65, style.ATOM_SYMBOLS[atom], ha="left", va="bottom", **looks)
    ax.set(xlim=(low, low + 4 * pitch), ylim=(len(values) - 0.5, -0.5), xticks=[])
    ax.set_yticks(range(len(values)), list(decompositions))
    ax.get_yticklabels()[list(decompositions).index(shown)].set_weight("bold")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set_title("Bits, by measure", pad=1.6 * points)


def _bits(value) -> str:
    """Bits with two decimals, a true minus sign and no minus zero."""
    return f"{round(float(value), 2) + 0.0:.2f}".replace("-", "−")


def _alt(p, decompositions: Mapping[str, Atoms], shown: str) -> str:
    words = [
        f"{name}: " + ", ".join(f"{style.ATOM_SYMBOLS[a]} {v:.3f}" for a, v in atoms.as_dict().items())
        for name, atoms in decompositions.items()
    ]
    size = "x".join(map(str, p.shape))
    return (
        f"Information diagram of a {size} distribution by {shown}: the sources tell {decompositions[shown].information:.3f}"
        f" of the {entropy(p.sum((0, 1))):.3f} bits of the target. Atoms in bits by measure: {'; '.join(words)}."
    )
