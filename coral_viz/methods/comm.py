"""CoMM: every subset of the modalities must agree with their fusion. Dufumier et al. 2025, arXiv 2409.07402."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from coral_viz.methods import losses, shares
from coral_viz.methods.method import Explanation, FusionKnobs, Method, stacked
from coral_viz.methods.nets import FusionTransformer, ProjectionHead, joint_padding
from coral_viz.options import option
from coral_viz.tasks import Task


@dataclass(frozen=True)
class CoMMKnobs(FusionKnobs):
    reduction: str = option("mean", "combination of the terms: mean (code) or sum (paper)", choices=("mean", "sum"))
    terms: str = option(
        "all",
        "terms of the loss: all, fused (only that of the full set) or alone (only those of single modalities)",
        choices=("all", "fused", "alone"),
        former="all",
    )
    originals: bool = option(
        False,
        "whether single modalities are embedded without augmentation (paper), not as views (code)",
        former=False,
    )
    fusion: str = option(
        "transformer",
        "fusion: transformer, or linear, a sum of linear maps of mean tokens (an ablation in the paper)",
        choices=("transformer", "linear"),
        former="transformer",
    )


class FusedSubsets(Method):
    """Z_i = head(fusion of subset i) for each single modality and all of them; the embedding is the fusion of all.

    The width is that of the fusion. If the tokens have another one, a linear map follows.
    """

    def __init__(self, task: Task, knobs: FusionKnobs):
        super().__init__(task, knobs)
        self.encode = self.encoders()
        (width,) = self.part_widths
        self.fusion = FusionTransformer(knobs.dim, knobs.heads, knobs.depth, width)
        self.head: nn.Module = ProjectionHead(width, knobs.hidden, knobs.projection)
        self.whole = ("fused",)
        self.pairs = ((*self.names, self.whole),) if len(self.names) == 2 else ()

    @classmethod
    def widths(cls, knobs, count):
        return shares.of_tokens(knobs.width, [knobs.dim], knobs.dim)

    def tokens(self, inputs: Sequence[Tensor | None]) -> Tensor:
        """The tokens of all modalities that are given, (B, T, d)."""
        return torch.cat([encode(x) for encode, x in zip(self.encode, inputs) if x is not None], 1)

    def padding(self, inputs: Sequence[Tensor | None]) -> Tensor | None:
        """Where tokens are padding, bool (B, T); None if there is no padding."""
        return joint_padding(self.encode, inputs)

    def subsets(self, given: list[bool], device) -> Tensor:
        """The tokens that each subset leaves out, bool (subsets, 1, T): every given modality alone, then all given."""
        counts = [count for count, is_given in zip(self.tokens_of, given) if is_given]
        owner = torch.cat([torch.full((count,), m, device=device) for m, count in enumerate(counts)])
        alone = owner != torch.arange(len(counts), device=device).unsqueeze(1)
        return torch.cat([alone, torch.zeros_like(alone[:1])]).unsqueeze(1)

    def fuse(self, inputs: Sequence[Tensor | None]) -> Tensor:
        """The fusion of every given modality alone, then of all of them, (subsets, B, width)."""
        tokens = self.tokens(inputs)
        drop = self.subsets([x is not None for x in inputs], tokens.device)
        return self.fusion(tokens, drop=drop, padding=self.padding(inputs))

    def embed(self, inputs):
        given = [name for name, x in zip(self.names, inputs) if x is not None]
        return dict(zip([*given, "fused"], self.fuse(inputs)))

    def keys(self, inputs):
        return list(self.head(self.fuse(inputs)[:-1]))

    def explain(self, view1, view2, progress=1.0):
        tokens = self.tokens(view1)
        drop = self.subsets([True] * len(view1), tokens.device)
        names = [*self.names, "fused"]
        attention = dict(zip(names, self.fusion.attention(tokens, drop=drop, padding=self.padding(view1))))
        masks = dict(zip(self.names, drop.expand(-1, len(tokens), -1)))
        return Explanation(self.embed(view1), masks, attention)


class CoMM(FusedSubsets):
    """Z_i on two views; L = mean_i [nt(Z'_i, Z''_full) + nt(Z''_i, Z'_full)] / 2.

    The term of the full set rewards synergistic information, those of single modalities the information of each.
    """

    NAME, TITLE, PAPER = "comm", "CoMM", "arXiv 2409.07402"
    KNOBS = CoMMKnobs
    knobs: CoMMKnobs

    def __init__(self, task: Task, knobs: CoMMKnobs):
        super().__init__(task, knobs)
        self.wants_originals = knobs.originals
        self.linear: nn.ModuleList | None = None
        if knobs.fusion == "linear":
            del self.fusion
            self.linear = nn.ModuleList(nn.Linear(knobs.dim, self.part_widths[0]) for _ in self.names)

    def fuse(self, inputs):
        if self.linear is None:
            return super().fuse(inputs)
        given = zip(self.linear, self.encode, inputs)
        alone = torch.stack([linear(encode(x).mean(1)) for linear, encode, x in given if x is not None])
        return torch.cat([alone, alone.sum(0, keepdim=True)])

    def explain(self, view1, view2, progress=1.0):
        if self.linear is None:
            return super().explain(view1, view2, progress)
        return Explanation(self.embed(view1), {}, {})

    @staticmethod
    def passes(count):
        return 2 * count, 2 * (count + 1)

    def loss(self, view1, view2, progress, originals=None):
        one, two = self.head(self.fuse(stacked(view1, view2)).unflatten(1, (2, -1))).unbind(1)
        if originals is not None:
            alone = self.keys(originals)
            one, two = ([*alone, view[-1]] for view in (one, two))
        tau, reduction = self.knobs.temperature, self.knobs.reduction
        terms = losses.comm(list(one), list(two), temperature=tau, reduction=reduction)
        left_out = {"all": (), "fused": self.names, "alone": ("full",)}[self.knobs.terms]
        return {name: term for name, term in terms.items() if name not in left_out}
