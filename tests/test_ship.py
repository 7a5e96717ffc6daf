"""What ships is made from a tour alone, and made the same way twice."""

import hashlib
import json

import pandas as pd
import pytest

from coral_viz import tables
from coral_viz.ship import accuracy_table, ship, ship_runs, summary


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


def test_accuracy_table_has_a_line_a_method_and_says_the_interval(table):
    lines = accuracy_table(table).splitlines()
    assert len(lines) == 2 + len(tables.variants(table))
    assert lines[0].split(" | ")[1] == "unbiased: R"
    row = summary(table).query("method == 'comm' and distribution == 'biased' and label == 'synergy' and part == 'all'")
    row = row[row.metric == "balanced_accuracy"].iloc[0]
    cell = f"{100 * row['estimate']:.1f} ± {50 * (row['high'] - row['low']):.1f}"
    comm = next(line for line in lines if line.startswith("| CoMM |")).split(" | ")
    assert comm[lines[0].split(" | ").index("biased: S")] == cell


def test_a_tour_without_the_runs_is_a_sentence(tmp_path):
    with pytest.raises(ValueError, match="there is no folder"):
        ship_runs(tmp_path, tmp_path / "data", seed=41, command="")
    (tmp_path / "runs").mkdir()
    with pytest.raises(ValueError, match=r"holds no finished run of \('cross', '', 'unbiased'\) with seed 41"):
        ship_runs(tmp_path, tmp_path / "data", seed=41, command="")
