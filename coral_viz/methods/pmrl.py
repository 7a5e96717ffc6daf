"""PMRL: all modalities of a sample on one line, without an anchor. Liu et al. 2025, arXiv 2507.17343."""

from __future__ import annotations

from dataclasses import dataclass

from coral_viz.methods import losses
from coral_viz.methods.method import Knobs
from coral_viz.methods.separate import Separate
from coral_viz.options import option


@dataclass(frozen=True)
class PMRLKnobs(Knobs):
    alignment_temperature: float = option(
        0.05, "tau 1, temperature of the softmax over singular values (the pretraining script: 0.01)", low=1e-3
    )


class PMRL(Separate):
    """L = alignment + separation, of the E x M matrix of a sample's embeddings.

    Alignment: its leading singular value must dominate, so that all modalities are on one line. Separation: the
    directions of these lines must identify the samples of a batch. The paper's third term, a classifier of matching
    pairs with a pretrained text decoder, is left out.
    """

    NAME, TITLE, PAPER = "pmrl", "PMRL", "arXiv 2507.17343"
    KNOBS = PMRLKnobs
    knobs: PMRLKnobs

    def loss(self, view1, view2, progress):
        tau1, tau2 = self.knobs.alignment_temperature, self.knobs.temperature
        return losses.pmrl(self.keys(view1), temperature=tau2, alignment_temperature=tau1)

    def score(self, query, gallery, anchor):
        return losses.pmrl_score(query, gallery)
