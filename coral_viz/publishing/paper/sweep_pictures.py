"""Figures of a sweep: all configurations, curves for numeric settings, and synergy over unique information.

A setting of many levels has a figure of its own; those of few levels share one.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from coral_viz.figures.sweep import configuration_rows, setting_curves, sweep_data, synergy_tradeoff
from coral_viz.publishing.paper import words
from coral_viz.publishing.paper.planned_figure import PlannedFigure, measured, shown
from coral_viz.publishing.paper.sources import Source
from coral_viz.publishing.paper.sweep_choice import DEFAULTS, SweepChoice
from coral_viz.results import metrics, own_results
from coral_viz.results.metrics import LINEAR

MANY = 5
"""Levels from which a number has a figure of its own."""

FLAT = 2
"""Panels that are flat across both columns."""

CROWDED = 4
"""Cells of one colour, of which the plane no longer tells which is which."""

SPREAD = 0.1
"""Shares of the truth by which cells differ at least where a plane of them is worth a figure."""


def plan(name: str, source: Source, choice: SweepChoice = DEFAULTS) -> Iterator[PlannedFigure]:
    """The figures of one sweep, as chosen; only that of its cells if its table is missing.

    Synergy is drawn over unique information only if cells differ in both and colours can distinguish them.
    """

    def cells(table: pd.DataFrame, *, look: Mapping, metric: str) -> Figure:
        settings = [name for name in sweep_data.settings(table) if name != "method"]
        return configuration_rows.cells(table, settings, base=choice.based(table), metric=metric, name=name, look=look)

    numbers = _numbers(source.content)
    for called, metric in metrics_of(name, source.content, choice.metric).items():
        yield PlannedFigure(f"ablation_{called}", source, shown(partial(cells, metric=metric), measured), core=True)
        few, labels = _few(source.content, numbers), _labels(source.content, metric)
        if few:
            panels = partial(setting_curves.curves, settings=few, metric=metric, name=name)
            columns = 1 if labels * len(few) <= FLAT else 2
            yield PlannedFigure(f"ablation_{called}_few_levels", source, shown(panels, measured), columns=columns)
        for setting in [setting for setting in numbers if setting not in few]:
            curve = partial(setting_curves.curve, setting=setting, metric=metric, name=name)
            columns = 1 if labels == 1 or setting in _of_few_levels(source.content, numbers) else 2
            yield PlannedFigure(f"ablation_{called}_{setting}", source, shown(curve, measured), columns=columns)
    if not numbers or own_results.are_own(source.content):
        return
    part, setting = _most_shared(source.content), _most_varied(source.content, numbers)
    if _is_traded(source.content, setting, part):
        trade = partial(synergy_tradeoff.trade, setting=setting, part=part, readout=LINEAR, name=name)
        drawn = shown(trade, measured)
        yield PlannedFigure(f"synergy_against_unique_{name}", source, drawn, words.of_means, columns=1)


def _labels(table: pd.DataFrame | None, metric: str) -> int:
    """How many labels have a panel: those that not every run keeps completely."""
    with contextlib.suppress(ValueError):  # drawing will say what the table lacks
        if table is not None:
            rows = sweep_data.measured(measured(table), metric, None, "all")
            return rows["label"].nunique() - len(sweep_data.whole(rows))
    return 0


def _few(table: pd.DataFrame | None, numbers: list[str]) -> list[str]:
    """The numbers of few levels, of which two stand with all else at the defaults; none if there is but one."""
    found = []
    rows = pd.DataFrame() if table is None else table.drop_duplicates("run_id")
    for setting in _of_few_levels(rows, numbers):
        with contextlib.suppress(ValueError):
            sweep_data.lines(sweep_data.held(rows, [setting], sweep_data.baseline(rows)), setting)
            found.append(setting)
    return found if len(found) > 1 else []


def _of_few_levels(table: pd.DataFrame | None, numbers: list[str]) -> list[str]:
    return [name for name in numbers if table is not None and table[name].nunique() < MANY]


def metrics_of(name: str, table: pd.DataFrame | None, asked: str = "") -> dict[str, str]:
    """The metrics that are drawn, by what their figures are called: the one that is asked for, if the table holds it;
    else linear accuracy and one's own (``runs.own_metrics``), and of results of one's own all.

    Of a metric only letters, digits and underscores go into the name of a file.
    """
    if table is None:
        return {name: asked or "balanced_accuracy"}
    found = list(table["metric"].unique())
    are_own, whole = own_results.are_own(table), set(table.loc[table["part"] == "all", "metric"])
    if asked:
        found = [metric for metric in found if metric == asked]
    elif not are_own:
        found = ["balanced_accuracy", *(metric for metric in found if metric in whole - set(metrics.METRICS))]
    slugs = {metric: re.sub(r"[^A-Za-z0-9_]+", "_", metric) for metric in found}
    return {
        name if metric == "balanced_accuracy" and not are_own else f"{name}_{slugs[metric]}": metric for metric in found
    }


def _most_shared(table: pd.DataFrame) -> str:
    """The part in which synergy and unique information compete: the shared one, if all methods have it, else all."""
    parts = table.groupby("method")["part"].agg(set)
    return "shared" if all("shared" in names for names in parts) else "all"


def _is_traded(table: pd.DataFrame, setting: str, part: str) -> bool:
    """Whether the plane shows more than a line, and which cell is where: its cells differ in both and in colour."""
    with contextlib.suppress(ValueError):  # drawing will say what the table lacks
        rows = sweep_data.traded(measured(table), setting, part, LINEAR)
        means = rows.groupby("cell")[["unique", "synergy"]].mean()
        spread = (means.max() - means.min() >= SPREAD).all()
        return bool(spread and len(means) < CROWDED * rows["level"].nunique())
    return True


def _most_varied(table: pd.DataFrame, numbers: list[str]) -> str:
    """What marks are coloured by: the method, if there are several, else the number with the most values."""
    if table["method"].nunique() > 1:
        return "method"
    return max(numbers, key=lambda name: table[name].nunique())


def _numbers(table: pd.DataFrame | None) -> list[str]:
    """The settings that a curve can be drawn over: numbers, with two levels of which everything else is the same."""
    found: list[str] = []
    if table is None:
        return found
    for name in sweep_data.settings(table):
        with contextlib.suppress(ValueError):
            sweep_data.lines(table.drop_duplicates("run_id"), name)
            found.append(name)
    return found
