"""Gate editor: a small distribution, chosen or typed, and its atoms by several measures."""

from __future__ import annotations

import itertools

import ipywidgets
import numpy as np

from coral_viz import pid
from coral_viz.explore.explorer import WIDTH, Explorer, choice, named, slider
from coral_viz.figures.decomposition.gate_diagram import gate

CUSTOM = "custom"
CELLS = [f"p{x1}{x2}{y}" for x1, x2, y in itertools.product((0, 1), repeat=3)]
"""Settings of the custom table: the probability of x1, x2 and y."""
MEASURES = {"BROJA": "broja", "I_min": "i_min", "MMI": "mmi", "I_sx": "i_sx", "I_±": "i_pm"}
"""Measures that are fast enough for a slider, by the name in print."""

SAID = {
    "BROJA": "a source has unique information if it is of more use than the other for some decision about Y",
    "I_min": "redundancy is what the weaker source says about every value of Y, on average",
    "MMI": "redundancy is the information of the weaker source",
    "I_sx": "redundancy is what one learns when told that x1 or x2 occurred; atoms may be negative",
    "I_±": "redundancy of single events, in what they rule out and in how they mislead; atoms may be negative",
}
"""What each measure asks, in one line."""


class Gates(Explorer):
    """``explore.gates()``: sources X1, X2 and a target Y; sliders change the gate, or its table is typed."""

    NAME = "gates"

    def controls(self):
        cells = {
            name: ipywidgets.FloatText(value=float(value), step=0.05, **named(_words(name), "58px", "140px"))
            for name, value in zip(CELLS, pid.gates.gate("AND").ravel())
        }
        gate = choice("gate", [*pid.gates.names(), CUSTOM], "AND")
        correlation = slider("X2 copies X1", 0.0, 0.0, 1.0, 0.05)

        def follow(change):
            """Let only those sources be correlated that can be."""
            can = change["new"] in pid.gates.GATES and pid.gates.GATES[change["new"]].correlates
            with self.following():
                correlation.disabled, correlation.value = not can, correlation.value * can

        gate.observe(follow, "value")
        return {
            "gate": gate,
            "noise": slider("noise on Y", 0.0, 0.0, 1.0, 0.05),
            "correlation": correlation,
            "measure": choice("diagram by", MEASURES, "BROJA"),
            **cells,
        }

    def acting(self):
        """Only the custom gate has a table to type, and only named gates have sliders."""
        other = ("noise", "correlation") if self.widgets["gate"].value == CUSTOM else CELLS
        return super().acting() - set(other)

    def layout(self):
        column = super().layout()
        cells = [self.rows[name] for name in CELLS]
        table = ipywidgets.Box(cells, layout={"flex_flow": "row wrap", "width": WIDTH})
        self.rows |= dict.fromkeys(CELLS, table)
        column.children = (*(row for row in column.children if row not in cells), table)
        return column

    def compute(self, settings):
        p, typed = self._table(settings)
        return p, typed, {words: pid.decompose_pmf(p, measure) for words, measure in MEASURES.items()}

    def _table(self, settings) -> tuple[np.ndarray, float]:
        """The distribution, and what the typed numbers summed to (1 for a named gate)."""
        if settings["gate"] != CUSTOM:
            return pid.gates.gate(settings["gate"], noise=settings["noise"], correlation=settings["correlation"]), 1.0
        typed = np.array([settings[name] for name in CELLS]).reshape(2, 2, 2)
        if not np.isfinite(typed.sum()):
            raise ValueError("the numbers are not finite, or too large to be summed up; give probabilities.")
        if (typed < 0).any():
            where = [name for name in CELLS if settings[name] < 0]
            raise ValueError(f"{', '.join(map(_words, where))} is negative; probabilities are 0 or more.")
        if not typed.sum() > 0:
            raise ValueError("all eight numbers are 0; give at least one a positive number.")
        return typed / typed.sum(), float(typed.sum())

    def draw(self, computed, settings, look):
        p, _, decompositions = computed
        return gate(p, decompositions, settings["measure"], look=look)

    def caption(self, computed, settings):
        rule = "your table" if settings["gate"] == CUSTOM else pid.gates.GATES[settings["gate"]].rule
        measure = settings["measure"]
        words = f"X1 and X2 are the sources, Y is the target: {rule}. {measure}: {SAID[measure]}."
        notice = (
            f" Your numbers summed to {computed[1]:g} and were divided by it." if abs(computed[1] - 1) > 1e-9 else ""
        )
        return words + notice


def _words(name: str) -> str:
    """``p010`` as P(0,1,0)."""
    return f"P({','.join(name[1:])})"
