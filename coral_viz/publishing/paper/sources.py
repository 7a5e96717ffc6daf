"""Sources of the figures and tables of a paper: shipped files, or the user's own in their place.

A missing file is a source without content, and its figures and tables are reported as missing. A file that is not valid
is an error, and nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from coral_viz.results import own_results, tables
from coral_viz.runs import Store, sweep_table

MAIN = "main"
SHIPPED = {
    MAIN: "results/factors.parquet",
    "xnor": "results/xnor.parquet",
    "modalities": "results/modalities.parquet",
    "estimators": "results/bench_estimators.csv",
    "coverage": "results/bench_coverage.csv",
    "solver": "results/bench_pid.csv",
    "runs": "runs",
}
"""Where the sources lie in the folder of shipped data."""

SWEEPS = ("coral", "infmasking", "dials", "views")
"""Shipped sweeps that a paper shows, as ``results/grid_NAME.parquet``."""


@dataclass(frozen=True)
class Source:
    """A file, or a folder of runs, and its content; None if it is missing."""

    path: Path
    content: pd.DataFrame | Store | None

    @property
    def mixed(self) -> str:
        """``sweep_table.mixed`` of a sweep's table; "" of other sources, which do not state provenance."""
        is_sweep = isinstance(self.content, pd.DataFrame) and "provenance" in self.content.attrs
        return sweep_table.mixed(self.content) if is_sweep else ""


@dataclass(frozen=True)
class Sources:
    """Sources by name; ``sweeps`` are those with a sweep's table."""

    named: dict[str, Source]
    sweeps: dict[str, Source]


def gather(data: str | Path, own: Iterable[str | Path] = ()) -> Sources:
    """Read what ships in ``data``, and the user's ``own`` tables in place of the shipped ones.

    The table of a tour replaces the main one, and its folder's ``runs`` the shipped runs; the tables of sweeps, and
    results of one's own (see ``own_results``), replace all shipped sweeps. A table is called by its file, or by its
    folder if it is called results.

    Raises:
        ValueError: a table of the user's is missing; a table is not valid (see ``schema.validate``,
            ``sweep_table.read``); two tours; or two sweeps with the same name.
    """
    data = Path(data)
    if not data.is_dir():
        raise ValueError(f"there is no folder {str(data)!r} of shipped data; name it with --data.")
    named = {name: _read(data / place, pd.read_csv if "bench_" in place else _table) for name, place in SHIPPED.items()}
    sweeps = {name: _read(data / "results" / f"grid_{name}.parquet", _table) for name in SWEEPS}
    tours, swept = _own(own)
    for path, source in tours:
        named[MAIN] = source
        if (path.parent / "runs").is_dir():
            named["runs"] = _read(path.parent / "runs", _table)
    return Sources(named, swept or sweeps)


def _own(paths: Iterable[str | Path]) -> tuple[list[tuple[Path, Source]], dict[str, Source]]:
    """The user's tables: of tours, and by name of sweeps."""
    tours: list[tuple[Path, Source]] = []
    sweeps: dict[str, Source] = {}
    for path in map(Path, paths):
        if not path.is_file():
            raise ValueError(f"there is no table {str(path)!r}; name a file such as out/tour/results.parquet.")
        source = _read(path, _table)
        if not (isinstance(source.content, pd.DataFrame) and _has_settings(source.content)):
            tours.append((path, source))
            continue
        name = path.parent.name if path.stem == "results" else path.stem.removeprefix("grid_")
        if name in sweeps:
            raise ValueError(f"two tables of sweeps are called {name!r}: {sweeps[name].path} and {path}; rename one.")
        sweeps[name] = source
    if len(tours) > 1:
        raise ValueError(f"a paper has one main table, not {len(tours)}: {', '.join(str(path) for path, _ in tours)}.")
    return tours, sweeps


def _has_settings(table: pd.DataFrame) -> bool:
    """Whether a table is of a sweep, or results of one's own, which are drawn as a sweep is."""
    return "specs" in table.attrs or own_results.are_own(table)


def _read(path: Path, read: Callable[[Path], pd.DataFrame]) -> Source:
    """ValueError, naming the file, if it is there and not what it should be."""
    if not path.exists():
        return Source(path, None)
    if path.is_dir():
        return Source(path, Store(path, to_write=False))
    try:
        return Source(path, read(path))
    except ValueError as error:
        raise ValueError(str(error) if str(path) in str(error) else f"{str(path)!r}: {error}") from None


def _table(path: Path) -> pd.DataFrame:
    """A table of a sweep, a tidy table or results of one's own, told apart by what they hold."""
    if path.suffix == ".parquet":
        is_sweep = "specs" in _attributes(path)
        return sweep_table.read(path) if is_sweep else tables.read(path)
    return tables.read(path) if tables.is_tidy(path) else own_results.read(path)


def _attributes(path: Path) -> dict:
    try:
        return pd.read_parquet(path).attrs
    except Exception as error:  # Arrow's own kinds among them
        raise ValueError(f"{str(path)!r} is no parquet table: {error}") from None
