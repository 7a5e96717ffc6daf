"""The time left: from the seconds of ended runs and how many go on side by side, right from the first run on."""

import pytest

from coral_viz.runs import Budget, Outcome, RunSpec, side_by_side, watched

SPECS = [RunSpec.make("cross", "factors", seed, budget=Budget(steps=100)) for seed in range(8)]


@pytest.mark.parametrize(("jobs", "left"), [(1, "07:00"), (4, "01:45"), (16, "01:00")])
def test_the_first_run_that_ends_tells_the_time_of_all(jobs, left, capsys):
    outcomes = [Outcome(spec, "done", seconds=60.0) for spec in SPECS]
    for _ in watched(iter(outcomes[:1]), SPECS, jobs=jobs):
        pass
    assert f"about {left} left" in capsys.readouterr().out


def test_reused_runs_take_no_time(capsys):
    outcomes = [Outcome(spec, "reused", seconds=60.0) for spec in SPECS[:6]] + [Outcome(SPECS[6], "done", seconds=30.0)]
    list(watched(outcomes, SPECS, jobs=4))
    said = capsys.readouterr().out
    assert "about ? left" in said
    assert "about 00:30 left" in said


def test_only_processes_go_on_side_by_side():
    assert side_by_side("serial") == 1
    assert side_by_side("joblib", 3) == 3
    assert side_by_side("joblib") >= 1
