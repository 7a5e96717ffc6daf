"""InfMasking: CoMM, whose full fusion must also agree with its masked versions. arXiv 2509.25270 (NeurIPS 2025)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from coral_viz.methods import losses
from coral_viz.methods.comm import FusedSubsets
from coral_viz.methods.method import Explanation, FusionKnobs, stacked
from coral_viz.options import option
from coral_viz.tasks import Task


@dataclass(frozen=True)
class InfMaskingKnobs(FusionKnobs):
    mask_ratio: float = option(0.7, "rho, share of each modality's tokens that a mask hides", low=0.0, high=0.99)
    masks: int = option(6, "K, masked fusions per view", low=1)
    mask_weight: float = option(1.0, "lambda, how much the spread of masked fusions counts at the end", low=0.0)


class InfMasking(FusedSubsets):
    """L = mean of CoMM's terms and, per view, of L_mask: the fusion must pick out its K masked versions.

    A mask keeps floor(T_m (1 - rho)) random tokens of each modality and puts one learned token in place of the rest;
    as K grows, L_mask becomes the closed form with mean and variance of the similarities. lambda grows from 0 over
    training. Single modalities are never masked, and nothing is in the embedding.
    """

    NAME, TITLE, PAPER = "infmasking", "InfMasking", "arXiv 2509.25270"
    KNOBS = InfMaskingKnobs
    knobs: InfMaskingKnobs

    def __init__(self, task: Task, knobs: InfMaskingKnobs):
        super().__init__(task, knobs)
        self.mask_token = nn.Parameter(nn.init.trunc_normal_(torch.empty(knobs.dim), std=0.02))
        self.kept = [_kept(count, knobs.mask_ratio) for count in self.tokens_of]

    @staticmethod
    def passes(count):
        # the default K = 6 masks of two views ride on the same keys and values as the subsets
        return 2 * count, 2 * (count + 1) + 12

    def draw_masks(self, rows: int, device) -> Tensor:
        """K masks, (K, rows, T) bool, True where a token is hidden; drawn for each modality and row by itself."""
        masks = []
        for count, kept in zip(self.tokens_of, self.kept):
            order = torch.rand(self.knobs.masks, rows, count, device=device)
            masks.append(order > order.kthvalue(kept, -1, keepdim=True).values)
        return torch.cat(masks, -1)

    def loss(self, view1, view2, progress):
        tokens = self.tokens(stacked(view1, view2))
        subsets = self.subsets([True] * len(view1), tokens.device)
        hidden = self.draw_masks(len(tokens), tokens.device)
        fused = self.fusion(tokens, drop=subsets, hidden=hidden, filler=self.mask_token)
        z1, z2 = self.head(fused.unflatten(1, (2, -1))).unbind(1)
        count = len(subsets)
        return losses.infmasking(
            list(z1[:count]),
            list(z2[:count]),
            z1[count:],
            z2[count:],
            temperature=self.knobs.temperature,
            mask_weight=self.knobs.mask_weight * progress,
        )

    def explain(self, view1, view2, progress=1.0):
        tokens = self.tokens(view1)
        hidden = self.draw_masks(len(tokens), tokens.device)
        names = [f"mask {k + 1}" for k in range(len(hidden))]
        attention = self.fusion.attention(tokens, hidden=hidden, filler=self.mask_token)
        plain = super().explain(view1, view2, progress)
        return Explanation(plain.parts, dict(zip(names, hidden)), plain.attention | dict(zip(names, attention)))


def _kept(count: int, ratio: float) -> int:
    """floor(count (1 - ratio)); ValueError if that keeps no token."""
    kept = math.floor(count * (1 - ratio) + 1e-9)
    if not kept:
        least = math.ceil(1 / (1 - ratio) - 1e-9)
        raise ValueError(
            f"mask_ratio = {ratio} keeps none of {count} tokens; a modality needs at least {least} tokens, or "
            f"mask_ratio at most {1 - 1 / count:.3g}."
        )
    return kept
