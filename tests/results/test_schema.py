"""A table that gets a column: one line declares it, and what was written before opens as it was."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_tables import rows

from coral_viz import methods, tasks
from coral_viz.results import schema, tables
from coral_viz.runs import Budget, sweep_table

SHIPPED = sorted((Path(__file__).parents[2] / "data" / "results").glob("*.parquet"))
HOURS = schema.Column("hours", "float64", "how long the run took", since=schema.VERSION + 1, before=np.nan)
WIDTH = schema.Column("width", "int64", "numbers in the whole embedding", since=schema.VERSION + 1, before=0)


def add(monkeypatch):
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    for column in (HOURS, WIDTH):
        monkeypatch.setitem(schema.COLUMNS, column.name, column)


@pytest.fixture
def younger(monkeypatch):
    """A package whose table has two more columns than today's."""
    add(monkeypatch)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_tables_that_ship_open_of_whatever_version(path):
    raw = pd.read_parquet(path)
    table = sweep_table.read(path) if path.stem.startswith("grid_") else tables.read(path)
    assert set(table["table_version"]) == (set(raw["table_version"]) if "table_version" in raw else {1})
    pd.testing.assert_frame_equal(table[list(raw)], raw)


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_what_was_written_before_a_column_opens_with_it(tmp_path, monkeypatch, suffix):
    written = schema.validate(rows())
    tables.write(written, tmp_path / "older")
    add(monkeypatch)
    table = tables.read(tmp_path / f"older{suffix}")
    assert (table["width"].tolist(), table["width"].dtype) == ([0, 0, 0], "int64")
    assert table["hours"].isna().all()
    pd.testing.assert_frame_equal(table[list(written)], written)
    tables.write(table, tmp_path / "again")
    pd.testing.assert_frame_equal(tables.read(tmp_path / f"again{suffix}"), table)


def test_older_and_newer_rows_stand_in_one_table(younger):
    newer = rows(run_id=["a", "b", "c"], table_version=schema.VERSION, width=64, hours=[1.5, 2.5, np.nan])
    table = schema.validate(pd.concat([rows(table_version=schema.VERSION - 1), newer]))
    assert table["width"].tolist() == [0, 0, 0, 64, 64, 64]
    assert table["hours"].tolist()[3:5] == [1.5, 2.5]


def test_rows_of_a_version_have_its_columns(younger):
    newer = rows(table_version=schema.VERSION, hours=1.0)
    with pytest.raises(ValueError, match="lacks the columns width"):
        schema.validate(newer)
    with pytest.raises(ValueError, match="'width' holds NaN in row 1"):
        schema.validate(newer.assign(width=[64, None, 64]))


def test_a_column_may_take_what_another_says_of_older_rows():
    older = rows(seed=[5, 6, 7], table_version=2).drop(columns="training_seed")
    assert schema.validate(older)["training_seed"].tolist() == [5, 6, 7]
    both = schema.validate(pd.concat([older, rows(run_id=["a", "b", "c"], training_seed=[8, 8, 9])]))
    assert both["training_seed"].tolist() == [5, 6, 7, 8, 8, 9]
    with pytest.raises(ValueError, match="lacks the columns seed, training_seed"):
        schema.validate(older.drop(columns="seed"))


def test_rows_of_a_later_version_are_a_sentence():
    later = rows(table_version=schema.VERSION + 1, colour="red")
    with pytest.raises(ValueError, match=f"has version {schema.VERSION + 1}; .* up to version {schema.VERSION}$"):
        schema.validate(later)


@pytest.mark.parametrize("frame", [rows(), rows().drop(columns="table_version")])
def test_rows_keep_the_version_that_they_were_written_with(frame):
    assert set(schema.validate(frame)["table_version"]) == {schema.VERSION if "table_version" in frame else 1}


def test_no_setting_hides_behind_a_column():
    """A sweep gives a column to what it varies; a setting called like a column of the table would have none."""
    options = [methods.get(name).KNOBS for name in methods.names()] + [Budget]
    options += [tasks.preset(name).task.DIALS for name in tasks.names()]
    named = {row["name"] for each in options for row in each.describe()}
    assert named & set(schema.COLUMNS) == {"distribution"}
