"""The redundancy lattice: what each node means, what its sources share, and what of it is new there."""

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
VALUES = {"what is new at a node": "new", "what all collections of a node share": "shared"}


class Lattices(Explorer):
    """``explore.lattice()``: two or three sources; choose a node to read what it means and which sum it enters."""

    NAME = "lattice"

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
            "values": choice("colour", VALUES, "what is new at a node"),
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
            f"{settings['node']}: {meaning(lattice, chosen)}. They share {shared[chosen]:.3f} bits of "
            f"the target, the sum of what is new at {summed}. New at this node: {new[chosen]:.3f} bits."
        )


def meaning(lattice: Lattice, node: int) -> str:
    """A node in words, such as "what source 1 tells and so do sources 2 and 3 together"."""
    parts = [
        f"source {part[0] + 1}" if len(part) == 1 else f"sources {_listed(part)} together"
        for part in lattice.nodes[node]
    ]
    return f"what {parts[0]} tell{'s' * (' and ' not in parts[0])}" + "".join(f", and {part} too" for part in parts[1:])


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
