"""How the solver converges: what it certifies for a requested gap, and how far it is from the least information."""

from __future__ import annotations

import numpy as np

from coral_viz import pid
from coral_viz.explore.explorer import Explorer, choice, slider
from coral_viz.figures.decomposition.solver_gap import closing
from coral_viz.pid.information import informations

DIGITS = range(9)
"""Gaps that the solver is asked for: 10 to the minus this, in bits."""


class Solver(Explorer):
    """``explore.solver()``: the gap that BROJA's solver certifies, and the error that it has, by the gap asked for."""

    NAME = "solver"
    MORE = ("correlation",)

    def controls(self):
        return {
            "gate": choice("gate", pid.gates.names(), "AND"),
            "noise": slider("noise on Y", 0.2, 0.0, 1.0, 0.05),
            "correlation": slider("X2 copies X1", 0.0, 0.0, 1.0, 0.05),
            "digits": slider("digits of the gap", 3, DIGITS[0], DIGITS[-1], 1),
        }

    def compute(self, settings):
        p = pid.gates.gate(settings["gate"], noise=settings["noise"], correlation=settings["correlation"])
        asked = [10.0**-digits for digits in DIGITS]
        found = [pid.broja(p, tol=tol, coupling=True) for tol in [*asked, 1e-9]]
        told = np.array([float(informations(atoms.coupling)[2]) for atoms in found])
        return asked, [float(atoms.gap) for atoms in found[:-1]], list((told - told.min())[:-1])

    def draw(self, computed, settings, look):
        return closing(*computed, chosen=DIGITS.index(settings["digits"]), look=look)

    def caption(self, computed, settings):
        asked, gaps, above = (values[settings["digits"]] for values in computed)
        settled = " Here p(x1, y) and p(x2, y) already determine the atoms." if above > 2 * gaps + 1e-9 else ""
        return (
            f"For a requested gap of {asked:g} bits, the solver certifies that the error of every atom is at most "
            f"{gaps:.1e}. The information of its coupling is {above:.1e} above the minimum.{settled}"
        )
