"""The common part of tasks whose samples encode latents."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from coral_viz.pid import Atoms
from coral_viz.tasks import exact
from coral_viz.tasks.latents import LatentModel
from coral_viz.tasks.remaining import Remaining
from coral_viz.tasks.task import SPLITS, Batch, Task, check_split
from coral_viz.tasks.visible import Visible


class LatentTask(Task):
    """Base of tasks whose samples encode latents. Subclasses say how (``observe``) and define the views.

    Probed labels are redundancy = r, unique_m = u_m and synergy = [d == 0], each if its latents are shown. With two
    modalities there are also d and the relation's latents t and c, with pairwise relations synergy_ij.

    Attributes:
        truth: the atoms of the latents, without any noise.
        structure: the information that modalities share with each other, see ``exact.structure``.
    """

    def __init__(self, model: LatentModel, device):
        self.model = model
        self.device = torch.device(device)
        self.truth = exact.truth(model)
        self.structure = exact.structure(model)
        pure = [name for name in self.truth if name not in ("d", "t", "c")]
        self.labels = {name: _atom(self.truth[name]) for name in pure}
        self.classes_of = {name: 2 if name.startswith("synergy") else model.classes for name in self.truth}

    def observe(self, latents: dict[str, Tensor], split: str, generator: torch.Generator) -> Sequence[Tensor]:
        """Observations of samples with these latents, a tensor (n, ...) per modality."""
        raise NotImplementedError

    def information(self, visible: Visible | None = None, *, n: int = 2000) -> dict[str, Remaining]:
        """The bits about every label in the visible tokens, if tokens are looks; see ``tasks.visible``."""
        raise NotImplementedError

    def sample(self, n: int, split: str, seed: int) -> Batch:
        """n samples: in split train d = 0 with probability rho, in probe and test with probability 1/2."""
        check_split(split)
        if n < 1:
            raise ValueError(f"n = {n} samples cannot be drawn; ask for at least 1.")
        rng = np.random.default_rng([seed, 1 + SPLITS.index(split)])
        drawn = self.model.draw(n, self.model.rho if split == "train" else exact.PROBE_RHO, rng)
        latents = {name: torch.tensor(values, device=self.device) for name, values in drawn.items()}
        generator = torch.Generator(self.device).manual_seed(int(rng.integers(2**62)))
        inputs = list(self.observe(latents, split, generator))
        every = self.model.labels(latents)
        return Batch(inputs, {name: every[name] for name in self.truth}, latents)

    def latents_of_views(self, batch: Batch, generator: torch.Generator) -> dict[str, Tensor]:
        """The latents of both views, stacked: (2n,) by name, view 1 first."""
        shifted = self.model.shifted(batch.latents, generator)
        return {name: torch.cat([values, shifted[name]]) for name, values in batch.latents.items()}

    def compatible(self, query: Batch, gallery: Batch, anchor: int) -> Tensor:
        """Which modalities ``anchor`` and tuples of the others can occur together in training; see ``exact``."""
        return exact.compatible(self.model, query, gallery, anchor)


def _atom(atoms: Atoms) -> str:
    """The name of the one atom that is not zero."""
    values = atoms.as_dict()
    return max(values, key=lambda name: values[name])
