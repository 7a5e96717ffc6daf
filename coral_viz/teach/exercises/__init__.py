"""The exercises of the notebooks, by name: each takes an answer and returns praise that says why it is right.

What is right is computed by the package, not looked up; whatever is wrong is told as ``NotYet``, with a step onwards.
"""

from coral_viz.teach.exercises import bits, learning, reporting
from coral_viz.teach.exercises.registry import EXERCISES, NotYet

__all__ = ["EXERCISES", "NotYet", "bits", "learning", "reporting"]
