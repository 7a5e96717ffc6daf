"""The columns of the tidy table that every run writes: their meaning, allowed values, and the version that added them.

A row is one number: of a run, a split, a metric, and a training step. A column that was added later names the version
that added it (``since``) and its value in older rows (``before``). So older tables can be read, and their rows keep
their version.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from coral_viz.options import shown
from coral_viz.results import parts
from coral_viz.results.metrics import READOUTS


@dataclass(frozen=True)
class Column:
    """A column: its name, dtype, meaning, and allowed values.

    Attributes:
        words: all allowed values, if they are a closed set.
        tells_apart: whether two rows may differ in this column alone.
        since: the first version of the table that has it.
        before: its value in rows of earlier versions. NaN means that the column may be NaN, for unknown.
        like: a column from which rows of earlier versions take the value instead.
    """

    name: str
    dtype: str
    meaning: str
    words: tuple[str, ...] = ()
    tells_apart: bool = False
    since: int = 1
    before: object = None
    like: str = ""

    @property
    def optional(self) -> bool:
        return isinstance(self.before, float) and np.isnan(self.before)


COLUMNS = {
    column.name: column
    for column in (
        Column("run_id", "str", "the run: 16 hexadecimal digits", tells_apart=True),
        Column("method", "str", "the method"),
        Column("task", "str", "the task"),
        Column("distribution", "str", "the training distribution"),
        Column("seed", "int64", "the seed of the run"),
        Column("split", "str", "the data that were measured", ("train", "probe", "test"), tells_apart=True),
        Column(
            "part",
            "str",
            "the part of the embedding: a name, `all`, `a+b` (joined), or two parts that are decomposed",
            tells_apart=True,
        ),
        Column("label", "str", "the label that is predicted or decomposed", tells_apart=True),
        Column("metric", "str", "the name of the metric", tells_apart=True),
        Column("readout", "str", "the readout that was fitted", ("", *READOUTS), tells_apart=True),
        Column("value", "float64", "the number; NaN only of a failed run"),
        Column("unit", "str", "the unit of the value", ("", "bits", "nats", "share")),
        Column("step", "int64", "training steps so far", tells_apart=True),
        Column("n", "int64", "number of test samples behind the value"),
        Column("status", "str", "how the run ended", ("done", "failed")),
        Column("method_version", "int64", "version of the method; a table may not mix versions"),
        Column("knob", "str", "hyperparameters that are not at their defaults, `name=value`; empty if all are"),
        Column(
            "training_seed",
            "int64",
            "the seed of the training: initial weights, order, views and masks",
            since=3,
            like="seed",
        ),
        Column("embedding_width", "float64", "dimensions of the whole embedding", since=3, before=np.nan),
        Column("parameters", "float64", "number of trained parameters", since=3, before=np.nan),
        Column("passes", "float64", "encoder and fusion passes of a batch in the training", since=3, before=np.nan),
        Column("seconds", "float64", "wall-clock time of the run", since=3, before=np.nan),
        Column("table_version", "int64", "version of the table that the row was written with", since=2, before=1),
    )
}
"""The columns by name, in their order."""

VERSION = max(column.since for column in COLUMNS.values())
"""The version of the table that is written today."""

IDENTITY = [column.name for column in COLUMNS.values() if column.tells_apart]
"""What makes a row one row."""


def upgraded(frame: pd.DataFrame) -> pd.DataFrame:
    """The same rows, with columns that were added later. ValueError for rows of a later version."""
    version = pd.Series(1.0, frame.index)
    if "table_version" in frame:
        version = pd.to_numeric(frame["table_version"], errors="coerce").fillna(1)
    if (version > VERSION).any():
        raise ValueError(f"the table has version {version.max():g}; this coral_viz reads up to version {VERSION}")
    younger = {}
    for column in (column for column in COLUMNS.values() if column.since > 1):
        older = version < column.since
        before = frame.get(column.like) if column.like else pd.Series(column.before, frame.index, column.dtype)
        if column.name in frame:
            younger[column.name] = frame[column.name].mask(older & frame[column.name].isna(), before)
        elif older.all() and before is not None:
            younger[column.name] = before
    return frame.assign(**younger)


def validate(frame: pd.DataFrame) -> pd.DataFrame:
    """The same rows with the columns in order and typed; older rows are ``upgraded``.

    Raises:
        ValueError: a column is missing, unknown, or of the wrong type; a value is not allowed; a text is no part; a
            finished run has NaN or an infinity; two rows are about the same measurement; a method has two versions; or
            rows are of a later version of the table.
    """
    frame = upgraded(frame)
    check_columns(frame)
    typed = frame[list(COLUMNS)].apply(_typed).reset_index(drop=True)
    _check_words(typed)
    _check_parts(typed)
    _check_values(typed)
    _check_repeats(typed)
    _check_versions(typed)
    return typed


def check_columns(frame: pd.DataFrame) -> None:
    """ValueError for a column that is missing or unknown."""
    missing = [name for name in COLUMNS if name not in frame.columns]
    if missing:
        raise ValueError(f"the table lacks the columns {', '.join(missing)}; it needs {', '.join(COLUMNS)}")
    unknown = [str(name) for name in frame.columns if name not in COLUMNS]
    if unknown:
        raise ValueError(f"the table has the unknown columns {', '.join(unknown)}; it knows {', '.join(COLUMNS)}")


def brief(error: Exception) -> str:
    """The beginning of an error's message, as those of other packages may fill pages."""
    return f"{error}"[:200].partition("\n")[0]


def _typed(values: pd.Series) -> pd.Series:
    column = COLUMNS[str(values.name)]
    if column.name != "value" and not column.optional and values.isna().any():
        raise ValueError(f"column {column.name!r} holds NaN in row {values.isna().idxmax()}")
    try:
        typed = values.astype(column.dtype)
        whole = column.dtype != "int64" or (typed == values.astype("float64")).all()
    except (ArithmeticError, TypeError, ValueError) as error:
        raise ValueError(f"column {column.name!r} must be {column.dtype}: {brief(error)}") from error
    if not whole:
        raise ValueError(f"column {column.name!r} must hold whole numbers")
    return typed


def _check_words(frame: pd.DataFrame) -> None:
    for column in (column for column in COLUMNS.values() if column.words):
        wrong = frame.loc[~frame[column.name].isin(column.words), column.name]
        if len(wrong):
            words = ", ".join(map(repr, column.words))
            raise ValueError(f"column {column.name!r} holds {shown(wrong.iloc[0])}; it may hold {words}")


def _check_parts(frame: pd.DataFrame) -> None:
    for text in frame["part"].unique():
        parts.parse(text)


def _check_values(frame: pd.DataFrame) -> None:
    wrong = frame[(frame["status"] == "done") & ~np.isfinite(frame["value"])]
    if len(wrong):
        row = wrong.iloc[0]
        raise ValueError(
            f"run {row['run_id']} ({row['method']}, seed {row['seed']}) holds {row['value']} for {row['metric']!r}"
        )


def _check_repeats(frame: pd.DataFrame) -> None:
    twice = frame[frame.duplicated(IDENTITY)]
    if len(twice):
        row = ", ".join(f"{name} {shown(twice.iloc[0][name])}" for name in IDENTITY)
        raise ValueError(f"the table holds the same row twice: {row}")


def _check_versions(frame: pd.DataFrame) -> None:
    for method, versions in frame.groupby("method")["method_version"]:
        if versions.nunique() > 1:
            found = " and ".join(map(str, sorted(versions.unique())))
            raise ValueError(f"method {method!r} comes in versions {found}; a table holds one version of each method")
