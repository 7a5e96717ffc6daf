"""Samples of ``digits``: strips of handwriting with their labels, and the digits that determine each label."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from coral_viz import style
from coral_viz.figures.data.handwritten import (
    APART,
    COVERED,
    Run,
    answers,
    draw_run,
    flow,
    page,
    read_aloud,
    room,
    strips,
    width_of,
)
from coral_viz.figures.layout import face
from coral_viz.figures.layout.canvas import describe, picture
from coral_viz.tasks.visible import Visible

# lengths in type sizes
LEAST, MOST = 1.2, 3.2  # sides of a digit among many samples; below the first, a strip has a line of its own
LARGE = 3.6, 6.0  # and in one
BETWEEN = 1.8  # from strip to strip, from word to word
TEXT = 1.35  # from one line of words to the next


@picture(
    short="Samples of the task digits, with their labels.",
    long="{rows} samples of the task digits, in the handwriting of real people: a strip per modality, labels above, "
    "and below each digit a line in the colour of the label that depends on it.",
)
def samples(task, batch, *, rows: int = 6) -> Figure:
    """The first samples of a batch: the strip of every modality, and above them their labels.

    Args:
        task: a ``digits`` task.
        batch: samples of it.
        rows: how many.

    Raises:
        ValueError: the batch has fewer samples, or none are asked for.
    """
    if not 1 <= rows <= len(batch):
        raise ValueError(f"rows = {rows} cannot be shown; the batch has 1 to {len(batch)}.")
    across = room()
    shown = [strips(task, batch, row) for row in range(rows)]
    told = [answers(task, batch, row) for row in range(rows)]
    together, alone = _side(shown[0], across), min(_side([runs], across) for runs in shown[0])
    side = min(together if together >= LEAST else alone, MOST)
    lines = flow([width_of(runs, side) for runs in shown[0]], across, BETWEEN)
    words = [flow([face.width(text, weight="bold") for text, _ in given], across, BETWEEN) for given in told]
    heights = [TEXT * len(broken) + 0.2 + (side + APART) * len(lines) + APART for broken in words]
    small = (
        f"n = {rows} samples, each with its labels above the strips of its {task.count} modalities in turn. "
        "S: whether the relation holds."
    )
    figure, ax = page(sum(heights), small, _key(task))
    top = 0.0
    for runs, given, broken, height in zip(shown, told, words, heights):
        _words(ax, given, broken, top)
        for number, line in enumerate(lines):
            left, y = 0.0, top + TEXT * len(broken) + 0.2 + (side + APART) * number
            for m in line:
                _strip(ax, runs[m], left, y, side)
                left += width_of(runs[m], side) + BETWEEN
        top += height
    sentences = [
        f"sample {row + 1}: {', '.join(text for text, _ in told[row])}, {read_aloud(task, shown[row])}"
        for row in range(rows)
    ]
    alt = f"Strips of handwritten digits with their labels; {'; '.join(sentences)}."
    return describe(figure, alt, rows=f"{rows}")


@picture(
    short="The digits of one sample that determine each label{hidden}.",
    long="One sample of the task digits: a strip of handwriting per modality, and the labels that each digit "
    "determines{hidden}. Only all strips together reveal whether the relation holds.",
)
def questions(task, batch, *, row: int = 0, visible: Visible | None = None) -> Figure:
    """One sample, and the digits that determine each label.

    Args:
        task: a ``digits`` task.
        batch: samples of it.
        row: which sample.
        visible: a mask of one pattern, see ``tasks.visible``; hidden digits are crossed out.

    Raises:
        ValueError: the batch has no such row, or the mask does not fit or shows nothing.
    """
    shown = strips(task, batch, row, visible)
    across = room()
    side = min(max(_side(shown[:1], across), LARGE[0]), LARGE[1])
    broken = [flow([_column(run, side) for run in runs], across, APART) for runs in shown]
    pitch, title = side + 2 * TEXT + 0.9, TEXT + 0.2
    question = face.wrap(_question(task, batch, row, shown), across)
    height = sum(title + pitch * len(lines) for lines in broken) + TEXT * len(question.split("\n")) + 0.4
    hides = any(run.hidden.any() for runs in shown for run in runs)
    key = [Rectangle((0, 0), 1, 1, label="hidden", **COVERED)] if hides else []
    small = (
        "Each digit is one token; its place says which latent it shows. One digit answers R or U; S takes a "
        "digit of every strip."
    )
    figure, ax = page(height, small, key)
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
        f"Hidden in {modality.name.replace('_', ' ')}: {_hidden(runs)}"
        for modality, runs in zip(task.modalities, shown)
        if _hidden(runs)
    ]
    told = ", ".join(text for text, _ in answers(task, batch, row))
    return describe(
        figure,
        f"One sample as strips of handwritten digits: {read_aloud(task, shown)}. Labels: {told}. "
        + "".join(f"{sentence}. " for sentence in hidden)
        + question.replace("\n", " "),
        hidden="; hidden digits are crossed out" if hides else "",
    )


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


def _hidden(runs: list[Run]) -> str:
    """How many digits of which latents a strip hides."""
    return ", ".join(f"{run.hidden.sum()} of {len(run.hidden)} of {run.name}" for run in runs if run.hidden.any())


def _side(shown: list[list[Run]], across: float) -> float:
    """How large digits are if all strips stand on one line."""
    digits = sum(len(run.images) for runs in shown for run in runs)
    return (across - sum(width_of(runs, 0.0) for runs in shown) - BETWEEN * (len(shown) - 1)) / digits


def _column(run: Run, side: float) -> float:
    """How wide a run and the words below it are."""
    return max(run.width(side), face.widest(_below(run), weight="bold"))


def _below(run: Run) -> tuple[str, str]:
    if run.hidden.all():
        return f"{run.name} = ?", "hidden here"
    return f"{run.name} = {run.value}", f"{'part of' if run.latent[0] == 't' else 'answers'} {run.label.symbol}"


def _strip(ax: Axes, runs: list[Run], left: float, top: float, side: float) -> None:
    for run in runs:
        draw_run(ax, run, left, top, side)
        left += run.width(side) + APART


def _explained(ax: Axes, run: Run, left: float, top: float, side: float) -> None:
    """A run, and below it its value and what it is asked for."""
    draw_run(ax, run, left, top, side)
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
