"""What an embedding kept: its parts, probes of them, also with missing modalities, and retrieval across modalities.

``embedding`` runs the method; everything else works on tensors. Readouts are fitted to probe data; test data are
touched once.
"""

from coral_viz.evaluation.crossmodal import retrieval
from coral_viz.evaluation.embedding import embed, embed_subsets
from coral_viz.evaluation.masked_readout import MaskedReadout
from coral_viz.evaluation.papers_probe import published_probe
from coral_viz.evaluation.probes import balanced_accuracy, macro_accuracy, probe, probe_subsets
from coral_viz.evaluation.ranking import average_precision, recall_at
from coral_viz.evaluation.regressions import regress

__all__ = [
    "MaskedReadout",
    "average_precision",
    "balanced_accuracy",
    "embed",
    "embed_subsets",
    "macro_accuracy",
    "probe",
    "probe_subsets",
    "published_probe",
    "recall_at",
    "regress",
    "retrieval",
]
