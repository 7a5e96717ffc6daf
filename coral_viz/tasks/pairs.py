"""Pairs of images whose pixels are loaded on demand, and the exact atoms of labels over a population of pairs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from torch import Tensor

from coral_viz.pid import Atoms, broja_binary, information
from coral_viz.tasks.task import Batch


class Pairs(Batch):
    """n pairs: a batch whose ``inputs`` are computed when they are read.

    So any number of pairs can be held, indexed and passed to ``Trifeature.views`` at the cost of a few numbers each.
    Read the ``inputs`` of many pairs slice by slice.
    """

    look_up: Callable[[dict[str, Tensor]], list[Tensor]]

    def __init__(self, look_up: Callable, labels: dict[str, Tensor], latents: dict[str, Tensor]):
        vars(self).update(look_up=look_up, labels=labels, latents=latents, targets={})

    def __repr__(self) -> str:
        return f"<{len(self)} pairs of images>"

    @property
    def inputs(self) -> list[Tensor]:
        """One tensor (n, 3, S, S) per modality, computed at every access."""
        return self.look_up(self.latents)

    def __len__(self) -> int:
        return len(self.latents["image_1"])

    def __getitem__(self, index) -> Pairs:
        def pick(tensors: dict) -> dict:
            return {name: tensor[index] for name, tensor in tensors.items()}

        return Pairs(self.look_up, pick(self.labels), pick(self.latents))


def atoms(label: np.ndarray, first: np.ndarray, second: np.ndarray) -> Atoms:
    """Exact BROJA atoms in bits of a label over equally likely pairs.

    Two cases have a closed form: a binary label, and a label that one image determines. In the second case the union
    information is that image's information.

    Args:
        label: integers (n,), a function of both images; of one image unless it is binary.
        first, second: integers (n,) that identify image 1 and image 2.
    """
    tables = [_counts(source, label) for source in (first, second)]
    everything = float(information.entropy(tables[0].sum(0) / len(label)))
    if label.max() == 1:
        return broja_binary(*tables, joint_information=everything)
    known_1, known_2 = (float(information.mutual_information(table / len(label))) for table in tables)
    common = min(known_1, known_2)
    return Atoms(common, known_1 - common, known_2 - common, 0.0, source="exact")


def _counts(source: np.ndarray, label: np.ndarray) -> np.ndarray:
    """How often each source value meets each label value; values that never occur have no row."""
    values, source = np.unique(source, return_inverse=True)
    table = np.zeros((len(values), label.max() + 1))
    np.add.at(table, (source, label), 1)
    return table
