"""Processes end with the one that started them, busy as they may be; and where torchrun started them, they watch it."""

import os
import subprocess
import sys
import threading
from types import SimpleNamespace

import torch.distributed as dist

from coral_viz import parents
from coral_viz.training import distributed

BUSY = "from coral_viz.parents import end_with_parent; end_with_parent(); print('busy', flush=True)\nwhile True: pass"
PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"


def test_a_busy_process_ends_with_its_parent():
    parent = subprocess.Popen([sys.executable, "-c", PARENT, BUSY], stdout=subprocess.PIPE, text=True)
    assert parent.stdout.readline() == "busy\n"
    parent.kill()
    assert parent.communicate(timeout=30) == ("", None)  # the child would hold stdout open


def test_a_process_ends_that_its_parent_did_not_live_to_see(monkeypatch):
    ended = threading.Event()
    monkeypatch.setattr(os, "_exit", lambda status: ended.set())
    monkeypatch.setattr(parents.multiprocessing, "parent_process", lambda: SimpleNamespace(pid=-1))
    parents.end_with_parent()
    assert ended.wait(30)


def test_processes_of_torchrun_watch_it_and_others_do_not(monkeypatch):
    watched = []
    monkeypatch.setattr(distributed, "end_with_parent", lambda: watched.append(os.environ.get("TORCHELASTIC_RUN_ID")))
    for name in ("init_process_group", "destroy_process_group"):
        monkeypatch.setattr(dist, name, lambda *_: None)
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.delenv("TORCHELASTIC_RUN_ID", raising=False)
    with distributed.processes("cpu"):
        assert watched == []  # started by hand, from shells that may go
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "run")
    with distributed.processes("cpu"):
        assert watched == ["run"]
