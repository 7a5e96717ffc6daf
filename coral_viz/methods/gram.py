"""GRAM: matching tuples must span a small volume. Cicchetti et al. 2025, arXiv 2412.11959 (ICLR 2025)."""

from __future__ import annotations

from dataclasses import dataclass

from coral_viz.methods import losses
from coral_viz.methods.method import Knobs
from coral_viz.methods.separate import Separate
from coral_viz.options import option


@dataclass(frozen=True)
class VolumeKnobs(Knobs):
    temperature: float = option(0.07, "temperature of the contrast over tuples", low=1e-3)
    label_smoothing: float = option(0.1, "label smoothing of the contrast", low=0.0, high=0.99)


class GRAM(Separate):
    """Each modality in turn picks its tuple of the others by -sqrt|det Gram(z_1 .. z_M)| / temperature."""

    NAME, TITLE, PAPER = "gram", "GRAM", "arXiv 2412.11959"
    KNOBS = VolumeKnobs
    knobs: VolumeKnobs

    def loss(self, view1, view2, progress):
        tau, smoothing = self.knobs.temperature, self.knobs.label_smoothing
        return {"volume": losses.gram(self.keys(view1), temperature=tau, label_smoothing=smoothing)}

    def score(self, query, gallery, anchor):
        return losses.gram_score(query, gallery)
