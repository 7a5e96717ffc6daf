"""What ships is made from a tour alone, and made the same way twice."""

import hashlib
import json

import pandas as pd
import pytest

from coral_viz import tables
from coral_viz.ship import ship, summary


def test_ships_tables_pictures_and_their_hashes(table, tmp_path):
    (tmp_path / "tour").mkdir()
    tables.write(table, tmp_path / "tour" / "results")
    paths = ship(tmp_path / "tour", tmp_path / "data", name="factors", command="the command")
    manifest = json.loads((tmp_path / "data" / "manifest.json").read_text())["factors"]
    assert manifest["command"] == "the command"
    assert {tmp_path / "data" / name for name in manifest["sha256"]} == set(paths)
    for name, digest in manifest["sha256"].items():
        assert hashlib.sha256((tmp_path / "data" / name).read_bytes()).hexdigest() == digest
    shipped = pd.read_parquet(tmp_path / "data" / "results" / "factors.parquet")
    assert len(shipped) == (table["split"] != "train").sum()
    ship(tmp_path / "tour", tmp_path / "again", name="factors", command="the command")
    assert (tmp_path / "again" / "manifest.json").read_bytes() == (tmp_path / "data" / "manifest.json").read_bytes()
    ship(tmp_path / "tour", tmp_path / "data", name="others", command="another command")
    both = json.loads((tmp_path / "data" / "manifest.json").read_text())
    assert both["factors"] == manifest
    assert both["others"]["command"] == "another command"


def test_summary_is_the_mean_over_seeds_of_the_whole_embedding(table):
    row = summary(table).query("method == 'comm' and distribution == 'biased' and label == 'synergy' and part == 'all'")
    accuracy = row[row.metric == "balanced_accuracy"].iloc[0]
    values = table.query(
        "method == 'comm' and distribution == 'biased' and label == 'synergy' and part == 'all' "
        "and metric == 'balanced_accuracy'"
    )["value"]
    assert accuracy["estimate"] == pytest.approx(values.mean())
    assert accuracy["n"] == len(values)
    assert accuracy["low"] < accuracy["estimate"] < accuracy["high"]


def test_a_folder_without_results_is_a_sentence(tmp_path):
    with pytest.raises(ValueError, match=r"holds no results\.parquet; run `python -m coral_viz tour"):
        ship(tmp_path, tmp_path / "data", name="factors", command="")
