"""Processes that work for the one that started them, and end with it, however that ends.

A thread watches the parent's number, as PyTorch's data loaders do. The parent-death signal of Linux is no use here: it
comes when the *thread* ends that started the process, and a pool outlives the threads that call for it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

SECONDS = 0.2
"""Between two looks at the parent."""

WATCH = "CORAL_VIZ_ENDS_WITH_PARENT"
"""Name of the variable by which a process asks a command that it starts to stop when it is gone."""


def begin_work(path: tuple[str, ...]) -> None:
    """A worker's start: it finds the modules that its parent finds now, even if it began to work for it earlier.

    Here, where nothing imports torch: a worker takes as long to start as its first task needs.
    """
    sys.path[:] = path
    serve_parent()


def serve_parent() -> None:
    """Leave Ctrl-C and a closed terminal to the parent, which stops its workers, and end when it has."""
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):  # Windows knows no SIGHUP
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    end_with_parent()


def end_with_parent(end: Callable[[], None] = lambda: os._exit(1)) -> None:
    """End this process, whatever it is doing, within a second of its parent's end; ``end`` says how.

    Where processes keep the number of a parent that is gone (Windows), nothing happens.
    """
    started_by = multiprocessing.parent_process()  # its number was written down while it was there; it may be gone
    parent = started_by.pid if started_by else os.getppid()
    threading.Thread(target=_end_after, args=(parent, end), daemon=True, name="end_with_parent").start()


def _end_after(parent: int, end: Callable[[], None]) -> None:
    while os.getppid() == parent:
        time.sleep(SECONDS)
    end()
