"""The benchmark of a GPU, rehearsed on the CPU: what it imports, what it keeps, how it goes on, when it stops."""

import functools
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from coral_viz.__main__ import main
from coral_viz.cli.benchmarks import device_bench, device_runs, device_times, unit_log
from coral_viz.cli.benchmarks.device_scale import Scale, rehearsal
from coral_viz.cli.benchmarks.unit_log import Found, Unit, UnitLog

ROOT = Path(__file__).parents[2]
ABSENT = ("dit", "ipywidgets", "IPython", "jupyterlab", "distributed", "dask", "jupytext", "umap")
"""What a machine with a GPU may lack; to import one of them is an ImportError in the rehearsal."""


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory):
    """The folder of a rehearsal by processes that have neither a network nor what is ABSENT, and what it said."""
    folder = tmp_path_factory.mktemp("cuda")
    lacking = (ROOT / "tests" / "offline" / "sitecustomize.py").read_text()
    lacking += f"\nsys.modules.update(dict.fromkeys({ABSENT!r}))\n"
    (folder / "sitecustomize.py").write_text(lacking)
    path = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))
    environment = os.environ | {"PYTHONPATH": path, "NETWORK_LOG": str(folder / "network.log")}
    options = ["--device", "cpu", "--rehearse", "--minutes", "30", "--out", str(folder / "bench")]
    command = [sys.executable, "-m", "coral_viz", "bench", "cuda", *options]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (folder / "network.log").exists()
    return folder / "bench", done.stdout


def test_every_unit_is_done_and_kept_in_few_files(rehearsed):
    out, said = rehearsed
    units = json.loads((out / "units.json").read_text())["units"]
    assert [name for name, unit in units.items() if unit["failed"]] == [], said
    assert list(units) == [
        *("self-tests", "tests", "peak", "step of comm, 16 px", "compiled views, 16 px", "comm, biased, seed 41"),
        *("graph of comm, 16 px", "1 side by side", "tour"),
    ]
    tables = ("checks", "embeddings_biased", "results", "summary", "times", "tour", "units")
    assert sorted(path.stem for path in out.iterdir()) == list(tables)
    summary = (out / "summary.txt").read_text()
    assert all(name in summary for name in units)


def test_a_run_is_told_by_every_protocol_as_runs_of_their_own_would_be(rehearsed):
    rows = pd.read_parquet(rehearsed[0] / "results.parquet")
    scale = rehearsal("cpu")
    specs = [device_runs.spec_of("comm", "biased", 41, protocol, scale) for protocol in scale.protocols]
    assert sorted(rows["run_id"].unique()) == sorted(spec.id for spec in specs)
    assert set(rows.loc[rows["metric"] == "balanced_accuracy", "label"]) == {
        *("redundancy", "unique_1", "unique_2", "synergy")
    }
    with np.load(rehearsed[0] / "embeddings_biased.npz") as held:
        assert held["comm"].dtype == np.float16
        assert len(held["comm"]) == len(held["synergy"])


def test_times_say_what_a_step_is_made_of(rehearsed):
    times = pd.read_parquet(rehearsed[0] / "times.parquet")
    step = device_times.found(times, "step").iloc[0]
    assert step["ms"] > 0
    assert step["operations"] > 1e6
    assert step["images_per_second"] == pytest.approx(4e3 * 8 / step["ms"])


def test_the_same_call_goes_on_and_another_is_refused(rehearsed, monkeypatch):
    monkeypatch.setattr(unit_log, "attempt", lambda unit: pytest.fail(f"{unit.name} is done"))
    before = (rehearsed[0] / "units.json").read_text()
    assert len(device_bench.run(rehearsed[0], quick=True, device="cpu")) == 9
    assert (rehearsed[0] / "units.json").read_text() == before
    with pytest.raises(ValueError, match=r"is of .*, not of .*; choose another --out\."):
        device_bench.run(rehearsed[0], device="cpu")


def found(value, seconds=0.0):
    time.sleep(seconds)
    return Found(f"found {value}", {"table": pd.DataFrame({"value": [value]})}, {"held": {str(value): np.arange(2)}})


def broken():
    raise ValueError("no such thing\nand more")


def unit(name, work, seconds=1.0):
    return Unit(name, "kind", seconds, work)


def test_units_are_kept_one_by_one_and_failed_ones_tried_again(tmp_path):
    log = UnitLog(tmp_path, {"device": "x"}, minutes=60)
    units = [unit("a", functools.partial(found, 1)), unit("b", broken), unit("c", functools.partial(found, 3))]
    said = log.do(units)
    assert next(said) == "a (0 s): found 1"
    again = UnitLog(tmp_path, {"device": "x"}, minutes=60)  # as if the first had been killed now
    assert list(again.do(units)) == ["b (0 s): ValueError: no such thing", "c (0 s): found 3"]
    mended = [units[0], unit("b", functools.partial(found, 2)), units[2]]
    assert list(UnitLog(tmp_path, {"device": "x"}, minutes=60).do(mended)) == ["b (0 s): found 2"]
    table = UnitLog(tmp_path, {"device": "x"}, minutes=60).table("table")
    assert dict(zip(table["unit"], table["value"])) == {"a": 1, "b": 2, "c": 3}
    assert sorted(log.arrays("held")) == ["1", "2", "3"]


def test_nothing_is_started_that_would_end_too_late(tmp_path):
    log = UnitLog(tmp_path, {}, minutes=1)
    units = [unit("long", functools.partial(found, 1), seconds=61.0), unit("short", functools.partial(found, 2))]
    assert list(log.do(units)) == ["short (0 s): found 2"]
    assert log.late == ["long"]
    assert log.seconds(units[0]) < 1  # one of its kind is known now


def test_units_run_side_by_side(tmp_path):
    log = UnitLog(tmp_path, {}, minutes=60)
    said = list(log.do([unit(name, functools.partial(found, name)) for name in ("a", "b", "c")], jobs=2))
    assert sorted(line.partition(" ")[0] for line in said) == ["a", "b", "c"]
    assert sorted(log.table("table")["value"]) == ["a", "b", "c"]


def test_what_is_faster_by_a_tenth_is_taken():
    rows = [{"what": "side by side", "jobs": j, "steps_per_second": r} for j, r in ((1, 100), (2, 105), (3, 120))]
    assert device_times.best_jobs(pd.DataFrame(rows)) == 3
    assert device_times.best_jobs(pd.DataFrame(rows[:2])) == device_times.best_jobs(pd.DataFrame()) == 1
    kinds = (("step", 10), ("step, compiled views", 9.2))
    steps = [{"what": what, "method": "comm", "size": 224, "ms": ms} for what, ms in kinds]
    assert not device_times.better_compiled(pd.DataFrame(steps))
    assert device_times.better_compiled(pd.DataFrame([steps[0], steps[1] | {"ms": 8}]))
    assert not device_times.better_compiled(pd.DataFrame())


def test_the_most_valuable_units_come_first(tmp_path):
    scale = Scale("cpu")
    groups = list(device_bench.plan(scale, UnitLog(tmp_path, {}, minutes=1), tmp_path))
    names = [unit.name for units, _ in groups for unit in units]
    assert names[:4] == ["self-tests", "tests", "peak", "step of comm, 224 px"]
    runs = [name for name in names if "seed" in name]
    assert runs[:6] == [f"{m}, biased, seed 41" for m in scale.methods] + ["comm, unbiased, seed 41"]
    assert len(runs) == len(set(runs)) == 5 * 2 * 5
    assert names.index(runs[9]) < names.index("1 side by side") < names.index("tour")
    assert names.index("tour") == names.index("comm, biased, seed 42") - 1
    assert len(set(names)) == len(names)


def test_a_run_is_expected_to_take_what_its_steps_take():
    rows = [{"what": "step", "method": "comm", "size": 224, "ms": 10}]
    alone = device_times.run_seconds(pd.DataFrame(rows), "comm", 224, 15_600, 1)
    assert alone == pytest.approx(device_times.PROBING + 156)
    rows += [{"what": "side by side", "jobs": j, "steps_per_second": r} for j, r in ((1, 100), (2, 160))]
    together = device_times.run_seconds(pd.DataFrame(rows), "comm", 224, 15_600, 2)
    assert together == pytest.approx(device_times.PROBING + 156 * 2 / 1.6)
    assert device_times.run_seconds(pd.DataFrame(rows), "coral", 224, 15_600, 2) == device_times.USUAL


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sweeps", "--minutes", "3"], "--minutes is of the benchmark cuda alone, not of sweeps."),
        (["cuda", "--minutes", "0", "--device", "cpu"], "minutes = 0.0 is not allowed; it takes a number above 0."),
        (["cuda", "--device", "cuda:99"], "device 'cuda:99' is not available"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(arguments, words, tmp_path, capsys):
    assert main(["bench", *arguments, "--out", str(tmp_path)]) == 1
    assert words in capsys.readouterr().err
