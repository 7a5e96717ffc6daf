"""COrAL: a shared path that fuses under asymmetric masks, a unique path per modality, orthogonal to it and each other.

arXiv 2602.14983 (February 2026).
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import nn

from coral_viz import losses
from coral_viz.methods.base import FusionKnobs, Method, stacked
from coral_viz.nets import AttentionPool, FusionTransformer, ProjectionHead
from coral_viz.options import option

# shares of the final mask ratio in the four quarters of training: .05, .35, .55, .75 of tokens for a final .75
CURRICULUM = (1 / 15, 7 / 15, 11 / 15, 1.0)


@dataclass(frozen=True)
class COrALKnobs(FusionKnobs):
    orthogonality: str = option(
        "hinge",
        "what paths are charged for: hinge, max(0, cos) (paper-time code), or squared, cos^2 (later code)",
        choices=("hinge", "squared"),
    )
    orthogonality_weight: float = option(1.0, "w_o (1 on synthetic data; 10 with squared on MultiBench)", low=0.0)
    shared_weight: float = option(1.0, "w_s, weight of the shared path's contrast", low=0.0)
    unique_weight: float = option(1.0, "w_u, weight of each unique path's contrast", low=0.0)
    mask_ratio: float = option(0.75, "p, probability that a token of the masked modality is zeroed", low=0.0, high=0.99)
    mask_schedule: str = option(
        "curriculum",
        "p over training: curriculum (a fifteenth, then 7, 11 and all fifteenths of p) or constant",
        choices=("curriculum", "constant"),
    )


class COrAL(Method):
    """L = w_s nt(s', s'') + w_u sum_m nt(u_m', u_m'') + w_o sum over views and pairs of paths of their overlap.

    Shared path: encoder, asymmetric mask, fusion -> h_s (d). Unique path m: an encoder of its own, never masked,
    pooled by attention -> h_um (d/2). View 1 masks tokens of modality 1 only, view 2 those of modality 2, so that the
    shared path must fill in one modality from the other. Embedding = [h_s, h_u1, h_u2].
    """

    NAME, TITLE, PAPER = "coral", "COrAL", "arXiv 2602.14983"
    KNOBS = COrALKnobs
    PASSES = (8, 2)
    WHOLE = ("shared", "unique_1", "unique_2")
    PAIRS = (
        ("shared", "unique_1", ("shared", "unique_1")),
        ("shared", "unique_2", ("shared", "unique_2")),
    )

    def __init__(self, task, knobs: COrALKnobs):
        super().__init__(task, knobs)
        dim, half = knobs.dim, knobs.dim // 2
        self.encode_shared = self.encoders()
        self.encode_unique = copy.deepcopy(self.encode_shared)
        self.fusion = FusionTransformer(dim, knobs.heads, knobs.depth)
        self.pool = nn.ModuleList(AttentionPool(dim, half) for _ in self.modalities)
        self.shared_head = ProjectionHead(dim, knobs.hidden, knobs.projection)
        first = ProjectionHead(half, knobs.hidden, knobs.projection)
        self.unique_heads = nn.ModuleList([first, *(copy.deepcopy(first) for _ in self.modalities[1:])])

    def shared(self, inputs, visible=None):
        """h_s (B, d); ``visible``: per modality (B, T_m, 1), 0 where a token is zeroed, or None."""
        tokens = [encode(x) for encode, x in zip(self.encode_shared, inputs)]
        if visible is not None:
            tokens = [t * v for t, v in zip(tokens, visible)]
        return self.fusion(torch.cat(tokens, 1))[0]

    def unique(self, inputs):
        """h_um (B, d/2), one per modality."""
        return [pool(encode(x)) for pool, encode, x in zip(self.pool, self.encode_unique, inputs)]

    def mask_probability(self, progress: float) -> float:
        """The probability that a token is zeroed at this point of training."""
        if self.knobs.mask_schedule == "constant":
            return self.knobs.mask_ratio
        return self.knobs.mask_ratio * CURRICULUM[min(int(progress * 4), 3)]

    def asymmetric_mask(self, view1, progress):
        """Per modality (2B, T_m, 1): view v (rows vB to (v+1)B) hides tokens of modality v only."""
        batch, ratio, visible = len(view1[0]), self.mask_probability(progress), []
        for m, count in enumerate(self.tokens_of):
            keep = torch.ones(2, batch, count, 1, device=view1[0].device)
            keep[m] = (torch.rand_like(keep[m]) >= ratio).float()
            visible.append(keep.flatten(0, 1))
        return visible

    def loss(self, view1, view2, progress):
        both = stacked(view1, view2)
        s = self.shared_head(self.shared(both, self.asymmetric_mask(view1, progress)).unflatten(0, (2, -1)))
        u = [head(h.unflatten(0, (2, -1))) for head, h in zip(self.unique_heads, self.unique(both))]
        return losses.coral(
            s[0],
            s[1],
            [z[0] for z in u],
            [z[1] for z in u],
            temperature=self.knobs.temperature,
            orthogonality=self.knobs.orthogonality,
            orthogonality_weight=self.knobs.orthogonality_weight,
            shared_weight=self.knobs.shared_weight,
            unique_weight=self.knobs.unique_weight,
        )

    def embed(self, inputs):
        return dict(zip(self.WHOLE, [self.shared(inputs), *self.unique(inputs)]))
