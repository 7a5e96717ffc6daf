"""A command in a separate process, whose latest output is reported, and which can be stopped."""

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
    """A process whose latest line is passed to ``said``, and its exit status at the end to ``ended``.

    Both are called on a separate thread. Output may overwrite itself, as progress bars do. If the kernel ends first,
    commands of coral_viz stop as on Ctrl-C.
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
        """Interrupt the process like Ctrl-C, so that it can clean up; at the second call, terminate it."""
        self.process.send_signal(next(self._signals))

    def leave(self) -> None:
        """Stop the process, and report nothing any more."""
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
