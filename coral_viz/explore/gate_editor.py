"""Gate editor: a small distribution, chosen or typed, and its atoms by several measures."""

from __future__ import annotations

import itertools

import ipywidgets
import numpy as np

from coral_viz import pid
from coral_viz.explore.explorer import Explorer, choice, slider, with_number_box
from coral_viz.figures.decomposition.gate_diagram import gate

CUSTOM = "custom"
CELLS = [f"p{x1}{x2}{y}" for x1, x2, y in itertools.product((0, 1), repeat=3)]
"""Settings of the custom table: the probability of x1, x2 and y."""
MEASURES = {"BROJA": "broja", "I_min": "i_min", "MMI": "mmi", "I_sx": "i_sx", "I_±": "i_pm"}
"""Measures that are fast enough for a slider, by the name in print."""


class Gates(Explorer):
    """``explore.gates()``: sources X1, X2 and a target Y; sliders change the gate, or its table is typed."""

    NAME = "gates"

    def controls(self):
        cells = {
            name: ipywidgets.FloatText(
                value=float(value), step=0.05, description=_words(name), layout={"width": "170px"}
            )
            for name, value in zip(CELLS, pid.gates.gate("AND").ravel())
        }
        return {
            "gate": choice("gate", [*pid.gates.names(), CUSTOM], "AND"),
            "noise": slider("noise on Y", 0.0, 0.0, 1.0, 0.05),
            "correlation": slider("X2 copies X1", 0.0, 0.0, 1.0, 0.05),
            "measure": choice("diagram by", MEASURES, "BROJA"),
            **cells,
        }

    def layout(self):
        rows = [with_number_box(widget) for widget in self.widgets.values()]
        table = ipywidgets.GridBox(rows[4:], layout={"grid_template_columns": "repeat(4, 180px)"})

        def follow(change=None):
            """Only the custom gate has a table to type, and only named gates have sliders."""
            custom = self.widgets["gate"].value == CUSTOM
            table.layout.display = "grid" if custom else "none"
            for row in rows[1:3]:
                row.layout.display = "none" if custom else "flex"

        follow()
        self.widgets["gate"].observe(follow, "value")
        return ipywidgets.VBox([*rows[:4], table])

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
        words = (
            f"X1 and X2 are the sources, Y is the target: {rule}. 1 bit is the answer to one fair yes-or-no question."
        )
        notice = (
            f" Your numbers summed to {computed[1]:g} and were divided by it." if abs(computed[1] - 1) > 1e-9 else ""
        )
        return words + notice


def _words(name: str) -> str:
    """``p010`` as P(0,1,0)."""
    return f"P({','.join(name[1:])})"
