"""TRIANGLE: matching triples must span a small triangle. NeurIPS 2025, arXiv 2509.24734."""

from __future__ import annotations

from dataclasses import dataclass

from coral_viz.methods import losses
from coral_viz.methods.gram import Matched, VolumeKnobs
from coral_viz.options import option


@dataclass(frozen=True)
class TriangleKnobs(VolumeKnobs):
    measure: str = option(
        "area",
        "measure of a triangle: area (paper) or square, twice the square of the area (published code)",
        choices=("area", "square"),
        former="area",
    )


class TRIANGLE(Matched):
    """Three modalities: each in turn must identify its pair of the others by - area of the triangle / temperature."""

    NAME, TITLE, PAPER = "triangle", "TRIANGLE", "arXiv 2509.24734"
    KNOBS = TriangleKnobs
    knobs: TriangleKnobs
    COUNT = (3, 3)

    def loss(self, view1, view2, progress):
        return {"area": losses.triangle(self.keys(view1), measure=self.knobs.measure, **self.contrast())}

    def score(self, query, gallery, anchor):
        return losses.triangle_score(query, gallery)
