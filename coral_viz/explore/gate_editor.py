"""Gates to drag: probabilities of two binary sources, a truth table, and the atoms by several measures."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from coral_viz import pid
from coral_viz.explore.explorable import CUSTOM, Explorable, one_of
from coral_viz.figures.decomposition.gate_diagram import gate
from coral_viz.pid.information import table

MEASURES = {"BROJA": "broja", "I_min": "i_min", "MMI": "mmi", "I_sx": "i_sx", "I_±": "i_pm"}
"""Measures that a page computes at the pointer, by the name in print."""

SAID = {
    "BROJA": "a source has unique information if it is of more use than the other for some decision about Y",
    "I_min": "redundancy is what the weaker source says about every value of Y, on average",
    "MMI": "redundancy is the information of the weaker source",
    "I_sx": "redundancy is what one learns when told that x1 or x2 occurred; atoms may be negative",
    "I_±": "redundancy of single events, in what they rule out and in how they mislead; atoms may be negative",
}
"""What each measure asks, in one line."""


class Gates(Explorable):
    """``explore.gates()``: sources X1, X2 and a target Y; drag the probability of a pair, flip its target value.

    Settings: ``gate``, one of ``pid.gates.names()`` with ``noise`` and ``correlation``, or "custom" with ``pairs``,
    p(x1, x2) of 00, 01, 10, 11 (divided by their sum), and ``target``, P(y = 1) given each; ``measure``, of the bars.
    """

    NAME = "gates"
    START = MappingProxyType(
        {
            "gate": "AND",
            "noise": 0.0,
            "correlation": 0.0,
            "measure": "BROJA",
            "pairs": [0.25, 0.25, 0.25, 0.25],
            "target": [0, 0, 0, 1],
        }
    )
    SCRIPTS = ("atoms.js", "drawing.js", "sums.js", "gates.js")
    HEIGHT = 540

    def content(self):
        return {
            "gates": {
                name: {
                    "rule": known.rule,
                    "table": known.p.tolist(),
                    "correlates": known.correlates,
                    "redundancy": known.known[0],
                }
                for name, known in pid.gates.GATES.items()
            },
            "measures": {name: {"closed": closed, "said": SAID[name]} for name, closed in MEASURES.items()},
        }

    def asked(self, change=None):
        """BROJA of targets with more than two values takes a solver."""
        noise, correlation = self.settings["noise"], self.settings["correlation"]
        if (noise or correlation) and self.table.shape[-1] > 2:
            of = [self.settings["gate"], noise, correlation]
            self.view.answer = {"of": of, "redundancy": float(pid.broja(self.table).redundancy)}

    @property
    def table(self) -> np.ndarray:
        """p[x1, x2, y] as the page shows it."""
        return _table(self.settings)

    def compute(self, settings):
        one_of("measure", settings["measure"], MEASURES)
        p = _table(settings)
        return p, {words: pid.decompose_pmf(p, measure) for words, measure in MEASURES.items()}

    def draw(self, computed, settings, look):
        return gate(*computed, settings["measure"], look=look)

    def caption(self, computed, settings):
        rule = "your table" if settings["gate"] == CUSTOM else pid.gates.GATES[settings["gate"]].rule
        return f"Y: {rule}. {settings['measure']}: {SAID[settings['measure']]}."


def _table(settings: dict) -> np.ndarray:
    noise = settings["noise"]
    if settings["gate"] != CUSTOM:
        changed = [name for name in ("pairs", "target") if list(settings[name]) != Gates.START[name]]
        if changed:
            raise ValueError(f"{changed[0]} is a setting of gate = 'custom' only, not of {settings['gate']!r}.")
        return pid.gates.gate(settings["gate"], noise=noise, correlation=settings["correlation"])
    if settings["correlation"]:
        raise ValueError("correlation is a setting of named gates; of gate = 'custom', change pairs.")
    pairs, target = table(settings["pairs"], 1), np.asarray(settings["target"], dtype=float)
    if pairs.shape != (4,) or target.shape != (4,):
        raise ValueError(f"pairs and target hold four numbers each, not {pairs.size} and {target.size}.")
    if not ((target >= 0) & (target <= 1)).all() or not 0 <= noise <= 1:
        raise ValueError(f"target and noise must lie within [0, 1], not {target.tolist()} and {noise}.")
    one = (1 - noise) * target + noise / 2
    return (pairs[:, None] * np.stack([1 - one, one], -1)).reshape(2, 2, 2)
