"""Training: the loop, devices, and distributed training."""

from coral_viz.training.devices import resolve
from coral_viz.training.history import History, TrainingDiverged
from coral_viz.training.loop import train
from coral_viz.training.trainable import Trainable

__all__ = ["History", "Trainable", "TrainingDiverged", "resolve", "train"]
