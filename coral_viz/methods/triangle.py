"""TRIANGLE: matching triples must span a small triangle. NeurIPS 2025, arXiv 2509.24734."""

from coral_viz.methods import losses
from coral_viz.methods.gram import VolumeKnobs
from coral_viz.methods.separate import Separate


class TRIANGLE(Separate):
    """Three modalities: each in turn picks its pair of the others by - area of the triangle / temperature."""

    NAME, TITLE, PAPER = "triangle", "TRIANGLE", "arXiv 2509.24734"
    KNOBS = VolumeKnobs
    knobs: VolumeKnobs
    COUNT = (3, 3)

    def loss(self, view1, view2, progress):
        tau, smoothing = self.knobs.temperature, self.knobs.label_smoothing
        return {"area": losses.triangle(self.keys(view1), temperature=tau, label_smoothing=smoothing)}

    def score(self, query, gallery, anchor):
        return losses.triangle_score(query, gallery)
