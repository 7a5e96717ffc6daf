"""Latents: one is common to all modalities, some belong to one modality, and some are related across modalities.

Each latent is uniform on K classes: ``r`` (in every modality), ``u_m`` (in modality m alone), and a relation
``t_1 .. t_M`` (one per modality) with t_M = t_1 + .. + t_{M-1} + d (mod K), where d = 0 with probability rho, else
uniform on 1..K-1 (XOR for K = 2). With three modalities or more, every pair may have such a relation too.

Each task encodes the latents in its own way. ``exact`` has the exact atoms of every label.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True)
class LatentModel:
    """The latents of a task and their training distribution.

    Attributes:
        classes: K, the values of a latent.
        count: M, the number of modalities.
        rho: the probability that d = 0 in training.
        redundancy, unique, relation: whether r, the u_m and the t_m are shown.
        pairwise: whether every pair of modalities also has a relation (M >= 3).
        shifting: whether views shift the latents of each relation, keeping only its d.
    """

    classes: int
    count: int
    rho: float
    redundancy: bool = True
    unique: bool = True
    relation: bool = True
    pairwise: bool = False
    shifting: bool = False

    @cached_property
    def pairs(self) -> list[tuple[int, int]]:
        """The pairs of modalities that have a relation of their own."""
        return list(itertools.combinations(range(self.count), 2)) if self.pairwise else []

    @cached_property
    def relations(self) -> dict[str, dict[int, str]]:
        """By label, the related latents by modality; the last one is the sum of the others and d."""
        relations = {"synergy": {m: f"t_{m + 1}" for m in range(self.count)}}
        for i, j in self.pairs:
            relations[f"synergy_{i + 1}{j + 1}"] = {m: f"t_{i + 1}{j + 1}_{m + 1}" for m in (i, j)}
        return relations

    @cached_property
    def shown_relations(self) -> dict[str, dict[int, str]]:
        """``relations`` whose latents are shown."""
        return {label: latents for label, latents in self.relations.items() if label != "synergy" or self.relation}

    def shown(self, m: int) -> list[str]:
        """The latents that modality m shows."""
        related = [latents[m] for latents in self.shown_relations.values() if m in latents]
        return ["r"] * self.redundancy + [f"u_{m + 1}"] * self.unique + related

    def draw(self, n: int, rho: float, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """n values of every latent, shown or not, by name; d = 0 with probability rho."""

        def uniform():
            return rng.integers(self.classes, size=n)

        def shift():
            return np.where(rng.random(n) < rho, 0, rng.integers(1, self.classes, size=n))

        latents = {"r": uniform()} | {f"u_{m + 1}": uniform() for m in range(self.count)}
        latents["d"] = shift()
        ts = [uniform() for _ in range(self.count - 1)]
        ts.append((sum(ts) + latents["d"]) % self.classes)
        latents |= {f"t_{m + 1}": t for m, t in enumerate(ts)}
        for i, j in self.pairs:
            name = f"{i + 1}{j + 1}"
            latents[f"d_{name}"], t = shift(), uniform()
            latents[f"t_{name}_{i + 1}"], latents[f"t_{name}_{j + 1}"] = t, (t + latents[f"d_{name}"]) % self.classes
        return latents

    def labels(self, latents: dict[str, Tensor]) -> dict[str, Tensor]:
        """Every label by name, (n,) each."""
        every = {"redundancy": latents["r"]} | {f"unique_{m + 1}": latents[f"u_{m + 1}"] for m in range(self.count)}
        every |= {"synergy": (latents["d"] == 0).long(), "d": latents["d"], "t": latents["t_1"], "c": latents["t_2"]}
        return every | {f"synergy_{i + 1}{j + 1}": (latents[f"d_{i + 1}{j + 1}"] == 0).long() for i, j in self.pairs}

    def shifted(self, latents: dict[str, Tensor], generator: torch.Generator) -> dict[str, Tensor]:
        """The latents of a second view. With ``shifting``, only the d of each relation stays the same.

        All latents of a relation except the last shift by independent random amounts, and the last by their sum.
        """
        if not self.shifting:
            return latents
        moved: dict[str, Tensor] = {}
        for *free, last in (related.values() for related in self.relations.values()):
            shape, device = latents[last].shape, latents[last].device
            by = {name: torch.randint(self.classes, shape, generator=generator, device=device) for name in free}
            by[last] = torch.stack(list(by.values())).sum(0)
            moved |= {name: (latents[name] + shift) % self.classes for name, shift in by.items()}
        return latents | moved
