"""A redundancy lattice as a Hasse diagram: its nodes by height, coloured by their bits, and their order."""

from __future__ import annotations

from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm
from matplotlib.figure import Figure

from coral_viz import style
from coral_viz.figures.layout.canvas import canvas, describe, in_bits, picture
from coral_viz.pid.lattice import Lattice

SIGNED = LinearSegmentedColormap.from_list("signed", ["#b2182b", "#f7f7f7", style.ATOM_COLOURS["unique_1"]])


@picture
def hasse(lattice: Lattice, values, *, name: str = "Partial information", chosen: int | None = None) -> Figure:
    """A redundancy lattice with every node coloured by its value; a chosen node and all below it stand out.

    Args:
        lattice: of two or three sources.
        values: bits per node, in the order of ``lattice.nodes``.
        name: what the values are.
        chosen: index of a node; the edges from it downwards are drawn in ink, and its frame is thick.

    Raises:
        ValueError: a lattice of four sources, or not one value per node.
    """
    if lattice.sources > 3:
        raise ValueError(f"A Hasse diagram shows 2 or 3 sources; {len(lattice.nodes)} nodes of 4 fit on no page.")
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
        _node(ax, x, y, f"{label}\n{in_bits(value, 3)}", colours.to_rgba(value), stands_out=i == chosen)
    width = np.ptp(place[:, 0]) / 2
    ax.set(xlim=(-width - 0.6, width + 0.6), ylim=(-0.45, height - 0.55))
    ax.set_axis_off()
    words = ", ".join(f"{label} {value:.3f}" for label, value in zip(lattice.labels(), values))
    return describe(figure, f"Hasse diagram of the redundancy lattice, {name} in bits: {words}.")


def _node(ax: Axes, x: float, y: float, words: str, colour, *, stands_out: bool) -> None:
    dark = np.dot(colour[:3], (0.299, 0.587, 0.114)) < 0.55
    edge = {"ec": style.INK, "lw": 3} if stands_out else {"ec": style.MUTED, "lw": 1}
    edge["lw"] *= matplotlib.rcParams["axes.linewidth"]
    box = {"boxstyle": "round,pad=0.35", "fc": colour, **edge}
    look: dict[str, Any] = {
        "ha": "center",
        "va": "center",
        "linespacing": 1.25,
        "color": style.PAPER if dark else style.INK,
    }
    ax.text(x, y, words, bbox=box, zorder=2, **look)
