"""Evaluation of embeddings: probes of the whole and of parts, also with missing modalities, and retrieval.

``embedding`` runs the method; everything else works on tensors. Readouts are fitted to probe data; test data are
touched once.
"""

import importlib

from coral_viz.evaluation.crossmodal import retrieval
from coral_viz.evaluation.embedding import embed, embed_subsets
from coral_viz.evaluation.masked_readout import MaskedReadout
from coral_viz.evaluation.masked_tokens import masked_shares
from coral_viz.evaluation.path_cosines import head_cosines
from coral_viz.evaluation.probes import balanced_accuracy, macro_accuracy, probe, probe_subsets
from coral_viz.evaluation.ranking import average_precision, recall_at

__all__ = [
    "MaskedReadout",
    "average_precision",
    "balanced_accuracy",
    "embed",
    "embed_subsets",
    "head_cosines",
    "macro_accuracy",
    "masked_shares",
    "probe",
    "probe_subsets",
    "published_probe",
    "recall_at",
    "regress",
    "retrieval",
]


_ON_FIRST_USE = {  # scikit-learn takes a second to import, and every run and every worker would
    "published_probe": "papers_probe",
    "regress": "regressions",
}


def __getattr__(name):
    if name in _ON_FIRST_USE:
        return getattr(importlib.import_module(f"coral_viz.evaluation.{_ON_FIRST_USE[name]}"), name)
    raise AttributeError(f"coral_viz.evaluation has no {name!r}.")
