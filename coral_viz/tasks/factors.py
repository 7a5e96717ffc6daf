"""Latent-factor tokens: a task that trains in seconds and whose information is known in closed form.

Latents, each uniform on K classes: ``r`` (in every modality), ``u_m`` (in modality m alone), and a relation
``t_1 .. t_M`` (one per modality) with t_M = t_1 + .. + t_{M-1} + d (mod K), where d = 0 with probability rho, else
uniform on 1..K-1 (XOR for K = 2). With three modalities or more, every pair may have such a relation too. A modality
shows each of its latents as a point on the circle of that class's own plane, ``A (cos(phi) a + sin(phi) b)``, plus
noise; the planes are orthogonal, drawn once per world, and scaled so that three latents of amplitude 1 give numbers of
mean square 1. The phase phi, fresh for every sample, latent, modality and view, is the nuisance that views change and a
linear readout cannot undo.

This module decides the latents, the observation and the views; ``exact`` knows the truth about every label.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from coral_viz.options import Options, option
from coral_viz.pid import Atoms
from coral_viz.tasks import exact
from coral_viz.tasks.task import SPLITS, Batch, Modality, Task, check_split

TOKEN_DROPOUT, FEATURE_DROPOUT = 0.3, 0.1


@dataclass(frozen=True)
class Dials(Options):
    """The dials of ``factors``. Dials that are None follow ``distribution``."""

    distribution: str = option(
        "unbiased",
        "what training sees: unbiased (rho = 1/K), biased (rho = 1), relation (nothing but the relation: its latents "
        "shift between views so that only d stays, amplitudes of the others 0, alpha 0, rho = 1/K)",
        choices=("unbiased", "biased", "relation"),
    )
    classes: int = option(4, "K, the number of classes of every latent", low=2, high=64)
    count: int = option(2, "M, the number of modalities", low=2, high=8)
    rho: float = option(None, "probability that d = 0 in training", low=0.0, high=1.0, optional=True)
    amplitude_redundancy: float = option(None, "how loud r is (default 1)", low=0.0, optional=True)
    amplitude_unique: float = option(None, "how loud each u_m is (default 1)", low=0.0, optional=True)
    amplitude_relation: float = option(1.0, "how loud the relation's latents are", low=0.0)
    amplitude_pairs: float = option(0.0, "how loud pairwise relations are (M >= 3, one per pair)", low=0.0)
    alpha: float = option(
        None, "phases are uniform on (-alpha, alpha) (default 2.3)", low=0.0, high=math.pi, optional=True
    )
    sigma: float = option(0.15, "standard deviation of the noise on every number (signal: 1)", low=0.0)
    tokens: int = option(8, "T, tokens per modality", low=1, high=1024)
    features: int = option(6, "p, numbers per token", low=1, high=4096)
    drop: bool = option(True, "views also lose features (share .1) and tokens (share uniform on 0 to .3)")
    shared_phases: bool = option(False, "both views keep one phase: the bad augmentation that becomes a shortcut")
    warp: float = option(0.0, "a fixed invertible warp x + warp sin(x) of every number", low=0.0, high=0.95)

    def resolved(self) -> dict:
        """All dials with every None replaced by what ``distribution`` means."""
        relation = self.distribution == "relation"
        preset = {
            "rho": 1.0 if self.distribution == "biased" else 1 / self.classes,
            "amplitude_redundancy": 0.0 if relation else 1.0,
            "amplitude_unique": 0.0 if relation else 1.0,
            "alpha": 0.0 if relation else 2.3,
        }
        return {name: preset[name] if value is None else value for name, value in super().resolved().items()}


class Factors(Task):
    """One world of the task: its planes. See the module's docstring and ``Dials``.

    Probed labels: redundancy = r, unique_m = u_m, synergy = [d == 0], each if its amplitude is positive. Two-modality
    worlds also label d and the relation's two latents t and c; worlds with pairwise relations label synergy_ij.

    ``structure`` lists what the modalities share among themselves, see ``exact.structure``.
    """

    name, DIALS, tiny = "factors", Dials, True
    distributions = ("unbiased", "biased", "relation")

    def __init__(self, *, seed: int = 0, device="cpu", **dials):
        self.dials = Dials.make("task 'factors'", dials)
        self.device = torch.device(device)
        for name, value in self.dials.resolved().items():
            setattr(self, name, value)
        if self.count == 2 and self.amplitude_pairs:
            raise ValueError(f"amplitude_pairs = {self.amplitude_pairs:g} needs 3 modalities or more, but count = 2.")
        self.pairs = list(itertools.combinations(range(self.count), 2)) if self.amplitude_pairs else []
        self.relations = self._relate()
        self.shown = [self._shown_by(m) for m in range(self.count)]
        self.planes = self._draw_planes(seed)
        loudness = [torch.tensor(list(shown.values()), device=self.device) for shown in self.shown]
        self.amplitudes = [amplitude[:, None] for amplitude in loudness]
        self.modalities = [
            Modality(f"modality_{m + 1}", "tokens", (self.tokens, self.features)) for m in range(self.count)
        ]
        self.truth = exact.truth(self)
        self.structure = exact.structure(self)
        pure = [name for name in self.truth if name not in ("d", "t", "c")]
        self.labels = {name: _atom(self.truth[name]) for name in pure}
        self.classes_of = {name: 2 if name.startswith("synergy") else self.classes for name in self.truth}

    def _relate(self) -> dict[str, dict[int, str]]:
        """By label, the latents that are related, by modality; the last is the sum of the others and d."""
        relations = {"synergy": {m: f"t_{m + 1}" for m in range(self.count)}}
        for i, j in self.pairs:
            relations[f"synergy_{i + 1}{j + 1}"] = {m: f"t_{i + 1}{j + 1}_{m + 1}" for m in (i, j)}
        return relations

    def _shown_by(self, m: int) -> dict[str, float]:
        """The latents that modality m shows, with their amplitudes; silent ones are left out."""
        amplitudes = {"r": self.amplitude_redundancy, f"u_{m + 1}": self.amplitude_unique}
        for label, latents in self.relations.items():
            if m in latents:
                amplitudes[latents[m]] = self.amplitude_relation if label == "synergy" else self.amplitude_pairs
        return {name: amplitude for name, amplitude in amplitudes.items() if amplitude > 0}

    def _draw_planes(self, seed: int) -> list[Tensor]:
        """Orthogonal vectors (latent, class, cos or sin, T*p) per modality, each of squared length T*p / 3."""
        rng = np.random.default_rng([seed, 0])
        size = self.tokens * self.features
        planes = []
        for shown in self.shown:
            need = 2 * self.classes * len(shown)
            if need > size:
                raise ValueError(
                    f"tokens * features = {size} is too small: {len(shown)} latents of {self.classes} classes need "
                    f"2 * {self.classes} * {len(shown)} = {need} numbers per modality."
                )
            basis = np.linalg.qr(rng.normal(size=(size, max(need, 1))))[0].T[:need] * math.sqrt(size / 3)
            shape = (len(shown), self.classes, 2, size)
            planes.append(torch.tensor(basis.reshape(shape), dtype=torch.float32, device=self.device))
        return planes

    # --- sampling -----------------------------------------------------------------------------------------------

    def sample(self, n: int, split: str, seed: int) -> Batch:
        """n samples: in split train d = 0 with probability rho, in probe and test with probability 1/2."""
        check_split(split)
        if n < 1:
            raise ValueError(f"n = {n} samples cannot be drawn; ask for at least 1.")
        rng = np.random.default_rng([seed, 1 + SPLITS.index(split)])
        latents = self._draw_latents(n, self.rho if split == "train" else exact.PROBE_RHO, rng)
        latents = {name: torch.tensor(values, device=self.device) for name, values in latents.items()}
        generator = torch.Generator(self.device).manual_seed(int(rng.integers(2**62)))
        inputs = self._observe(latents, self._draw_phases(n, generator), generator)
        return Batch(inputs, self._labels(latents), latents)

    def _draw_latents(self, n: int, rho: float, rng: np.random.Generator) -> dict[str, np.ndarray]:
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

    def _labels(self, latents: dict[str, Tensor]) -> dict[str, Tensor]:
        every = {"redundancy": latents["r"], "synergy": (latents["d"] == 0).long()}
        every |= {f"unique_{m + 1}": latents[f"u_{m + 1}"] for m in range(self.count)}
        every |= {"d": latents["d"], "t": latents["t_1"], "c": latents["t_2"]}
        every |= {f"synergy_{i + 1}{j + 1}": (latents[f"d_{i + 1}{j + 1}"] == 0).long() for i, j in self.pairs}
        return {name: every[name] for name in self.truth}

    def _draw_phases(self, n: int, generator: torch.Generator) -> list[Tensor]:
        """Phases (n, latents shown) per modality, uniform on (-alpha, alpha)."""
        shapes = [(n, len(shown)) for shown in self.shown]
        return [(2 * torch.rand(s, generator=generator, device=self.device) - 1) * self.alpha for s in shapes]

    def _observe(self, latents: dict[str, Tensor], phases: list[Tensor], generator: torch.Generator) -> list[Tensor]:
        """One (n, T, p) tensor per modality."""
        return [self._observe_one(m, latents, phases[m], generator) for m in range(self.count)]

    def _observe_one(self, m: int, latents: dict[str, Tensor], phase: Tensor, generator: torch.Generator) -> Tensor:
        shown = self.shown[m]
        x = torch.randn(len(phase), self.tokens * self.features, generator=generator, device=self.device) * self.sigma
        if shown:
            classes = torch.stack([latents[name] for name in shown], 1)
            circle = torch.stack([phase.cos(), phase.sin()], -1) * self.amplitudes[m]
            on_plane = F.one_hot(classes, self.classes).unsqueeze(-1) * circle.unsqueeze(-2)
            x = x + on_plane.flatten(1) @ self.planes[m].flatten(0, 2)
        if self.warp:
            x = x + self.warp * x.sin()
        return x.unflatten(1, (self.tokens, self.features))

    # --- views --------------------------------------------------------------------------------------------------

    def views(self, batch: Batch, generator: torch.Generator) -> tuple[list[Tensor], list[Tensor]]:
        """The same latents seen twice, with fresh phases and noise (and, with ``drop``, parts missing)."""
        n, shifted = len(batch), self._shifted(batch.latents, generator)
        both = {name: torch.cat([values, shifted[name]]) for name, values in batch.latents.items()}
        phases = self._draw_phases(2 * n, generator)
        if self.shared_phases:
            phases = [phase[:n].repeat(2, 1) for phase in phases]
        seen = self._observe(both, phases, generator)
        if self.drop:
            seen = [_dropped(x, generator) for x in seen]
        return [x[:n] for x in seen], [x[n:] for x in seen]

    def _shifted(self, latents: dict[str, Tensor], generator: torch.Generator) -> dict[str, Tensor]:
        """In *relation*, the latents of every relation moved so that nothing but its d is the same; else no change.

        All but the last move by random amounts of their own, the last by the sum of these.
        """
        if self.distribution != "relation":
            return latents
        moved = {}
        for *free, last in (related.values() for related in self.relations.values()):
            shape, device = latents[last].shape, self.device
            by = {name: torch.randint(self.classes, shape, generator=generator, device=device) for name in free}
            by[last] = sum(by.values())
            moved |= {name: (latents[name] + shift) % self.classes for name, shift in by.items()}
        return latents | moved

    def posteriors(self, batch: Batch) -> dict[str, tuple[Tensor, Tensor, Tensor]]:
        """Exact posteriors of every label given x_1, x_2 and both; see ``exact.posteriors``."""
        return exact.posteriors(self, batch)

    def compatible(self, query: Batch, gallery: Batch, anchor: int) -> Tensor:
        """Which anchors of ``query`` and rests of ``gallery`` training could pair; see ``exact.compatible``."""
        return exact.compatible(self, query, gallery, anchor)


def _atom(atoms: Atoms) -> str:
    """The name of the one atom that is not zero."""
    return max(atoms.as_dict(), key=atoms.as_dict().get)


def _dropped(x: Tensor, generator: torch.Generator) -> Tensor:
    """Features zeroed with probability FEATURE_DROPOUT, tokens with one drawn per sample from U(0, TOKEN_DROPOUT)."""
    n, tokens, _ = x.shape
    share = TOKEN_DROPOUT * torch.rand(n, 1, 1, generator=generator, device=x.device)
    keep = torch.rand(n, tokens, 1, generator=generator, device=x.device) >= share
    return x * keep * (torch.rand(x.shape, generator=generator, device=x.device) >= FEATURE_DROPOUT)
