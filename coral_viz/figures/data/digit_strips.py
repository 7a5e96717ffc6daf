"""Samples of ``digits`` to be read: strips of handwriting with their labels, and which digit answers which question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Rectangle
from torch import Tensor

from coral_viz import style
from coral_viz.figures.data.image_masks import HIDDEN
from coral_viz.figures.layout import face
from coral_viz.figures.layout.canvas import LINE, MARGIN, canvas, describe, one_panel, picture, rectangles
from coral_viz.tasks.handwriting import ink
from coral_viz.tasks.visible import Visible, checked

# lengths in type sizes
LEAST, MOST = 1.2, 3.2  # sides of a digit among many samples; below the first, a strip has a line of its own
LARGE = 3.6, 6.0  # and in one
APART, BETWEEN = 0.6, 1.8  # from a latent's digits to the next latent's, from strip to strip
TEXT = 1.35  # from one line of words to the next

COVERED = HIDDEN | {"fc": style.FAINT}
"""The sign of a hidden digit, which nothing of it shows through."""


@dataclass(frozen=True)
class Run:
    """The digits of one latent in a strip: their images (times, 8, 8), what they say, which are hidden (times,)."""

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
        """The looks of the label that the latent answers, t together with others."""
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


@picture
def samples(task, batch, *, rows: int = 6) -> Figure:
    """The first samples of a batch: the strip of every modality, and above them their labels.

    Args:
        task: a world of ``digits``.
        batch: samples of it.
        rows: how many.

    Raises:
        ValueError: the batch has fewer samples, or none are asked for.
    """
    if not 1 <= rows <= len(batch):
        raise ValueError(f"rows = {rows} cannot be shown; the batch has 1 to {len(batch)}.")
    room = _room()
    shown = [strips(task, batch, row) for row in range(rows)]
    told = [answers(task, batch, row) for row in range(rows)]
    together, alone = _side(shown[0], room), min(_side([runs], room) for runs in shown[0])
    side = min(together if together >= LEAST else alone, MOST)
    lines = _flow([_width(runs, side) for runs in shown[0]], room, BETWEEN)
    words = [_flow([face.width(text, weight="bold") for text, _ in given], room, BETWEEN) for given in told]
    heights = [TEXT * len(broken) + 0.2 + (side + APART) * len(lines) + APART for broken in words]
    small = (
        f"n = {rows} samples, each with its labels above the strips of its {task.count} modalities in turn. "
        "S: whether the relation holds."
    )
    figure, ax = _page(sum(heights), small, _key(task))
    top = 0.0
    for runs, given, broken, height in zip(shown, told, words, heights):
        _words(ax, given, broken, top)
        for number, line in enumerate(lines):
            left, y = 0.0, top + TEXT * len(broken) + 0.2 + (side + APART) * number
            for m in line:
                _strip(ax, runs[m], left, y, side)
                left += _width(runs[m], side) + BETWEEN
        top += height
    sentences = [
        f"sample {row + 1}: {', '.join(text for text, _ in told[row])}, {_read(task, shown[row])}"
        for row in range(rows)
    ]
    return describe(figure, f"Strips of handwritten digits with their labels; {'; '.join(sentences)}.")


@picture
def questions(task, batch, *, row: int = 0, visible: Visible | None = None) -> Figure:
    """One sample, and which of its digits answers which question.

    Args:
        task: a world of ``digits``.
        batch: samples of it.
        row: which sample.
        visible: a mask of one pattern, see ``tasks.visible``; hidden digits are crossed out.

    Raises:
        ValueError: the batch has no such row, or the mask does not fit or shows nothing.
    """
    shown = strips(task, batch, row, visible)
    room = _room()
    side = min(max(_side(shown[:1], room), LARGE[0]), LARGE[1])
    broken = [_flow([_column(run, side) for run in runs], room, APART) for runs in shown]
    pitch, title = side + 2 * TEXT + 0.9, TEXT + 0.2
    question = face.wrap(_question(task, batch, row, shown), room)
    height = sum(title + pitch * len(lines) for lines in broken) + TEXT * len(question.split("\n")) + 0.4
    hides = any(run.hidden.any() for runs in shown for run in runs)
    key = [Rectangle((0, 0), 1, 1, label="hidden", **COVERED)] if hides else []
    small = (
        "Each digit is one token; its place says which latent it shows. One digit answers R or U; S takes a "
        "digit of every strip."
    )
    figure, ax = _page(height, small, key)
    top = 0.0
    for modality, runs, lines in zip(task.modalities, shown, broken):
        ax.text(0, top, modality.name.replace("_", " "), va="top", weight="bold")
        top += title
        for line in lines:
            left = 0.0
            for run in (runs[k] for k in line):
                _explained(ax, run, left, top, side)
                left += _column(run, side) + APART
            top += pitch
    ax.text(0, top, question, va="top", color=style.label_style("synergy").colour)
    hidden = [
        f"{m.name.replace('_', ' ')} hides {_hidden(runs)}" for m, runs in zip(task.modalities, shown) if _hidden(runs)
    ]
    told = ", ".join(text for text, _ in answers(task, batch, row))
    return describe(
        figure,
        f"One sample as strips of handwritten digits: {_read(task, shown)}. Labels: {told}. "
        + "".join(f"{sentence}. " for sentence in hidden)
        + question.replace("\n", " "),
    )


def answers(task, batch, row: int) -> list[tuple[str, str]]:
    """What every label of a sample says, in words, and its colour."""
    told = []
    for label in task.labels:
        looks, value = style.label_style(label), int(batch.labels[label][row])
        told.append((f"{looks.symbol} {('no', 'yes')[value] if looks.symbol[0] == 'S' else value}", looks.colour))
    return told


def _question(task, batch, row: int, shown: list[list[Run]]) -> str:
    """What synergy asks, and the answer as far as it can be seen."""
    runs = [run for strip in shown for run in strip if run.latent in task.model.relations["synergy"].values()]
    gone = [run.name for run in runs if run.hidden.all()]
    names, values = [run.name for run in runs], [str(run.value) for run in runs]
    asked = " + ".join(names[:-1]) + f" = {names[-1]}" + f" (mod {task.classes})" * (len(names) > 2)
    if gone:
        return f"S asks whether {asked}: nobody can tell, for {' and '.join(gone)} cannot be seen."
    holds = int(batch.labels["synergy"][row])
    return f"S asks whether {asked}: {' + '.join(values[:-1])} {'≠='[holds]} {values[-1]}, {('no', 'yes')[holds]}."


def _read(task, shown: list[list[Run]]) -> str:
    """What every strip reads like."""
    strip = [" ".join(str(run.value) for run in runs for _ in run.images) for runs in shown]
    return ", ".join(f"{m.name.replace('_', ' ')} reads {digits}" for m, digits in zip(task.modalities, strip))


def _hidden(runs: list[Run]) -> str:
    """How many digits of which latents a strip hides."""
    return ", ".join(f"{run.hidden.sum()} of {len(run.hidden)} of {run.name}" for run in runs if run.hidden.any())


def _side(shown: list[list[Run]], room: float) -> float:
    """How large digits are if all strips stand on one line."""
    digits = sum(len(run.images) for runs in shown for run in runs)
    return (room - sum(_width(runs, 0.0) for runs in shown) - BETWEEN * (len(shown) - 1)) / digits


def _width(runs: list[Run], side: float) -> float:
    return sum(run.width(side) for run in runs) + APART * (len(runs) - 1)


def _column(run: Run, side: float) -> float:
    """How wide a run and the words below it are."""
    return max(run.width(side), face.widest(_below(run), weight="bold"))


def _below(run: Run) -> tuple[str, str]:
    if run.hidden.all():
        return f"{run.name} = ?", "hidden here"
    return f"{run.name} = {run.value}", f"{'part of' if run.latent[0] == 't' else 'answers'} {run.label.symbol}"


def _flow(widths: Sequence[float], room: float, gap: float) -> list[list[int]]:
    """Things of these widths on as few lines as fit into a room: their numbers, line by line."""
    lines: list[list[int]] = [[]]
    left = 0.0
    for number, width in enumerate(widths):
        if lines[-1] and left + width > room + 1e-6:
            lines.append([])
            left = 0.0
        lines[-1].append(number)
        left += width + gap
    return lines


def _room() -> float:
    """The width of a page, in type sizes."""
    return face.letters() - 2 * MARGIN - 1


def _page(height: float, small: str, key: Sequence[Artist]) -> tuple[Figure, Axes]:
    """A figure with one bare panel whose coordinates are type sizes, from the upper left corner."""
    figure = canvas((height + 0.6) / LINE, small, key)
    ax = one_panel(figure, left=0, below=0)
    ax.set(xlim=(0, _room()), ylim=(height, 0))
    ax.set_axis_off()
    return figure, ax


def _strip(ax: Axes, runs: list[Run], left: float, top: float, side: float) -> None:
    for run in runs:
        _run(ax, run, left, top, side)
        left += run.width(side) + APART


def _run(ax: Axes, run: Run, left: float, top: float, side: float) -> None:
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


def _explained(ax: Axes, run: Run, left: float, top: float, side: float) -> None:
    """A run, and below it its value and what it is asked for."""
    _run(ax, run, left, top, side)
    value, use = _below(run)
    y = top + side + 0.5
    ax.text(left, y, value, va="top", color=run.label.colour, weight="bold")
    ax.text(left, y + TEXT, use, va="top", color=run.label.colour)


def _words(ax: Axes, given: list[tuple[str, str]], broken: list[list[int]], top: float) -> None:
    for number, line in enumerate(broken):
        left = 0.0
        for text, colour in (given[k] for k in line):
            ax.text(left, top + TEXT * number, text, va="top", color=colour, weight="bold")
            left += face.width(text, weight="bold") + BETWEEN


def _key(task) -> list[Line2D]:
    """The colours of the lines below the digits."""
    labels = map(style.label_style, task.labels)
    return [Line2D([], [], color=label.colour, label=f"{label.symbol}: {label.name.lower()}") for label in labels]
