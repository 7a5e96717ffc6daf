"""ConFu: contrast of pairs of modalities, and of fused pairs with a third. Koutoupis et al. 2025, arXiv 2511.21331."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import torch
import torch.nn.functional as F
from torch import nn

from coral_viz.methods import losses
from coral_viz.methods.method import Knobs, Method
from coral_viz.options import option
from coral_viz.tasks import Task
from coral_viz.training.distributed import gathered


@dataclass(frozen=True)
class ConFuKnobs(Knobs):
    temperature: float = option(0.07, "temperature of all agreements", low=1e-3)
    fused_weight: float = option(
        0.5, "lambda, weight of the agreements of fused pairs; those of pairs have 1 - lambda", low=0.0, high=1.0
    )


class ConFu(Method):
    """h_m = mean token of encoder_m(x_m), z_m = W_m h_m, f_mn = perceptron([h_m, h_n]); embedding = [z_1, .. z_M].

    L = mean of (1 - lambda) CLIP(z_m, z_n) over pairs and lambda CLIP(f_mn, z_k) over pairs and third modalities.
    Synergy of two modalities about a third, such as their XOR, lowers only the second kind of terms. The fused pairs
    are parts ``fused_mn``; as in the paper's comparison of all modalities, they are not in the whole embedding.

    The paper has three modalities; with more, only pairs are fused. Its perceptrons have dropout, ours do not. A given
    width is divided evenly among the z_m; for the loss, one that is narrower by 1 is padded with a zero.
    """

    NAME, TITLE, PAPER = "confu", "ConFu", "arXiv 2511.21331"
    COUNT = (3, 8)
    KNOBS = ConFuKnobs
    knobs: ConFuKnobs

    def __init__(self, task: Task, knobs: ConFuKnobs):
        super().__init__(task, knobs)
        self.encode = self.encoders()
        self.width = max(self.part_widths)
        self.project = nn.ModuleList(nn.Linear(knobs.dim, width) for width in self.part_widths)
        self.fused = list(combinations(range(len(self.names)), 2))
        self.fuse = nn.ModuleList(
            nn.Sequential(nn.Linear(2 * knobs.dim, knobs.hidden), nn.ReLU(), nn.Linear(knobs.hidden, self.width))
            for _ in self.fused
        )

    @staticmethod
    def passes(count):
        return count, 0

    def loss(self, view1, view2, progress):
        h = [gathered(x) for x in self.keys(view1)]
        tau, weight = self.knobs.temperature, self.knobs.fused_weight
        fused = [fuse(torch.cat([h[m], h[n]], 1)) for fuse, (m, n) in zip(self.fuse, self.fused)]
        return losses.confu(
            [self.projected(m, x) for m, x in enumerate(h)], fused, temperature=tau, fused_weight=weight
        )

    def projected(self, m: int, h: torch.Tensor) -> torch.Tensor:
        """z_m, as wide as the widest, (B, d) -> (B, width)."""
        return F.pad(self.project[m](h), (0, self.width - self.part_widths[m]))

    def embed(self, inputs):
        h = [None if x is None else encode.mean_token(x) for encode, x in zip(self.encode, inputs)]
        parts = {name: project(x) for name, project, x in zip(self.names, self.project, h) if x is not None}
        for fuse, (m, n) in zip(self.fuse, self.fused):
            one, other = h[m], h[n]
            if one is not None and other is not None:
                parts[f"fused_{m + 1}{n + 1}"] = fuse(torch.cat([one, other], 1))
        return parts

    def keys(self, inputs):
        """The h_m, from which ``score`` projects or fuses."""
        return [encode.mean_token(x) for encode, x in zip(self.encode, inputs)]

    def score(self, query, gallery, anchor):
        """The mean cosine of z_anchor with the fused pairs of the others."""
        of = {m: n for n, m in enumerate(m for m in range(len(self.names)) if m != anchor)}
        fused = [
            fuse(torch.cat([gallery[of[m]], gallery[of[n]]], 1))
            for fuse, (m, n) in zip(self.fuse, self.fused)
            if anchor not in (m, n)
        ]
        return losses.pairwise_score(self.projected(anchor, query), fused)
