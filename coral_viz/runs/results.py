"""A sweep's table: the tidy rows of its runs, with a column for every setting that varies among them.

The file holds the spec of every run beside the rows, and a hash of the rows: a table that was edited by hand, or whose
columns say something other than its specs, is not read.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from coral_viz import tables
from coral_viz.runs.spec import RunSpec
from coral_viz.runs.store import Store


def collect(specs: Iterable[RunSpec], store: Store, varied: Iterable[str]) -> pd.DataFrame:
    """What finished runs measured, and their last losses, with the columns ``varied`` (None where a method lacks one).

    ``frame.attrs["specs"]`` maps run ids to canonical specs. ValueError if none is finished.
    """
    varied = [name for name in varied if name not in tables.COLUMNS]
    done = [spec for spec in specs if store.finished(spec)]
    if not done:
        raise ValueError(f"no run of the sweep is finished in {str(store.root)!r}.")
    parts = [_last(store.rows(spec)).assign(**{name: spec.settings.get(name) for name in varied}) for spec in done]
    frame = pd.concat(parts, ignore_index=True)
    holes = [name for name in varied if frame[name].isna().any() and frame[name].map(_is_number, "ignore").all()]
    frame = frame.astype(dict.fromkeys(holes, "float64"))
    frame.attrs["specs"] = {spec.id: spec.canonical for spec in done}
    return check(frame)


def write(frame: pd.DataFrame, path: str | Path) -> Path:
    """Write a sweep's table to a parquet file, in one stroke; returns its path."""
    frame.attrs["sha256"] = _digest(frame)
    path = Path(path)
    unfinished = path.with_name(f".{path.name}-{os.getpid()}")
    frame.to_parquet(unfinished, index=False)
    return unfinished.replace(path)


def read(path: str | Path) -> pd.DataFrame:
    """The table in a file. ValueError if there is none, or as ``check``, or if its rows were changed since."""
    try:
        frame = pd.read_parquet(path)
    except FileNotFoundError:
        raise ValueError(f"there is no table {str(path)!r}.") from None
    except Exception as error:
        raise ValueError(f"{str(path)!r} is no parquet table: {error}") from None
    if "specs" not in frame.attrs:
        raise ValueError(f"{str(path)!r} is no table of a sweep: it does not say what its runs are.")
    if frame.attrs.get("sha256") != _digest(frame):
        raise ValueError(f"{str(path)!r} was changed after it was written; make it again from its runs.")
    return check(frame)


def check(frame: pd.DataFrame) -> pd.DataFrame:
    """The same table, its tidy columns valid (see ``tables.validate``) and its settings those of its specs.

    Raises ValueError where they are not, and for mixed versions of a method.
    """
    tidy = tables.validate(frame[[name for name in frame if name in tables.COLUMNS]])
    varied = settings(frame)
    specs = {run_id: RunSpec.from_canonical(text) for run_id, text in frame.attrs["specs"].items()}
    for run_id, *values in frame[["run_id", *varied]].drop_duplicates().itertuples(index=False):
        said = [specs[run_id].settings.get(name) for name in varied] if run_id in specs else None
        if said is None or specs[run_id].id != run_id or any(map(_differ, values, said)):
            raise ValueError(f"the settings of run {run_id} in the table are not those of its spec.")
    return tidy.join(frame[varied].reset_index(drop=True)).__finalize__(frame)


def settings(frame: pd.DataFrame) -> list[str]:
    """The names of the columns that hold settings."""
    return [name for name in frame if name not in tables.COLUMNS]


def _last(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[(rows["split"] != "train") | (rows["step"] == rows["step"].max())]


def _differ(value, said) -> bool:
    return not (pd.isna(value) if said is None else value == said)


def _is_number(value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _digest(frame: pd.DataFrame) -> str:
    """Of the text of the rows, in which an empty cell is empty whatever the column's type."""
    return hashlib.sha256(frame.to_csv(index=False).encode()).hexdigest()
