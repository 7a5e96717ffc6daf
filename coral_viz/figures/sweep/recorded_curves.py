"""Learning curves of recorded runs over a setting: what a probe finds over steps or seconds, a line per level."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from coral_viz import style
from coral_viz.figures.course.moment import RECORDED
from coral_viz.figures.course.probe_curves import FIRST, over_time
from coral_viz.figures.layout import panel_grid
from coral_viz.figures.layout.canvas import describe, picture, seeds_in_words
from coral_viz.figures.sweep import sweep_words
from coral_viz.figures.sweep.level_colours import level_colours
from coral_viz.results import tables
from coral_viz.results.metrics import METRICS, Metric
from coral_viz.runs.replay import Replay

PANEL, READABLE = 9.5, 9.0  # lines of text: a panel; type sizes: the least width of one of four in a row
RIGHT = 1.2  # type sizes: room for half of the last number below a panel


@picture(
    short="{measured} over the {axis} of training, a line per {setting}.",
    long="{measured} of the whole embedding over the {axis} of training{of}, a line per {setting}, mean over seeds; "
    "bands: intervals; dotted: {bound}. Probes are fitted to 2048 samples and tested on 2048 others at every recorded "
    "step{paced}.",
)
def recorded(
    replays: Sequence[Replay],
    setting: str,
    *,
    metric: str = "balanced_accuracy",
    labels: Sequence[str] | None = None,
    seconds: Mapping[str, float] | None = None,
    name: str = "",
) -> Figure:
    """A panel per label and a line per level of a setting, or per method, from a fiftieth of the training to its end.

    Args:
        replays: recordings of one task, which differ in nothing but the setting and the seeds.
        setting: a setting of the runs, or "method"; methods may differ in their own settings, too.
        metric: "bits" or "balanced_accuracy".
        labels: those to show; None for all.
        seconds: the duration of each run by its id (``Store.timing``), to draw curves over seconds, so that levels are
            compared at equal time. All steps of a run are assumed to take equally long.
        name: of the sweep, for the caption.

    Raises:
        ValueError: no recording, no such setting, metric or label, recordings that differ in something else, or a run
            whose seconds are not given.
    """
    rows = learned(replays, setting, metric, seconds)
    known, order = METRICS[metric], list(dict.fromkeys(rows["level"]))
    names = [label for label in tables.labels(rows) if labels is None or label in labels]
    if not names:
        raise ValueError(
            f"no recording measures {', '.join(labels or ())}; choose among {', '.join(tables.labels(rows))}."
        )
    rows = rows[rows["label"].isin(names)]
    summary = tables.summarise(rows, ["level", "label", "step"]).merge(
        rows.groupby(["level", "step"], as_index=False)["x"].mean(), on=["level", "step"]
    )
    axis = "steps" if seconds is None else "seconds"
    words = f"{known.heading.capitalize()} of the whole embedding; {seeds_in_words(summary)}"
    looks = [panel_grid.look(i, colour) for i, colour in enumerate(level_colours(order))]
    key = [
        panel_grid.handle(sweep_words.value_in_words(setting, level), 0, style.INK, **look)
        for level, look in zip(order, looks)
    ]
    columns = min(len(names), 4 if panel_grid.panel_width(4, panel_grid.numbers(), RIGHT) > READABLE else 2)
    shape = math.ceil(len(names) / columns), columns
    beside = {"left": panel_grid.numbers(), "right": RIGHT}
    figure, grid = panel_grid.panels(shape, PANEL, words, **beside, foot=2.8, key=key, between=2.2)
    titles = panel_grid.named(names, panel_grid.panel_width(columns, **beside), "bold")
    for label, title, ax in zip(names, titles, grid.flat):
        here = summary[summary["label"] == label]
        _panel(ax, here, dict(zip(order, looks)), getattr(replays[0], known.bound)[label])
        _scale(ax, summary, replays, known)
        over_time(ax, rows["x"].max())
        ax.set_xlabel(axis)
        panel_grid.title(ax, label, title)
    for ax in grid[:, 0]:
        ax.set_ylabel(known.axis)
    for ax in grid.flat[len(names) :]:
        ax.remove()
    told = {"measured": known.heading, "bound": METRICS[known.bound].title, "axis": axis}
    told |= {"setting": sweep_words.setting_in_words(setting), "of": sweep_words.of_sweep(name)}
    told["paced"] = "; seconds are those of the whole run, shared out evenly among its steps" if seconds else ""
    return describe(figure, _alt(summary, setting, known), **told)


def learned(
    replays: Sequence[Replay], setting: str, metric: str, seconds: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """A row per run, label and recorded step: level, seed, label, step, x (steps or seconds) and value.

    Errors as ``recorded``.
    """
    if metric not in (names := [known.name for known in RECORDED]):
        raise ValueError(f"metric = {metric!r} was not recorded; choose one of {', '.join(names)}.")
    if not replays:
        raise ValueError("there is no recording to draw.")
    _check_alike(replays, setting)
    if untimed := [each.spec.id for each in replays if seconds is not None and each.spec.id not in seconds]:
        raise ValueError(f"seconds says nothing of run {untimed[0]!r}; give those of every recording.")
    last = max(replay.steps[-1] for replay in replays)
    parts = []
    for replay in replays:
        spec, pace = replay.spec, 1.0 if seconds is None else seconds[replay.spec.id] / replay.steps[-1]
        probes = replay.probes.query("metric == @metric and step > 0")
        level = spec.method if setting == "method" else spec.settings[setting]
        parts.append(
            probes.assign(level=level, seed=spec.seed, training_seed=spec.training_seed, x=pace * probes["step"])
        )
    rows = pd.concat(parts, ignore_index=True).assign(status="done", unit=METRICS[metric].unit)
    rows = rows[rows["x"] >= FIRST * (last if seconds is None else rows["x"].max())]
    if setting == "method":
        order = [method for method, _ in style.method_order((level, "") for level in rows["level"])]
        return rows.sort_values("level", key=lambda own: own.map(order.index), kind="stable")
    return rows.sort_values("level", key=lambda own: own if own.dtype != object else own.map(str), kind="stable")


def _check_alike(replays: Sequence[Replay], setting: str) -> None:
    """ValueError if recordings lack the setting, or differ in another one than that and what methods bring along."""
    specs = [replay.spec for replay in replays]
    if setting != "method" and (lacking := [spec for spec in specs if setting not in spec.settings]):
        raise ValueError(f"{lacking[0].method!r} has no setting {setting!r}; it has {', '.join(lacking[0].settings)}.")
    groups: dict[object, dict[str, set]] = {}
    for spec in specs:
        own = groups.setdefault(spec.method if setting == "method" else None, {})
        said = spec.settings | {"method": spec.method, "task": spec.task}
        for name, value in said.items():
            own.setdefault(name, set()).add(value)
    for own in groups.values():
        if more := [name for name, values in own.items() if len(values) > 1 and name != setting]:
            raise ValueError(f"the recordings differ in {more[0]!r}, too; hold it.")
    if len({spec.task for spec in specs}) > 1:
        raise ValueError("the recordings are of several tasks; give recordings of one.")


def _panel(ax: Axes, summary: pd.DataFrame, looks: Mapping[object, dict], bound: float) -> None:
    """Lines on their bands, and what is known beforehand."""
    for level, look in looks.items():
        own = summary[summary["level"] == level].sort_values("step")
        ax.plot(own["x"], own["estimate"], **look)
        ax.fill_between(own["x"], own["low"], own["high"], color=look["color"], alpha=0.15, lw=0)
    ax.axhline(bound, **panel_grid.dotted())


def _scale(ax: Axes, summary: pd.DataFrame, replays: Sequence[Replay], metric: Metric) -> None:
    """The same heights in every panel."""
    ends = [*summary["low"].dropna(), *summary["estimate"], *summary["high"].dropna()]
    ends += [getattr(replays[0], metric.bound)[label] for label in summary["label"].unique()]
    low, high = min(ends), 1.0 if metric.in_percent else max(ends)
    ax.set_ylim(low - 0.05 * (high - low), high + 0.05 * (high - low))
    if metric.in_percent and (place := ax.get_subplotspec()) and place.is_first_col():
        ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))


def _alt(summary: pd.DataFrame, setting: str, metric: Metric) -> str:
    """Where every line ends."""
    told = []
    for (label, level), own in summary.groupby(["label", "level"], sort=False):
        end = own.loc[own["step"].idxmax()]
        words = sweep_words.value_in_words(setting, level)
        told.append(f"{label}, {words}: {metric.text(end['estimate'])} after {end['step']:g} steps")
    return f"{metric.heading.capitalize()} over the training. {'; '.join(told)}."
