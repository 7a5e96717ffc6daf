"""Tables and arrays in, matplotlib figures out; never pyplot.

Every drawing function takes a keyword ``look`` (``style.paper()``, ``.screen()``, ``.talk()``) and returns a ``Figure``
that carries its alternative text as ``figure.alt``.
"""

from coral_viz.figures.comparison.accuracy import accuracy
from coral_viz.figures.comparison.bits_kept import bits_kept
from coral_viz.figures.comparison.found_counts import found_counts
from coral_viz.figures.comparison.modality_subsets import subsets
from coral_viz.figures.comparison.overview import overview
from coral_viz.figures.comparison.part_atoms import dots, stacked
from coral_viz.figures.comparison.part_bits import matrix
from coral_viz.figures.comparison.retrieval import retrieval
from coral_viz.figures.course.loss_curves import curves
from coral_viz.figures.data.schematic import schematic
from coral_viz.figures.data.token_masks import masks
from coral_viz.figures.decomposition.estimator_bias import bias
from coral_viz.figures.layout.saving import save

__all__ = [
    "accuracy",
    "bias",
    "bits_kept",
    "curves",
    "dots",
    "found_counts",
    "masks",
    "matrix",
    "overview",
    "retrieval",
    "save",
    "schematic",
    "stacked",
    "subsets",
]
