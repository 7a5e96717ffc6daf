"""GRAM: matching tuples must span a small volume. Cicchetti et al. 2025, arXiv 2412.11959 (ICLR 2025)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from coral_viz.methods import losses
from coral_viz.methods.method import Knobs
from coral_viz.methods.separate import Separate
from coral_viz.options import option
from coral_viz.tasks import Task

LOWEST = 1e-3  # of temperatures


@dataclass(frozen=True)
class VolumeKnobs(Knobs):
    temperature: float = option(0.07, "temperature of the contrast over tuples", low=1e-3)
    label_smoothing: float = option(0.1, "label smoothing of the contrast", low=0.0, high=0.99)
    anchors: str = option(
        "all",
        "anchors of the contrast: all modalities in turn, or only the first (as published)",
        choices=("all", "first"),
        former="all",
    )
    learned: bool = option(
        False, "whether the temperature is learned, starting at temperature (as published), not fixed", former=False
    )


class Matched(Separate):
    """Contrast of each modality with tuples of the others, by a score of all modalities / temperature."""

    KNOBS = VolumeKnobs
    knobs: VolumeKnobs

    def __init__(self, task: Task, knobs: VolumeKnobs):
        super().__init__(task, knobs)
        self.temperature = nn.Parameter(torch.tensor(knobs.temperature)) if knobs.learned else None

    def contrast(self) -> dict[str, Any]:
        """The arguments of ``losses.gram`` that are hyperparameters; a learned temperature is kept positive."""
        tau: Tensor | float = self.knobs.temperature
        if self.temperature is not None:
            with torch.no_grad():
                self.temperature.clamp_(min=LOWEST)
            tau = self.temperature
        anchor = 0 if self.knobs.anchors == "first" else None
        return {"temperature": tau, "label_smoothing": self.knobs.label_smoothing, "anchor": anchor}


class GRAM(Matched):
    """Each modality in turn must identify its tuple of the others by -sqrt|det Gram(z_1 .. z_M)| / temperature."""

    NAME, TITLE, PAPER = "gram", "GRAM", "arXiv 2412.11959"

    def loss(self, view1, view2, progress):
        return {"volume": losses.gram(self.keys(view1), **self.contrast())}

    def score(self, query, gallery, anchor):
        return losses.gram_score(query, gallery)
