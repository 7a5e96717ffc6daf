"""SimCLR per modality: two views of one modality must agree, the others unseen. Chen et al. 2020, arXiv 2002.05709."""

from coral_viz.methods import losses
from coral_viz.methods.separate import Separate


class SimCLR(Separate):
    """L = sum_m nt(z_m', z_m''): keeps all information that both views share, and compares no modalities."""

    NAME, TITLE, PAPER = "simclr", "SimCLR", "arXiv 2002.05709"

    @staticmethod
    def passes(count):
        return 2 * count, 0

    def loss(self, view1, view2, progress):
        z, tau = self.views(view1, view2), self.knobs.temperature
        return {f"self_{m + 1}": losses.nt_xent(*views, temperature=tau) for m, views in enumerate(z)}
