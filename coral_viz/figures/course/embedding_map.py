"""Embeddings as maps: a point per sample in two dimensions, coloured and shaped by its class, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from coral_viz import style
from coral_viz.figures.layout.canvas import canvas, describe, picture

ROW = 19  # lines of text: one map
KEYED = 10  # classes that a key has room for
MARKERS = ("o", "s", "^", "D", "v", "P")


@dataclass(frozen=True)
class Map:
    """Points (n, 2), their classes (n,) as integers, and the names of the axes."""

    points: np.ndarray
    classes: np.ndarray
    axes: Sequence[str] = ("", "")


@picture(
    short="Maps of embeddings, in the colour and shape of their class of {label}.",
    long="Maps of the whole embeddings of test samples, in the colour and shape of their class of {label}. Each map "
    "has axes and a scale of its own.",
)
def embedding_map(maps: Mapping[str, Map], *, label: str, small_print: str = "") -> Figure:
    """Maps side by side by their titles, every sample in the colour and shape of its class.

    Args:
        maps: at most three by title; directions and lengths are not comparable between maps.
        label: the name of the label.
        small_print: the projection and the number of dimensions that it reduces to two.

    Raises:
        ValueError: no map, more than three, or not one class per point.
    """
    if not 1 <= len(maps) <= 3:
        raise ValueError(f"{len(maps)} maps cannot stand side by side; give one to three.")
    classes = np.unique(np.concatenate([shown.classes for shown in maps.values()]))
    handles = [Line2D([], [], label=str(k), **look(k)) for k in classes]
    title = Line2D([], [], ls="", label=f"class of {label.replace('_', ' ')}:")
    figure = canvas(ROW, small_print, [title, *handles] if len(classes) <= KEYED else ())
    for ax, (name, shown) in zip(figure.subplots(1, len(maps), squeeze=False)[0], maps.items()):
        scatter(ax, shown.points, shown.classes)
        ax.set_title(name)
        ax.set(xlabel=shown.axes[0], ylabel=shown.axes[1])
    return describe(figure, _alt(maps, label), label=style.label_style(label).name.lower())


def scatter(ax: Axes, points: np.ndarray, classes: np.ndarray) -> None:
    """Points of every class as one line of markers, on a square without numbers, as only distances have a meaning."""
    if len(points) != len(classes):
        raise ValueError(f"{len(points)} points have {len(classes)} classes; each needs one.")
    for k in np.unique(classes):
        ax.plot(*points[classes == k].T, **look(k), alpha=0.6)
    reach = 1.06 * max(float(np.abs(points - points.mean(0)).max()), 1e-9)
    x, y = points.mean(0)
    ax.set(xlim=(x - reach, x + reach), ylim=(y - reach, y + reach), xticks=[], yticks=[])
    ax.set_box_aspect(1)
    ax.spines[:].set_visible(True)
    ax.spines[:].set_color(style.FAINT)


def look(k: int) -> dict:
    """Colour and shape of a class; from the seventh on, colours repeat with the next shape."""
    colour, again = style.PETROFF6[k % 6], k // 6
    size = 0.6 * matplotlib.rcParams["lines.markersize"]
    return {"ls": "", "marker": MARKERS[(k + again) % 6], "color": colour, "ms": size, "mew": 0}


def separation(points: np.ndarray, classes: np.ndarray) -> float:
    """The share of the points' variance that is between class means, in [0, 1]."""
    centred = points - points.mean(0)
    means = [(np.mean(classes == k), centred[classes == k].mean(0)) for k in np.unique(classes)]
    total = (centred**2).sum(1).mean()
    return float(sum(share * (mean**2).sum() for share, mean in means) / total) if total > 0 else 0.0


def _alt(maps: Mapping[str, Map], label: str) -> str:
    words = [
        f"{name}, {len(shown.points)} samples, classes account for {separation(shown.points, shown.classes):.0%} of "
        "the variance"
        for name, shown in maps.items()
    ]
    return f"Maps of embeddings in two dimensions, coloured by the class of {label}. {'; '.join(words)}."
