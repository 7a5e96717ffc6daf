"""Explorers for notebooks: each a picture with controls, usable alone, e.g. ``explore.gates()``.

Names load on first use, so that a notebook with one explorer does not import what the others need.
"""

from __future__ import annotations

from coral_viz.extras import load

EXPLORERS = {
    "gates": ("gate_editor", "Gates"),
    "lattice": ("lattices", "Lattices"),
    "unique": ("unique_information", "Unique"),
    "estimators": ("estimator_lab", "Estimators"),
    "tasks": ("worlds", "Worlds"),
    "embeddings": ("embeddings", "Embeddings"),
    "masking": ("masking", "Masking"),
    "theatre": ("theatre", "Theatre"),
    "ablations": ("sweep_explorer", "Ablations"),
    "beyond": ("many_modalities", "Beyond"),
}
"""By the name they are called: module and class."""

__all__ = sorted(EXPLORERS)


def __getattr__(name: str):
    if name not in EXPLORERS:
        raise AttributeError(f"coral_viz.explore has no explorer {name!r}; it has {', '.join(sorted(EXPLORERS))}.")
    module, cls = EXPLORERS[name]
    explorer = getattr(load(f"coral_viz.explore.{module}"), cls)
    globals()[name] = explorer  # where the import has put the module, if it has the same name
    return explorer
