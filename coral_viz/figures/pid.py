"""Pictures of decompositions themselves: atoms, measures side by side, lattices, ROC hulls, the polytope of couplings.

Every function takes arrays or ``Atoms``, draws in bits and returns a matplotlib ``Figure`` with alternative text.
"""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, PowerNorm, TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from coral_viz import style
from coral_viz.figures.canvas import canvas, describe, picture
from coral_viz.pid import NAMES, Atoms, broja, broja_binary, roc_hull
from coral_viz.pid.information import informations, table
from coral_viz.pid.lattice import Lattice

SIGNED = LinearSegmentedColormap.from_list("signed", ["#b2182b", "#f7f7f7", style.ATOM_COLOURS["unique_1"]])
RISING = LinearSegmentedColormap.from_list("rising", ["#fffdf5", "#f3c9a5", "#c0645a", "#5b2a52"])

INFORMATION = "$I_Q$(X1, X2; Y), bits"


@picture
def bars(decompositions: Mapping[str, Atoms]) -> Figure:
    """Atoms as stacked bars, one bar a decomposition; its length is I(X1,X2;Y).

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
    figure = canvas(1.5 * len(values) + 2.6, "Length of a bar: I(X1, X2; Y), what the sources tell together.", key)
    ax = _rows_axes(figure.subplots(), list(decompositions))
    left = np.zeros(len(values))
    for atom, column in zip(NAMES, values.clip(0).T):
        look = {"fc": style.ATOM_COLOURS[atom], "hatch": style.ATOM_HATCHES[atom], "ec": style.PAPER, "lw": 0}
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
            if atoms.low is not None:
                ax.hlines(y, atoms.low[i], atoms.high[i], color=look["color"], lw=size / 4, alpha=0.55)
            hollow = atoms.p is not None and atoms.p[i] > 0.05
            ax.plot(values[y, i], y, mfc=style.PAPER if hollow else look["color"], zorder=3, **look)
    _share_bits(panels, [*values.ravel(), *_interval_ends(decompositions)])
    return describe(figure, _alt("Dots with intervals of the atoms", decompositions))


@picture
def side_by_side(decompositions: Mapping[str, Atoms]) -> Figure:
    """Decompositions of one distribution by several measures: a panel per atom, a bar and its bits per measure.

    Args:
        decompositions: scalar ``Atoms`` by the name of the measure; negative atoms are drawn as such.

    Raises:
        ValueError: nothing to draw.
    """
    values = _values(decompositions)
    words = "Every row sums to the same I(X1, X2; Y); the measures disagree on its parts. Bars to the left: negative."
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


@picture
def hasse(lattice: Lattice, values, *, name: str = "Partial information", chosen: int | None = None) -> Figure:
    """A redundancy lattice with every node coloured by its value; a chosen node and all below it stand out.

    Args:
        lattice: of two or three sources.
        values: bits per node, in the order of ``lattice.nodes``.
        name: what the values are.
        chosen: index of a node; the edges from it downwards are drawn in ink, and its frame is thick.

    Raises:
        ValueError: not one value per node.
    """
    values = np.asarray(values, dtype=float)
    if values.shape != (len(lattice.nodes),):
        raise ValueError(f"This lattice has {len(lattice.nodes)} nodes, but the values have shape {values.shape}.")
    place, height = lattice.layout(), lattice.rank.max() + 1
    example = "{1}{23}: told by source 1, and by 2 and 3 together" if lattice.sources == 3 else "{1}{2}: told by both"
    figure = canvas(3.6 * height + 1.0, f"{name} in bits; {example}.")
    ax = figure.subplots()
    under = np.zeros(len(lattice.nodes), bool) if chosen is None else lattice.below[chosen]
    for upper, lower in lattice.covers:
        colour = style.INK if under[upper] and under[lower] else style.FAINT
        ax.plot(*place[[upper, lower]].T, color=colour, lw=0.8 * matplotlib.rcParams["lines.linewidth"], zorder=1)
    span = max(np.abs(values).max(), 1e-9)
    colours = matplotlib.cm.ScalarMappable(TwoSlopeNorm(0, -span, span), SIGNED)
    for i, ((x, y), label, value) in enumerate(zip(place, lattice.labels(), values)):
        _node(ax, x, y, f"{label}\n{_bits(value)}", colours.to_rgba(value), stands_out=i == chosen)
    width = np.ptp(place[:, 0]) / 2
    ax.set(xlim=(-width - 0.6, width + 0.6), ylim=(-0.45, height - 0.55))
    ax.set_axis_off()
    words = ", ".join(f"{label} {value:.3f}" for label, value in zip(lattice.labels(), values))
    return describe(figure, f"Hasse diagram of the redundancy lattice, {name} in bits: {words}.")


@picture
def roc(p1, p2) -> Figure:
    """The ROC curves of two sources of a binary target, their concave hull, and the areas behind R, U1 and U2.

    Args:
        p1, p2: probabilities or counts (x1, y) and (x2, y), shapes (n1, 2) and (n2, 2), with the same p(y).

    Raises:
        ValueError: as ``pid.broja_binary``.
    """
    atoms, hull = broja_binary(p1, p2), roc_hull(p1, p2)
    x = np.union1d(np.linspace(0, 1, 401), np.concatenate([hull.curve_1, hull.curve_2, hull.hull])[:, 0])
    first, second, join = (_height(curve, x) for curve in (hull.curve_1, hull.curve_2, hull.hull))
    words = (
        f"R {_bits(atoms.redundancy)}, U1 {_bits(atoms.unique_1)}, U2 {_bits(atoms.unique_2)} bits, not proportional "
        "to the areas. U1: what the hull has above source 2; U2: above source 1."
    )
    figure = canvas(23.5, words)
    ax = figure.subplots()
    colours = style.ATOM_COLOURS
    ax.fill_between(x, x, np.minimum(first, second), color=colours["redundancy"], alpha=0.13, lw=0)
    for below, atom, hatch in ((second, "unique_1", "////"), (first, "unique_2", "\\\\\\\\")):
        above = below < join - 1e-12
        ax.fill_between(x, below, join, where=above, fc="none", ec=colours[atom], hatch=hatch, lw=0, alpha=0.75)
    width = matplotlib.rcParams["lines.linewidth"]
    ax.plot([0, 1], [0, 1], color=style.FAINT, lw=width / 2)
    ax.plot(*hull.hull.T, color=style.INK, lw=0.8 * width, ls=(0, (4, 2)), zorder=4, label="hull of both")
    for curve, atom, label in ((hull.curve_1, "unique_1", "source 1"), (hull.curve_2, "unique_2", "source 2")):
        ends = {"marker": style.ATOM_MARKERS[atom], "ms": 3.2 * width} if len(curve) < 40 else {}
        ax.plot(*curve.T, color=colours[atom], lw=1.2 * width, label=label, **ends)
    areas = [
        Patch(fc=colours["redundancy"], alpha=0.13, label="R: under both curves"),
        Patch(fc="none", ec=colours["unique_1"], hatch="////", lw=0, label="U1: hull above source 2"),
        Patch(fc="none", ec=colours["unique_2"], hatch="\\\\\\\\", lw=0, label="U2: hull above source 1"),
    ]
    ax.legend(handles=[*ax.get_legend_handles_labels()[0], *areas], loc="lower right", handlelength=2)
    ax.set(xlim=(0, 1.02), ylim=(0, 1.02), xlabel="P(accept | y = 0)", ylabel="P(accept | y = 1)")
    ax.set_aspect("equal", anchor="C")
    alt = "ROC curves of two sources and their concave hull"
    return describe(
        figure, f"{alt}; redundancy {atoms.redundancy:.3f}, unique {atoms.unique_1:.3f} and {atoms.unique_2:.3f} bits."
    )


@picture
def polytope(p, at=None) -> Figure:
    """I_Q(X1,X2;Y) over all Q that share the source-target marginals of a 2x2x2 distribution, with P and the optimum.

    Each target value leaves one number free, Q(0,0,y), so the polytope is a rectangle: a heat map. Where one side has
    no length, as for the AND gate, it is a curve.

    Args:
        p: probabilities or counts, shape (2, 2, 2).
        at: another Q of the polytope to mark, shape (2, 2, 2).

    Raises:
        ValueError: another shape, a bad table, or marginals that leave nothing free.
    """
    p = table(p)
    if p.shape != (2, 2, 2):
        raise ValueError(f"The polytope is drawn for 2x2x2 distributions, not for shape {p.shape}.")
    low, high = np.maximum(-p[0, 0], -p[1, 1]), np.minimum(p[0, 1], p[1, 0])
    free = np.flatnonzero(high - low > 1e-12)
    if not len(free):
        raise ValueError("These marginals leave no freedom: the polytope is the single point P.")
    best = broja(p, tol=1e-9, coupling=True)
    union = best.redundancy + best.unique_1 + best.unique_2
    words = (
        f"At P: I(X1, X2; Y) = {_bits(best.information)}. At the optimum: the union information {_bits(union)}, so "
        f"synergy {_bits(best.synergy)} bits, certified to {max(best.gap, 1e-9):.0e}."
    )
    figure = canvas(22, words)
    ax = figure.subplots()
    grid = [p[0, 0, y] + np.linspace(low[y], high[y], 121) for y in free]
    draw = _polytope_plane if len(free) == 2 else _polytope_curve
    draw(ax, p, grid, free, best.coupling)
    if at is not None:
        height = [_information_at(p, at[0, 0, free][None], free)[0]] if len(free) == 1 else []
        ring = {"marker": "o", "mfc": "none", "mec": style.INK, "mew": 2, "ms": matplotlib.rcParams["font.size"]}
        ax.plot(*at[0, 0, free], *height, ls="none", zorder=6, **ring)
    return describe(figure, f"Information over the polytope of couplings. {words}")


def _polytope_plane(ax: Axes, p, grid, free, optimum) -> None:
    values = _information_at(p, np.stack(np.meshgrid(*grid, indexing="ij"), -1), free)
    valley = PowerNorm(0.6, values.min(), values.max())  # more colours near the optimum
    half = [(axis[1] - axis[0]) / 2 for axis in grid]  # pixels stand around their points
    edges = [edge for axis, h in zip(grid, half) for edge in (axis[0] - h, axis[-1] + h)]
    where = {"origin": "lower", "extent": edges, "aspect": "auto", "interpolation": "bilinear"}
    mesh = ax.imshow(values.T, cmap=RISING, norm=valley, **where)
    ax.contour(*grid, values.T, levels=7, colors=style.PAPER, linewidths=0.5, alpha=0.8)
    bar = ax.figure.colorbar(mesh, ax=ax, pad=0.02)
    bar.set_label(INFORMATION)
    bar.outline.set_visible(False)
    _mark_both(ax, p[0, 0], optimum[0, 0])
    ax.set(xlabel="Q(0, 0, y = 0)", ylabel="Q(0, 0, y = 1)", xlim=grid[0][[0, -1]], ylim=grid[1][[0, -1]])
    ax.spines[:].set_visible(False)


def _polytope_curve(ax: Axes, p, grid, free, optimum) -> None:
    (y,) = free
    values = _information_at(p, grid[0][:, None], free)
    ax.plot(grid[0], values, color=style.INK)
    _mark_both(ax, *((q[0, 0, y], _information_at(p, q[0, 0, free], free)) for q in (p, optimum)))
    ax.set(xlabel=f"Q(0, 0, y = {y})", ylabel=INFORMATION, ylim=(0, 1.1 * values.max()))


def _information_at(p, corner, free):
    """I_Q in bits where Q(0,0,y) is ``corner[..., k]`` for the k-th free y; shape of ``corner`` less its last axis."""
    shift = np.zeros((*corner.shape[:-1], 2))
    shift[..., free] = corner - p[0, 0, free]
    swap = np.array([[1.0, -1.0], [-1.0, 1.0]])[..., None]
    return informations((p + swap * shift[..., None, None, :]).clip(0))[2]


def _mark_both(ax: Axes, given, optimum) -> None:
    """P, named above; the optimum, named below."""
    points = matplotlib.rcParams["font.size"]
    left, right = ax.get_xlim()
    for (x, y), name, marker, size, up in ((given, "P", "o", 1.2, 1), (optimum, "optimum", "*", 2.2, -1)):
        look = {"ms": size * matplotlib.rcParams["lines.markersize"], "mfc": style.PAPER, "mec": style.INK}
        ax.plot(x, y, marker, mew=0.1 * points, clip_on=False, zorder=5, **look)
        side = -1 if x > (left + right) / 2 else 1
        box = {"boxstyle": "round,pad=0.15", "fc": style.PAPER, "ec": "none", "alpha": 0.8}
        place = {"ha": "left" if side > 0 else "right", "va": "center", "weight": "bold", "zorder": 6, "bbox": box}
        ax.annotate(name, (x, y), (0.9 * side * points, up * points), textcoords="offset points", **place)


def _height(curve, x):
    """The curve's largest true positive rate at false positive rates x (it may rise upright at one of them)."""
    corners, last = np.unique(curve[::-1, 0], return_index=True)
    return np.interp(x, corners, curve[::-1][last, 1])


def _node(ax: Axes, x: float, y: float, words: str, colour, *, stands_out: bool) -> None:
    dark = np.dot(colour[:3], (0.299, 0.587, 0.114)) < 0.55
    edge = {"ec": style.INK, "lw": 3} if stands_out else {"ec": style.MUTED, "lw": 1}
    edge["lw"] *= matplotlib.rcParams["axes.linewidth"]
    box = {"boxstyle": "round,pad=0.35", "fc": colour, **edge}
    look = {"ha": "center", "va": "center", "linespacing": 1.25, "color": style.PAPER if dark else style.INK}
    ax.text(x, y, words, bbox=box, zorder=2, **look)


def _panels(decompositions: Mapping[str, Atoms], words: str):
    """One panel per atom, side by side, with the decompositions as rows."""
    figure = canvas(1.6 * len(decompositions) + 3.2, words)
    panels = figure.subplots(1, len(NAMES), sharey=True, sharex=True)
    letters = 72 * figure.get_figwidth() / matplotlib.rcParams["font.size"]
    titles = style.ATOM_NAMES if letters > 45 else style.ATOM_SYMBOLS
    for atom, ax in zip(NAMES, panels):
        _rows_axes(ax, list(decompositions))
        ax.set_title(titles[atom], color=style.ATOM_COLOURS[atom])
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
    having = [atoms for atoms in decompositions.values() if atoms.low is not None]
    return [float(end) for atoms in having for end in (*atoms.low, *atoms.high)]


def _number(ax: Axes, value: float, y: int, side: int) -> None:
    """The value beside the end of its bar."""
    points = matplotlib.rcParams["font.size"]
    place = {"ha": "left" if side > 0 else "right", "va": "center", "size": 0.87 * points, "color": style.INK}
    x = value if abs(value) > 5e-4 else 0.0
    ax.annotate(f"{x:.2f}".replace("-", "−"), (x, y), (0.25 * side * points, 0), textcoords="offset points", **place)


def _values(decompositions: Mapping[str, Atoms]) -> np.ndarray:
    """Atoms as an array (decompositions, 4)."""
    if not decompositions:
        raise ValueError("There is no decomposition to draw.")
    arrays = {name: atoms.as_array() for name, atoms in decompositions.items()}
    for name, array in arrays.items():
        if array.shape != (4,):
            raise ValueError(f"Draw one decomposition at a time, but {name!r} is a batch of shape {array.shape[1:]}.")
    return np.stack(list(arrays.values()))


def _bits(value: float) -> str:
    """Bits with three decimals and a true minus sign; no minus zero."""
    return f"{round(float(value), 3) + 0.0:.3f}".replace("-", "−")


def _alt(kind: str, decompositions: Mapping[str, Atoms]) -> str:
    words = []
    for name, atoms in decompositions.items():
        values = ", ".join(f"{style.ATOM_SYMBOLS[a]} {v:.3f}" for a, v in atoms.as_dict().items())
        words.append(f"{name}: {values}")
    return f"{kind} in bits. {'; '.join(words)}."
