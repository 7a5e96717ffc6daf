"""Samples of ``digits`` as runs of handwriting, one for each latent of a strip, and a page to draw them on.

Lengths are in type sizes, from the upper left corner of the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from torch import Tensor

from coral_viz import style
from coral_viz.figures.data.image_masks import HIDDEN
from coral_viz.figures.layout import face
from coral_viz.figures.layout.canvas import LINE, MARGIN, canvas, one_panel, rectangles
from coral_viz.tasks.handwriting import ink
from coral_viz.tasks.visible import Visible, checked

APART = 0.6  # from a latent's digits to the next latent's

COVERED = HIDDEN | {"fc": style.FAINT}
"""The sign of a hidden digit, which nothing of it shows through."""


@dataclass(frozen=True)
class Run:
    """The digits of one latent in a strip: images (times, 8, 8), the digit, and which are hidden (times,)."""

    latent: str
    value: int
    images: np.ndarray
    hidden: np.ndarray

    @property
    def name(self) -> str:
        """The latent as it is written: u_1 as u1, t_12_1 as t12."""
        return "".join(self.latent.split("_")[:2])

    @property
    def label(self) -> style.LabelStyle:
        """The style of the label that depends on the latent; for t, together with others."""
        first, *rest = self.latent.split("_")
        if first == "t":
            return style.label_style("_".join(["synergy", *rest[:-1]]))
        return style.label_style("_".join([{"r": "redundancy", "u": "unique"}[first], *rest]))

    def width(self, side: float) -> float:
        return len(self.images) * side


def strips(task, batch, row: int, visible: Visible | None = None) -> list[list[Run]]:
    """One sample as runs of digits, by modality.

    Raises:
        ValueError: the batch has no such row, or the mask does not fit or shows nothing.
    """
    if not 0 <= row < len(batch):
        raise ValueError(f"row = {row} is not in the batch, whose rows are 0 to {len(batch) - 1}.")
    masks = checked(task.modalities, visible, 1)
    return [_runs(written, batch, row, x[row], ~mask[0]) for written, x, mask in zip(task.written, batch.inputs, masks)]


def _runs(written: list[str], batch, row: int, tokens: Tensor, hidden: Tensor) -> list[Run]:
    images, latents = ink(tokens).cpu().numpy(), list(dict.fromkeys(written))
    parts = zip(latents, np.split(images, len(latents)), np.split(hidden.numpy(), len(latents)))
    return [Run(latent, int(batch.latents[latent][row]), *part) for latent, *part in parts]


def answers(task, batch, row: int) -> list[tuple[str, str]]:
    """Every label of a sample in words, and its colour."""
    told = []
    for label in task.labels:
        looks, value = style.label_style(label), int(batch.labels[label][row])
        told.append((f"{looks.symbol} {('no', 'yes')[value] if looks.symbol[0] == 'S' else value}", looks.colour))
    return told


def read_aloud(task, shown: list[list[Run]]) -> str:
    """The digits of every strip as text."""
    strip = [" ".join(str(run.value) for run in runs for _ in run.images) for runs in shown]
    return ", ".join(f"{m.name.replace('_', ' ')} reads {digits}" for m, digits in zip(task.modalities, strip))


def width_of(runs: list[Run], side: float) -> float:
    return sum(run.width(side) for run in runs) + APART * (len(runs) - 1)


def flow(widths: Sequence[float], room: float, gap: float) -> list[list[int]]:
    """Break things of these widths into as few lines as possible: their indices, line by line."""
    lines: list[list[int]] = [[]]
    left = 0.0
    for number, width in enumerate(widths):
        if lines[-1] and left + width > room + 1e-6:
            lines.append([])
            left = 0.0
        lines[-1].append(number)
        left += width + gap
    return lines


def room() -> float:
    """The width of a page, in type sizes."""
    return face.letters() - 2 * MARGIN - 1


def page(height: float, small: str, key: Sequence[Artist]) -> tuple[Figure, Axes]:
    """A figure with one bare panel whose coordinates are type sizes, from the upper left corner."""
    figure = canvas((height + 0.6) / LINE, small, key)
    ax = one_panel(figure, left=0, below=0)
    ax.set(xlim=(0, room()), ylim=(height, 0))
    ax.set_axis_off()
    return figure, ax


def draw_run(ax: Axes, run: Run, left: float, top: float, side: float) -> None:
    """Its images beside each other, framed, what is hidden crossed out, above a line in the colour of its label."""
    right, bottom = left + run.width(side), top + side
    ax.imshow(
        np.concatenate(list(run.images), 1),
        cmap="gray_r",
        vmin=0,
        vmax=1,
        interpolation="nearest",
        extent=(left, right, bottom, top),
        aspect="auto",
    )
    corners = left + side * np.arange(len(run.images))
    ax.add_patch(PathPatch(rectangles(corners, top, side, side), fc="none", ec=style.FAINT, clip_on=False))
    if run.hidden.any():
        ax.add_patch(PathPatch(rectangles(corners[run.hidden], top, side, side), clip_on=False, **COVERED))
    ax.add_line(
        Line2D([left, right], [bottom + 0.25] * 2, color=run.label.colour, solid_capstyle="butt", clip_on=False)
    )
