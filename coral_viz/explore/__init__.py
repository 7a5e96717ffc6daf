"""Explorers for notebooks: figures with controls, each usable alone, e.g. ``explore.gates()``.

Names load on first use, so a notebook with one explorer does not import the dependencies of the others.
"""

from __future__ import annotations

import sys
import warnings

from coral_viz.extras import load

EXPLORERS = {
    "gates": ("gate_editor", "Gates"),
    "lattice": ("lattices", "Lattices"),
    "unique": ("unique_information", "Unique"),
    "solver": ("solver_lab", "Solver"),
    "estimators": ("estimator_lab", "Estimators"),
    "tasks": ("task_builder", "TaskBuilder"),
    "embeddings": ("embeddings", "Embeddings"),
    "masking": ("masking", "Masking"),
    "recordings": ("recordings", "Recordings"),
    "ablations": ("sweep_explorer", "Ablations"),
    "beyond": ("many_modalities", "Beyond"),
}
"""By the name they are called: module and class."""

EXPLORABLES = ("gates", "lattice", "unique")
"""Those that scripts in the page draw; figures of the others are drawn in Python."""

FORMER = {"theatre": "recordings"}
"""Explorers by a former name, which warns."""

__all__ = sorted(EXPLORERS)


def __getattr__(name: str):
    if name in FORMER:
        message = f"explore.{name} is called explore.{FORMER[name]} now."
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return getattr(sys.modules[__name__], FORMER[name])
    if name not in EXPLORERS:
        raise AttributeError(f"coral_viz.explore has no explorer {name!r}; it has {', '.join(sorted(EXPLORERS))}.")
    module, cls = EXPLORERS[name]
    explorer = getattr(load(f"coral_viz.explore.{module}"), cls)
    globals()[name] = explorer  # where the import has put the module, if it has the same name
    return explorer
