"""Cross (CLIP): matching pairs across modalities must agree. Radford et al. 2021, arXiv 2103.00020."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import nn

from coral_viz import losses
from coral_viz.methods.base import Knobs, Method
from coral_viz.options import option


@dataclass(frozen=True)
class CrossKnobs(Knobs):
    temperature: float = option(0.07, "where the learned temperature starts", low=1e-2)


class Cross(Method):
    """One embedding per modality, a linear projection of its mean token; only what both share lowers the loss."""

    NAME, TITLE, PAPER = "cross", "Cross", "arXiv 2103.00020"
    KNOBS = CrossKnobs
    PASSES = (2, 0)
    WHOLE = ("modality_1", "modality_2")
    PAIRS = (("modality_1", "modality_2", WHOLE),)

    def __init__(self, task, knobs: CrossKnobs):
        super().__init__(task, knobs)
        self.encode = self.encoders()
        self.project = nn.ModuleList(nn.Linear(knobs.dim, knobs.dim, bias=False) for _ in self.encode)
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / knobs.temperature)))

    def loss(self, view1, view2, progress):
        z1, z2 = self.embed(view1).values()
        scale = self.log_scale.clamp(0, math.log(100)).exp()
        return {"cross": losses.clip(z1, z2, logit_scale=scale)}

    def embed(self, inputs):
        pooled = [encode(x).mean(1) for encode, x in zip(self.encode, inputs)]
        return dict(zip(self.WHOLE, (project(h) for project, h in zip(self.project, pooled))))
