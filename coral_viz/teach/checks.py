"""Answers of learners, checked: a friendly sentence in every case, never an exception.

What is right is computed by ``exercises``; this module decides how it is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from coral_viz.teach.exercises import EXERCISES, NotYet


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
    """Whether ``value`` solves the exercise ``name``, in words; it never raises, whatever is given.

    None (or ...) stands for an answer that is still to come.
    """
    if name not in EXERCISES:
        return Verdict(False, f"There is no exercise {name!r}; there are {', '.join(EXERCISES)}.")
    if value is None or value is ...:
        return Verdict(False, "No answer so far: put yours in place of None and run the cell again.")
    try:
        return Verdict(True, EXERCISES[name](value))
    except NotYet as wrong:
        return Verdict(False, str(wrong))
    except Exception as error:  # whatever learners type, they get a sentence and not a traceback
        return Verdict(False, f"This answer cannot be read: {error} ({type(error).__name__}).")
