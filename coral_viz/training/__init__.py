"""Training: the loop, devices, and distributed training."""

from coral_viz.training.devices import resolve
from coral_viz.training.loop import History, Trainable, TrainingDiverged, train

__all__ = ["History", "Trainable", "TrainingDiverged", "resolve", "train"]
