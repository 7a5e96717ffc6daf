"""SimCLR per modality: two views of one modality must agree, the others unseen. Chen et al. 2020, arXiv 2002.05709."""

from coral_viz import losses
from coral_viz.methods.base import stacked
from coral_viz.methods.separate import Separate


class SimCLR(Separate):
    """L = sum_m nt(z_m', z_m''): all that views leave alone is kept, and nothing is compared across modalities."""

    NAME, TITLE, PAPER = "simclr", "SimCLR", "arXiv 2002.05709"

    @staticmethod
    def passes(count):
        return 2 * count, 0

    def loss(self, view1, view2, progress):
        parts = self.embed(stacked(view1, view2)).values()
        z = [head(h.unflatten(0, (2, -1))) for head, h in zip(self.heads, parts)]
        return {f"self_{m + 1}": losses.nt_xent(*v, temperature=self.knobs.temperature) for m, v in enumerate(z)}
