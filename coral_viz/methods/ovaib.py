"""OVA-IB: each modality against the span of all the others, with an information bottleneck. arXiv 2605.29900 (2026)."""

from __future__ import annotations

from dataclasses import dataclass

from coral_viz.methods import losses
from coral_viz.methods.method import Knobs
from coral_viz.methods.separate import Separate
from coral_viz.options import option


@dataclass(frozen=True)
class OVAIBKnobs(Knobs):
    temperature: float = option(0.01, "temperature of the projection score", low=1e-3)
    beta: float = option(1.0, "weight of the minimality term", low=0.0)
    projected: str = option(
        "anchor",
        "what is projected onto the span of the others: anchor, or precomputed (the modality of the others' sample)",
        choices=("anchor", "precomputed"),
    )


class OVAIB(Separate):
    """L = sufficiency + beta minimality.

    Sufficiency: z_m must be closer to the span of the other modalities of its sample than to the spans of other
    samples. Minimality: z_m must be close to the mean of the others. The score ignores signs, so retrieval must use
    ``score``.
    """

    NAME, TITLE, PAPER = "ovaib", "OVA-IB", "arXiv 2605.29900"
    KNOBS = OVAIBKnobs
    knobs: OVAIBKnobs

    def loss(self, view1, view2, progress):
        tau, beta = self.knobs.temperature, self.knobs.beta
        return losses.ovaib(self.keys(view1), temperature=tau, beta=beta, projected=self.knobs.projected)

    def score(self, query, gallery, anchor):
        return losses.ovaib_score(query, gallery)
