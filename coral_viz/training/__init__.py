"""Training: the loop, the device that it computes on, and several processes that train one method."""

from coral_viz.training.devices import resolve
from coral_viz.training.loop import History, Trainable, TrainingDiverged, train

__all__ = ["History", "Trainable", "TrainingDiverged", "resolve", "train"]
