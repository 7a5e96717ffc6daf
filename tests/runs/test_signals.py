"""A sweep that is ended from outside, killed or by a closed terminal: its workers end with it."""

import fcntl
import os
import pty
import signal
import subprocess
import sys
import termios
import threading
import time
from types import SimpleNamespace

import pandas as pd
import pytest

from coral_viz import __main__ as command_line
from coral_viz import parents
from coral_viz.explore.background import Background
from coral_viz.runs import sweep_table

GRID = """
method = "cross"
seeds = [{}]
budget = {{ steps = 40, batch = 16, samples = 64, probe_samples = 1024, test_samples = 64 }}
"""
WORDS = "coral_viz: interrupted; finished runs are kept, the same command goes on from there."


@pytest.fixture
def begin(tmp_path):
    """Starts a sweep on two processes, as ``options`` of Popen say, and waits until a run is finished."""
    (tmp_path / "grid.toml").write_text(GRID.format(", ".join(map(str, range(60)))))
    command = [sys.executable, "-m", "coral_viz", "sweep", str(tmp_path / "grid.toml"), "--out", str(tmp_path / "out")]
    command += ["--executor", "joblib", "--jobs", "2", "--device", "cpu"]
    begun = []

    def begin_one(**options):
        begun.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True, **options))
        deadline = time.monotonic() + 600
        while not list(tmp_path.glob("out/runs/[0-9a-f]*/DONE")) and time.monotonic() < deadline:
            time.sleep(0.1)
        return begun[0]

    yield begin_one
    begun[0].kill()


def ended(process):
    """What it said, when it and all its workers have ended: each of them holds stderr open."""
    return process.communicate(timeout=120)[1].strip()


def test_the_workers_of_a_killed_sweep_end(begin):
    process = begin(stdout=subprocess.DEVNULL)
    process.kill()
    ended(process)


def assert_stopped(process, out, error):
    """Everything that ended is in the tables, nothing else, and the command says how to go on."""
    assert process.returncode == 130, error
    finished = {done.parent.name for done in out.glob("runs/[0-9a-f]*/DONE")}
    assert finished
    assert set(sweep_table.read(out / "results.parquet")["run_id"]) == finished
    assert set(pd.read_csv(out / "status.csv")["run_id"]) <= finished


def test_ctrl_c_keeps_finished_runs_and_leaves_nothing_behind(begin, tmp_path):
    own = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}  # background shells ignore it
    process = begin(stdout=subprocess.DEVNULL, **own)
    os.killpg(process.pid, signal.SIGINT)
    error = ended(process)
    assert error == WORDS
    assert_stopped(process, tmp_path / "out", error)


def test_a_closed_terminal_ends_a_sweep_like_ctrl_c(begin, tmp_path):
    ours, theirs = pty.openpty()

    def opened():
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup ignores it

    process = begin(stdin=theirs, stdout=theirs, preexec_fn=opened)
    os.close(theirs)
    os.close(ours)
    os.killpg(process.pid, signal.SIGHUP)  # shells say it, too
    error = ended(process)
    assert WORDS in error
    assert_stopped(process, tmp_path / "out", error)


@pytest.fixture
def signals():
    """The process's own handlers, put back afterwards."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_to_be_terminated_is_ctrl_c(signals):
    command_line._stop_like_ctrl_c()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGTERM)


def test_a_terminal_closes_once(signals):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup ignores it
    command_line._stop_like_ctrl_c()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGHUP)
    signal.raise_signal(signal.SIGHUP)  # while the table is written


def test_a_closed_terminal_is_ignored_where_it_is_to_be(signals):
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    command_line._stop_like_ctrl_c()
    signal.raise_signal(signal.SIGHUP)


def test_a_command_that_a_kernel_began_stops_when_the_kernel_is_gone(signals, monkeypatch):
    stopped = threading.Event()
    monkeypatch.setattr(parents.multiprocessing, "parent_process", lambda: SimpleNamespace(pid=-1))
    monkeypatch.setattr(os, "kill", lambda pid, number: stopped.set() if number == signal.SIGTERM else None)
    command_line._stop_like_ctrl_c()
    assert not stopped.is_set()
    said = []
    command = [sys.executable, "-c", f"import os; print(os.environ[{parents.WATCH!r}])"]
    Background(command, said.append, said.append).thread.join(30)
    assert (said[0], said[-1]) == ("1", 0)
    monkeypatch.setenv(parents.WATCH, said[0])
    command_line._stop_like_ctrl_c()
    assert stopped.wait(30)
    assert parents.WATCH not in os.environ  # or its workers would ask the same
