"""Tables and arrays in, matplotlib figures out; never pyplot.

Every drawing function takes a keyword ``look`` (``style.paper()``, ``.screen()``, ``.talk()``) and returns a ``Figure``
that carries its alternative text as ``figure.alt``.
"""

from coral_viz.figures.bias import bias
from coral_viz.figures.explain import masks
from coral_viz.figures.found import retrieval
from coral_viz.figures.kept import bits_kept
from coral_viz.figures.missing import subsets
from coral_viz.figures.overview import overview
from coral_viz.figures.parts import matrix
from coral_viz.figures.probe import accuracy
from coral_viz.figures.save import save
from coral_viz.figures.schematic import schematic
from coral_viz.figures.training import curves
from coral_viz.figures.where import dots, stacked

__all__ = [
    "accuracy",
    "bias",
    "bits_kept",
    "curves",
    "dots",
    "masks",
    "matrix",
    "overview",
    "retrieval",
    "save",
    "schematic",
    "stacked",
    "subsets",
]
