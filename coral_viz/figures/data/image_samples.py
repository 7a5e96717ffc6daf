"""Samples of ``trifeature``: every shape, texture and colour, and pairs with their labels and views."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from coral_viz import style
from coral_viz.figures.layout import face
from coral_viz.figures.layout.canvas import LINE, MARGIN, SPACED, canvas, describe, picture, text_at
from coral_viz.tasks.rendering import ATTRIBUTES
from coral_viz.tasks.trifeature import ROLES
from coral_viz.tasks.views import MEAN, STD

BESIDE = 1.5  # type sizes between the names of a contact sheet and its images, and around both
STEP = 1.34  # from the first label of an image to the second, in images
PLAIN = {"shape": "square", "texture": "solid", "colour": "white"}
"""What shows best which value another attribute has."""


@picture
def contact_sheet(task) -> Figure:
    """Every value of every attribute of a ``trifeature`` task, in images of the task.

    Rows are the shared attribute, columns the one that the mapping starts from, the third attribute runs along the
    diagonals; below each column stands the value that the mapping leads to.
    """
    rows, columns = task.shared, task.related_1
    (third,) = set(ROLES) - {rows, columns}
    k = task.values
    cells = [{rows: i, columns: j, third: (i + j) % k} for i in range(k) for j in range(k)]
    targets = [_plain(task) | {task.related_2: int(value)} for value in task.mapping]
    words = (
        f"{k * k} of the {k**3} combinations, {task.size} x {task.size} pixels: a {third} for each diagonal. "
        f"Lowest row: the {task.related_2} that each {columns} leads to in the mapping."
    )
    above, below = ATTRIBUTES[columns][:k], [ATTRIBUTES[task.related_2][value] for value in task.mapping]
    image = (face.letters() - 2 * MARGIN - face.widest([*ATTRIBUTES[rows][:k], "mapping"]) - BESIDE) / k
    crowded = face.widest([*above, *below]) + 0.3 > image
    names = face.widest(above) + face.widest(below) if crowded else 2 * LINE
    figure = canvas((image * (k + 1) + names + 2 * BESIDE) / LINE, words)
    upper, lower = figure.subplots(2, 1, height_ratios=[k, 1])
    _mosaic(upper, task, cells, k)
    _mosaic(lower, task, targets, 1)
    upper.set_yticks(*_ticks(task.size, ATTRIBUTES[rows][:k]))
    upper.set_xticks(*_ticks(task.size, above), rotation=90 if crowded else 0)
    upper.xaxis.tick_top()
    lower.set_yticks(*_ticks(task.size, ["mapping"]))
    lower.set_xticks(*_ticks(task.size, below), rotation=90 if crowded else 0)
    for ax in (upper, lower):
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
    leads = ", ".join(f"{ATTRIBUTES[columns][j]} to {name}" for j, name in enumerate(below))
    return describe(
        figure,
        f"{k} by {k} images of one object each on grey: a {rows} for each row, a {columns} for each column, a {third} "
        f"for each diagonal. The mapping leads from {leads}.",
    )


@picture(
    short="Pairs of images, two views of each, and their labels.",
    long="Pairs of images, two views of each as methods see them, and their labels in words.",
)
def pairs(task, batch, views, *, rows: int = 4) -> Figure:
    """The first pairs of a batch: both images, two views of each as methods see them, and the labels in words.

    Args:
        task: a ``trifeature`` task.
        batch: samples of the task.
        views: what ``task.views`` made of the batch.
        rows: how many pairs.

    Raises:
        ValueError: the batch has fewer pairs, or none are asked for.
    """
    if not 1 <= rows <= len(batch):
        raise ValueError(f"rows = {rows} cannot be shown; the batch has 1 to {len(batch)}.")
    words = (
        f"R: the {task.shared} of both images. U1, U2: the {task.unique} of image 1, of image 2. S: whether "
        f"image 2 has the {task.related_2} to which the mapping leads from the {task.related_1} of image 1."
    )
    told = [_labels(task, batch, row) for row in range(rows)]
    pitch = (face.letters() - 2 * MARGIN) / 6
    lines = 1 if all(_on_one_line(labels, pitch) for labels in told) else 2
    figure = canvas(rows * (0.93 * pitch / LINE + 0.7 + 0.9 * lines) + 1.5, words)
    grid = figure.subplots(rows, 6, squeeze=False)
    shown = batch[:rows].inputs
    sentences = []
    for row, (line, labels) in enumerate(zip(grid, told)):
        _words(line, labels, lines)
        sentences.append(f"pair {row + 1}: {', '.join(labels.values())}")
        pictures = [images[row] for m in (0, 1) for images in (shown[m], views[0][m], views[1][m])]
        for ax, image in zip(line, pictures):
            ax.imshow(pixels(image), interpolation="nearest")
            ax.set(xticks=[], yticks=[])
            ax.spines[:].set_visible(False)
    for ax, name in zip(grid[-1], ("image 1", "view 1", "view 2", "image 2", "view 1", "view 2")):
        ax.set_xlabel(name, weight="bold" if "image" in name else "normal")
    return describe(figure, f"Pairs of images with two augmented views of each; {'; '.join(sentences)}.")


def _plain(task) -> dict[str, int]:
    """The plainest value of each attribute that the task has."""
    return {role: min(ATTRIBUTES[role].index(value), task.values - 1) for role, value in PLAIN.items()}


def _mosaic(ax: Axes, task, cells: list[dict], rows: int) -> None:
    """One image of the task for each cell, row by row."""
    wanted = torch.tensor([[cell[role] for role in ROLES] for cell in cells], device=task.device)
    found = (task.attributes[None] == wanted[:, None]).all(2).byte().argmax(1)
    images = task.images[found].cpu().unflatten(0, (rows, -1))
    ax.imshow(images.permute(0, 3, 1, 4, 2).flatten(2, 3).flatten(0, 1).numpy(), interpolation="antialiased")


def _ticks(size: int, names) -> tuple[np.ndarray, list[str]]:
    return (np.arange(len(names)) + 0.5) * size - 0.5, list(names)


def _labels(task, batch, row: int) -> dict[str, str]:
    """The labels of one pair in words, by atom."""
    latent = {name: int(values[row]) for name, values in batch.latents.items()}

    def named(role: str, value: int) -> str:
        return ATTRIBUTES[role][value]

    start = latent[f"{task.related_1}_1"]
    leads = f"{named(task.related_1, start)} → {named(task.related_2, int(task.mapping[start]))}"
    return {
        "redundancy": f"R {named(task.shared, latent[f'{task.shared}_1'])}",
        "unique_1": f"U1 {named(task.unique, latent[f'{task.unique}_1'])}",
        "unique_2": f"U2 {named(task.unique, latent[f'{task.unique}_2'])}",
        "synergy": f"S {'yes' if batch.labels['synergy'][row] else 'no'}, {leads}",
    }


def _on_one_line(labels: dict[str, str], pitch: float) -> bool:
    """Whether the labels of a pair fit above its images, each of which takes so many type sizes."""
    r, u1, u2, s = (face.width(words) + 0.5 for words in labels.values())
    return r <= 0.9 * STEP * pitch and u1 <= (3 - STEP) * pitch and u2 + s <= 3 * pitch


def _words(line: Sequence[Axes], labels: dict[str, str], lines: int) -> None:
    """The labels of a pair in the colours of their atoms, above the image that shows them: R and U1, U2 and S.

    Beside each other on one line, R above U1 and U2 above S on two.
    """
    line[0].set_title("\n".join([" "] * lines), linespacing=SPACED)  # keeps the lines above free
    one = (0, 0, 0.5, "left"), (0, STEP, 0.5, "left"), (3, 0, 0.5, "left"), (5, 1, 0.5, "right")
    two = (0, 0, 1.6, "left"), (0, 0, 0.4, "left"), (3, 0, 1.6, "left"), (3, 0, 0.4, "left")
    for (atom, words), (column, x, y, side) in zip(labels.items(), one if lines == 1 else two):
        text_at(line[column], words, (x, 1), (0, y), color=style.ATOM_COLOURS[atom], ha=side)


def pixels(image: torch.Tensor) -> np.ndarray:
    """A normalised image (3, S, S) as matplotlib wants it."""
    shown = image.cpu().permute(1, 2, 0) * torch.tensor(STD) + torch.tensor(MEAN)
    return shown.clamp(0, 1).numpy()
