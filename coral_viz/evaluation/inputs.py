"""Inputs of probes, converted from any real dtype of torch or NumPy, with or without gradients, and any labels."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


def features(parts: dict) -> dict[str, Tensor]:
    """Parts of an embedding by name as float32 tensors without gradients, on their own device."""
    return {name: _plain(_tensor(z)).float() for name, z in parts.items()}


def classes(labels: dict, labels_test: dict) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Labels by name, in probe and in test data, renumbered 0..C-1 in their order over both.

    Without this, labels 0 and 500 000 would cost gigabytes, as readouts have weights for every class up to the largest.

    Raises:
        ValueError: labels that are not integers, are negative, or are larger in test data than all in probe data.
    """
    labels, labels_test = (
        {name: _whole(name, label) for name, label in both.items()} for both in (labels, labels_test)
    )
    for name, label in labels_test.items():
        if label.min() < 0 or label.max() > labels[name].max():
            strange = int(label.min() if label.min() < 0 else label.max())
            raise ValueError(f"label {name!r} has class {strange} in the test data, which no probe sample has.")
    for name, label in labels.items():
        if label.min() < 0:
            raise ValueError(f"label {name!r} holds {int(label.min())}; classes are numbered from 0.")
        seen = torch.cat([label, labels_test[name].to(label.device)]) if name in labels_test else label
        known = seen.unique()
        for both in (labels, labels_test):
            if name in both:
                both[name] = torch.searchsorted(known.to(both[name].device), both[name])
    return labels, labels_test


def _whole(name: str, label) -> Tensor:
    label = np.asarray(label) if not isinstance(label, Tensor) else label
    floating = label.dtype.is_floating_point if isinstance(label, Tensor) else label.dtype.kind not in "biu"
    if floating or (isinstance(label, Tensor) and label.is_complex()):
        raise ValueError(f"label {name!r} must hold whole numbers, one for each class, not {label.dtype}.")
    return _plain(_tensor(label)).long()


def _tensor(values) -> Tensor:
    return values if isinstance(values, Tensor) else torch.tensor(np.asarray(values))


def _plain(values: Tensor) -> Tensor:
    """Without gradient; a copy where the tensor comes from inference mode, which autograd refuses."""
    return values.detach().clone() if values.is_inference() else values.detach()
