"""COrAL: a shared path with asymmetric masks and fusion, and a unique path per modality, all mutually orthogonal.

arXiv 2602.14983 (February 2026).
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import nn

from coral_viz.methods import losses, shares
from coral_viz.methods.method import Explanation, FusionKnobs, Method, stacked
from coral_viz.methods.nets import AttentionPool, FusionTransformer, ProjectionHead, joint_padding
from coral_viz.options import option
from coral_viz.tasks import Task

# shares of the final mask ratio in the four quarters of training: .05, .35, .55, .75 of tokens for a final .75
CURRICULUM = (1 / 15, 7 / 15, 11 / 15, 1.0)


@dataclass(frozen=True)
class COrALKnobs(FusionKnobs):
    orthogonality: str = option(
        "hinge",
        "penalty on the cosine between paths: hinge, max(0, cos) (code at publication), or squared, cos^2 (later code)",
        choices=("hinge", "squared"),
    )
    orthogonality_weight: float = option(1.0, "w_o (1 on synthetic data; 10 with squared on MultiBench)", low=0.0)
    shared_weight: float = option(1.0, "w_s, weight of the shared path's contrast", low=0.0)
    unique_weight: float = option(1.0, "w_u, weight of each unique path's contrast", low=0.0)
    mask_ratio: float = option(0.75, "p, probability that a token of the masked modality is zeroed", low=0.0, high=0.99)
    mask_schedule: str = option(
        "curriculum",
        "p during training: curriculum (1/15, 7/15, 11/15 and then all of p) or constant",
        choices=("curriculum", "constant"),
    )
    masking: str = option(
        "asymmetric",
        "which tokens may be zeroed: asymmetric (one modality's in each view) or symmetric (all in both views)",
        choices=("asymmetric", "symmetric"),
        former="asymmetric",
    )
    proportions: str = option(
        "paper",
        "widths of the paths: paper (the shared path is twice as wide as a unique one) or even",
        choices=("paper", "even"),
        former="paper",
    )
    query: str = option(
        "scaled",
        "initial standard deviation of the pooling query: scaled (1/sqrt of its width) or unit (1, as published)",
        choices=("scaled", "unit"),
        former="scaled",
    )


class COrAL(Method):
    """L = w_s nt(s', s'') + w_u sum_m nt(u_m', u_m'') + w_o sum over views and pairs of paths of their overlap.

    The shared path is encoder, asymmetric mask and fusion -> h_s. Unique path m has its own encoder, no mask, and
    attention pooling -> h_um. View 1 masks tokens of modality 1 only and view 2 those of modality 2, so the shared path
    must predict one modality from the other. The embedding is [h_s, h_u1, h_u2]. The paper has two modalities. With
    more, odd ones are masked in view 1 and even ones in view 2, and all pairs of paths are penalised.

    In the paper h_s has d numbers and each h_um d/2, so with two modalities the embedding has twice as many as CoMM's.
    A given width is divided in the same ``proportions``.
    """

    NAME, TITLE, PAPER = "coral", "COrAL", "arXiv 2602.14983"
    KNOBS = COrALKnobs
    knobs: COrALKnobs

    def __init__(self, task: Task, knobs: COrALKnobs):
        super().__init__(task, knobs)
        dim, (shared, *unique) = knobs.dim, self.part_widths
        self.encode_shared = self.encoders()
        self.encode_unique = copy.deepcopy(self.encode_shared)
        self.fusion = FusionTransformer(dim, knobs.heads, knobs.depth, shared)
        self.pool = nn.ModuleList(AttentionPool(dim, width, {"unit": 1.0}.get(knobs.query)) for width in unique)
        self.shared_head = ProjectionHead(shared, knobs.hidden, knobs.projection)
        first = ProjectionHead(unique[0], knobs.hidden, knobs.projection)
        self.unique_heads = nn.ModuleList(first.copied(width) for width in unique)
        self.unique_names = [f"unique_{m + 1}" for m in range(len(self.modalities))]
        self.whole = ("shared", *self.unique_names)
        self.pairs = tuple(("shared", name, ("shared", name)) for name in self.unique_names)

    @classmethod
    def widths(cls, knobs, count):
        dim, unique = knobs.dim, knobs.dim if knobs.proportions == "even" else knobs.dim // 2
        return shares.of_tokens(knobs.width, [dim] + [unique] * count, dim)

    @staticmethod
    def passes(count):
        return 4 * count, 2

    def tokens(self, inputs, visible=None):
        """Tokens of the shared path, (B, T, d); zero for a missing modality, as if all of it were masked.

        ``visible``: per modality (B, T_m, 1), 0 where a token is zeroed, or None.
        """
        seen = [None if x is None else encode(x) for encode, x in zip(self.encode_shared, inputs)]
        given = next(t for t in seen if t is not None)
        absent = [given.new_zeros(len(given), count, given.shape[-1]) for count in self.tokens_of]
        tokens = [zero if t is None else t for t, zero in zip(seen, absent)]
        if visible is not None:
            tokens = [t * v for t, v in zip(tokens, visible)]
        return torch.cat(tokens, 1)

    def shared(self, inputs, visible=None):
        """h_s (B, its width); ``visible`` as in ``tokens``."""
        return self.fusion(self.tokens(inputs, visible), padding=self.padding(inputs))[0]

    def padding(self, inputs):
        """Where tokens of the shared path are padding, bool (B, T), or None; throughout for missing sequences."""
        return joint_padding(self.encode_shared, inputs, absent=True)

    def unique(self, inputs):
        """h_um (B, its width) for each given modality."""
        paths = zip(self.pool, self.encode_unique, inputs)
        return [pool(encode(x), encode.padding(x)) for pool, encode, x in paths if x is not None]

    def mask_probability(self, progress: float) -> float:
        """The probability that a token is zeroed at this point of training."""
        if self.knobs.mask_schedule == "constant":
            return self.knobs.mask_ratio
        return self.knobs.mask_ratio * CURRICULUM[min(int(progress * 4), 3)]

    def mask(self, view1, progress):
        """Visible tokens per modality, (2B, T_m, 1). Modality m is masked in view v = m mod 2 only, rows vB to (v+1)B.

        Symmetric masks, an ablation in the paper, hide tokens of every modality in both views.
        """
        batch, ratio, visible = len(view1[0]), self.mask_probability(progress), []
        for m, count in enumerate(self.tokens_of):
            keep = torch.ones(2, batch, count, 1, device=view1[0].device)
            masked = slice(None) if self.knobs.masking == "symmetric" else slice(m % 2, m % 2 + 1)
            keep[masked] = (torch.rand_like(keep[masked]) >= ratio).float()
            visible.append(keep.flatten(0, 1))
        return visible

    def loss(self, view1, view2, progress):
        both = stacked(view1, view2)
        s = self.shared_head(self.shared(both, self.mask(view1, progress)).unflatten(0, (2, -1)))
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
        given = [name for name, x in zip(self.unique_names, inputs) if x is not None]
        return dict(zip(["shared", *given], [self.shared(inputs), *self.unique(inputs)]))

    def keys(self, inputs):
        alone = [[x if m == n else None for n, x in enumerate(inputs)] for m in range(len(inputs))]
        return [self.shared_head(self.shared(one)) for one in alone]

    def explain(self, view1, view2, progress=1.0):
        visible = [mask.chunk(2) for mask in self.mask(view1, progress)]
        masks, attention = {}, {"unmasked": self.fusion.attention(self.tokens(view1), padding=self.padding(view1))[0]}
        for v, (name, view) in enumerate([("view 1", view1), ("view 2", view2)]):
            seen = [mask[v] for mask in visible]
            masks[name] = torch.cat(seen, 1).squeeze(-1) == 0
            attention[name] = self.fusion.attention(self.tokens(view, seen), padding=self.padding(view))[0]
        return Explanation(self.embed(view1), masks, attention, {"view 2": 2})
