"""Unique information: the hull of two ROC curves, and the polytope of couplings with its optimum."""

from __future__ import annotations

from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, PowerNorm
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from coral_viz import style
from coral_viz.figures.layout import face
from coral_viz.figures.layout.canvas import canvas, describe, in_bits, one_panel, picture
from coral_viz.pid import NAMES, broja, broja_binary, roc_hull
from coral_viz.pid.information import informations, table

RISING = LinearSegmentedColormap.from_list("rising", ["#fffdf5", "#f3c9a5", "#c0645a", "#5b2a52"])
INFORMATION = "I_Q(X1, X2; Y), bits"


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
    values = (f"{style.ATOM_SYMBOLS[atom]} {in_bits(getattr(atoms, atom), 3)}" for atom in NAMES[:3])
    words = (
        f"{', '.join(values)} bits, not proportional to the areas. "
        "U1: between the hull and source 2; U2: between the hull and source 1."
    )
    figure = canvas(23.5, words)
    ax = one_panel(figure, left=face.width("0.0") + 2.5, below=3.3)
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
    ax.set(xlim=(0, 1.02), ylim=(0, 1.02), xlabel="false-positive rate", ylabel="true-positive rate")
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
    at_p, at_best, synergy = (in_bits(value, 3) for value in (best.information, union, best.synergy))
    words = (
        f"At P: I(X1, X2; Y) = {at_p}. At the optimum, R + U1 + U2 = {at_best}, so "
        f"synergy {synergy} bits, certified to {max(best.gap, 1e-9):.0e}."
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
    where: dict[str, Any] = {"origin": "lower", "extent": edges, "aspect": "auto", "interpolation": "bilinear"}
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
    ax.set(xlabel=f"Q(0, 0, y = {y})", ylabel=INFORMATION, ylim=(0, max(1.0, 1.1 * values.max())))


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
        place: dict[str, Any] = {
            "ha": "left" if side > 0 else "right",
            "va": "center",
            "weight": "bold",
            "zorder": 6,
            "bbox": box,
        }
        ax.annotate(name, (x, y), (0.9 * side * points, up * points), textcoords="offset points", **place)


def _height(curve, x):
    """The curve's largest true positive rate at false positive rates x (it may rise vertically at one of them)."""
    corners, last = np.unique(curve[::-1, 0], return_index=True)
    return np.interp(x, corners, curve[::-1][last, 1])
