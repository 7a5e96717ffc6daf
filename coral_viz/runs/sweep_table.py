"""A sweep's table: the tidy rows of its runs, with a column for every setting that varies among them.

The file also holds the spec and provenance of every run, and a hash of the rows. A table that was edited by hand, or
whose columns contradict its specs, is an error.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from coral_viz import files
from coral_viz.options import shown
from coral_viz.results import provenance, schema, tables
from coral_viz.runs.spec import RunSpec, said
from coral_viz.runs.store import Store

Read = dict[str, tuple[pa.Table, dict[str, str]]]
"""By run id, the rows of a finished run and what it was made with; Arrow, since 5 000 data frames take minutes."""


def collect(specs: Iterable[RunSpec], store: Store, varied: Iterable[str], read: Read | None = None) -> pd.DataFrame:
    """The rows of finished runs, including their last losses, with the columns ``varied``.

    Args:
        specs: the runs; those that are not finished are left out.
        store: where they are.
        varied: names of settings, columns with None where a method lacks the setting.
        read: a cache of runs that were read; new ones are added.

    Returns:
        The table. ``attrs["specs"]`` maps run ids to canonical specs; for ``attrs["provenance"]`` see ``made``.

    Raises:
        ValueError: no run is finished.
    """
    varied, read = [name for name in varied if name not in schema.COLUMNS], {} if read is None else read
    specs = list(specs)
    look(specs, store, read)
    done = [spec for spec in specs if spec.id in read]
    if not done:
        raise ValueError(f"no run of the sweep is finished in {str(store.root)!r}.")
    parts = [read[spec.id][0] for spec in done]
    values = pd.DataFrame([{name: spec.settings.get(name) for name in varied} for spec in done], columns=varied)
    cells = values.loc[values.index.repeat([len(part) for part in parts])].reset_index(drop=True)
    rows = pa.concat_tables(parts, promote_options="permissive")  # older ones lack columns, which validation adds
    frame = schema.validate(rows.to_pandas()).join(cells)
    frame.attrs["specs"] = {spec.id: spec.canonical for spec in done}
    frame.attrs["provenance"] = provenance.packed({spec.id: read[spec.id][1] for spec in done})
    return frame


def look(specs: Iterable[RunSpec], store: Store, read: Read) -> bool:
    """Add finished runs that are not yet in ``read``; returns whether there were any."""
    new = [spec for spec in specs if spec.id not in read and store.finished(spec)]
    for spec in new:
        take(spec, store, read)
    return bool(new)


def take(spec: RunSpec, store: Store, read: Read) -> pa.Table:
    """Add a finished run to ``read`` unless it is there; returns its rows, with only the last step of the losses."""
    if spec.id not in read:
        read[spec.id] = _last(store.arrow(spec)), store.provenance(spec)
    return read[spec.id][0]


def made(frame: pd.DataFrame) -> pd.DataFrame:
    """The provenance of the runs of a sweep's table: a row per run, the columns of ``provenance.FIELDS``."""
    said = provenance.unpacked(frame.attrs.get("provenance"))
    rows = {run_id: said.get(run_id, provenance.known(None)) for run_id in frame["run_id"].unique()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(provenance.FIELDS)).rename_axis("run_id")


def mixed(frame: pd.DataFrame) -> str:
    """A sentence if the provenance of a sweep's runs differs; "" if not, or if it is unknown."""
    return provenance.mixed(made(frame))


def write(frame: pd.DataFrame, path: str | Path) -> Path:
    """Write a sweep's table to a parquet file, atomically; returns its path."""
    frame.attrs["sha256"] = _digest(frame)
    with files.replacing(path) as unfinished:
        frame.to_parquet(unfinished, index=False)
    return Path(path)


def read(path: str | Path) -> pd.DataFrame:
    """The table in a file. ValueError if there is none, if its rows were changed since, or as ``check``."""
    try:
        frame = tables.parquet(path)
    except FileNotFoundError:
        raise ValueError(f"there is no table {str(path)!r}.") from None
    if not isinstance(frame.attrs.get("specs"), dict):
        raise ValueError(f"{str(path)!r} is no table of a sweep: it does not say what its runs are.")
    if frame.attrs.get("sha256") != _digest(frame):
        raise ValueError(f"{str(path)!r} was changed after it was written; make it again from its runs.")
    return check(frame)


def check(frame: pd.DataFrame) -> pd.DataFrame:
    """The same table, after checking its tidy columns (``schema.validate``) and its settings against its specs.

    ValueError if they do not agree, or for mixed versions of a method.
    """
    frame, attrs = frame.copy(deep=False), frame.attrs
    frame.attrs = {}  # or pandas copies the specs at every step
    tidy = schema.validate(frame[[name for name in frame if name in schema.COLUMNS]])
    varied = settings(frame)
    specs = {run_id: said(text) for run_id, text in attrs["specs"].items()}
    cells = tidy[["run_id"]].join(frame[varied].reset_index(drop=True))
    try:
        cells = cells.drop_duplicates()
    except TypeError as error:
        raise ValueError(f"a column of the table holds what is no setting: {error}") from None
    for run_id, *values in cells.itertuples(index=False):
        true_id, settings_said = specs.get(run_id, ("", {}))
        if true_id != run_id or any(_differ(cell, settings_said.get(name)) for name, cell in zip(varied, values)):
            raise ValueError(f"the settings of run {shown(run_id)} in the table are not those of its spec.")
    checked = tidy.join(frame[varied].reset_index(drop=True))
    checked.attrs = attrs
    return checked


def settings(frame: pd.DataFrame) -> list[str]:
    """The names of the columns that hold settings."""
    return [name for name in frame if name not in schema.COLUMNS]


def _last(rows: pa.Table) -> pa.Table:
    last = pc.equal(rows["step"], pc.max(rows["step"]))
    return rows.filter(pc.or_(pc.not_equal(rows["split"], "train"), last)).replace_schema_metadata(None)


def _differ(value, said) -> bool:
    return not (pd.isna(value) if said is None else value == said)


def _digest(frame: pd.DataFrame) -> str:
    """Of the text of the rows, in which an empty cell is empty whatever the column's type."""
    frame = frame.copy(deep=False)
    frame.attrs = {}  # as above
    return hashlib.sha256(frame.to_csv(index=False).encode()).hexdigest()
