"""One step of a recorded training: a map of the embedding, the loss, and the information that a readout finds."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from coral_viz import style
from coral_viz.figures.course.embedding_map import KEYED, look, scatter, separation
from coral_viz.figures.course.loss_curves import spread
from coral_viz.figures.layout import face
from coral_viz.figures.layout.canvas import SMALL, canvas, describe, engine, picture
from coral_viz.results import tables
from coral_viz.results.metrics import METRICS

ROWS = 21  # lines of text: map, and beside it the two charts
RECORDED = [METRICS[name] for name in ("bits", "balanced_accuracy")]
AXIS, ABOVE, FOOT = 2.0, 1.8, 3.2  # type sizes: left of the map, above panels, below them
MAP = 0.52  # the map's share of what panels have across
GAP = 0.13  # between names at the ends of lines, in heights of a panel


@picture
def moment(replay, *, step: int, label: str, metric: str = "bits") -> Figure:
    """The whole embedding at one recorded step; on the right all measurements, with that step marked.

    Args:
        replay: a recording, see ``coral_viz.runs.replay``.
        step: one of ``replay.steps``.
        label: whose classes colour the map.
        metric: "bits" or "balanced_accuracy".

    Raises:
        ValueError: no such step, label or metric.
    """
    for name, value, allowed in (
        ("step", step, replay.steps),
        ("label", label, list(replay.labels)),
        ("metric", metric, [known.name for known in RECORDED]),
    ):
        if value not in allowed:
            raise ValueError(f"{name} = {value!r} was not recorded; choose one of {', '.join(map(str, allowed))}.")
    points, classes = replay.maps[replay.steps.index(step)], replay.labels[label]
    every = np.unique(classes)
    title = Line2D([], [], ls="", label=f"class of {label.replace('_', ' ')}:")
    key = [title, *(Line2D([], [], label=str(k), **look(k)) for k in every)] if len(every) <= KEYED else []
    figure = canvas(ROWS, _small_print(replay, metric), key)
    left, losses, found = _panels(figure, [_loss(term) for term in replay.losses])
    _map(left, points, classes, step)
    _losses(losses, replay.losses)
    _found(found, replay, metric)
    for ax in (losses, found):
        _steps(ax, replay.steps, step)
    losses.set_xticklabels([])
    found.set_xlabel("step")
    return describe(figure, _alt(replay, step, label, metric, separation(points, classes)))


def _loss(term: str) -> str:
    return term.replace("_", " ")


def _panels(figure: Figure, ends: Sequence[str]) -> tuple[Axes, Axes, Axes]:
    """The map and the two charts, placed in type sizes: solving a layout would take as long as everything else.

    To the right of the charts there is room for the names at the ends of their lines.
    """
    points, (left, below, width, _) = matplotlib.rcParams["font.size"], engine(figure).get()["rect"]
    figure.set_layout_engine("none")
    across, down = (points / 72 / size for size in figure.get_size_inches())
    names, numbers = face.widest(ends, SMALL) + 0.8, face.width("0.00") + 1.6
    panels = width - (AXIS + numbers) * across
    map_right = left + AXIS * across + MAP * (panels - names * across)
    upright = {"top": 1 - ABOVE * down, "bottom": below + FOOT * down}
    gap = 1.3 * ABOVE * down
    both = {"hspace": gap / ((upright["top"] - upright["bottom"] - gap) / 2)}
    map_ = figure.add_gridspec(1, 1, left=left + AXIS * across, right=map_right, **upright)
    charts = {"left": map_right + numbers * across, "right": left + width - names * across}
    lines = figure.add_gridspec(2, 1, **charts, **upright, **both)
    return figure.add_subplot(map_[0]), figure.add_subplot(lines[0]), figure.add_subplot(lines[1])


def _map(ax: Axes, points: np.ndarray, classes: np.ndarray, step: int) -> None:
    scatter(ax, points, classes)
    ax.set_title("before training" if step == 0 else f"after step {step}", y=1)
    ax.set(xlabel="first axis", ylabel="second axis")


def _losses(ax: Axes, losses: pd.DataFrame) -> None:
    ends = losses.iloc[-1]
    shades = np.linspace(0.0, 0.55, len(losses.columns))
    for term, shade, line in zip(losses, shades, style.LINE_STYLES * len(losses.columns)):
        ax.plot(
            losses.index, losses[term], color=(shade,) * 3, ls=line, lw=0.75 * matplotlib.rcParams["lines.linewidth"]
        )
    ax.set_ylim(bottom=min(0, losses.min().min()))
    _name_ends(ax, {_loss(term): (ends[term], (shade,) * 3) for term, shade in zip(losses, shades)})
    ax.set_title("loss terms, nats", y=1)


def _found(ax: Axes, replay, metric: str) -> None:
    """A line per label; a tick at the right edge for the truth (bits) or a dotted line for chance (accuracy)."""
    rows = replay.probes[replay.probes["metric"] == metric].pivot(index="step", columns="label", values="value")
    rows = rows[tables.labels(replay.probes)]
    for label in rows:
        atom = label if label in style.ATOM_MARKERS else "redundancy"
        ax.plot(
            rows.index,
            rows[label],
            marker=style.ATOM_MARKERS[atom],
            color=style.label_style(label).colour,
            ms=0.7 * matplotlib.rcParams["lines.markersize"],
            lw=0.75 * matplotlib.rcParams["lines.linewidth"],
        )
    known = METRICS[metric]
    bounds = getattr(replay, known.bound)
    for bound in sorted(set(bounds.values())):
        ax.axhline(bound, color=style.FAINT, lw=matplotlib.rcParams["axes.linewidth"], zorder=0)
    top = 1.0 if known.in_percent else max(bounds.values())
    ax.set_ylim(min(-0.04 * top, rows.min().min()), 1.06 * top)
    _name_ends(
        ax, {style.label_style(label).symbol: (rows[label].iloc[-1], style.label_style(label).colour) for label in rows}
    )
    ax.set_title(known.heading, y=1)  # a given height need not be searched for


def _name_ends(ax: Axes, ends: dict[str, tuple[float, object]]) -> None:
    """The name of each line beside its end, moved apart where they would touch."""
    low, high = ax.get_ylim()
    order = sorted(ends, key=lambda name: ends[name][0])
    heights = spread(np.array([(ends[name][0] - low) / (high - low) for name in order]), GAP)
    look = {"transform": ax.transAxes, "va": "center", "size": 0.87 * matplotlib.rcParams["font.size"]}
    for name, height in zip(order, heights):
        ax.text(1.03, height, name, color=ends[name][1], **look)
    ax.yaxis.set_major_locator(MaxNLocator(4))


def _steps(ax: Axes, steps: list[int], step: int) -> None:
    """Steps on a logarithmic scale that begins with 0, and the step that is shown."""
    ax.set_xscale("symlog", linthresh=1)
    ticks = [0, *(10**power for power in range(len(str(steps[-1]))))]
    ax.set_xticks(ticks, list(map(str, ticks)))
    ax.set_xticks([], minor=True)
    ax.set_xlim(-0.25, 1.15 * steps[-1])
    ax.axvline(step, color=style.MUTED, lw=matplotlib.rcParams["lines.linewidth"], alpha=0.5, zorder=0)


def _small_print(replay, metric: str) -> str:
    shares = " and ".join(f"{share:.0%}" for share in replay.explained)
    return (
        f"Left: {len(replay.maps[0])} test samples on the first two principal axes of the last step, which show "
        f"{shares} of its variance; the scale changes from step to step. Right: vertical line, the step on the left; "
        f"pale horizontal lines, {METRICS[METRICS[metric].bound].title}. One run."
    )


def _alt(replay, step: int, label: str, metric: str, share: float) -> str:
    rows = replay.probes[(replay.probes["step"] == step) & (replay.probes["metric"] == metric)]
    values = ", ".join(f"{row.label} {row.value:z.2f}" for row in rows.itertuples())
    return (
        f"Training of {replay.spec.words} at step {step}: map of the embedding, in which the classes of {label} "
        f"account for {share:.0%} of the variance, beside the loss terms and {METRICS[metric].heading} over the steps. "
        f"Now: {values}."
    )
