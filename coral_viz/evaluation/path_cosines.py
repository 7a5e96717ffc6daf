"""Cosines between the paths of COrAL where its penalty acts: after the projection heads."""

from __future__ import annotations

import itertools

import torch.nn.functional as F

from coral_viz.evaluation.embedding import embed, evaluation
from coral_viz.methods.coral import COrAL
from coral_viz.tasks import Batch


def head_cosines(method: COrAL, batch: Batch) -> dict[tuple[str, str], float]:
    """Mean cosine over samples, in [-1, 1], of every two paths after their heads, by their names.

    These are what the orthogonality penalty acts on in training, there with masks. TypeError for another method.
    """
    if not isinstance(method, COrAL):
        raise TypeError(f"{method.TITLE} has no paths with a penalty on their cosines; COrAL has.")
    parts = embed(method, batch)
    heads = dict(zip(method.whole, [method.shared_head, *method.unique_heads]))
    with evaluation(method):
        after = {name: head(parts[name]) for name, head in heads.items()}
    return {
        (a, b): float(F.cosine_similarity(after[a], after[b]).mean())
        for a, b in itertools.combinations(method.whole, 2)
    }
