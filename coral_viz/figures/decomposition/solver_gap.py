"""Convergence of a solver: certified gap and true error at every requested gap."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from coral_viz import style
from coral_viz.figures.layout.canvas import canvas, describe, picture

LEAST = 1e-10
"""Bits; what is less, exactly 0 among it, stands here."""


@picture
def closing(asked: Sequence[float], gaps: Sequence[float], above: Sequence[float], *, chosen: int = 0) -> Figure:
    """The certified gap, and the error of the coupling that was found, on log scales.

    Args:
        asked: the requested gaps, in bits, positive and falling.
        gaps: the certified ones, each at least 0.
        above: the information of the couplings found, less the least one, each at least 0.
        chosen: the number of the point that is marked.

    Raises:
        ValueError: unequal lengths, fewer than two points, a requested gap that is not positive, or a negative value.
    """
    wanted, certified, true = (np.asarray(values, float) for values in (asked, gaps, above))
    paired = len(wanted) == len(certified) == len(true) >= 2
    if not paired or not (wanted > 0).all() or (np.minimum(certified, true) < 0).any():
        raise ValueError("give two or more positive requested gaps, and as many other values, none of them negative.")
    words = f"Below the dotted line: smaller than requested. Values below {LEAST:g} bit are drawn at the bottom."
    figure = canvas(19, words)
    ax = figure.subplots()
    size, width = matplotlib.rcParams["lines.markersize"], matplotlib.rcParams["lines.linewidth"]
    ax.plot(wanted, wanted, ls=":", color=style.MUTED, lw=0.6 * width, label="requested gap")
    for values, name, look in (
        (certified, "certified gap", {"color": style.ATOM_COLOURS["synergy"], "marker": "D", "ms": 0.7 * size}),
        (true, "true error", {"color": style.INK, "marker": "o", "mfc": "none", "ls": "--", "ms": 1.3 * size}),
    ):
        ax.plot(wanted, values.clip(LEAST), label=name, lw=0.7 * width, clip_on=False, **look)
    ax.axvline(wanted[chosen], color=style.FAINT, lw=3 * width, zorder=0)
    ax.legend(loc="upper right")
    _scales(ax, wanted)
    return describe(figure, _alt(wanted, certified, true, chosen))


def _scales(ax: Axes, asked: np.ndarray) -> None:
    """Log scales, the more accurate to the right."""
    ax.set(xscale="log", yscale="log", xlim=(1.6 * asked[0], asked[-1] / 1.6), ylim=(LEAST / 2, 2))
    ax.set(xlabel="requested gap, bits", ylabel="bits above the minimum")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(LogLocator(numticks=20))
        axis.set_major_formatter(lambda x, _: f"{x:g}".replace("e-0", "e-"))
        axis.set_minor_locator(NullLocator())


def _alt(asked, gaps, above, chosen: int) -> str:
    told = ", ".join(f"{gap:.0e} at {wish:.0e}" for wish, gap in zip(asked, gaps))
    return (
        f"Line chart of a solver's certified gap at every requested gap, in bits: {told}. Marked: "
        f"{asked[chosen]:.0e}, where the coupling found is {above[chosen]:.1e} bits above the minimum."
    )
