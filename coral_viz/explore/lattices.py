"""The redundancy lattice: the meaning of each node, its redundancy and its atom."""

from __future__ import annotations

import itertools
from functools import lru_cache

import numpy as np

from coral_viz import pid
from coral_viz.explore.explorer import Explorer, choice
from coral_viz.figures.decomposition.hasse import hasse
from coral_viz.pid.lattice import Lattice, redundancy_lattice
from coral_viz.pid.measures import CLOSED_FORMS

THREE = {
    "XOR of three": lambda a, b, c: a ^ b ^ c,
    "AND of three": lambda a, b, c: a & b & c,
    "majority of three": lambda a, b, c: int(a + b + c > 1),
    "1 XOR 2, 3 unused": lambda a, b, c: a ^ b,
    "1, or 2 and 3": lambda a, b, c: a | (b & c),
}
"""Targets of three fair bits."""
MEASURES = {"I_min": "i_min", "MMI": "mmi", "I_sx": "i_sx", "I_±": "i_pm"}
MOST_NAMED = 6
VALUES = {"atom of a node": "new", "redundancy of a node": "shared"}


class Lattices(Explorer):
    """``explore.lattice()``: two or three sources; choose a node to read its meaning, redundancy and atom."""

    NAME = "lattice"
    MORE = ("values",)

    def controls(self):
        example, node = choice("distribution", pid.gates.names(), "AND"), choice("node", ["{1}{2}"], "{1}{2}")
        sources = choice("sources", [2, 3], 2)

        def follow(change):
            """Offer the distributions and nodes of so many sources."""
            with self.following():
                example.options = pid.gates.names() if sources.value == 2 else list(THREE)
                node.options = redundancy_lattice(sources.value).labels()

        node.options = redundancy_lattice(2).labels()
        sources.observe(follow, "value")
        return {
            "sources": sources,
            "example": example,
            "measure": choice("measure", MEASURES, "I_min"),
            "values": choice("colour", VALUES, "atom of a node"),
            "node": node,
        }

    def compute(self, settings):
        lattice = redundancy_lattice(settings["sources"])
        p = _table(settings["sources"], settings["example"])
        measure = CLOSED_FORMS[MEASURES[settings["measure"]]]
        shared = np.array([float(measure(p, node, lattice.sources)) for node in lattice.nodes])
        return lattice, shared, lattice.invert(shared)

    def draw(self, computed, settings, look):
        lattice, shared, new = computed
        values = new if VALUES[settings["values"]] == "new" else shared
        chosen = lattice.labels().index(settings["node"])
        return hasse(lattice, values, name=settings["values"].capitalize(), chosen=chosen, look=look)

    def caption(self, computed, settings):
        lattice, shared, new = computed
        labels = lattice.labels()
        chosen = labels.index(settings["node"])
        below = [labels[i] for i in np.flatnonzero(lattice.below[chosen])]
        summed = " + ".join(below) if len(below) <= MOST_NAMED else f"itself and the {len(below) - 1} nodes below it"
        return (
            f"{settings['node']}: {meaning(lattice, chosen)}. Redundancy: {shared[chosen]:.3f} bits about the target, "
            f"the sum of the atoms of {summed}. Atom of this node: {new[chosen]:.3f} bits."
        )


def meaning(lattice: Lattice, node: int) -> str:
    """A node in words, such as "information in source 1, and also in sources 2 and 3 together"."""
    parts = [
        f"source {part[0] + 1}" if len(part) == 1 else f"sources {_listed(part)} together"
        for part in lattice.nodes[node]
    ]
    return "information in " + ", and also in ".join(parts)


def _listed(part: tuple[int, ...]) -> str:
    *before, last = (str(source + 1) for source in part)
    return f"{', '.join(before)} and {last}"


@lru_cache(maxsize=64)
def _table(sources: int, example: str) -> np.ndarray:
    """Probabilities p[x1, .., y]."""
    if sources == 2:
        return pid.gates.gate(example)
    p = np.zeros((2, 2, 2, 2))
    for bits in itertools.product((0, 1), repeat=3):
        p[(*bits, THREE[example](*bits))] = 1 / 8
    return p
