"""Gated Symile: Symile with a gate for modalities that do not fit. Rheude et al. 2026, arXiv 2604.05834."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from coral_viz.methods import losses
from coral_viz.methods.cross import LearnedScaleKnobs, bounded_scale
from coral_viz.methods.separate import Separate
from coral_viz.options import option
from coral_viz.tasks import Task


@dataclass(frozen=True)
class GatedSymileKnobs(LearnedScaleKnobs):
    gate_temperature: float = option(0.7, "initial value of the gate's learned temperature", low=1e-3)
    gate_strength: float = option(
        -3.0, "initial logit of the gate's learned strength: sigmoid(-3) = 0.05", low=-20.0, high=20.0
    )
    distillation: float = option(0.1, "weight of the distance from embeddings to their gated ones", low=0.0)


class Gate(nn.Module):
    """The weight of each other modality for a candidate: a sigmoid of attention, times 1 - p(none fits).

    Queries are linear maps of the candidate's vector, and keys of the others' vectors; attention is their cosine over a
    temperature. A null head gives the probability that no other modality fits. A vector with a low weight is
    replaced by its modality's ``neutral``, a learned direction, to the extent of a learned ``strength``.
    """

    def __init__(self, count: int, width: int, temperature: float, strength: float):
        super().__init__()
        self.ask = nn.ModuleList(nn.Linear(width, width, bias=False) for _ in range(count))
        self.answer = nn.ModuleList(nn.Linear(width, width, bias=False) for _ in range(count))
        self.null = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 1))
        self.null_bias = nn.Parameter(torch.zeros(count))
        self.neutral = nn.Parameter(F.normalize(torch.randn(count, width), dim=-1))
        self.log_temperature = nn.Parameter(torch.tensor(math.log(temperature)))
        self.strength_logit = nn.Parameter(torch.tensor(strength))

    @property
    def strength(self) -> Tensor:
        return self.strength_logit.sigmoid()

    def forward(self, candidates: Tensor, rest: list[Tensor], target: int) -> Tensor:
        """Weights in [0, 1] of candidates (N, E) of modality ``target`` for the others' (B, E): (N, B, M - 1)."""
        temperature = F.softplus(self.log_temperature) + 0.1
        asked, unit = F.normalize(self.ask[target](candidates), dim=-1), F.normalize(candidates, dim=-1)
        answers = [answer for m, answer in enumerate(self.answer) if m != target]
        fits = [asked @ F.normalize(answer(z), dim=-1).mT for answer, z in zip(answers, rest)]
        none = ((self.null(unit) + self.null_bias[target]) / temperature).sigmoid()
        return (torch.stack(fits, -1) / temperature).sigmoid() * (1 - none).unsqueeze(-1)


class GatedSymile(Separate):
    """Each modality in turn is the target, which the gated others of a sample must identify in the batch.

    Negatives differ in the target only, and the gate depends on the candidate. A row has as many negatives as with
    Symile's shuffled tuples. The learned scale of the scores is multiplied by E^(M/2 - 1), as in our Symile. The paper
    has three modalities; two, or more than three, are treated in the same way.
    """

    NAME, TITLE, PAPER = "gated_symile", "Gated Symile", "arXiv 2604.05834"
    KNOBS = GatedSymileKnobs
    knobs: GatedSymileKnobs

    def __init__(self, task: Task, knobs: GatedSymileKnobs):
        super().__init__(task, knobs)
        count = len(self.names)
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / knobs.temperature)))
        self.size = knobs.projection ** (count / 2 - 1)
        self.gate = Gate(count, knobs.projection, knobs.gate_temperature, knobs.gate_strength)

    def loss(self, view1, view2, progress):
        z = self.keys(view1)
        return losses.gated_symile(
            z,
            neutral=self.gate.neutral,
            weights=[self.gate(z[m], z[:m] + z[m + 1 :], m) for m in range(len(z))],
            strength=self.gate.strength,
            logit_scale=bounded_scale(self.log_scale) * self.size,
            distillation=self.knobs.distillation,
        )

    def score(self, query, gallery, anchor):
        neutral = torch.cat([self.gate.neutral[:anchor], self.gate.neutral[anchor + 1 :]])
        weights = self.gate(query, gallery, anchor)
        return losses.gated_score(query, gallery, neutral=neutral, weights=weights, strength=self.gate.strength)
