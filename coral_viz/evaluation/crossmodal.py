"""Cross-modal retrieval: from one modality of a sample, find its other modalities by the method's own score.

Each modality in turn is the anchor, or query. The gallery has the tuples of all other modalities. A match is either the
sample's own tuple, or any tuple that the task calls compatible with the anchor.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pandas as pd
import torch
from torch import Tensor

from coral_viz.evaluation.embedding import chunked, evaluation
from coral_viz.evaluation.ranking import average_precision, recall_at
from coral_viz.methods import Method
from coral_viz.tasks import Batch

K = (1, 5, 10)
# scores that compare every query with every item in all E numbers would not fit into memory for all queries at once
QUERIES = 128


def retrieval(
    method: Method,
    batch: Batch,
    *,
    compatible: Callable[[Batch, Batch, int], Tensor] | None = None,
    limit: int = 1024,
) -> pd.DataFrame:
    """Recall@1, @5, @10 and mAP among the first ``limit`` samples of a batch, for every anchor.

    Args:
        method: a trained method.
        batch: samples, 10 or more.
        compatible: a task's ``compatible``, (query batch, gallery batch, anchor) -> bool (n, n); without it, or if it
            raises NotImplementedError, only the sample's own tuple is a match. Queries without any match are left out.
        limit: the largest number of samples.

    Returns:
        A row per measurement: part (the anchor's name), label ("" for matches of the same sample, "compatible" for all
        compatible ones), metric, readout (""), value, unit (share) and n (queries). The metrics are recall@k and mAP,
        and for each of them "chance/...", its exact expectation in a gallery in random order.

    Raises:
        ValueError: one modality, fewer than 10 samples, NaN scores, or no query with a match.
    """
    names = method.names
    if len(names) < 2:
        raise ValueError(f"retrieval goes from one modality to the others; this method has only {names[0]!r}.")
    if min(len(batch), limit) < max(K):
        raise ValueError(f"retrieval among {min(len(batch), limit)} samples is no test; it takes at least {max(K)}.")
    batch = batch[:limit]
    rows = []
    for anchor, scores in enumerate(_scores(method, batch)):
        for label, relevant in _right(batch, compatible, anchor).items():
            rows += [row | {"part": names[anchor], "label": label} for row in _ranked(scores, relevant)]
    return pd.DataFrame(rows)


def _scores(method: Method, batch: Batch) -> list[Tensor]:
    """By anchor: the score of every sample's anchor (rows) with every sample's others (columns), (n, n), on the CPU."""
    with evaluation(method):
        keys = [torch.cat(key) for key in zip(*(method.keys(chunk) for chunk in chunked(batch)))]
        return [
            torch.cat([method.score(query, keys[:m] + keys[m + 1 :], m) for query in keys[m].split(QUERIES)]).cpu()
            for m in range(len(keys))
        ]


def _right(batch: Batch, compatible: Callable | None, anchor: int) -> dict[str, Tensor]:
    """Which tuples are right for which anchor, (n, n) bool, by label."""
    right = {"": torch.eye(len(batch), dtype=torch.bool)}
    if compatible is not None:
        with contextlib.suppress(NotImplementedError):
            right["compatible"] = compatible(batch, batch, anchor).cpu()
    return right


def _ranked(scores: Tensor, relevant: Tensor) -> list[dict]:
    asked = relevant.any(1)
    if not asked.any():
        raise ValueError(f"none of {len(asked)} queries has a right answer in the gallery.")
    scores, relevant = scores[asked], relevant[asked]
    rows = []
    for prefix, ranked in (("", scores), ("chance/", torch.zeros_like(scores))):
        values = {f"recall@{k}": recall_at(ranked, relevant, k) for k in K}
        values["mAP"] = average_precision(ranked, relevant)
        rows += [{"metric": prefix + name, "value": float(value.mean())} for name, value in values.items()]
    return [row | {"readout": "", "unit": "share", "n": len(scores)} for row in rows]
