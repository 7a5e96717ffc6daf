"""CLIP+IB: pairwise CLIP with a pull between the modalities. Baseline of OVA-IB, arXiv 2605.29900."""

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
class CLIPIBKnobs(LearnedScaleKnobs):
    beta: float = option(1.0, "weight of the squared distance between modalities", low=0.0)


class CLIPIB(Separate):
    """L = mean over pairs of CLIP(z_m, z_n) + beta |z_m - z_n|^2; the second term removes unique information."""

    NAME, TITLE, PAPER = "clip_ib", "CLIP+IB", "arXiv 2605.29900"
    KNOBS = CLIPIBKnobs
    knobs: CLIPIBKnobs

    def __init__(self, task: Task, knobs: CLIPIBKnobs):
        super().__init__(task, knobs)
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / knobs.temperature)))

    def loss(self, view1, view2, progress):
        return losses.clip_ib(self.keys(view1), logit_scale=bounded_scale(self.log_scale), beta=self.knobs.beta)
