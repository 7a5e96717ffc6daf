"""CMC: every pair of modalities must agree. Tian, Krishnan and Isola 2020, arXiv 1906.05849."""

from coral_viz.methods import losses
from coral_viz.methods.separate import Separate


class CMC(Separate):
    """L = mean over pairs (m, n) of nt(z_m, z_n): keeps the information that pairs of modalities share."""

    NAME, TITLE, PAPER = "cmc", "CMC", "arXiv 1906.05849"

    def loss(self, view1, view2, progress):
        return {"cross": losses.cmc(self.keys(view1), temperature=self.knobs.temperature)}
