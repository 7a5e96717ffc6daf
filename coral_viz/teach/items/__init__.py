"""The questions of the closing test: kinds of questions, each drawn from a random state with its exact answer."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

import numpy as np

from coral_viz.teach.items import atom_items, learning_items, number_items
from coral_viz.teach.items.quiz_item import OPTIONS, Item

KINDS = MappingProxyType(
    {
        atom_items.of_a_gate: 1,
        learning_items.of_a_loss: 2,
        learning_items.of_a_linear_probe: 1,
        atom_items.of_informations: 1,
        atom_items.of_orthogonal_parts: 1,
        learning_items.of_a_mask: 1,
        number_items.of_an_interval: 1,
        number_items.of_chance: 1,
        number_items.of_o_information: 1,
    }
)
"""How many questions of each kind a test has, in the order of the notebooks."""

__all__ = ["KINDS", "OPTIONS", "Item", "items"]


def items(seed: int) -> list[Item]:
    """Ten questions; those of one kind have different answers."""
    rng = np.random.default_rng(seed)
    return [item for make, count in KINDS.items() for item in _different(make, count, rng)]


def _different(make: Callable[[np.random.Generator], Item], count: int, rng: np.random.Generator) -> list[Item]:
    found: dict[str, Item] = {}
    while len(found) < count:
        item = make(rng)
        found.setdefault(item.answer, item)
    return list(found.values())
