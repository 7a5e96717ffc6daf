"""A command that runs beside the kernel: what it says last is told, and it can be stopped; the kernel stays free."""

from __future__ import annotations

import itertools
import os
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence
from io import BufferedReader
from typing import cast

from coral_viz import parents


class Background:
    """A process whose latest line goes to ``said``, and its exit status, when it ends, to ``ended``.

    Both are called on a thread of its own. What the process prints may overwrite itself, as progress bars do.
    Where the kernel ends before it, a command of coral_viz stops as on Ctrl-C.
    """

    def __init__(self, command: Sequence[str], said: Callable[[str], None], ended: Callable[[int], None]):
        ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN  # by shells in the background; it is inherited
        self._signals = itertools.chain([signal.SIGINT][ignored:], itertools.repeat(signal.SIGTERM))
        self._said, self._ended = said, ended
        watching = os.environ | {parents.WATCH: "1"}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=watching)
        self.thread = threading.Thread(target=self._follow, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Ask the process to end, as Ctrl-C does, so that it may tidy up; asked again, it has to."""
        self.process.send_signal(next(self._signals))

    def leave(self) -> None:
        """Stop, and tell no more: nobody is there to be told, or to stop it later."""
        self._said, self._ended = (lambda words: None), (lambda status: None)
        self.stop()

    def _follow(self) -> None:
        line = b""
        with cast(BufferedReader, self.process.stdout) as printed:
            while piece := printed.read1():
                *lines, line = re.split(rb"[\r\n]+", line + piece)
                if told := [text for text in (*lines, line) if text.strip()]:
                    self._said(told[-1].decode(errors="replace").strip())
        self._ended(self.process.wait())
