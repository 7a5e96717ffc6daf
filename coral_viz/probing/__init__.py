"""What an embedding kept: its parts, probes of them, modalities withheld, and retrieval across modalities.

``embedding`` runs the method; everything else works on tensors. Readouts are fitted to probe data; test data are
touched once.
"""

from coral_viz.probing.crossmodal import retrieval
from coral_viz.probing.embedding import embed, embed_subsets
from coral_viz.probing.parts import balanced_accuracy, probe, probe_subsets
from coral_viz.probing.ranking import average_precision, recall_at

__all__ = [
    "average_precision",
    "balanced_accuracy",
    "embed",
    "embed_subsets",
    "probe",
    "probe_subsets",
    "recall_at",
    "retrieval",
]
