"""Latent-factor tokens: a task that trains in seconds and whose information is known in closed form.

A modality has T tokens of p numbers. A *look* is a noisy encoding of the modality's latents (``circles``). Either every
token is a look (``observation="looks"``), or one look of T * p numbers is spread over all tokens (``"spread"``).
``latents`` defines the latents, and ``exact`` has the exact atoms of every label.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from coral_viz.options import Options, option
from coral_viz.tasks.bayes import label_posteriors
from coral_viz.tasks.circles import Circles
from coral_viz.tasks.latent_task import LatentTask
from coral_viz.tasks.latents import LatentModel
from coral_viz.tasks.remaining import Remaining, remaining
from coral_viz.tasks.task import Batch, Modality
from coral_viz.tasks.visible import Visible, checked

TOKEN_DROPOUT, FEATURE_DROPOUT = 0.3, 0.1
WORKING = {"looks": {"sigma": 1.3, "features": 24}, "spread": {"sigma": 0.15, "features": 6}}
"""By observation, noise and numbers per token at which all tokens hold the latents to .03 bit; one look holds half."""
USUAL = "looks"


@dataclass(frozen=True)
class Dials(Options):
    """Settings of ``factors``. ``distribution`` decides those that are None."""

    distribution: str = option(
        "unbiased",
        "training distribution: unbiased (rho = 1/K), biased (rho = 1) or relation (rho = 1/K, and views share nothing "
        "but the relation)",
        choices=("unbiased", "biased", "relation"),
    )
    classes: int = option(4, "K, the number of classes of every latent", low=2, high=64)
    count: int = option(2, "M, the number of modalities", low=2, high=8)
    rho: float = option(None, "probability that d = 0 in training", low=0.0, high=1.0, optional=True)
    amplitude_redundancy: float = option(None, "amplitude of r (default 1)", low=0.0, optional=True)
    amplitude_unique: float = option(None, "amplitude of each u_m (default 1)", low=0.0, optional=True)
    amplitude_relation: float = option(1.0, "amplitude of the relation's latents", low=0.0)
    amplitude_pairs: float = option(0.0, "amplitude of pairwise relations (M >= 3, one per pair)", low=0.0)
    alpha: float = option(
        None, "phases are uniform on (-alpha, alpha) (default 2.3)", low=0.0, high=math.pi, optional=True
    )
    sigma: float = option(
        WORKING[USUAL]["sigma"], "standard deviation of the noise on every number (the signal's is 1)", low=0.0
    )
    tokens: int = option(8, "T, tokens per modality", low=1, high=1024)
    features: int = option(WORKING[USUAL]["features"], "p, numbers per token", low=1, high=4096)
    drop: bool = option(True, "whether views also lose features (share .1) and tokens (share uniform on 0 to .3)")
    shared_phases: bool = option(
        False, "whether both views have the same phases, which is a shortcut for contrastive losses"
    )
    observation: str = option(
        USUAL,
        "tokens: looks (each shows all latents, with its own phases and noise) or spread (one look is spread over all "
        "tokens)",
        choices=("looks", "spread"),
        former="spread",
    )
    warp: float = option(0.0, "a fixed invertible warp x + warp sin(x) of every number", low=0.0, high=0.95)

    def resolved(self) -> dict:
        """All settings, every None replaced by the value that ``distribution`` implies."""
        relation = self.distribution == "relation"
        preset = {
            "rho": 1.0 if self.distribution == "biased" else 1 / self.classes,
            "amplitude_redundancy": 0.0 if relation else 1.0,
            "amplitude_unique": 0.0 if relation else 1.0,
            "alpha": 0.0 if relation else 2.3,
        }
        return {name: preset[name] if value is None else value for name, value in super().resolved().items()}


class Factors(LatentTask):
    """The task with the planes of one seed. See the module's docstring and ``Dials``; labels are those of LatentTask.

    Attributes:
        circles: the encoding of each modality, see ``Circles``.
        planes, amplitudes: of each modality, from ``circles``.
        shown: per modality, the amplitude of each latent; latents of amplitude 0 are not shown.
    """

    dials: Dials
    distribution: str
    classes: int
    count: int
    rho: float
    amplitude_redundancy: float
    amplitude_unique: float
    amplitude_relation: float
    amplitude_pairs: float
    alpha: float
    sigma: float
    tokens: int
    features: int
    drop: bool
    shared_phases: bool
    observation: str
    warp: float

    name, DIALS, tiny = "factors", Dials, True
    distributions = ("unbiased", "biased", "relation")

    def __init__(self, *, seed: int = 0, device="cpu", **dials):
        self.dials = Dials.make("task 'factors'", dials)
        vars(self).update(self.dials.resolved())
        if self.count == 2 and self.amplitude_pairs:
            raise ValueError(f"amplitude_pairs = {self.amplitude_pairs:g} needs 3 modalities or more, but count = 2.")
        model = LatentModel(
            self.classes,
            self.count,
            self.rho,
            redundancy=self.amplitude_redundancy > 0,
            unique=self.amplitude_unique > 0,
            relation=self.amplitude_relation > 0,
            pairwise=self.amplitude_pairs > 0,
            shifting=self.distribution == "relation",
        )
        super().__init__(model, device)
        self.pairs, self.relations = model.pairs, model.relations
        self.shown = [{name: self._amplitude(name) for name in model.shown(m)} for m in range(self.count)]
        self.circles = self._draw_circles(seed)
        self.planes = [circles.planes for circles in self.circles]
        self.amplitudes = [circles.amplitudes for circles in self.circles]
        kind, shape = "looks" if self.observation == "looks" else "tokens", (self.tokens, self.features)
        self.modalities = [Modality(f"modality_{m + 1}", kind, shape) for m in range(self.count)]

    def _amplitude(self, latent: str) -> float:
        first, *rest = latent.split("_")
        if first == "t":
            return self.amplitude_relation if len(rest) == 1 else self.amplitude_pairs
        return self.amplitude_redundancy if first == "r" else self.amplitude_unique

    def _draw_circles(self, seed: int) -> list[Circles]:
        looks, size = (self.tokens, self.features) if self.observation == "looks" else (1, self.tokens * self.features)
        self._check_room(size)
        rng = np.random.default_rng([seed, 0])
        draw = functools.partial(Circles.draw, looks=looks, alpha=self.alpha, sigma=self.sigma, warp=self.warp)
        return [draw(rng, shown, self.classes, size, self.device) for shown in self.shown]

    def _check_room(self, size: int) -> None:
        """ValueError unless the planes of every modality fit into a look."""
        most = max(len(shown) for shown in self.shown)
        need = 2 * self.classes * most
        if need > size:
            looks = self.observation == "looks"
            what, per = ("features", "token") if looks else ("tokens * features", "modality")
            raise ValueError(
                f"{what} = {size} is too small: {most} latents of {self.classes} classes need "
                f"2 * {self.classes} * {most} = {need} numbers per {per}."
            )

    def observe(self, latents: dict[str, Tensor], split: str, generator: torch.Generator) -> list[Tensor]:
        """One (n, T, p) tensor per modality, with fresh phases; all splits alike."""
        n = len(latents["r"])
        return self._observed(latents, [circles.phases(n, generator) for circles in self.circles], generator)

    def _observed(self, latents: dict[str, Tensor], phases: list[Tensor], generator: torch.Generator) -> list[Tensor]:
        seen = [circles.observe(latents, phase, generator) for circles, phase in zip(self.circles, phases)]
        return [x.reshape(-1, self.tokens, self.features) for x in seen]

    def views(self, batch: Batch, generator: torch.Generator) -> tuple[list[Tensor], list[Tensor]]:
        """Two views of the same latents with new phases and noise, and with ``drop`` without some parts."""
        n, latents = len(batch), self.latents_of_views(batch, generator)
        phases = [circles.phases(2 * n, generator) for circles in self.circles]
        if self.shared_phases:
            phases = [phase[:n].repeat(2, 1, 1) for phase in phases]
        seen = self._observed(latents, phases, generator)
        if self.drop:
            seen = [dropped(x, generator) for x in seen]
        return [x[:n] for x in seen], [x[n:] for x in seen]

    # --- what is known about a sample, and about what a mask leaves of it ---------------------------------------

    def token_posteriors(self, batch: Batch) -> list[dict[str, Tensor]]:
        """Exact p(latent | one token), (n, T, K), by latent and modality. ValueError unless tokens are looks."""
        if self.observation != "looks":
            raise ValueError("a token of a spread observation has no posterior of its own; load observation = 'looks'.")
        found = [likelihoods.softmax(-1) for likelihoods in self._log_likelihoods(batch)]
        return [dict(zip(circles.names, p.unbind(2))) for circles, p in zip(self.circles, found)]

    def posteriors(self, batch: Batch, visible: Visible | None = None) -> dict[str, tuple[Tensor, Tensor, Tensor]]:
        """Exact p(label | x_1), p(label | x_2), p(label | x_1, x_2) of two modalities under the probe's distribution.

        They account for noise and warp, so they give the exact information in the observations.

        Args:
            batch: samples of the task.
            visible: a mask, see ``tasks.visible``.

        Returns:
            By label, three tensors (n, classes), float64.

        Raises:
            ValueError: more than two modalities.
        """
        if self.count != 2:
            raise ValueError(f"exact posteriors are given for 2 modalities, not {self.count}.")
        told = self._told(self._log_likelihoods(batch), visible)
        return {label: (one, two, both) for label, (one, two, both) in label_posteriors(self.model, told).items()}

    def information(self, visible: Visible | None = None, *, n: int = 2000, seed: int = 0) -> dict[str, Remaining]:
        """The bits about every label in the visible tokens, of each modality alone and of all together.

        Without a mask it is the information in the whole observation. The difference from ``truth``, the information in
        the latents, is lost to noise.

        Args:
            visible: a mask, see ``tasks.visible``. Several patterns are equally likely, and known to the reader.
            n: samples over which exact posteriors are averaged; they are reused for the next mask.
            seed: of these samples.

        Raises:
            ValueError: a mask that does not fit, or leaves no token; some but not all tokens of a spread observation.
        """
        if n < 2:
            raise ValueError(f"n = {n} samples give no standard error; ask for at least 2.")
        told = self._told(_read(self, n, seed), visible)
        blank = [{name: torch.zeros_like(p[:1]).log_softmax(-1) for name, p in z.items()} for z in told]
        return remaining(label_posteriors(self.model, told), label_posteriors(self.model, blank))

    def _log_likelihoods(self, batch: Batch) -> list[Tensor]:
        """log p(look | latent = k), (n, looks, latents, K) per modality."""
        return [circles.log_likelihoods(x) for circles, x in zip(self.circles, batch.inputs)]

    def _told(self, likelihoods: list[Tensor], visible: Visible | None) -> list[dict[str, Tensor]]:
        """log p(latent | visible tokens), (n, K), by latent and modality."""
        told, masks = [], checked(self.modalities, visible, len(likelihoods[0]))
        for circles, likelihood, mask in zip(self.circles, likelihoods, masks):
            seen = self._looks_seen(mask).to(likelihood)
            log_posterior = torch.einsum("nl,nlfk->nfk", seen, likelihood).log_softmax(-1)
            told.append(dict(zip(circles.names, log_posterior.unbind(1))))
        return told

    def _looks_seen(self, mask: Tensor) -> Tensor:
        """Which looks a mask (n, T) of tokens shows, (n, looks)."""
        if self.observation == "looks":
            return mask
        if (mask.any(1) != mask.all(1)).any():
            raise ValueError(
                "the information in some tokens of a spread observation is unknown; show all or none of a modality's, "
                "or load observation = 'looks'."
            )
        return mask.all(1, keepdim=True)


@functools.lru_cache(maxsize=8)
def _read(task: Factors, n: int, seed: int) -> list[Tensor]:
    return task._log_likelihoods(task.sample(n, "test", seed))


def dropped(x: Tensor, generator: torch.Generator) -> Tensor:
    """Features zeroed with probability FEATURE_DROPOUT, tokens with one drawn per sample from U(0, TOKEN_DROPOUT)."""
    n, tokens, _ = x.shape
    share = TOKEN_DROPOUT * torch.rand(n, 1, 1, generator=generator, device=x.device)
    keep = torch.rand(n, tokens, 1, generator=generator, device=x.device) >= share
    return x * keep * (torch.rand(x.shape, generator=generator, device=x.device) >= FEATURE_DROPOUT)
