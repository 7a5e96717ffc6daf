"""The exercises of the notebooks, by name: each takes an answer and returns a sentence that says why it is right.

The right answers are computed, not looked up. A wrong answer raises ``NotYet`` with a hint.
"""

from coral_viz.teach.exercises import bits, learning, reporting
from coral_viz.teach.exercises.registry import EXERCISES, NotYet

__all__ = ["EXERCISES", "NotYet", "bits", "learning", "reporting"]
