"""The command line: every command is there and light until it runs; sweeps and single runs from it go on and stay."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from coral_viz import style
from coral_viz.__main__ import _drop_what_is_not_taken, main
from coral_viz.cli import COMMANDS
from coral_viz.runs import replay, sweeps

GRID = """
method = "cross"
seeds = [0, 1]
budget = {steps = 4, batch = 16, samples = 64, probe_samples = 200, test_samples = 200}
"""


@pytest.mark.parametrize("command", list(COMMANDS))
def test_every_command_goes_by_the_name_of_its_module(command, capsys):
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])
    usage, words, *_ = capsys.readouterr().out.split("\n\n")
    assert usage.startswith(f"usage: python -m coral_viz {command} ")
    assert words[0].isupper()
    assert words.endswith(".")


def test_help_is_plain_text_and_names_every_venue(capsys):
    said = []
    for asked in ([], ["figures"], ["train"]):
        with pytest.raises(SystemExit, match="0"):
            main([*asked, "--help"])
        said.append(capsys.readouterr().out)
    assert "`" not in "".join(said)
    assert set(style.WIDTHS) <= set(said[1].replace(",", " ").split())


def test_help_and_docs_say_who_runs_code_on_a_scheduler(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["sweep", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "anyone who can reach it can run code on it: use 127.0.0.1, a private network or TLS" in said
    pages = (Path(__file__).parents[2] / "docs").glob("*.md")
    docs = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    for server in ("Dask scheduler", "Jupyter server"):
        assert re.search(rf"Anybody who can connect to a {server}.* can run code on it with your rights", docs)


def test_help_loads_nothing_heavy():
    asked = "import sys, coral_viz.__main__; print(*{'torch', 'pandas', 'numpy', 'matplotlib'} & {*sys.modules})"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout == "\n"


def test_a_grid_is_counted_done_and_done_already(tmp_path, capsys):
    (tmp_path / "two.toml").write_text(GRID)
    sweep = ["sweep", str(tmp_path / "two.toml"), "--out", str(tmp_path / "out"), "--device", "cpu"]
    assert main([*sweep, "--dry-run"]) == 0
    assert re.fullmatch(r"2 runs, 2 missing: about \d+ s of one core.\n", capsys.readouterr().out)
    assert main([*sweep, "--dry-run", "--shard", "2/2"]) == 0
    assert capsys.readouterr().out.startswith("1 run, 1 missing: about ")
    assert not (tmp_path / "out").exists()
    assert main([*sweep, "--executor", "serial"]) == 0
    assert capsys.readouterr().out.endswith(f"Table in {tmp_path}/out/results.parquet\n")
    assert main([*sweep, "--dry-run"]) == 0
    assert capsys.readouterr().out == "2 runs, none missing.\n"
    assert main(sweep) == 0
    assert f"2/2 runs |{'#' * 30}|" in capsys.readouterr().out


@pytest.mark.parametrize(("seconds", "words"), [(4, "4 s"), (600, "10 minutes"), (9000, "2.5 hours")])
def test_how_long_it_takes_is_said_in_units_of_its_size(seconds, words, tmp_path, monkeypatch, capsys):
    (tmp_path / "two.toml").write_text(GRID)
    monkeypatch.setattr(sweeps, "left", lambda plan, store, device: seconds)
    assert main(["sweep", str(tmp_path / "two.toml"), "--out", str(tmp_path / "out"), "--dry-run"]) == 0
    assert capsys.readouterr().out == f"2 runs, 2 missing: about {words} of one core.\n"


def test_one_run_is_kept_and_shown_again(tmp_path, capsys):
    train = ["train", "cross", "--steps", "3", "--out", str(tmp_path), "--device", "cpu"]
    assert main(train) == 0
    said = capsys.readouterr().out
    (run,) = tmp_path.iterdir()
    assert said.endswith(f"Kept in {run}\n")
    assert {"balanced_accuracy", "bits", "redundancy", "synergy"} <= set(said.split())
    changed = (run / "DONE").stat().st_mtime_ns
    assert main(train) == 0
    assert said.endswith(capsys.readouterr().out)  # without the progress bar
    assert (run / "DONE").stat().st_mtime_ns == changed


def test_what_cannot_be_is_one_sentence(tmp_path, capsys):
    assert main(["sweep", str(tmp_path / "none.toml")]) == 1
    assert main(["train", "corral", "--out", str(tmp_path)]) == 1
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("coral_viz: cannot read the grid")
    assert second.startswith("coral_viz: method 'corral' does not exist; choose one of ")


@pytest.mark.parametrize("command", ["sweep grid.toml", "train cross", "tour", "figures", "bench pid", "ship out"])
def test_a_name_that_is_no_utf8_is_one_sentence_before_any_work(command, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    extra = ["--name", "x", "--command", "x", "--data"] if command.startswith("ship") else ["--out"]
    assert main([*command.split(), *extra, os.fsdecode(b"o\xffut")]) == 1
    assert re.fullmatch(r"coral_viz: the argument 'o\\udcffut' is no UTF-8; .*\n", capsys.readouterr().err)
    assert [*tmp_path.iterdir()] == []


def test_a_recorded_run_can_be_watched(tmp_path, capsys, few_probed):
    train = ["train", "cross", "--steps", "3", "--out", str(tmp_path), "--device", "cpu", "--record", "2"]
    assert main(train) == 0
    (path,) = tmp_path.glob("replays/*.npz")
    assert f"Recorded in {path}\n" in capsys.readouterr().out
    assert replay.load(path).steps == [0, 1, 3]
    assert main([*train[:-1], "1"]) == 1
    assert "a recording takes at least 2" in capsys.readouterr().err


def test_what_a_closed_terminal_has_not_taken_does_no_harm_later():
    theirs, ours = os.pipe()
    with os.fdopen(ours, "w") as stream:
        stream.write("words")
        os.close(theirs)
        _drop_what_is_not_taken(stream)
