"""Cross+Self: agreement across modalities and within each (SLIP-like). Mu et al. 2022, arXiv 2112.12750."""

from __future__ import annotations

from dataclasses import dataclass

from coral_viz.methods import losses
from coral_viz.methods.method import Knobs
from coral_viz.methods.separate import Separate
from coral_viz.options import option
from coral_viz.tasks import Task


@dataclass(frozen=True)
class CrossSelfKnobs(Knobs):
    self_weight: float = option(0.5, "weight of the within-modality terms", low=0.0)
    pooling: str = option(
        "mean",
        "pooling: mean token, or all, a linear map of all tokens (as published on images)",
        choices=("mean", "all"),
        former="mean",
    )
    originals: bool = option(
        False,
        "whether the term across modalities compares originals (as published), not views",
        former=False,
    )


class CrossSelf(Separate):
    """L = mean over pairs of nt(m, n) + w sum_m nt(m', m''): also keeps what two views of one modality share."""

    NAME, TITLE, PAPER = "cross_self", "Cross+Self", "arXiv 2112.12750"
    VERSION = 2
    KNOBS = CrossSelfKnobs
    knobs: CrossSelfKnobs

    def __init__(self, task: Task, knobs: CrossSelfKnobs):
        super().__init__(task, knobs, knobs.pooling)
        self.wants_originals = knobs.originals

    @staticmethod
    def passes(count):
        return 2 * count, 0

    def loss(self, view1, view2, progress, originals=None):
        z = self.views(view1, view2)
        across = [views[0] for views in z] if originals is None else self.keys(originals)
        tau, weight = self.knobs.temperature, self.knobs.self_weight
        within = {f"self_{m + 1}": weight * losses.nt_xent(*views, temperature=tau) for m, views in enumerate(z)}
        return {"cross": losses.cmc(across, temperature=tau)} | within
