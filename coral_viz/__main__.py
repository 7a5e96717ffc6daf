"""The command line, as ``coral-viz`` or ``python -m coral_viz``: tour, sweep, train, figures, methods, doctor, ...

Errors are one sentence and a non-zero exit status.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import signal
import sys
import warnings
from typing import NoReturn, TextIO

from coral_viz import extras, parents
from coral_viz.cli import COMMANDS, shared_options


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    options = _parser().parse_args(arguments)
    options.typed = shlex.join(["python", "-m", "coral_viz", *arguments])
    try:
        shared_options.check_text(arguments)
        return options.run(options) or 0
    except (ValueError, RuntimeError, OSError) as error:
        print(f"coral_viz: {error}", file=sys.stderr)
        return 1
    except ModuleNotFoundError as error:
        if not (words := extras.advice(error)):
            raise
        print(f"coral_viz: {words}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        with contextlib.suppress(OSError):  # of a terminal that was closed
            words = "interrupted; finished runs are kept, the same command goes on from there."
            print(f"\ncoral_viz: {words}", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    words = "Measure which information a multimodal embedding keeps, in bits. COMMAND --help describes each command."
    parser = argparse.ArgumentParser(prog="python -m coral_viz", description=words)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        own = commands.add_parser(name, help=command.BRIEF, description=command.WORDS)
        command.add(own)
        own.set_defaults(run=command.run)
    return parser


def _stop_like_ctrl_c() -> None:
    """When terminated, when the terminal is closed, unless that is to be ignored (nohup), and with a kernel's end."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # Windows knows none
        signal.signal(signal.SIGHUP, _hung_up)
    if os.environ.pop(parents.WATCH, ""):
        parents.end_with_parent(lambda: os.kill(os.getpid(), signal.SIGTERM))


def _hung_up(number: int, frame) -> None:
    """Once: the shell and the system both say it, and the second must not cut short what the first began."""
    signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def run() -> NoReturn:
    """The process of the command line: ends with the exit status."""
    _stop_like_ctrl_c()
    # joblib says so after Ctrl-C, when it is meant
    warnings.filterwarnings("ignore", r"\d+ tasks (which were still being|have been successfully)", UserWarning)
    status = main()
    _drop_what_is_not_taken(sys.stdout)
    sys.exit(status)


def _drop_what_is_not_taken(stream: TextIO) -> None:
    """By a terminal that was closed: left for the end of the process, it would change the exit status to 120."""
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


if __name__ == "__main__":
    run()
