"""A sample of ``factors``: the tokens, and the circles that encode latents."""

from __future__ import annotations

import math
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Arc, Circle

from coral_viz import style
from coral_viz.figures.layout.canvas import canvas, describe, picture

ROW, HEADER = 7.8, 1.0  # lines of text: one modality, what stands above the first
CELL = 2.9  # from circle to circle, in radii
ATOM_OF = {"r": "redundancy", "u_1": "unique_1", "t": "synergy"}
"""The atom that a latent's label carries; every other u_m is unique to the second source."""


@picture(
    short="One sample of the task {task} in two views: its tokens as heat maps, and as points on the circles of its "
    "classes.{each}",
    long="One sample of the task {task} in two views: its tokens as heat maps, and as points on the circles of every "
    "latent's classes, a phase being the place on a circle.{each}",
)
def two_views(task, batch, views, *, row: int = 0) -> Figure:
    """Two views of one sample: tokens as heat maps, and the place of each view in the planes of all classes.

    A view is on the circle of a latent's class, and near zero in the planes of its other classes. Tokens that are
    looks have a dot each; a spread observation has one.

    Args:
        task: a ``factors`` task.
        batch: samples of the task.
        views: what ``task.views`` made of the batch.
        row: which sample.

    Raises:
        ValueError: the batch has no such row.
    """
    if not 0 <= row < len(batch):
        raise ValueError(f"row = {row} is not in the batch, whose rows are 0 to {len(batch) - 1}.")
    dots = [_dot(number, style.MUTED, label=f"view {number + 1}") for number in range(2)]
    arc = Line2D([], [], color=style.MUTED, label="range of the phases")
    words = (
        "Heat maps: tokens from left to right, their features downwards (red above 0, blue below, white dropped). "
        "Circles: one per class of a latent."
    )
    figure = canvas(task.count * ROW + HEADER, words, [*dots, arc])
    widest = max(len(shown) for shown in task.shown)
    grid = figure.subplots(task.count, 2 + widest, squeeze=False)
    limit = max(float(x[row].abs().max()) for view in views for x in view)
    for m, line in enumerate(grid):
        for number, ax in enumerate(line[:2]):
            _tokens(ax, views[number][m][row].cpu().numpy(), limit, f"view {number + 1}")
        line[0].set_ylabel(task.modalities[m].name.replace("_", " "), weight="bold")
        places = [coordinates(task, m, view[m])[row] for view in views]
        for latent, name in enumerate(task.shown[m]):
            at = [place[:, latent] for place in places]
            _circles(line[2 + latent], at, name, int(batch.latents[name][row]), task.alpha)
        for ax in line[2 + len(task.shown[m]) :]:
            ax.set_axis_off()
    each = " Each token is a look of its own at all latents of its modality, with phases and noise of its own."
    each *= task.observation == "looks"
    return describe(figure, _alt(task, batch, row), task=task.name, each=each)


def coordinates(task, m: int, x) -> np.ndarray:
    """Where the looks of observations (n, T, p) of modality m lie in every plane, (n, looks, latents, classes, 2).

    Up to noise (cos phi, sin phi) in the plane of the sample's class, (0, 0) in the others.
    """
    circles = task.circles[m]
    planes, loudness = circles.planes.cpu().numpy(), circles.amplitudes.cpu().numpy()[:, :, None]
    looks = x.reshape(len(x), circles.looks, -1).cpu().numpy()
    return np.einsum("nts,lkcs->ntlkc", looks, planes) / (planes[0, 0, 0] ** 2).sum() / loudness


def _tokens(ax: Axes, x: np.ndarray, limit: float, title: str) -> None:
    ax.imshow(x.T, cmap="RdBu_r", vmin=-limit, vmax=limit, interpolation="nearest")
    ax.set(xticks=[], yticks=[])
    ax.set_title(title, weight="normal")
    ax.spines[:].set_visible(False)


def _circles(ax: Axes, places: list[np.ndarray], name: str, drawn: int, alpha: float) -> None:
    """A circle per class, in a square arrangement; ``places``: (looks, classes, 2) of each view."""
    colour, classes = style.ATOM_COLOURS[_atom(name)], places[0].shape[1]
    columns = math.ceil(math.sqrt(classes))
    size = 0.9 * matplotlib.rcParams["font.size"]
    for k in range(classes):
        centre = (CELL * (k % columns), -CELL * (k // columns))
        reach = math.degrees(alpha)
        ax.add_patch(Circle(centre, 1, fc="none", ec=style.FAINT))
        ax.add_patch(Arc(centre, 2, 2, theta1=-reach, theta2=reach, ec=style.MUTED))
        looks: dict[str, Any] = {"color": colour, "weight": "bold"} if k == drawn else {"color": style.MUTED}
        ax.text(centre[0] - 1.15, centre[1] + 0.75, str(k), ha="right", va="center", size=size, **looks)
        for number, place in enumerate(places):
            dots = _dot(number, colour, size=0.8 if len(place) == 1 else 0.5)
            dots.set(data=(centre + place[:, k]).T, clip_on=False)
            ax.add_line(dots)
    rows = math.ceil(classes / columns)
    ax.set(xlim=(-1.9, (columns - 1) * CELL + 1.4), ylim=(-(rows - 1) * CELL - 1.4, 1.4), aspect="equal")
    ax.set_axis_off()
    ax.set_title(f"{_words(name)} = {drawn}", loc="center", color=colour)


def _dot(number: int, colour: str, label: str = "", size: float = 0.8) -> Line2D:
    """View 1 is filled, view 2 hollow; ``size`` in markers."""
    size *= matplotlib.rcParams["lines.markersize"]
    face = style.PAPER if number else colour
    return Line2D([], [], ls="", marker="o", ms=size, mew=size / 5, mec=colour, mfc=face, label=label, zorder=3)


def _atom(name: str) -> str:
    return ATOM_OF.get(name) or ATOM_OF.get(name[0], "unique_2")


def _words(name: str) -> str:
    """A latent's name as it is written: u_1 as u1."""
    return name.replace("_", "", 1)


def _alt(task, batch, row: int) -> str:
    sentences = []
    for modality, shown in zip(task.modalities, task.shown):
        values = ", ".join(f"{_words(name)} = {int(batch.latents[name][row])}" for name in shown)
        sentences.append(f"{modality.name.replace('_', ' ')} shows {values}")
    return (
        f"Two views of one sample as heat maps of {task.tokens} tokens of {task.features} numbers, and as points on "
        f"one circle for each class of every latent; {'; '.join(sentences)}. The two views lie on the same circles "
        f"at different phases{', each token at one of its own' if task.observation == 'looks' else ''}."
    )
