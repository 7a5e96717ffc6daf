"""Settings are chosen in worlds of their own, and a lead counts only beyond noise and beyond having looked at many."""

import numpy as np
import pandas as pd
import pytest

from coral_viz.__main__ import main
from coral_viz.cli import tour
from coral_viz.runs import grids, tuning

ROW = {"task": "factors", "distribution": "biased", "split": "test", "part": "all", "status": "done", "step": 600}
ROW |= {"readout": "linear", "label": "synergy", "unit": "bits", "n": 1000, "method_version": 1, "knob": ""}


def table(levels, method="comm", seeds=5, noise=0.01):
    """A run per learning rate and seed that keeps a share of one bit."""
    made = []
    for lr, level in levels.items():
        for seed in range(901, 901 + seeds):
            value = level + noise * np.random.default_rng([seed, int(1e6 * lr)]).normal()
            run = ROW | {
                "run_id": f"{method} {lr} {seed}",
                "method": method,
                "seed": seed,
                "training_seed": seed,
                "lr": lr,
            }
            made.append(run | {"metric": "bits", "value": value})
            made.append(run | {"metric": "truth", "part": "data", "readout": "", "value": 1.0})
    return pd.DataFrame(made)


def test_a_clear_lead_is_found_and_a_small_one_is_noise():
    clear = table({3e-4: 0.5, 1e-3: 0.6, 3e-3: 0.9})
    small = table({3e-4: 0.600, 1e-3: 0.6, 3e-3: 0.601}, method="coral", noise=0.05)
    default = table({3e-4: 0.2, 1e-3: 0.6, 3e-3: 0.1}, method="cross")
    found = tuning.tuned(pd.concat([clear, small, default])).set_index("method")
    assert found.loc["comm", "lr"] == 3e-3
    assert found.loc["comm", "lead"] == pytest.approx(0.3, abs=0.03)
    assert found.loc["comm", "low"] < found.loc["comm", "lead"] < found.loc["comm", "high"]
    assert found["within_noise"].tolist() == [False, True, True]
    assert found.loc["cross", ["lr", "lead", "p_holm"]].tolist() == [1e-3, 0.0, 1.0]
    assert found["tried"].tolist() == [3, 3, 3]
    assert found["n"].tolist() == [5, 5, 5]


def test_settings_are_compared_with_the_default():
    with pytest.raises(ValueError, match=r"no finished run has lr 0\.001"):
        tuning.tuned(table({3e-4: 0.5, 3e-3: 0.9}))
    with pytest.raises(ValueError, match="tries no settings"):
        tuning.tuned(table({1e-3: 0.5}).drop(columns="lr"))


def test_seeds_of_tuning_serve_nothing_else():
    assert grids.make({"method": "cross", "seeds": [901, 902], "tuning": True}).shard("1/2").tuning
    with pytest.raises(ValueError, match="seed 902 is used for tuning, as are 901, "):
        grids.make({"method": "cross", "seeds": [51, 902]})
    with pytest.raises(ValueError, match="is for tuning, but seed 51 is not; choose among 901"):
        grids.make({"method": "cross", "tuning": True})
    with pytest.raises(ValueError, match="seed 901 is used for tuning, as are 901, "):
        tour.specs(["cross"], [41, 901], None)
    with pytest.raises(ValueError, match="tuning = 'yes' must be true or false"):
        grids.make({"method": "cross", "tuning": "yes"})


def test_the_shipped_search_is_the_same_for_all_methods():
    grid = grids.read("data/grids/tuning.toml")
    cells = {}
    for spec in grid.specs:
        cells.setdefault(spec.method, set()).add((spec.budget.lr, spec.budget.steps, spec.seed))
    assert len(cells) > 10
    assert len({frozenset(each) for each in cells.values()}) == 1
    assert {spec.seed for spec in grid.specs} <= set(grids.TUNING)
    assert grid.varied == ["steps", "lr"]


def test_one_command_does_the_search_and_tells(tmp_path, capsys):
    grid = 'tuning = true\nmethod = "cross"\nseeds = [901, 902]\nbudget.lr = [0.001, 0.003]\n'
    grid += "".join(f"budget.{name} = {value}\n" for name, value in {"steps": 3, "batch": 16, "samples": 64}.items())
    (tmp_path / "small.toml").write_text(grid + "budget.probe_samples = 64\nbudget.test_samples = 64\n")
    sweep = ["sweep", str(tmp_path / "small.toml"), "--out", str(tmp_path / "out")]
    assert main([*sweep, "--executor", "serial", "--device", "cpu"]) == 0
    written = pd.read_csv(tmp_path / "out" / "tuning.csv")
    assert written.loc[0, ["method", "n", "tried"]].tolist() == ["cross", 2, 2]
    assert "within_noise" in capsys.readouterr().out
