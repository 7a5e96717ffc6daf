"""The redundancy lattice to pick nodes of: the meaning of each node, its redundancy and its atom."""

from __future__ import annotations

import itertools
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from coral_viz import pid
from coral_viz.explore.explorable import Explorable, one_of
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
FIRST = {2: {"example": "AND", "node": "{1}{2}"}, 3: {"example": "XOR of three", "node": "{1}{2}{3}"}}
"""What is shown first of so many sources."""
MEASURES = {"I_min": "i_min", "MMI": "mmi", "I_sx": "i_sx", "I_±": "i_pm"}


class Lattices(Explorable):
    """``explore.lattice()``: pick a node of two or three sources to see which atoms sum to its redundancy.

    Settings: ``sources``, 2 or 3; ``example``, one of ``pid.gates.names()`` or, for three sources, of ``THREE``;
    ``measure``, one of ``MEASURES``; and ``node``, by its label, such as "{1}{23}".
    """

    NAME = "lattice"
    START = MappingProxyType({"sources": 2, "measure": "I_min", **FIRST[2]})
    SCRIPTS = ("atoms.js", "drawing.js", "lattice.js")
    HEIGHT = 520

    def complete(self, settings):
        one_of("sources", settings.get("sources", 2), FIRST)
        return super().complete(FIRST[settings.get("sources", 2)] | settings)

    def content(self):
        return {
            "first": FIRST,
            "lattices": {sources: _drawing(redundancy_lattice(sources)) for sources in (2, 3)},
            "redundancies": {
                sources: {
                    example: {measure: redundancies(sources, example, measure) for measure in MEASURES}
                    for example in examples(sources)
                }
                for sources in (2, 3)
            },
        }

    def compute(self, settings):
        one_of("example", settings["example"], examples(settings["sources"]))
        one_of("measure", settings["measure"], MEASURES)
        lattice = redundancy_lattice(settings["sources"])
        one_of("node", settings["node"], lattice.labels())
        shared = np.array(redundancies(settings["sources"], settings["example"], settings["measure"]))
        return lattice, shared, lattice.invert(shared)

    def draw(self, computed, settings, look):
        lattice, _, new = computed
        return hasse(lattice, new, name="Atom of a node", chosen=lattice.labels().index(settings["node"]), look=look)

    def caption(self, computed, settings):
        lattice, shared, new = computed
        chosen = lattice.labels().index(settings["node"])
        return (
            f"{settings['node']}: {meaning(lattice, chosen)}. Redundancy: {shared[chosen]:.3f} bits about the target, "
            f"the sum of the atoms of itself and of all nodes below it. Atom of this node: {new[chosen]:.3f} bits."
        )


def examples(sources: int) -> list[str]:
    """The distributions of so many sources."""
    return pid.gates.names() if sources == 2 else list(THREE)


@lru_cache(maxsize=256)
def redundancies(sources: int, example: str, measure: str) -> list[float]:
    """Bits per node of the lattice."""
    p, lattice = _table(sources, example), redundancy_lattice(sources)
    return [float(CLOSED_FORMS[MEASURES[measure]](p, node, sources)) for node in lattice.nodes]


def _drawing(lattice: Lattice) -> dict:
    """A lattice as lists: what nodes are called and mean, where they stand, and what lies below them."""
    return {
        "labels": lattice.labels(),
        "meanings": [meaning(lattice, node) for node in range(len(lattice.nodes))],
        "place": lattice.layout().tolist(),
        "covers": lattice.covers,
        "below": [np.flatnonzero(row).tolist() for row in lattice.below],
    }


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
