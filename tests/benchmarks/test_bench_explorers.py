"""The benchmark of explorers: every one of them is moved, through values that its control takes."""

import itertools

import numpy as np
import pandas as pd
import pytest

from coral_viz import explore
from coral_viz.cli.benchmarks import explorer_times as bench


def test_every_explorer_is_measured():
    assert set(bench.MOVES) | set(bench.HANDLES) == set(explore.EXPLORERS)
    assert set(bench.HANDLES) == set(explore.EXPLORABLES)


def test_moves_are_all_that_is_offered_again_and_again():
    moves = list(bench._moves(explore.solver(), 11))
    assert moves == [("digits", digits) for digits in (*range(9), 0, 1)]
    assert [value for _, value in bench._moves(explore.beyond(), 3)] == [0, 1 / 19, 2 / 19]


def test_nothing_to_choose_is_a_sentence():
    shown = explore.estimators()
    with shown.following():
        shown.widgets["distribution"].options = []
    with pytest.raises(ValueError, match=r"explore\.estimators has nothing to choose: If nothing moves"):
        bench._moves(shown, 3)


def test_the_table_has_a_row_per_explorer_and_times_that_add_up(tmp_path, monkeypatch):
    monkeypatch.setattr(bench, "MOVES", {"solver": bench.MOVES["solver"]})
    monkeypatch.setattr(bench, "HANDLES", {})
    now = itertools.count()
    monkeypatch.setattr(bench, "_now", lambda: (tick := next(now), tick / 2))
    table = bench.run(tmp_path, quick=True)
    assert table.iloc[0].to_dict() == {
        "explorer": "solver",
        "moved": "digits",
        "steps": 5,
        "compute_ms": 1000,
        "draw_ms": 1000,
        "step_ms": 2000,
        "compute_cpu_ms": 500,
        "draw_cpu_ms": 500,
        "step_cpu_ms": 1000,
    }
    np.testing.assert_array_equal(pd.read_csv(tmp_path / "bench_explorers.csv"), table)
