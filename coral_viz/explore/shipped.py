"""Reading of shipped results for explorers."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

from coral_viz.paths import DATA

RESULTS = DATA / "results"


def path(name: str) -> Path:
    """The file ``name`` in ``data/results``; ValueError if it is not there."""
    found = RESULTS / name
    if not found.is_file():
        raise ValueError(f"There is no shipped result {name!r}: {found} does not exist.")
    return found


def table(name: str) -> pd.DataFrame:
    """A copy of a shipped table, .csv or .parquet, which is read from disk only once.

    Raises:
        ValueError: there is no such file, it is of another kind, or it cannot be read.
    """
    return _read(path(name)).copy()


@cache
def _read(file: Path) -> pd.DataFrame:
    readers = {".csv": pd.read_csv, ".parquet": pd.read_parquet}
    if file.suffix not in readers:
        raise ValueError(f"A shipped table is a {' or '.join(readers)} file, not {file.name!r}.")
    try:
        return readers[file.suffix](file)
    except (ValueError, OSError) as error:  # pandas' parser errors are ValueErrors, Arrow's are both
        raise ValueError(f"The shipped result {file.name!r} cannot be read: {error}") from error
