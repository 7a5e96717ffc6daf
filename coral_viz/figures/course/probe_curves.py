"""Information that a readout finds over the steps of recorded trainings: a panel per label, a line per run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullFormatter

from coral_viz import style
from coral_viz.figures.course.moment import RECORDED
from coral_viz.figures.layout.canvas import canvas, describe, picture
from coral_viz.results import tables
from coral_viz.results.metrics import METRICS

ROWS, FIRST = 13, 0.02  # lines of text; the least share of the longest training that is shown


@picture(
    short="{measured} of the whole embedding over the {axis} of training, a line per run; dotted: {bound}.",
)
def learning(
    replays: Sequence, *, metric: str = "balanced_accuracy", seconds: Mapping[str, float] | None = None
) -> Figure:
    """Bits or balanced accuracy of the whole embedding, from a fiftieth of the longest training to its end.

    Args:
        replays: recordings of one task, see ``coral_viz.runs.replay``.
        metric: "bits" or "balanced_accuracy".
        seconds: the duration of each run by its id (``Store.timing``). Then curves are drawn over seconds, so that
            methods can be compared at equal time; all steps of a run are assumed to take equally long.

    Raises:
        ValueError: there is no recording, they are of several tasks, the metric was not recorded, or the seconds of
            one are not given.
    """
    names = [known.name for known in RECORDED]
    if metric not in names:
        raise ValueError(f"metric = {metric!r} was not recorded; choose one of {', '.join(names)}.")
    known = METRICS[metric]
    asked = sorted({replay.spec.task for replay in replays})
    if len(asked) != 1:
        raise ValueError(f"the recordings are of {len(asked)} tasks ({', '.join(asked)}); give recordings of one task.")
    ids = [replay.spec.id for replay in replays] if seconds is not None else []
    if untimed := [run_id for run_id in ids if run_id not in (seconds or {})]:
        raise ValueError(f"seconds says nothing of run {untimed[0]!r}; give those of every recording.")
    order = style.method_order((replay.spec.method, replay.spec.knob) for replay in replays)
    replays = sorted(replays, key=lambda replay: order.index((replay.spec.method, replay.spec.knob)))
    words = (
        f"{known.heading.capitalize()} of the whole embedding, fitted to 2048 samples and tested on 2048 others at "
        f"the recorded steps; one training per line; dotted: {METRICS[known.bound].title}. "
    )
    if seconds is None:
        words += "Steps of different methods take different time."
    else:
        words += "Seconds are those of the whole run, shared out evenly among its steps."
    paces = [1.0 if seconds is None else seconds[replay.spec.id] / replay.steps[-1] for replay in replays]
    axis = "step" if seconds is None else "seconds"
    figure = canvas(ROWS, words, [_look(replay, Line2D([], [])) for replay in replays])
    labels = tables.labels(replays[0].probes)
    grid = figure.subplots(1, len(labels), sharey=known.in_percent, squeeze=False)[0]
    for label, ax in zip(labels, grid):
        _panel(ax, replays, paces, label, metric)
        ax.set_xlabel(axis)
    grid[0].set_ylabel(known.title)
    said = {"measured": known.heading, "bound": METRICS[known.bound].title, "axis": axis.rstrip("s") + "s"}
    return describe(figure, _alt(replays, labels, metric), **said)


def _look(replay, line: Line2D) -> Line2D:
    look = style.method_style(replay.spec.method, replay.spec.knob)
    line.set(color=look.colour, ls=look.linestyle, marker=look.marker, label=look.label)
    return line


def _panel(ax: Axes, replays: Sequence, paces: Sequence[float], label: str, metric: str) -> None:
    """``paces``: what a step of each recording counts on the axis, 1 or its seconds."""
    last = max(replay.steps[-1] * pace for replay, pace in zip(replays, paces))
    for replay, pace in zip(replays, paces):
        rows = replay.probes.query("label == @label and metric == @metric and step * @pace >= @FIRST * @last")
        _look(replay, *ax.plot(rows["step"] * pace, rows["value"], ms=0.7 * matplotlib.rcParams["lines.markersize"]))
    bound = getattr(replays[0], METRICS[metric].bound)
    ax.axhline(bound[label], color=style.MUTED, ls=":", lw=matplotlib.rcParams["axes.linewidth"], zorder=0)
    look = style.label_style(label)
    ax.set_title(look.name, color=look.colour)
    over_time(ax, last)


def over_time(ax: Axes, last: float) -> None:
    """A logarithmic axis from a fiftieth of the longest training to its end."""
    ax.set(xscale="log", xlim=(FIRST * last, 1.1 * last))
    ax.xaxis.set_major_locator(LogLocator(subs=(1, 3)))
    ax.xaxis.set_major_formatter("{x:g}")
    ax.xaxis.set_minor_formatter(NullFormatter())


def _alt(replays: Sequence, labels: list[str], metric: str) -> str:
    told = []
    for replay in replays:
        ends = replay.probes.query("metric == @metric").set_index(["label", "step"])["value"]
        found = ", ".join(f"{label} {ends[label, replay.steps[-1]]:z.2f}" for label in labels)
        told.append(f"{replay.spec.words} after {replay.steps[-1]} steps: {found}")
    return f"{METRICS[metric].heading.capitalize()} over the steps of training. {'; '.join(told)}."
