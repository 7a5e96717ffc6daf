"""Embeddings of a batch, in evaluation mode and in chunks, from all modalities or only some."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor

from coral_viz.methods import Method
from coral_viz.tasks import Batch

# numbers of a batch that go through a method at once: 4 096 pairs of small images, or of anything smaller
CHUNK, MOST_SAMPLES = 2**25, 4096
# up to this many modalities every subset is given; beyond, their number would double with each modality
EVERY_SUBSET = 4


def embed(method: Method, batch: Batch, given: Sequence[int] | None = None) -> dict[str, Tensor]:
    """The parts of a batch's embedding by name, (n, width) float32, in evaluation mode, without masks or augmentation.

    Args:
        method: a method.
        batch: n samples.
        given: indices of the given modalities, all by default. Parts that need a missing modality are absent; fused
            parts are computed from the given ones.

    Raises:
        ValueError: no modality, or one that does not exist.
    """
    count = len(method.names)
    given = range(count) if given is None else given
    if len(given) == 0 or not set(given) <= set(range(count)):
        raise ValueError(f"given = {tuple(given)} must name one or more of the modalities 0 to {count - 1}.")
    with evaluation(method):
        parts = [method.embed([x if m in given else None for m, x in enumerate(inputs)]) for inputs in chunked(batch)]
    return {name: torch.cat([part[name] for part in parts]).float() for name in parts[0]}


def embed_subsets(method: Method, batch: Batch) -> dict[tuple[str, ...], dict[str, Tensor]]:
    """``embed`` with subsets of the modalities, by the names of the given ones.

    These are all 2^M - 1 subsets of up to 4 modalities; of more, each alone, all but one, and all. All come last.
    """
    names = method.names
    every = range(len(names))
    sizes = range(1, len(names) + 1) if len(names) <= EVERY_SUBSET else (1, len(names) - 1, len(names))
    subsets = [subset for size in sizes for subset in itertools.combinations(every, size)]
    return {tuple(names[m] for m in subset): embed(method, batch, subset) for subset in subsets}


@contextmanager
def evaluation(method: Method) -> Iterator[None]:
    """A context in which the method is in evaluation mode, without gradients; its mode is restored afterwards."""
    training = method.training
    method.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        method.train(training)


def chunked(batch: Batch) -> Iterator[list[Tensor]]:
    """The inputs of a batch in chunks of at most CHUNK numbers."""
    size = sum(x.numel() for x in batch[:1].inputs)
    rows = max(1, min(MOST_SAMPLES, CHUNK // size))
    for start in range(0, len(batch), rows):
        yield batch[start : start + rows].inputs
