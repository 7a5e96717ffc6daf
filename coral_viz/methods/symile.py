"""Symile: one contrast over all modalities, by the multilinear inner product. Saporta et al. 2024, arXiv 2411.01053."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import nn

from coral_viz.methods import losses
from coral_viz.methods.cross import LearnedScaleKnobs, bounded_scale
from coral_viz.methods.separate import Separate
from coral_viz.options import option
from coral_viz.tasks import Task


@dataclass(frozen=True)
class SymileKnobs(LearnedScaleKnobs):
    negatives: str = option("shuffled", "tuples per anchor: shuffled (B) or all (B^(M-1))", choices=("shuffled", "all"))


class Symile(Separate):
    """Scores of tuples are sum_k prod_m z_mk. Each modality in turn must identify its tuple of the others.

    The product of M unit vectors of E numbers is of order E^(1 - M/2), so the learned scale is multiplied by
    E^(M/2 - 1). For two modalities this is 1, and Symile is CLIP.
    """

    NAME, TITLE, PAPER = "symile", "Symile", "arXiv 2411.01053"
    KNOBS = SymileKnobs
    knobs: SymileKnobs

    def __init__(self, task: Task, knobs: SymileKnobs):
        super().__init__(task, knobs)
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / knobs.temperature)))
        self.size = knobs.projection ** (len(self.names) / 2 - 1)

    def loss(self, view1, view2, progress):
        scale = bounded_scale(self.log_scale) * self.size
        return {"tuples": losses.symile(self.keys(view1), logit_scale=scale, negatives=self.knobs.negatives)}

    def score(self, query, gallery, anchor):
        return losses.symile_score(query, gallery)
