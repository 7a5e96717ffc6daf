"""Unique information to drag: two ROC curves and their hull, and the tables that have the same curves."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from coral_viz import pid
from coral_viz.explore.explorable import CUSTOM, Explorable, one_of
from coral_viz.figures.decomposition.unique_hull import roc

CROSSING = "curves that cross"
OWN = {CROSSING: {"points": [[0.1, 0.55], [0.5, 0.95]], "prior": 0.5, "overlap": [0.5, 0.5]}}
"""What no gate shows: each source has unique information."""


class Unique(Explorable):
    """``explore.unique()``: drag the ROC points of two binary sources of a binary target, and their dependence.

    Settings: ``gate``, a named one or "custom" with ``points``, the false-positive and the true-positive rate of each
    source; ``prior``, P(y = 1); and ``overlap``, for y = 0 and y = 1 how often both sources accept, from as rarely (0)
    to as often (1) as the rates allow. ``walk``: how far the table is on its way from P to the least informative one.
    """

    NAME = "unique"
    START = MappingProxyType({"gate": CROSSING, **OWN[CROSSING], "walk": 0.0})
    SCRIPTS = ("atoms.js", "drawing.js", "sums.js", "unique.js")
    HEIGHT = 540

    def content(self):
        return {"gates": gates()}

    @property
    def table(self) -> np.ndarray:
        """P as p[x1, x2, y], where x = 1 is what a source says when it accepts."""
        return self.compute(self.settings)

    def compute(self, settings):
        if settings["gate"] != CUSTOM:
            shapes = gates()
            one_of("gate", settings["gate"], [*shapes, CUSTOM])
            changed = [name for name in OWN[CROSSING] if settings[name] != self.START[name]]
            if changed:
                raise ValueError(f"{changed[0]} is a setting of gate = 'custom' only, not of {settings['gate']!r}.")
            settings = settings | shapes[settings["gate"]]
        return coupling(settings["points"], settings["prior"], settings["overlap"], settings["walk"])

    def draw(self, computed, settings, look):
        return roc(computed.sum(1), computed.sum(0), look=look)

    def caption(self, computed, settings):
        return (
            "A curve is traced by accepting y = 1 whenever the evidence of the source exceeds a threshold. Where the "
            "hull of both lies above the curve of a source, the other source has unique information."
        )


def coupling(points, prior: float, overlap, walk: float = 0.0) -> np.ndarray:
    """p[x1, x2, y] of settings of ``Unique``, ``walk`` of the way to the least informative table.

    Raises:
        ValueError: other shapes, numbers outside [0, 1], or a point below the diagonal.
    """
    points, overlap = np.asarray(points, dtype=float), np.asarray(overlap, dtype=float)
    if points.shape != (2, 2) or overlap.shape != (2,):
        raise ValueError(f"points are two pairs and overlap is one, not of shapes {points.shape} and {overlap.shape}.")
    for name, values in (("points", points), ("overlap", overlap), ("prior", prior), ("walk", walk)):
        if not ((np.asarray(values) >= 0) & (np.asarray(values) <= 1)).all():
            raise ValueError(f"{name} must lie within [0, 1], not {np.asarray(values).tolist()}.")
    if (points[:, 1] < points[:, 0]).any():
        raise ValueError(f"points must lie on the diagonal or above it, which {points.tolist()} do not.")
    low, high = np.maximum(points.sum(0) - 1, 0), points.min(0)
    one, two = points
    both = low + overlap * (high - low)
    p = np.array([[1 - one - two + both, two - both], [one - both, both]]).clip(0) * [1 - prior, prior]
    return (1 - walk) * p + walk * np.asarray(pid.broja(p, tol=1e-9, coupling=True).coupling) if walk else p


def gates() -> dict[str, dict]:
    """Settings by name: of the gates of two bits, and of what no gate shows."""
    named = {name: pid.gates.gate(name) for name in pid.gates.names()}
    return OWN | {name: _settings(p) for name, p in named.items() if p.shape == (2, 2, 2)}


def _settings(p: np.ndarray) -> dict:
    """Points, prior and overlap of a table p[x1, x2, y] whose sources accept with 1."""
    prior = p.sum((0, 1))[1]
    rates = np.stack([p.sum(1)[1], p.sum(0)[1]]) / [1 - prior, prior]
    low, high = np.maximum(rates.sum(0) - 1, 0), rates.min(0)
    free = np.where(high > low, high - low, 1.0)
    overlap = (p[1, 1] / [1 - prior, prior] - low) / free
    return {"points": rates.tolist(), "prior": float(prior), "overlap": overlap.tolist()}
