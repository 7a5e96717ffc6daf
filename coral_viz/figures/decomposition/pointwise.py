"""Which samples are synergistic? Pointwise information of both sources together over that of the better one."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from coral_viz import style
from coral_viz.figures.layout.canvas import canvas, describe, in_bits, picture

ONLY_BOTH = style.ATOM_COLOURS["synergy"]


@picture
def pointwise(first, second, joint, names: Sequence[str] | None = None, *, shown: int = 8) -> Figure:
    """Pointwise information of samples: a mark each, above the diagonal if both sources together have more.

    If samples have names, a second panel shows the mean difference between both sources and the better one, by name.

    Args:
        first, second, joint: pointwise information (n,) in bits of source 1, source 2 and both about the labels, see
            ``pid.pointwise_information``; negative if misleading.
        names: the kind of each sample (n,), such as "3 and 8".
        shown: the largest number of kinds to show, those with the largest differences.

    Raises:
        ValueError: no samples, values that are not finite, or arrays of unlike length.
    """
    first, second, joint = (np.asarray(values, dtype=float) for values in (first, second, joint))
    _check(first, second, joint, names)
    best = np.maximum(first, second)
    more = joint - best
    key = [
        Line2D([], [], ls="", marker="o", color=colour, label=words)
        for words, colour in (("both tell more", ONLY_BOTH), ("one tells as much", style.MUTED))
    ]
    words = f"A mark per sample (n = {len(joint)}), in bits about its label; below 0 the sources mislead."
    figure = canvas(15, words, key)
    panels = figure.subplots(1, 1 if names is None else 2, squeeze=False, width_ratios=[1.2, 1][: 1 + bool(names)])[0]
    _samples(panels[0], best, joint)
    alt = f"Pointwise information of {len(joint)} samples: both sources tell more than the better one of"
    alt = f"{alt} {(more > 0).mean():.0%}, {more.mean():.3f} bits more on average"
    if names is not None:
        kinds = _kinds(more, np.asarray(names), shown)
        _bars(panels[1], kinds)
        alt = f"{alt}; most for {', '.join(f'{name} {value:.2f}' for name, value in kinds.items())}"
    return describe(figure, f"{alt}.")


def _check(first, second, joint, names) -> None:
    shapes = {first.shape, second.shape, joint.shape}
    if len(shapes) > 1 or joint.ndim != 1 or not len(joint):
        raise ValueError(f"Pointwise information needs three arrays of one shape (n,), n > 0, not {sorted(shapes)}.")
    if not all(np.isfinite(values).all() for values in (first, second, joint)):
        raise ValueError("Pointwise information must be finite, but one value is not.")
    if names is not None and len(names) != len(joint):
        raise ValueError(f"There are {len(names)} names for {len(joint)} samples.")


def _samples(ax: Axes, best, joint) -> None:
    low, high = min(best.min(), joint.min(), 0), max(best.max(), joint.max(), 0)
    room = 0.05 * (high - low or 1)
    ends = low - room, high + room
    ax.plot(ends, ends, color=style.MUTED, ls=":", zorder=1)
    for line in (ax.axhline, ax.axvline):
        line(0, color=style.FAINT, zorder=0)
    colours = np.where(joint > best, ONLY_BOTH, style.MUTED)
    size = 0.3 * matplotlib.rcParams["lines.markersize"] ** 2
    ax.scatter(best, joint, s=size, c=colours, alpha=0.6, linewidths=0, zorder=2)
    ax.set(xlim=ends, ylim=ends, xlabel="better source, bits", ylabel="both sources, bits")


def _kinds(more, names, shown: int) -> dict[str, float]:
    """Mean bits that only both tell, of the kinds with most of them, in descending order."""
    kinds, member = np.unique(names, return_inverse=True)
    means = np.bincount(member, more) / np.bincount(member)
    return {str(kinds[i]): float(means[i]) for i in np.argsort(-means, kind="stable")[:shown]}


def _bars(ax: Axes, kinds: dict[str, float]) -> None:
    place, values = np.arange(len(kinds)), np.array(list(kinds.values()))
    ax.barh(place, values, color=np.where(values > 0, ONLY_BOTH, style.MUTED), height=0.7)
    ax.axvline(0, color=style.MUTED, lw=matplotlib.rcParams["axes.linewidth"])
    ax.set_yticks(place, [f"{name}: {in_bits(value, 2)}" for name, value in kinds.items()])
    ax.set(xlabel="both − better, bits", ylim=(len(kinds) - 0.4, -0.6))
    ax.tick_params(axis="y", length=0)
