"""Sweeps: choose the setting that varies, fixed settings and a measure; open a run; perform missing runs."""

from __future__ import annotations

import contextlib
import re
import sys
from functools import lru_cache
from pathlib import Path

import ipywidgets
import numpy as np
import pandas as pd

from coral_viz import figures, style
from coral_viz.explore import finished, shipped
from coral_viz.explore.background import Background
from coral_viz.explore.explorer import Explorer, choice, named
from coral_viz.explore.held import Held
from coral_viz.figures.comparison.part_bits import PARTS
from coral_viz.figures.course.embedding_map import Map, embedding_map
from coral_viz.figures.sweep import setting_effects, sweep_data, sweep_words
from coral_viz.figures.sweep.differences import differences
from coral_viz.figures.sweep.heat_map import heat
from coral_viz.paths import DATA
from coral_viz.results import metrics, own_results, tables
from coral_viz.results.metrics import METRICS, READOUTS
from coral_viz.results.parts import part_title
from coral_viz.runs import sweep_table

CURVE, CELLS, LINES, TRADE = "curve", "configurations", "lines across labels", "synergy against unique"
DIFFERENCES, HEAT = "differences from the baseline", "heat map of two settings"
BITS, MAPS = "one run: bits by part", "one run: maps"
ONE_RUN = ("vary", "beside", "measure", "part", "baseline", "hold")
IDLE = {
    CURVE: ("run", "beside", "baseline"),
    CELLS: ("run", "vary", "beside"),
    DIFFERENCES: ("run", "vary", "beside"),
    LINES: ("run", "vary", "beside"),
    HEAT: ("run",),
    TRADE: ("run", "beside", "measure", "part", "label", "baseline"),
    BITS: (*ONE_RUN, "label"),
    MAPS: ONE_RUN,
}
"""By picture, the controls that change nothing there."""
PICTURES = {CELLS: setting_effects.cells, DIFFERENCES: differences, LINES: setting_effects.parallel}
BAR = re.compile(r"(\d+)/(\d+) runs .* (\S+) left")
GRIDS = DATA / "grids"
"""The descriptions of the grids that ship."""


class Ablations(Explorer):
    """``explore.ablations()``: a grid that ships, or one of your own in the folder of its sweep."""

    NAME = "ablations"
    MORE = ("store", "beside", "part", "label", "baseline", "hold")
    sweeping: Background | None = None

    def controls(self):
        known = [path.stem.removeprefix("grid_") for path in sorted(shipped.RESULTS.glob("grid_*.parquet"))]
        grid = ipywidgets.Combobox(value="coral", options=known, continuous_update=False, **named("grid"))
        store = ipywidgets.Text(
            placeholder="the shipped results", continuous_update=False, **named("folder of a sweep")
        )
        view, measure = choice("picture", IDLE, CURVE), choice("measure", [], None)
        part, label = choice("in part", [], None), choice("label", [], None)
        vary, beside = choice("vary", [], None), choice("and, in a heat map", [], None)
        baseline, hold, run = choice("baseline", [], None), Held(), choice("run", [], None)

        def reopen(change=None):
            """Offer what the table holds."""
            with self.following(), contextlib.suppress(ValueError):  # ``compute`` says what is wrong with it
                table = _table(grid.value, store.value)
                finished.offer(measure, _measures(table))
                names = tables.labels(table[table["readout"] != ""])
                finished.offer(label, [("all", ""), *((style.label_style(name).name, name) for name in names)])
                settings = _numbers_first(table)
                finished.offer(vary, [(name.replace("_", " "), name) for name in settings])
                finished.offer(beside, [(name.replace("_", " "), name) for name in [*settings[1:], settings[0]]])
                if view.value == CURVE and not sweep_data.is_number(table[settings[0]]):
                    view.value = CELLS
                hold.offer({name: _levels(table[name]) for name in sweep_data.settings(table)})
                finished.offer(run, _runs(grid.value, store.value))
                finished.offer(baseline, _bases(grid.value, store.value))
                follow()

        def follow(change=None):
            """Offer the parts of which there is such a measure."""
            with self.following(), contextlib.suppress(ValueError):
                finished.offer(part, _parts(_table(grid.value, store.value), measure.value))

        reopen()
        self.reopen = reopen
        for widget in (grid, store):
            widget.observe(reopen, "value")
        measure.observe(follow, "value")
        return {
            "grid": grid,
            "store": store,
            "view": view,
            "vary": vary,
            "beside": beside,
            "measure": measure,
            "part": part,
            "label": label,
            "baseline": baseline,
            "hold": hold,
            "run": run,
        }

    def acting(self):
        return set(self.widgets) - set(IDLE[self.widgets["view"].value])

    def compute(self, settings):
        table = _table(settings["grid"], settings["store"])
        if settings["view"] == MAPS:
            return _maps(settings)
        if settings["view"] == BITS:
            return table[table["run_id"] == settings["run"]]
        metric = settings["measure"].split(", ")[0]
        parts: tuple[str, ...] = (settings["part"],)
        if settings["view"] == TRADE:
            metric, parts = "bits", ("shared", "all")
        rows = _measured(settings["grid"], settings["store"], metric, parts)
        for name, value in settings["hold"].items():
            rows = rows[rows[name] == value]
        if rows.empty:
            raise ValueError("no run has all of the fixed settings; set one of them to any.")
        base = _baseline(settings["grid"], settings["store"]) | settings["hold"]
        return rows, base | _settings_of(table, settings["baseline"])

    def draw(self, computed, settings, look):
        if settings["view"] == MAPS:
            words = f"PCA of {finished.MAPPED} test samples; each map has axes and a scale of its own."
            return embedding_map(computed, label=settings["label"] or "synergy", small_print=words, look=look)
        if settings["view"] == BITS:
            return figures.matrix(computed, look=look)
        rows, base = computed
        if settings["view"] == TRADE:
            return setting_effects.trade(rows, setting=settings["vary"], look=look)
        metric, _, readout = settings["measure"].partition(", ")
        seen = {"metric": metric, "readout": readout or None, "part": settings["part"], "look": look}
        seen |= {"labels": [settings["label"]] if settings["label"] else None}
        if settings["view"] == CURVE:
            return setting_effects.curve(rows, settings["vary"], **seen)
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
        mixed = _mixed(settings["grid"], settings["store"])
        table = settings["store"] if settings["store"].endswith(".csv") else f"Grid {settings['grid']}"
        return f"{table}: {len(runs)} runs, seeds {seeds}. {mixed}".strip()

    def layout(self):
        """Below what is seldom moved stands what does the runs that are missing."""
        start = ipywidgets.Button(description="do the missing runs", layout={"width": "auto"})
        stop = ipywidgets.Button(description="cancel", disabled=True)
        self._cancelled = False

        def begin(button):
            try:
                command = _command(self.settings)
            except ValueError as error:
                self.presenter.say(str(error), alert=True)
                return
            start.disabled, stop.disabled = True, False
            self._cancelled = False
            self.presenter.say("The sweep begins.")
            self.sweeping = Background(command, lambda line: self.presenter.say(_in_words(line)), end)

        def end(status):
            start.disabled, stop.disabled = False, True
            last = self.presenter.words
            self.reopen()
            self.refresh()
            if status and self._cancelled:
                self.presenter.say("Cancelled; the runs that have ended are kept.")
            elif status:
                self.presenter.say(last, alert=True)

        def cancel(button):
            self._cancelled = True
            if self.sweeping is not None:
                self.sweeping.stop()

        start.on_click(begin)
        stop.on_click(cancel)
        column, buttons = super().layout(), ipywidgets.HBox([start, stop])

        def unfold(change=None):
            buttons.layout.display = "flex" if self.more.value else "none"

        unfold()
        self.more.observe(unfold, "value")
        column.children = (*column.children, buttons)
        return column

    def close(self) -> None:
        if self.sweeping is not None:
            self.sweeping.leave()
        super().close()


# --- what there is ----------------------------------------------------------------------------------------------------


def _source(grid: str, store: str) -> Path:
    """Where the table lies: a CSV of one's own, in the folder of a sweep, if it has one, else among what ships."""
    if store.endswith(".csv"):
        return Path(store)
    own, name = Path(store) / "results.parquet", Path(grid).stem
    if store and own.is_file():
        return own
    ships = shipped.RESULTS / f"grid_{name}.parquet"
    if not ships.is_file():
        where = f"in {store!r}" if store else "here"
        raise ValueError(f"there are no results of grid {grid!r} {where}; make them: {_sweep(grid, store)}")
    return ships


def _sweep(grid: str, store: str) -> str:
    """The command that makes the runs of a grid."""
    return f"python -m coral_viz sweep {_described(grid)} --out {store or f'out/{Path(grid).stem}'}"


def _described(grid: str) -> str:
    return grid if grid.endswith(".toml") else f"data/grids/{grid}.toml"


def _command(settings: dict) -> list[str]:
    """The same for this machine. ValueError if no folder is named, or the grid is not described."""
    if not settings["store"]:
        raise ValueError("name a folder in which the sweep may keep its runs, such as out/coral.")
    grid = Path(settings["grid"] if settings["grid"].endswith(".toml") else GRIDS / f"{settings['grid']}.toml")
    if not grid.is_file():
        raise ValueError(f"there is no description {str(grid)!r} of the grid; it takes five lines of TOML.")
    return [sys.executable, "-m", "coral_viz", "sweep", str(grid), "--out", settings["store"]]


def _in_words(line: str) -> str:
    """A progress bar as a sentence; other lines as they are."""
    return BAR.sub(r"\1 of \2 runs are done, about \3 left.", line)


def _table(grid: str, store: str) -> pd.DataFrame:
    return _read(*_stamped(grid, store))


def _measured(grid: str, store: str, metric: str, parts: tuple[str, ...]) -> pd.DataFrame:
    """The rows of one metric in some parts and of what it is seen against, which are a fraction of the table."""
    return _only(*_stamped(grid, store), metric, parts)


def _baseline(grid: str, store: str) -> dict[str, object]:
    return _based(*_stamped(grid, store))


def _runs(grid: str, store: str) -> list[tuple[str, str]]:
    """The runs as (words, id): how each differs from the baseline, and its seed."""
    return _named(*_stamped(grid, store))


def _bases(grid: str, store: str) -> list[tuple[str, str]]:
    """What configurations can be compared with, as (words, run): the defaults, or any configuration of the table."""
    runs = {words.rpartition(", seed")[0]: run for words, run in reversed(_runs(grid, store))}
    others = {words: run for words, run in reversed(runs.items()) if not sweep_words.is_baseline(words)}
    return [("the defaults", ""), *others.items()]


def _settings_of(table: pd.DataFrame, run: str) -> dict[str, object]:
    """The settings of a run, without its method; none of no run."""
    rows = table[table["run_id"] == run]
    names = [name for name in sweep_data.settings(table) if name != "method"]
    return {} if rows.empty else rows[names].iloc[0].dropna().to_dict()


def _mixed(grid: str, store: str) -> str:
    return _made(*_stamped(grid, store))


def _stamped(grid: str, store: str) -> tuple[Path, int]:
    """The file of the table and when it was written: what has been read of it is kept until it is written again."""
    path = _source(grid, store)
    return path, path.stat().st_mtime_ns if path.is_file() else 0


@lru_cache(maxsize=8)
def _read(path: Path, written: int) -> pd.DataFrame:
    return own_results.read(path) if path.suffix == ".csv" else sweep_table.read(path)


@lru_cache(maxsize=32)
def _only(path: Path, written: int, metric: str, parts: tuple[str, ...]) -> pd.DataFrame:
    table = _read(path, written)
    table = table[table["metric"].isin([metric, metrics.named(metric).bound]) & table["part"].isin([*parts, "data"])]
    words = table.columns[table.dtypes == "str"]
    return table.astype(dict.fromkeys(words, object))  # few words are compared faster as they are


@lru_cache(maxsize=8)
def _made(path: Path, written: int) -> str:
    return sweep_table.mixed(_read(path, written))


@lru_cache(maxsize=8)
def _based(path: Path, written: int) -> dict[str, object]:
    return sweep_data.baseline(_read(path, written))


@lru_cache(maxsize=8)
def _named(path: Path, written: int) -> list[tuple[str, str]]:
    runs = _read(path, written).drop_duplicates("run_id")
    words = sweep_data.named(runs, sweep_data.settings(runs), sweep_data.baseline(runs))
    return [(f"{cell}, seed {seed}", run_id) for cell, seed, run_id in zip(words, runs["seed"], runs["run_id"])]


def _measures(table: pd.DataFrame) -> list[tuple[str, str]]:
    """What can be seen, as (words, metric): "metric, readout" where it is by another readout than is meant."""
    found = []
    for name in tables.in_order(table.loc[table["part"] != "data", "metric"], list(METRICS)):
        known = metrics.named(name)
        if known.offered and known.readout:
            others = set(table.loc[table["metric"] == name, "readout"]) - {known.readout}
            found += [(f"{known.offered}, {READOUTS[known.readout].title}", name)]
            found += [(f"{known.offered}, {readout} readout", f"{name}, {readout}") for readout in sorted(others)]
        elif known.offered:
            found += [(known.offered, name)]
    return found


def _parts(table: pd.DataFrame, measure: str) -> list[tuple[str, str]]:
    """The parts of which a measure is there, as (words, part), the whole embedding first."""
    found = table.loc[table["metric"] == measure.split(", ")[0], "part"]
    known = tables.in_order(found, PARTS)
    return [("each loss has its own" if part == "" else part_title(part), part) for part in known]


def _numbers_first(table: pd.DataFrame) -> list[str]:
    """The settings, those before the others over which curves can be drawn."""
    return sorted(sweep_data.settings(table), key=lambda name: not sweep_data.is_number(table[name]))


def _levels(values: pd.Series) -> list:
    return sorted(
        (value.item() if isinstance(value, np.generic) else value for value in values.dropna().unique()), key=str
    )


def _maps(settings: dict) -> dict[str, Map]:
    """Maps of the parts of a run whose weights are in the folder of the sweep. ValueError if they are not."""
    folder = f"{settings['store']}/runs"
    if not settings["store"] or not (Path(folder) / settings["run"]).is_dir():
        raise ValueError(
            f"the weights of this run are not here; make them ({_sweep(settings['grid'], settings['store'])}) and name "
            "the folder of the sweep."
        )
    embedded = finished.embedded(folder, settings["run"])
    parts = [part for part in embedded.parts if part != "all"][-3:]
    classes = embedded.labels[settings["label"] or "synergy"][: finished.MAPPED]
    projected = {part: finished.projected(folder, settings["run"], True, part, "PCA") for part in parts}
    return {part_title(part): Map(points, classes, axes) for part, (points, axes) in projected.items()}
