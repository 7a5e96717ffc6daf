"""Cross+Self: agreement across modalities and within each (SLIP-like). Mu et al. 2022, arXiv 2112.12750."""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn

from coral_viz import losses
from coral_viz.methods.base import Knobs, Method, stacked
from coral_viz.nets import ProjectionHead
from coral_viz.options import option


@dataclass(frozen=True)
class CrossSelfKnobs(Knobs):
    self_weight: float = option(0.5, "weight of the within-modality terms", low=0.0)


class CrossSelf(Method):
    """nt(m1, m2) + w (nt(m1', m1'') + nt(m2', m2'')): what a modality's own views share is kept too."""

    NAME, TITLE, PAPER = "cross_self", "Cross+Self", "arXiv 2112.12750"
    KNOBS = CrossSelfKnobs
    PASSES = (4, 0)
    WHOLE = ("modality_1", "modality_2")
    PAIRS = (("modality_1", "modality_2", WHOLE),)

    def __init__(self, task, knobs: CrossSelfKnobs):
        super().__init__(task, knobs)
        self.encode = self.encoders()
        self.heads = nn.ModuleList(ProjectionHead(knobs.dim, knobs.hidden, knobs.projection) for _ in self.encode)

    def loss(self, view1, view2, progress):
        parts = self.embed(stacked(view1, view2)).values()
        (a1, a2), (b1, b2) = (head(h.unflatten(0, (2, -1))) for head, h in zip(self.heads, parts))
        within = self.knobs.self_weight
        tau = self.knobs.temperature
        return {
            "cross": losses.nt_xent(a1, b1, temperature=tau),
            "self_1": within * losses.nt_xent(a1, a2, temperature=tau),
            "self_2": within * losses.nt_xent(b1, b2, temperature=tau),
        }

    def embed(self, inputs):
        return dict(zip(self.WHOLE, (encode(x).mean(1) for encode, x in zip(self.encode, inputs))))
