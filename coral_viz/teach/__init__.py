"""Questions to learners in notebooks: predictions, gates whose atoms are guessed, a test, hints, and checks of answers.

Each is displayed as the last value of a notebook cell, with widgets or without, and as text in a terminal.
"""

from coral_viz.teach.atom_guesses import AtomGuesses, guess_atoms
from coral_viz.teach.checks import Verdict, check
from coral_viz.teach.hints import Hint, hint
from coral_viz.teach.predictions import Prediction, predict
from coral_viz.teach.quizzes import Quiz, quiz

__all__ = ["AtomGuesses", "Hint", "Prediction", "Quiz", "Verdict", "check", "guess_atoms", "hint", "predict", "quiz"]
