"""CoMM: every subset of the modalities must agree with their fusion. Dufumier et al. 2025, arXiv 2409.07402."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from coral_viz import losses
from coral_viz.methods.base import FusionKnobs, Method, stacked
from coral_viz.nets import FusionTransformer, ProjectionHead
from coral_viz.options import option


@dataclass(frozen=True)
class CoMMKnobs(FusionKnobs):
    reduction: str = option("mean", "how the terms add up: mean (code) or sum (paper)", choices=("mean", "sum"))


class CoMM(Method):
    """Z_i = head(fusion of subset i), on two views; L = mean_i [nt(Z'_i, Z''_full) + nt(Z''_i, Z'_full)] / 2.

    The term of the full set can grow by what only the modalities together tell; those of the single ones ask that the
    fusion keep what each tells alone.
    """

    NAME, TITLE, PAPER = "comm", "CoMM", "arXiv 2409.07402"
    KNOBS = CoMMKnobs
    PASSES = (4, 6)
    WHOLE = ("fused",)
    PAIRS = (("modality_1", "modality_2", WHOLE),)

    def __init__(self, task, knobs: CoMMKnobs):
        super().__init__(task, knobs)
        self.encode = self.encoders()
        self.fusion = FusionTransformer(knobs.dim, knobs.heads, knobs.depth)
        self.head = ProjectionHead(knobs.dim, knobs.hidden, knobs.projection)

    def fuse(self, inputs):
        """The fusion of every subset of the modalities, (M + 1, B, d), all of them last."""
        tokens = torch.cat([encode(x) for encode, x in zip(self.encode, inputs)], 1)
        return self.fusion(tokens, drop=self.subsets(tokens.device))

    def loss(self, view1, view2, progress):
        z = self.head(self.fuse(stacked(view1, view2)).unflatten(1, (2, -1)))
        return losses.comm(
            list(z[:, 0]), list(z[:, 1]), temperature=self.knobs.temperature, reduction=self.knobs.reduction
        )

    def embed(self, inputs):
        names = [*(modality.name for modality in self.modalities), "fused"]
        return dict(zip(names, self.fuse(inputs)))
