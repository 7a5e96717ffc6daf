"""Results of one's own: a CSV of method, seed, metric and value becomes a table for figures and statistics.

Further columns are columns of the table (see ``schema``), or settings. What a file does not state stays unknown: there
is no truth and no chance level, texts are empty, counts and the method's version are 0. The defaults of split and part
are test and the whole embedding.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from coral_viz.options import shown
from coral_viz.results import metrics, schema

NEEDED = ("method", "seed", "metric", "value")
UNSAID = {
    "task": "",
    "distribution": "",
    "split": "test",
    "part": "all",
    "label": "",
    "readout": "",
    "step": "0",
    "n": "0",
    "status": "done",
    "method_version": "0",
    "knob": "",
}
NUMBERS = tuple(column.name for column in schema.COLUMNS.values() if column.dtype != "str")
NAMING = ("method", "task", "distribution", "knob")
"""What names a run, beside its settings and seeds; ``run_id`` holds that name where the file has no ids."""


def read(path: str | Path) -> pd.DataFrame:
    """The table in a CSV file: valid tidy columns (``schema.validate``), then one column per setting.

    Raises:
        ValueError: the file is missing, is no CSV in UTF-8, lacks one of the columns ``NEEDED``, has no rows, has a
            value that is no number or a share outside [0, 1], or has the same row twice; or as ``schema.validate``.
    """
    try:
        return _table(_cells(Path(path)))
    except ValueError as error:
        raise ValueError(f"{str(path)!r}: {error}") from None


def are_own(rows: pd.DataFrame) -> bool:
    """Whether rows are from such a file, not from runs of this package."""
    return bool((rows["method_version"] == 0).all())


def _cells(path: Path) -> pd.DataFrame:
    """The words in the file, "" where there is none."""
    try:
        cells = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig", skipinitialspace=True)
    except FileNotFoundError:
        raise ValueError("there is no such file") from None
    except OSError as error:
        raise ValueError(f"it cannot be read: {error.strerror}") from None
    except ValueError as error:  # of pandas' parser and of Unicode
        raise ValueError(f"it is no CSV: {schema.brief(error)}") from None
    if lacking := [name for name in NEEDED if name not in cells]:
        raise ValueError(
            f"it lacks the column {lacking[0]!r}; it needs {', '.join(NEEDED)} and has {shown(list(cells))}"
        )
    if unnamed := [name for name in cells if not str(name).isidentifier()]:
        raise ValueError(f"the column name {shown(unnamed[0])} is not made of letters, digits and underscores alone")
    if cells.empty or not isinstance(cells.index, pd.RangeIndex):
        raise ValueError("it has no rows" if cells.empty else "its rows have more cells than there are columns")
    return cells.fillna("")


def _table(cells: pd.DataFrame) -> pd.DataFrame:
    settings = {name: _setting(cells[name]) for name in cells if name not in schema.COLUMNS}
    said = cells.drop(columns=list(settings))
    for name in [name for name in said if name in NUMBERS]:
        said[name] = _numbers(said, name)
    said = said.assign(**{name: word for name, word in UNSAID.items() if name not in said})
    if "unit" not in said:
        said["unit"] = [metrics.METRICS[name].unit if name in metrics.METRICS else "" for name in said["metric"]]
    if "run_id" not in said:
        said["run_id"] = _names(said, settings)
    tidy = schema.validate(said)
    _check_shares(tidy)
    return tidy.join(pd.DataFrame(settings))


def _setting(words: pd.Series) -> pd.Series:
    """A setting's values: numbers if all are, else words; None where it says nothing."""
    said = words.where(words != "", None)
    try:
        return pd.to_numeric(said)
    except ValueError:
        return said


def _numbers(cells: pd.DataFrame, name: str) -> pd.Series:
    column = schema.COLUMNS[name]
    words = cells[name].replace("", "nan") if column.optional else cells[name]
    numbers = pd.to_numeric(words, errors="coerce")
    wrong = numbers.isna() & (words != "nan") if column.optional else ~np.isfinite(numbers)
    if wrong.any():
        row = cells[wrong].iloc[0]
        where = f"row {wrong.idxmax() + 2} (method {shown(row['method'])})"
        raise ValueError(f"{where} holds {shown(row[name])} as {name!r}, which must be a number")
    return numbers


def _names(said: pd.DataFrame, settings: dict[str, pd.Series]) -> list[str]:
    """For every row the name of its run, from all that tells runs apart."""
    told = said[[*NAMING, "seed", *(["training_seed"] if "training_seed" in said else [])]].assign(**settings)
    return [
        ", ".join(f"{name} {value}" for name, value in zip(told, row) if value != "" and not pd.isna(value))
        for row in told.itertuples(index=False, name=None)
    ]


def _check_shares(table: pd.DataFrame) -> None:
    wrong = table[(table["unit"] == "share") & ~table["value"].between(0, 1)]
    if len(wrong):
        row = wrong.iloc[0]
        raise ValueError(
            f"{row['run_id']} has {row['metric']} {row['value']:g}; a share lies between 0 and 1, so divide % by 100"
        )
