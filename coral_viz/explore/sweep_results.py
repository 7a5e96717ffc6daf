"""Results of a grid for the explorer of sweeps: where they lie, what they hold, and what can be chosen of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from coral_viz.explore import shipped
from coral_viz.figures.comparison.part_bits import PARTS
from coral_viz.figures.sweep import sweep_data, sweep_words
from coral_viz.results import metrics, own_results, tables
from coral_viz.results.metrics import METRICS, READOUTS
from coral_viz.results.parts import part_title
from coral_viz.runs import sweep_table


@dataclass(frozen=True)
class SweepResults:
    """The table of a grid, and what explorers ask of it, which is kept until the file is written again.

    It is that in the folder of a sweep (``store``), a CSV of one's own, or what ships. ValueError if there is none.
    """

    grid: str
    store: str

    @property
    def path(self) -> Path:
        """A CSV of one's own, the table in the folder of a sweep, if it has one, else the shipped one."""
        if self.store.endswith(".csv"):
            return Path(self.store)
        own, name = Path(self.store) / "results.parquet", Path(self.grid).stem
        if self.store and own.is_file():
            return own
        ships = shipped.RESULTS / f"grid_{name}.parquet"
        if not ships.is_file():
            where = f"in {self.store!r}" if self.store else "here"
            raise ValueError(f"there are no results of grid {self.grid!r} {where}; make them: {self.command}")
        return ships

    @property
    def command(self) -> str:
        """The shell command that does the runs of the grid."""
        grid = self.grid if self.grid.endswith(".toml") else f"data/grids/{self.grid}.toml"
        return f"python -m coral_viz sweep {grid} --out {self.store or f'out/{Path(self.grid).stem}'}"

    @property
    def table(self) -> pd.DataFrame:
        """All rows, with a column per setting."""
        return _read(*self._stamped)

    def measured(self, metric: str, parts: tuple[str, ...]) -> pd.DataFrame:
        """The rows of one metric in some parts, and of its bound: a fraction of the table."""
        return _only(*self._stamped, metric, parts)

    @property
    def baseline(self) -> dict[str, object]:
        """``sweep_data.baseline`` of the table."""
        return _based(*self._stamped)

    @property
    def runs(self) -> list[tuple[str, str]]:
        """The runs as (words, id): how each differs from the baseline, and its seed."""
        return _named(*self._stamped)

    @property
    def bases(self) -> list[tuple[str, str]]:
        """What configurations can be compared with, as (words, run): the defaults, or any configuration there is."""
        runs = {words.rpartition(", seed")[0]: run for words, run in reversed(self.runs)}
        others = {words: run for words, run in reversed(runs.items()) if not sweep_words.is_baseline(words)}
        return [("the defaults", ""), *others.items()]

    @property
    def mixed(self) -> str:
        """A sentence if the provenance of its runs differs, else ""; see ``sweep_table.mixed``."""
        return _mixed(*self._stamped)

    @property
    def _stamped(self) -> tuple[Path, int]:
        """The file of the table and when it was written."""
        path = self.path
        return path, path.stat().st_mtime_ns if path.is_file() else 0


# --- read once --------------------------------------------------------------------------------------------------------


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
def _mixed(path: Path, written: int) -> str:
    return sweep_table.mixed(_read(path, written))


@lru_cache(maxsize=8)
def _based(path: Path, written: int) -> dict[str, object]:
    return sweep_data.baseline(_read(path, written))


@lru_cache(maxsize=8)
def _named(path: Path, written: int) -> list[tuple[str, str]]:
    runs = _read(path, written).drop_duplicates("run_id")
    words = sweep_data.named(runs, sweep_data.settings(runs), sweep_data.baseline(runs))
    return [(f"{cell}, seed {seed}", run_id) for cell, seed, run_id in zip(words, runs["seed"], runs["run_id"])]


# --- what can be chosen -----------------------------------------------------------------------------------------------


def measures(table: pd.DataFrame) -> list[tuple[str, str]]:
    """The measures as (words, metric); "metric, readout" for a readout other than the metric's default."""
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


def parts(table: pd.DataFrame, measure: str) -> list[tuple[str, str]]:
    """The parts that have such a measure, as (words, part), the whole embedding first."""
    found = table.loc[table["metric"] == measure.split(", ")[0], "part"]
    known = tables.in_order(found, PARTS)
    return [("each loss has its own" if part == "" else part_title(part), part) for part in known]


def numbers_first(table: pd.DataFrame) -> list[str]:
    """The settings; numeric ones, over which curves can be drawn, first."""
    return sorted(sweep_data.settings(table), key=lambda name: not sweep_data.is_number(table[name]))


def levels(values: pd.Series) -> list:
    return sorted(
        (value.item() if isinstance(value, np.generic) else value for value in values.dropna().unique()), key=str
    )


def settings_of(table: pd.DataFrame, run: str) -> dict[str, object]:
    """The settings of a run, without its method; {} if the table has no such run."""
    rows = table[table["run_id"] == run]
    names = [name for name in sweep_data.settings(table) if name != "method"]
    return {} if rows.empty else rows[names].iloc[0].dropna().to_dict()
