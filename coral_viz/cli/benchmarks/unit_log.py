"""Work in units that are kept one by one, within a given time: what a killed or a later call goes on from.

A folder holds ``units.json`` (what was done, in how many seconds, what was found in words), a CSV or Parquet file per
table, whose rows say their unit, and a file per collection of arrays. All is written after every unit.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import joblib
import numpy as np
import pandas as pd

from coral_viz import files
from coral_viz.parents import serve_parent


@dataclass(frozen=True)
class Found:
    """What a unit found: in words, as rows of tables by name, and as arrays by collection and name."""

    words: str
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    arrays: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    failed: bool = False


@dataclass(frozen=True)
class Unit:
    """A piece of work; units of one ``kind`` take about as long, ``seconds`` where none was done yet."""

    name: str
    kind: str
    seconds: float
    work: Callable[[], Found]


class UnitLog:
    """The folder, and the time until which units are started. ValueError for a folder of something else."""

    def __init__(self, folder: Path, identity: dict[str, object], minutes: float):
        self.folder, self.identity = folder, identity
        self.until = time.monotonic() + 60 * minutes
        self.late: list[str] = []
        self.units: dict[str, dict] = {}
        if (folder / "units.json").is_file():
            kept = json.loads((folder / "units.json").read_text(encoding="utf-8"))
            if kept["identity"] != identity:
                raise ValueError(f"{str(folder)!r} is of {kept['identity']}, not of {identity}; choose another --out.")
            self.units = kept["units"]

    def finished(self, name: str) -> bool:
        return name in self.units and not self.units[name]["failed"]

    def seconds(self, unit: Unit) -> float:
        """How long a unit will take, from those of its kind."""
        took = [u["seconds"] for u in self.units.values() if u["kind"] == unit.kind and not u["failed"]]
        return median(took) if took else unit.seconds

    def do(self, units: Iterable[Unit], jobs: int = 1) -> Iterator[str]:
        """Do what is missing and ends in time, ``jobs`` side by side; a line in words for each as it ends."""
        started = self._started(units)
        if jobs == 1:
            ended: Iterable = map(attempt, started)
        else:
            ways = {"return_as": "generator_unordered", "batch_size": 1, "pre_dispatch": jobs}
            tasks = (joblib.delayed(attempt)(unit) for unit in started)
            ended = joblib.Parallel(n_jobs=jobs, initializer=serve_parent, **ways)(tasks)
        for unit, seconds, found in ended:
            self.keep(unit, seconds, found)
            yield f"{unit.name} ({seconds:.0f} s): {found.words}"

    def _started(self, units: Iterable[Unit]) -> Iterator[Unit]:
        for unit in units:
            if self.finished(unit.name):
                continue
            if time.monotonic() + self.seconds(unit) > self.until:
                self.late.append(unit.name)
                continue
            yield unit

    def keep(self, unit: Unit, seconds: float, found: Found) -> None:
        """Write all that a unit found, its line in ``units.json`` last."""
        for name, rows in found.tables.items():
            old = self.table(name)
            old = old[old["unit"] != unit.name] if len(old) else old
            table = pd.concat([t for t in (old, rows.assign(unit=unit.name)) if len(t)])
            with files.replacing(self.folder / f"{name}.parquet") as unfinished:
                table.to_parquet(unfinished, index=False)
        for name, arrays in found.arrays.items():
            with files.replacing(self.folder / f"{name}.npz") as unfinished:
                np.savez(unfinished, allow_pickle=False, **self.arrays(name) | arrays)
        self.units[unit.name] = {
            "kind": unit.kind,
            "seconds": round(seconds, 1),
            "failed": found.failed,
            "words": found.words,
        }
        with files.replacing(self.folder / "units.json") as unfinished:
            text = json.dumps({"identity": self.identity, "units": self.units}, indent=1)
            unfinished.write_text(text, encoding="utf-8")

    def table(self, name: str) -> pd.DataFrame:
        """The rows of a table so far; an empty one if there are none."""
        path = self.folder / f"{name}.parquet"
        return pd.read_parquet(path) if path.is_file() else pd.DataFrame()

    def arrays(self, name: str) -> dict[str, np.ndarray]:
        path = self.folder / f"{name}.npz"
        if not path.is_file():
            return {}
        with np.load(path, allow_pickle=False) as held:
            return dict(held)


def attempt(unit: Unit) -> tuple[Unit, float, Found]:
    """The unit, how long it took, and what it found; of an error, its sentence."""
    start = time.perf_counter()
    try:
        found = unit.work()
    except Exception as error:
        found = Found(f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}", failed=True)
    return unit, time.perf_counter() - start, found
