"""Unique information: the hull of two ROC curves, tables with the same p(x1, y) and p(x2, y), and the solver."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from coral_viz import pid, style
from coral_viz.explore.explorer import Explorer, choice, slider
from coral_viz.figures.decomposition.solver_gap import closing
from coral_viz.figures.decomposition.unique_hull import polytope, roc
from coral_viz.pid.information import informations

HULL, VALLEY = "ROC curves and their hull", "tables with the same p(xi, y)"
SOLVER = "convergence of the solver"
DIGITS = range(9)
"""Gaps that the solver is asked for: 10 to the minus this, in bits."""
GATES = [name for name in pid.gates.names() if pid.gates.gate(name).shape == (2, 2, 2)]
"""Two binary sources and a binary target: what both pictures can show."""
SWAP = np.array([[1.0, -1.0], [-1.0, 1.0]])[..., None]
"""The one way in which a 2x2 table can change without changing its margins."""


class Unique(Explorer):
    """``explore.unique()``: noise on the target, couplings up to the optimal one, and the solver that finds it."""

    NAME = "unique"
    ONLY = MappingProxyType({HULL: (), VALLEY: ("walk",), SOLVER: ("digits",)})
    MORE = ("correlation",)

    def controls(self):
        return {
            "picture": choice("picture", self.ONLY, HULL),
            "gate": choice("gate", GATES, "AND"),
            "noise": slider("noise on Y", 0.2, 0.0, 1.0, 0.05),
            "correlation": slider("X2 copies X1", 0.0, 0.0, 1.0, 0.05),
            "walk": slider("from P to the optimum", 0.0, 0.0, 1.0, 0.05),
            "digits": slider("digits of the gap", 3, DIGITS[0], DIGITS[-1], 1),
        }

    def compute(self, settings):
        p = pid.gates.gate(settings["gate"], noise=settings["noise"], correlation=settings["correlation"])
        best = pid.broja(p, tol=1e-9, coupling=True)
        return p, best, (1 - settings["walk"]) * p + settings["walk"] * best.coupling

    def draw(self, computed, settings, look):
        p, best, q = computed
        if settings["picture"] == SOLVER:
            return closing(*_stops(p, best), chosen=DIGITS.index(settings["digits"]), look=look)
        return roc(p.sum(1), p.sum(0), look=look) if settings["picture"] == HULL else polytope(p, q, look=look)

    def caption(self, computed, settings):
        p, best, q = computed
        if settings["picture"] == SOLVER:
            asked, gaps, above = (values[settings["digits"]] for values in _stops(p, best))
            settled = " Here p(x1, y) and p(x2, y) already determine the atoms." if above > 2 * gaps + 1e-9 else ""
            return (
                f"For a requested gap of {asked:g} bits, the solver certifies that the error of every atom is at most "
                f"{gaps:.1e}. The information of its coupling is {above:.1e} above the minimum.{settled}"
            )
        if settings["picture"] == HULL:
            return (
                "A curve is traced by accepting y = 1 whenever the evidence of the source exceeds a threshold. Where "
                "the hull of both lies above the curve of a source, the other source has unique information."
            )
        here, least = (float(informations(table)[2]) for table in (q, best.coupling))
        same = ", ".join(f"{style.ATOM_SYMBOLS[atom]} {float(getattr(best, atom)):.3f}" for atom in pid.NAMES[:3])
        return (
            f"All tables Q have the same p(x1, y) and p(x2, y), and so the same {same}. Here I_Q = {here:.4f} bits, so "
            f"S {here - least:.3f}. By the slope here, I_Q is at most {gap(q):.4f} bits above the minimum, {least:.4f}."
        )


def _stops(p: np.ndarray, best: pid.Atoms) -> tuple[list[float], list[float], list[float]]:
    """Where the solver stops: gaps asked for, gaps certified, and how far the coupling found is above the least."""
    asked = [10.0**-digits for digits in DIGITS]
    found = [pid.broja(p, tol=tol, coupling=True) for tol in asked]
    told = np.array([float(informations(atoms.coupling)[2]) for atoms in [best, *found]])
    return asked, [float(atoms.gap) for atoms in found], list(told[1:] - told.min())


def gap(q: np.ndarray) -> float:
    """An upper bound in bits on I_Q less its least value over all couplings with the marginals of q, shape (2, 2, 2).

    I_Q is convex in the two free numbers Q(0,0,y), so it is above its tangent. The bound is the largest decrease of the
    tangent within the rectangle of couplings (the Frank-Wolfe gap), infinite on edges where I_Q has no derivative.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.nansum(SWAP * (np.log2(q) - np.log2(q.sum(-1, keepdims=True))), (0, 1))
    down, up = np.minimum(q[0, 0], q[1, 1]), np.minimum(q[0, 1], q[1, 0])
    with np.errstate(invalid="ignore"):
        falls = np.where(slope > 0, slope * down, -slope * up)
    return float(np.nan_to_num(falls, nan=0.0, posinf=np.inf).sum())
