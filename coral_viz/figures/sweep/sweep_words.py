"""What figures of sweeps say: settings, configurations, baselines, measurements and protocols in words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from coral_viz import style
from coral_viz.figures.layout.canvas import seeds_in_words
from coral_viz.results import metrics, own_results, tables, trends
from coral_viz.results.metrics import READOUTS, Metric
from coral_viz.results.parts import parse, part_title

BASELINE = "baseline"
"""The name of the configuration that others are compared with."""

Base = Mapping[str, object]
"""A baseline: by setting the value of every run, or a dict of values by what ``OF`` says of the run."""


def is_baseline(cell: str) -> bool:
    """Whether the words name the configuration that others are compared with."""
    return cell.endswith(BASELINE)


def value_in_words(name: str, value: object) -> str:
    """A setting and its value, or a method's name."""
    if name == "method":
        return style.method_style(str(value)).label.split(" (")[0]
    return str(value) if name == "knob" else f"{name.replace('_', ' ')} {plain(value)}"


SPELLED = {"rho": "rho: share of related pairs"}
"""What settings are called on an axis whose names do not say it."""


def setting_in_words(name: str) -> str:
    """A setting's name on an axis and in a caption."""
    return SPELLED.get(name, name.replace("_", " "))


def plain(value: object) -> str:
    """A value: numbers as short as they are, switches as on and off."""
    if isinstance(value, bool | np.bool_):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, int | float | np.number) else str(value)


def in_words(metric: Metric, readout: str | None, part: str) -> str:
    """The name of the numbers on an axis."""
    if "{" in metric.title:
        return metric.title.format(*map(part_title, parse(part).names))
    read = readout or metric.readout
    told = "in %" if metric.in_percent else f"({f'{read} readout' if read else metric.unit})"
    name = f"{metric.title} {told}".removesuffix(" ()")
    return name if part in ("all", "") else f"{name} in {part_title(part)}"


def measured_in_words(rows: pd.DataFrame, readout: str | None, part: str, name: str = "") -> dict[str, str]:
    """Places of a caption of measured rows: the metric with its readout and part, the dotted bound, and the sweep."""
    metric = metrics.of(rows)
    read, words = readout or metric.readout, in_words(metric, readout, part)
    if read and parse(part).kind != "pair":
        where = "the whole embedding" if part == "all" else part_title(part)
        words = f"{metric.title} by {READOUTS[read].asked} of {where}"
    dotted = f"; dotted: {metrics.named(metric.bound).title}" if _is_bounded(rows) else ""
    return {"measured": words, "dotted": dotted, "of": of_sweep(name)}


def of_sweep(name: str) -> str:
    """What a caption says of the sweep with this name; "" where it has none."""
    return f" of the sweep {name}" if name else ""


def protocol(rows: pd.DataFrame) -> str:
    """Methods, if they are few, number of steps, and training distribution."""
    names = list(dict.fromkeys(value_in_words("method", name) for name in rows["method"]))
    who = " and ".join(names) if len(names) < 3 else f"{len(names)} methods"
    if own_results.are_own(rows):
        return who
    steps = " to ".join(dict.fromkeys(f"{step:,}" for step in (rows["step"].min(), rows["step"].max())))
    return f"{who} after {steps} steps of {' or '.join(tables.distributions(rows))} training".replace("  ", " ")


def small_print(rows: pd.DataFrame, summary: pd.DataFrame, readout: str | None, part: str) -> str:
    """Training, measurement, n, kind of interval, and the meaning of the dotted line."""
    metric = metrics.of(rows)
    bound = f" Dotted: {metrics.named(metric.bound).title}." if _is_bounded(rows) else ""
    return f"{protocol(rows)}: {in_words(metric, readout, part)}; {seeds_in_words(summary)}{bound}"


def _is_bounded(rows: pd.DataFrame) -> bool:
    """Whether ``measured`` rows say what is known beforehand."""
    return bool(metrics.of(rows).bound and rows["reference"].notna().any())


def baseline_in_words(cells: Sequence[str], base: Base, look: str) -> str:
    """The look of the baseline and its settings, if it is among the cells."""
    based = based_in_words(base)
    return f" Baseline ({look}): {', '.join(based)}." if based and any(map(is_baseline, cells)) else ""


def based_in_words(base: Base) -> list[str]:
    """The settings of a baseline; of those that differ between methods with the methods that have them."""
    told = []
    for name, value in base.items():
        if not isinstance(value, Mapping):
            told += [] if lacks(value) else [value_in_words(name, value)]
            continue
        who: dict[str, dict] = {}
        for (method, *_), own in value.items():
            who.setdefault(value_in_words(name, own), {})[value_in_words("method", method)] = None
        told += [f"{words} ({', '.join(methods)})" for words, methods in who.items()]
    return told


def not_shown(kept: Mapping[str, float], metric: Metric) -> str:
    """The sentence that replaces panels of labels that are kept completely."""
    names = ", ".join(style.label_style(label).name for label in kept)
    least = math.floor(1000 * min(kept.values(), default=0)) / 10
    amount = f"{least:g} %{' of the truth' * (metric.bound == 'truth')}{' or more' * (least < 100)}"
    return f" Not shown: {names}, {amount} in every run." if kept else ""


def trends_in_words(found: pd.DataFrame, setting: str) -> str:
    """The rows of ``trends.page`` by label and line, as a sentence that names those that are significant."""
    if found.empty:
        return ""
    seen = found[found["p_holm"] <= trends.LEVEL]
    told = [
        f"{', '.join(filter(None, [style.label_style(row['label']).name, row['line']]))} {trends.in_words(row)}"
        for _, row in seen.iterrows()
    ]
    rest = len(found) - len(seen)
    told += [f"{'no trend' if not told else f'no trend in the other {rest}'}"] * bool(rest)
    return f" Trends over {setting_in_words(setting)} (Page's test over seeds, Holm's correction): {'; '.join(told)}."


def lacks(value: object) -> bool:
    return value == "" or pd.isna(value)
