"""InfMasking: CoMM with further terms that match the full fusion with masked ones. arXiv 2509.25270 (NeurIPS 2025)."""

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
    mask_weight: float = option(1.0, "lambda, final weight of the variance of masked fusions", low=0.0)
    ramp: int | None = option(
        None,
        "equal steps in which lambda rises, the first at the start (published: one per epoch); None: linearly from 0",
        low=1,
        optional=True,
        kind=int,
        former=None,
    )
    full_weight: float = option(
        1.0, "weight of the full set's term (published: 5 on UR-FUNNY, MIMIC, Vision & Touch)", low=0.0, former=1.0
    )
    kept: str = option(
        "exact",
        "number of tokens that a mask keeps: exact, floor(T (1 - rho)); or float, int(T * (1 - rho)) as published, "
        "which rounding reduces by 1 at some ratios",
        choices=("exact", "float"),
        former="exact",
    )
    mask_token: str = option(
        "normal",
        "initial mask token: normal (std .02) or clipped at one standard deviation (as published, std .011)",
        choices=("normal", "clipped"),
        former="normal",
    )


class InfMasking(FusedSubsets):
    """L = mean of CoMM's terms and of L_mask per view, by which the fusion must identify its K masked versions.

    A mask keeps floor(T_m (1 - rho)) random tokens of each modality and replaces the others by one learned token. As K
    grows, L_mask tends to a closed form of the mean and variance of the similarities. The weight lambda of their
    variance grows from 0 during training. Fusions of single modalities are never masked, nor is the embedding.
    """

    NAME, TITLE, PAPER = "infmasking", "InfMasking", "arXiv 2509.25270"
    KNOBS = InfMaskingKnobs
    knobs: InfMaskingKnobs

    def __init__(self, task: Task, knobs: InfMaskingKnobs):
        super().__init__(task, knobs)
        bound = 0.02 if knobs.mask_token == "clipped" else 2.0
        start = nn.init.trunc_normal_(torch.empty(knobs.dim), std=0.02, a=-bound, b=bound)
        self.mask_token = nn.Parameter(start)
        self.kept = [_kept(count, knobs) for count in self.tokens_of]

    @staticmethod
    def passes(count):
        # the default K = 6 masks of two views ride on the same keys and values as the subsets
        return 2 * count, 2 * (count + 1) + 12

    def draw_masks(self, rows: int, device, padding: Tensor | None = None) -> Tensor:
        """K masks, bool (K, rows, T), True where a token is hidden, drawn independently for each modality and row.

        With ``padding`` (rows, T), a mask keeps this share of the tokens that are no padding, but at least one.
        """
        masks = []
        paddings = [None] * len(self.kept) if padding is None else padding.split(self.tokens_of, 1)
        for count, kept, without in zip(self.tokens_of, self.kept, paddings):
            order = torch.rand(self.knobs.masks, rows, count, device=device)
            if without is None:
                masks.append(order > order.kthvalue(kept, -1, keepdim=True).values)
            else:
                masks.append(_hidden(order, without, self.knobs))
        return torch.cat(masks, -1)

    def mask_weight(self, progress: float) -> float:
        """lambda at this point of training."""
        ramp = self.knobs.ramp
        share = progress if ramp is None else min(int(progress * ramp) + 1, ramp) / ramp
        return self.knobs.mask_weight * share

    def loss(self, view1, view2, progress):
        both = stacked(view1, view2)
        tokens, padding = self.tokens(both), self.padding(both)
        subsets = self.subsets([True] * len(view1), tokens.device)
        hidden = self.draw_masks(len(tokens), tokens.device, padding)
        fused = self.fusion(tokens, drop=subsets, hidden=hidden, filler=self.mask_token, padding=padding)
        z1, z2 = self.head(fused.unflatten(1, (2, -1))).unbind(1)
        count = len(subsets)
        terms = losses.infmasking(
            list(z1[:count]),
            list(z2[:count]),
            z1[count:],
            z2[count:],
            temperature=self.knobs.temperature,
            mask_weight=self.mask_weight(progress),
        )
        return terms | {"full": self.knobs.full_weight * terms["full"]}

    def explain(self, view1, view2, progress=1.0):
        tokens, padding = self.tokens(view1), self.padding(view1)
        hidden = self.draw_masks(len(tokens), tokens.device, padding)
        names = [f"mask {k + 1}" for k in range(len(hidden))]
        attention = self.fusion.attention(tokens, hidden=hidden, filler=self.mask_token, padding=padding)
        plain = super().explain(view1, view2, progress)
        return Explanation(plain.parts, dict(zip(names, hidden)), plain.attention | dict(zip(names, attention)))


def _hidden(order: Tensor, padding: Tensor, knobs: InfMaskingKnobs) -> Tensor:
    """Which tokens masks hide, (K, rows, T), given a random order (K, rows, T) of them and the padding (rows, T)."""
    count = (~padding).sum(-1, keepdim=True)
    kept = (count * (1 - knobs.mask_ratio) + _slack(knobs)).floor().long().clamp(min=1)
    last = order.masked_fill(padding, torch.inf).sort(-1).values.take_along_dim(kept.unsqueeze(0) - 1, -1)
    return (order > last) & ~padding


def _kept(count: int, knobs: InfMaskingKnobs) -> int:
    """Of so many tokens, those that a mask keeps; ValueError if there are none."""
    ratio = knobs.mask_ratio
    kept = math.floor(count * (1 - ratio) + _slack(knobs))
    if not kept:
        least = math.ceil(1 / (1 - ratio) - 1e-9)
        raise ValueError(
            f"mask_ratio = {ratio} keeps none of {count} tokens; a modality needs at least {least} tokens, or "
            f"mask_ratio at most {1 - 1 / count:.3g}."
        )
    return kept


def _slack(knobs: InfMaskingKnobs) -> float:
    """What is added before rounding down, so that floating point takes no token away."""
    return 1e-9 if knobs.kept == "exact" else 0.0
