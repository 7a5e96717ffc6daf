"""Sweeps: choose the setting that varies, fixed settings and a measure; open a run; perform missing runs."""

from __future__ import annotations

import contextlib
from pathlib import Path

import ipywidgets

from coral_viz import figures, style
from coral_viz.explore import finished, recorded_runs, shipped, sweep_results
from coral_viz.explore.explorer import Explorer, choice, named
from coral_viz.explore.held import Held
from coral_viz.explore.sweep_launcher import SweepLauncher
from coral_viz.explore.sweep_results import SweepResults
from coral_viz.figures.course.embedding_map import Map, embedding_map
from coral_viz.figures.sweep import (
    configuration_rows,
    label_lines,
    setting_curves,
    sweep_data,
    synergy_tradeoff,
)
from coral_viz.figures.sweep.differences import differences
from coral_viz.figures.sweep.heat_map import heat
from coral_viz.figures.sweep.measure_costs import measure_costs
from coral_viz.results import tables
from coral_viz.results.parts import part_title

CURVE, CELLS, LINES, TRADE = "curve", "configurations", "lines across labels", "synergy against unique"
DIFFERENCES, HEAT = "differences from the baseline", "heat map of two settings"
LEARNING, TIMED = "learning curves over steps", "learning curves over seconds"
COSTS = "measure over parameters and seconds"
BITS, MAPS = "one run: bits by part", "one run: maps"
ONE_RUN = ("vary", "beside", "measure", "part", "baseline", "hold")
IDLE = {
    CURVE: ("run", "beside", "baseline"),
    CELLS: ("run", "vary", "beside"),
    DIFFERENCES: ("run", "vary", "beside"),
    LINES: ("run", "vary", "beside"),
    HEAT: ("run",),
    LEARNING: ("run", "beside", "part"),
    TIMED: ("run", "beside", "part"),
    COSTS: ("run", "beside", "baseline"),
    TRADE: ("run", "beside", "measure", "part", "label", "baseline"),
    BITS: (*ONE_RUN, "label"),
    MAPS: ONE_RUN,
}
"""By picture, the controls that change nothing there."""
PICTURES = {CELLS: configuration_rows.cells, DIFFERENCES: differences, LINES: label_lines.parallel}


class Ablations(Explorer):
    """``explore.ablations()``: a grid that ships, or one of your own in the folder of its sweep."""

    NAME = "ablations"
    MORE = ("store", "beside", "part", "label", "baseline", "hold")
    launcher: SweepLauncher | None = None

    def controls(self):
        known = [path.stem.removeprefix("grid_") for path in sorted(shipped.RESULTS.glob("grid_*.parquet"))]
        here = {"placeholder": "the shipped results", "continuous_update": False}
        self.widgets = {
            "grid": ipywidgets.Combobox(value="coral", options=known, continuous_update=False, **named("grid")),
            "store": ipywidgets.Text(**here, **named("folder of a sweep")),
            "view": choice("picture", IDLE, CURVE),
            "vary": choice("vary", [], None),
            "beside": choice("and, in a heat map", [], None),
            "measure": choice("measure", [], None),
            "part": choice("in part", [], None),
            "label": choice("label", [], None),
            "baseline": choice("baseline", [], None),
            "hold": Held(),
            "run": choice("run", [], None),
        }
        self.reopen()
        for name in ("grid", "store"):
            self.widgets[name].observe(self.reopen, "value")
        self.widgets["measure"].observe(self._offer_parts, "value")
        return self.widgets

    @property
    def results(self) -> SweepResults:
        return SweepResults(self.widgets["grid"].value, self.widgets["store"].value)

    def reopen(self, change=None) -> None:
        """Offer what the table holds."""
        with self.following(), contextlib.suppress(ValueError):  # ``compute`` says what is wrong with it
            table, view = self.results.table, self.widgets["view"]
            settings = sweep_results.numbers_first(table)
            labels = tables.labels(table[table["readout"] != ""])
            offers = {
                "measure": sweep_results.measures(table),
                "label": [("all", ""), *((style.label_style(label).name, label) for label in labels)],
                "vary": [(name.replace("_", " "), name) for name in settings],
                "beside": [(name.replace("_", " "), name) for name in [*settings[1:], settings[0]]],
                "run": self.results.runs,
                "baseline": self.results.bases,
            }
            for name, options in offers.items():
                finished.offer(self.widgets[name], options)
            self.widgets["hold"].offer({name: sweep_results.levels(table[name]) for name in sweep_data.settings(table)})
            if view.value == CURVE and not sweep_data.is_number(table[settings[0]]):
                view.value = CELLS
            self._offer_parts()

    def _offer_parts(self, change=None) -> None:
        """Offer the parts that have the chosen measure."""
        with self.following(), contextlib.suppress(ValueError):
            parts = sweep_results.parts(self.results.table, self.widgets["measure"].value)
            finished.offer(self.widgets["part"], parts)

    def acting(self):
        return set(self.widgets) - set(IDLE[self.widgets["view"].value])

    def compute(self, settings):
        results = SweepResults(settings["grid"], settings["store"])
        table = results.table
        if settings["view"] == MAPS:
            return _maps(settings)
        if settings["view"] == BITS:
            return table[table["run_id"] == settings["run"]]
        metric = settings["measure"].split(", ")[0]
        parts: tuple[str, ...] = (settings["part"],)
        if settings["view"] == TRADE:
            metric, parts = "bits", ("shared", "all")
        rows = results.measured(metric, parts)
        for name, value in settings["hold"].items():
            rows = rows[rows[name] == value]
        if rows.empty:
            raise ValueError("no run has all of the fixed settings; set one of them to any.")
        return rows, results.baseline | settings["hold"] | sweep_results.settings_of(table, settings["baseline"])

    def draw(self, computed, settings, look):
        if settings["view"] == MAPS:
            words = f"PCA of {finished.MAPPED} test samples; each map has axes and a scale of its own."
            return embedding_map(computed, label=settings["label"] or "synergy", small_print=words, look=look)
        if settings["view"] == BITS:
            return figures.matrix(computed, look=look)
        rows, base = computed
        if settings["view"] == TRADE:
            return synergy_tradeoff.trade(rows, setting=settings["vary"], look=look)
        metric, _, readout = settings["measure"].partition(", ")
        seen = {"metric": metric, "readout": readout or None, "part": settings["part"], "look": look}
        seen |= {"labels": [settings["label"]] if settings["label"] else None}
        if settings["view"] in (LEARNING, TIMED):
            return recorded_runs.drawn(rows, base, settings, timed=settings["view"] == TIMED, look=look)
        if settings["view"] == COSTS:
            return measure_costs(rows, settings["vary"], **seen)
        if settings["view"] == CURVE:
            return setting_curves.curve(rows, settings["vary"], **seen)
        if settings["view"] == HEAT:
            return heat(rows, [settings["vary"], settings["beside"]], base=base, **seen)
        free = [name for name in sweep_data.settings(rows) if name != "method"]
        return PICTURES[settings["view"]](rows, free, base=base, **seen)

    def caption(self, computed, settings):
        if settings["view"] in (BITS, MAPS):
            words = {run: name for name, run in self.widgets["run"].options}[settings["run"]]
            more = f" All of it: explore.embeddings(folder={settings['store'] + '/runs'!r}, run={settings['run']!r})."
            return f"One run of grid {settings['grid']}: {words}.{more if settings['store'] else ''}"
        rows, _ = computed
        runs = rows.drop_duplicates("run_id")
        seeds = ", ".join(map(str, sorted(set(runs["seed"]))))
        mixed = SweepResults(settings["grid"], settings["store"]).mixed
        table = settings["store"] if settings["store"].endswith(".csv") else f"Grid {settings['grid']}"
        return f"{table}: {len(runs)} runs, seeds {seeds}. {mixed}".strip()

    def layout(self):
        """The controls, and below the rarer ones the buttons that do the missing runs."""
        self.launcher = SweepLauncher(self._chosen, self.presenter.say, self._reread)
        column, buttons = super().layout(), self.launcher.view

        def unfold(change=None):
            buttons.layout.display = "flex" if self.more.value else "none"

        unfold()
        self.more.observe(unfold, "value")
        column.children = (*column.children, buttons)
        return column

    def _chosen(self) -> tuple[str, str]:
        return self.settings["grid"], self.settings["store"]

    def _reread(self) -> None:
        self.reopen()
        self.refresh()

    def close(self) -> None:
        if self.launcher is not None:
            self.launcher.close()
        super().close()


def _maps(settings: dict) -> dict[str, Map]:
    """Maps of the parts of a run whose weights are in the folder of the sweep. ValueError if they are not."""
    sweep, folder = SweepResults(settings["grid"], settings["store"]), f"{settings['store']}/runs"
    if not settings["store"] or not (Path(folder) / settings["run"]).is_dir():
        raise ValueError(
            f"the weights of this run are not here; make them ({sweep.command}) and name the folder of the sweep."
        )
    embedded = finished.embedded(folder, settings["run"])
    parts = [part for part in embedded.parts if part != "all"][-3:]
    classes = embedded.labels[settings["label"] or "synergy"][: finished.MAPPED]
    projected = {part: finished.projected(folder, settings["run"], True, part, "PCA") for part in parts}
    return {part_title(part): Map(points, classes, axes) for part, (points, axes) in projected.items()}
