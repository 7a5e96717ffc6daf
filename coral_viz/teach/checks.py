"""Checks of learners' answers, which always give a sentence, never an exception.

``exercises`` computes the right answers; this module displays the verdict.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from html import escape

from coral_viz.teach.exercises import EXERCISES, NotYet

VOILA = "VOILA_KERNEL_ID"
"""Set in the environment of kernels whose notebook Voila shows as an app, without its cells."""


@dataclass(frozen=True)
class Verdict:
    """Whether an answer is right (``passed``), and a sentence about it (``words``)."""

    passed: bool
    words: str

    def __repr__(self) -> str:
        return f"{'Right' if self.passed else 'Not yet'}. {self.words}"

    def _repr_html_(self) -> str:
        title, colour = ("✓ Right.", "#1b6e3c") if self.passed else ("Not yet.", "#8a4b00")
        return f'<p role="status"><b style="color: {colour}">{title}</b> {escape(self.words)}</p>'


def check(value, name: str) -> Verdict:
    """Whether ``value`` solves the exercise ``name``, in words, for any value.

    None (or ...) stands for an answer that is not yet given.
    """
    if name not in EXERCISES:
        return Verdict(False, f"There is no exercise {name!r}; there are {', '.join(EXERCISES)}.")
    if value is None or value is ...:
        return Verdict(False, f"No answer so far: {_where_to_answer()}")
    try:
        return Verdict(True, EXERCISES[name](value))
    except NotYet as wrong:
        return Verdict(False, str(wrong))
    except Exception as error:  # whatever learners type, they get a sentence and not a traceback
        return Verdict(False, f"This answer cannot be read: {error} ({type(error).__name__}).")


def _where_to_answer() -> str:
    if VOILA in os.environ:
        return "an app has no code cells, so work the answer out and compare it with the solution."
    return "replace None by your answer and run the cell again."
