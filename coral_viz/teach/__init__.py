"""What notebooks ask of learners: a guess before the picture, a hint on request, a friendly check of an answer.

Everything shows itself at the end of a cell, with widgets or without, and says the same in a terminal.
"""

from coral_viz.teach.checks import Verdict, check
from coral_viz.teach.hints import Hint, hint
from coral_viz.teach.predictions import Prediction, predict

__all__ = ["Hint", "Prediction", "Verdict", "check", "hint", "predict"]
