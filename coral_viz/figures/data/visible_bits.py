"""One sample under a mask, and the bits about every label in its visible tokens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.ticker import MaxNLocator

from coral_viz import style
from coral_viz.figures.data.handwritten import APART, COVERED, Run, draw_run, flow, page, room, strips, width_of
from coral_viz.figures.layout import face
from coral_viz.figures.layout.canvas import describe, in_bits, picture, rectangles
from coral_viz.tasks.remaining import Remaining
from coral_viz.tasks.visible import Visible, checked

# lengths in type sizes
DIGIT, LOOK = 3.2, (2.2, 4.0)  # a side of a digit at most; of a look, its width at most and its height
BETWEEN, NAME = 2.0, 1.7  # from strip to strip, the line above one
NARROW = 14.0  # bars that are shorter than that stand between short names and numbers
ROW, BAR, AXIS = 1.9, 0.7, 2.9  # a label with its two bars, one bar, the axis below them


class Line(NamedTuple):
    """One line of bars: its name, long and short, colour, the bits left, read (None: by nobody), of all tokens."""

    name: str
    short: str
    colour: str
    left: float
    read: float | None
    truth: float


@picture(
    short="One sample under a mask, and the bits about every label in its visible tokens{read}.",
    long="One sample with its hidden tokens crossed out, and below it the exact bits about every label in visible "
    "tokens at these places{read}.",
)
def visible_bits(
    task,
    batch,
    visible: Visible,
    left: Mapping[str, Remaining],
    *,
    row: int = 0,
    read: Mapping[str, Remaining] | None = None,
    method: str = "the method",
    colour: str = style.MUTED,
) -> Figure:
    """The tokens of one sample, hidden ones crossed out, and a bar per label of the bits in visible tokens.

    Redundancy also has a bar for every modality alone.

    Args:
        task: a ``digits`` task, or a ``factors`` task whose tokens are looks.
        batch: samples of it.
        visible: a mask of one pattern, see ``tasks.visible``.
        left: ``task.information`` under this mask.
        row: which sample.
        read: the same bits as a readout of a method's embedding extracts them, see ``evaluation.MaskedReadout``; adds
            a second bar.
        method, colour: the method's name and colour.

    Raises:
        ValueError: the batch has no such row, or the mask does not fit or shows nothing.
    """
    shown = _digits(task, batch, row, visible) if hasattr(task, "written") else _looks(task, batch, row, visible)
    lines = _lines(task, left, read)
    broken = flow([strip.width for strip in shown], room(), BETWEEN)
    high = NAME + max(strip.height for strip in shown) + 0.9
    top = high * len(broken) + 0.3
    small = (
        f"Numbers: bits left{', bits read' * (read is not None)}. Line at the end of a track: the bits of the latents. "
        + (
            f"{method}: a linear readout of its whole embedding, on test samples."
            if read is not None
            else "A perfect reader of visible tokens gets what is left."
        )
    )
    figure, ax = page(top + ROW * len(lines) + AXIS, small, _key(read is not None, method, colour))
    for number, line in enumerate(broken):
        x = 0.0
        for strip in (shown[k] for k in line):
            ax.text(x, high * number, strip.name, va="top", weight="bold")
            strip.draw(ax, x, high * number + NAME)
            x += strip.width + BETWEEN
    _bars(ax, lines, top, colour)
    hidden = [f"{strip.name} hides {strip.hidden} of {strip.tokens} tokens" for strip in shown]
    told = [_told(line, method) for line in lines]
    alt = f"One sample under a mask: {', '.join(hidden)}. Bits left: {'; '.join(told)}."
    return describe(figure, alt, read=f", beside what {method} reads" if read is not None else "")


# --- tokens -------------------------------------------------------------------------------------------------------


class Strip(NamedTuple):
    """A modality's tokens on a page: their measures, how many there are and are hidden, what draws them at a corner."""

    name: str
    width: float
    height: float
    tokens: int
    hidden: int
    draw: Callable[[Axes, float, float], None]


def _digits(task, batch, row: int, visible: Visible) -> list[Strip]:
    found = []
    for modality, runs in zip(task.modalities, strips(task, batch, row, visible)):
        count, hidden = (sum(map(size, runs)) for size in (lambda run: len(run.images), lambda run: run.hidden.sum()))
        side = min(DIGIT, (room() - APART * (len(runs) - 1)) / count)
        draw = partial(_draw_digits, runs, side)
        found.append(Strip(_words(modality.name), width_of(runs, side), side, count, int(hidden), draw))
    return found


def _draw_digits(runs: list[Run], side: float, ax: Axes, left: float, top: float) -> None:
    for run in runs:
        draw_run(ax, run, left, top, side)
        left += run.width(side) + APART


def _looks(task, batch, row: int, visible: Visible) -> list[Strip]:
    if not 0 <= row < len(batch):
        raise ValueError(f"row = {row} is not in the batch, whose rows are 0 to {len(batch) - 1}.")
    found, limit = [], max(float(x[row].abs().max()) for x in batch.inputs)
    for modality, x, mask in zip(task.modalities, batch.inputs, checked(task.modalities, visible, 1)):
        hidden = ~mask[0].numpy()
        wide = min(LOOK[0], room() / len(hidden))
        draw = partial(_draw_looks, x[row].cpu().numpy() / limit, hidden, wide)
        found.append(Strip(_words(modality.name), wide * len(hidden), LOOK[1], len(hidden), int(hidden.sum()), draw))
    return found


def _draw_looks(tokens: np.ndarray, hidden: np.ndarray, wide: float, ax: Axes, left: float, top: float) -> None:
    """Tokens from left to right, their numbers downwards."""
    where = (left, left + wide * len(tokens), top + LOOK[1], top)
    ax.imshow(tokens.T, cmap="RdBu_r", vmin=-1, vmax=1, interpolation="nearest", extent=where, aspect="auto")
    corners = left + wide * np.arange(len(tokens))
    ax.add_patch(PathPatch(rectangles(corners, top, wide, LOOK[1]), fc="none", ec=style.PAPER))
    if hidden.any():
        ax.add_patch(PathPatch(rectangles(corners[hidden], top, wide, LOOK[1]), clip_on=False, **COVERED))


def _words(name: str) -> str:
    return name.replace("_", " ")


# --- bars ---------------------------------------------------------------------------------------------------------


def _lines(task, left: Mapping[str, Remaining], read: Mapping[str, Remaining] | None) -> list[Line]:
    """A line per label, and for redundancy one per modality before it."""
    lines = []
    for label in task.labels:
        looks, truth = style.label_style(label), float(task.truth[label].information)
        if label == "redundancy":
            for m, modality in enumerate(task.modalities):
                got = None if read is None else read[label].alone[m].bits
                names = f"{looks.name}, {_words(modality.name)} alone", f"{looks.symbol}, {m + 1} alone"
                lines.append(Line(*names, looks.colour, left[label].alone[m].bits, got, truth))
        got = None if read is None else read[label].together.bits
        whose = f", {'both' if task.count == 2 else 'all'}" if label == "redundancy" else ""
        names = looks.name + whose, looks.symbol + whose
        lines.append(Line(*names, looks.colour, left[label].together.bits, got, truth))
    return lines


def _bars(ax: Axes, lines: list[Line], top: float, colour: str) -> None:
    """A pale track as long as the truth, on it the bar of what is left, below that of what is read."""
    short = _across(lines, False) < NARROW
    begin, most = _begin(lines, short), max(line.truth for line in lines)
    bit, y = _across(lines, short) / most, top + ROW * np.arange(len(lines))
    left, truth = (
        bit * np.array(bits).clip(0) for bits in ([line.left for line in lines], [line.truth for line in lines])
    )
    read = [line.read for line in lines if line.read is not None]
    high = BAR * (2 if read else 1)
    ax.add_patch(PathPatch(rectangles(begin, y, truth, high), fc=style.FAINT, lw=0, alpha=0.6))
    for line, start, length in zip(lines, y, left):
        ax.add_patch(Rectangle((begin, start), length, BAR, fc=line.colour, lw=0))
    if read:
        ax.add_patch(PathPatch(rectangles(begin, y + BAR, bit * np.array(read).clip(0), BAR), fc=colour, lw=0))
    ends = [[(begin + x, start - 0.15), (begin + x, start + high + 0.15)] for x, start in zip(truth, y)]
    ax.add_collection(LineCollection(ends, colors=style.INK, lw=matplotlib.rcParams["lines.linewidth"]))
    for line, middle in zip(lines, y + high / 2):
        ax.text(begin - 0.5, middle, line.short if short else line.name, ha="right", va="center_baseline")
        ax.text(begin + bit * most + 0.6, middle, _number(line, short), va="center_baseline")
    _axis(ax, begin, top + ROW * len(lines), bit, most)


def _begin(lines: list[Line], short: bool) -> float:
    """Where the bars begin."""
    return face.widest([line.short if short else line.name for line in lines]) + 0.8


def _across(lines: list[Line], short: bool) -> float:
    """The room for bars between names and numbers."""
    read = lines[0].read is not None
    numbers = ("0.00, −0.00" if read else "0.00") if short else f"0.00 of 0.00{', read −0.00' * read}"
    return room() - _begin(lines, short) - face.width(numbers) - 0.8


def _number(line: Line, short: bool) -> str:
    words = in_bits(line.left, 2) if short else f"{in_bits(line.left, 2)} of {line.truth:.3g}"
    return words if line.read is None else f"{words}, {'read ' * (not short)}{in_bits(line.read, 2)}"


def _axis(ax: Axes, begin: float, y: float, bit: float, most: float) -> None:
    locator = MaxNLocator(max(1, min(4, int(bit * most // 4))))
    ticks = [tick for tick in locator.tick_values(0, most) if tick <= 1.001 * most]
    ends = [
        [(begin, y), (begin + bit * most, y)],
        *([(begin + bit * tick, y + d) for d in (0, 0.35)] for tick in ticks),
    ]
    ax.add_collection(LineCollection(ends, colors=style.MUTED, lw=matplotlib.rcParams["axes.linewidth"]))
    for tick in ticks:
        ax.text(begin + bit * tick, y + 0.5, f"{tick:g}", va="top", ha="center")
    ax.text(begin + bit * most / 2, y + 1.7, "bits", va="top", ha="center")


def _key(read: bool, method: str, colour: str) -> list:
    key = [Rectangle((0, 0), 1, 1, fc=style.INK, label="left in visible tokens, exactly")]
    key += [Rectangle((0, 0), 1, 1, fc=colour, label=f"read by {method}")] * read
    return [*key, Rectangle((0, 0), 1, 1, label="hidden", **COVERED)]


def _told(line: Line, method: str) -> str:
    words = f"{line.name} {in_bits(line.left, 2)} of {line.truth:.3g}"
    return words if line.read is None else f"{words}, {method} reads {in_bits(line.read, 2)}"
