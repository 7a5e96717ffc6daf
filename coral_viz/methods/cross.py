"""Cross (CLIP): matching pairs across modalities must agree. Radford et al. 2021, arXiv 2103.00020."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from coral_viz.methods import losses
from coral_viz.methods.method import Knobs, Method
from coral_viz.methods.nets import pooled
from coral_viz.options import option
from coral_viz.tasks import Task
from coral_viz.training.distributed import gathered


@dataclass(frozen=True)
class LearnedScaleKnobs(Knobs):
    temperature: float = option(0.07, "initial value of the learned temperature", low=1e-2)


@dataclass(frozen=True)
class CrossKnobs(LearnedScaleKnobs):
    pooling: str = option(
        "mean",
        "pooling before the projection: mean token, or all, a linear map of all tokens (as published on images)",
        choices=("mean", "all"),
        former="mean",
    )


class Cross(Method):
    """One embedding per modality, a linear projection of its pooled tokens; only shared information lowers the loss.

    With more than two modalities, the loss is the mean over pairs. A given width is divided evenly among the
    projections; for the loss, one that is narrower by 1 than the others is padded with a zero.
    """

    NAME, TITLE, PAPER = "cross", "Cross", "arXiv 2103.00020"
    VERSION = 2
    KNOBS = CrossKnobs
    knobs: CrossKnobs

    def __init__(self, task: Task, knobs: CrossKnobs):
        super().__init__(task, knobs)
        self.encode = self.encoders()
        self.pool = nn.ModuleList(pooled(knobs.pooling, count, knobs.dim) for count in self.tokens_of)
        self.project = nn.ModuleList(nn.Linear(knobs.dim, width, bias=False) for width in self.part_widths)
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / knobs.temperature)))

    @staticmethod
    def passes(count):
        return count, 0

    def loss(self, view1, view2, progress):
        z = [gathered(key) for key in self.keys(view1)]
        return {"cross": losses.clip_pairs(z, logit_scale=bounded_scale(self.log_scale))}

    def embed(self, inputs):
        given = zip(self.names, self.project, self.pool, self.encode, inputs)
        return {
            name: project(pool(encode(x), encode.padding(x)))
            for name, project, pool, encode, x in given
            if x is not None
        }

    def keys(self, inputs):
        widest = max(self.part_widths)
        return [F.pad(z, (0, widest - z.shape[1])) for z in self.embed(inputs).values()]


def bounded_scale(log_scale: nn.Parameter) -> torch.Tensor:
    """The learned inverse temperature, between 1 and 100 as in CLIP.

    The parameter itself is clamped, so that it keeps its gradient at the bounds and can leave them.
    """
    with torch.no_grad():
        log_scale.clamp_(0, math.log(100))
    return log_scale.exp()
