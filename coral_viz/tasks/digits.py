"""Handwritten digits that can be read: the latents of ``factors``, written down by real people.

A modality is a strip of digits: each of its latents in turn (``latents`` says which), ``times`` digits in a row, so
that a strip reads like 3 3 7 7 1 1. Class k is the digit k. A token is one image of 8 x 8 pixels, drawn anew among all
images of its digit; its place in the strip says which latent it shows. With two modalities, the relation holds where
both strips show the same last digit.

The seed draws the writers of training and probe data. Test data are by the other writers (see ``handwriting``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from coral_viz.options import Options, option
from coral_viz.tasks.bayes import label_posteriors
from coral_viz.tasks.factors import dropped
from coral_viz.tasks.handwriting import SIDE, Pool, augment, hands_of
from coral_viz.tasks.latent_task import LatentTask
from coral_viz.tasks.latents import LatentModel
from coral_viz.tasks.remaining import Remaining, remaining
from coral_viz.tasks.task import Batch, Modality
from coral_viz.tasks.visible import Visible, checked


@dataclass(frozen=True)
class Dials(Options):
    """Settings of ``digits``. If rho is None, ``distribution`` decides it."""

    distribution: str = option(
        "unbiased",
        "training distribution: unbiased (rho = 1/K), biased (rho = 1) or relation (rho = 1/K, and views share nothing "
        "but the relation)",
        choices=("unbiased", "biased", "relation"),
    )
    classes: int = option(4, "K, the number of classes of every latent: the digits 0 to K-1", low=2, high=10)
    count: int = option(2, "M, the number of modalities", low=2, high=8)
    rho: float = option(None, "probability that d = 0 in training", low=0.0, high=1.0, optional=True)
    pairs: bool = option(False, "whether every pair of modalities also has a relation (M >= 3)")
    times: int = option(2, "number of consecutive tokens that show each latent", low=1, high=64)
    views: str = option(
        "handwriting",
        "what views change: handwriting (other images of the same digits) or pixels (the same images, shifted, "
        "rotated, partly erased, with noise)",
        choices=("handwriting", "pixels"),
    )
    drop: bool = option(True, "whether views also lose pixels (share .1) and tokens (share uniform on 0 to .3)")

    def resolved(self) -> dict:
        """All settings, a rho of None replaced by the value that ``distribution`` implies."""
        rho = 1.0 if self.distribution == "biased" else 1 / self.classes
        return super().resolved() | {"rho": rho if self.rho is None else self.rho}


class Digits(LatentTask):
    """The task for one choice of training writers. See the module's docstring and ``Dials``.

    ``truth`` holds the atoms of the latents, an upper bound for any classifier of the images. ``digit_reader`` is a
    strong one.

    Attributes:
        written: per modality, the latent that each token shows.
        pools: the images that each split draws from.
    """

    dials: Dials
    name, DIALS, tiny = "digits", Dials, True
    distributions = ("unbiased", "biased", "relation")

    def __init__(self, *, seed: int = 0, device="cpu", **dials):
        self.dials = Dials.make("task 'digits'", dials)
        _check(self.dials)
        self.distribution, self.classes, self.count = self.dials.distribution, self.dials.classes, self.dials.count
        self.rho = self.dials.resolved()["rho"]
        relation = self.distribution == "relation"
        model = LatentModel(
            self.classes,
            self.count,
            self.rho,
            redundancy=not relation,
            unique=not relation,
            pairwise=self.dials.pairs,
            shifting=relation,
        )
        super().__init__(model, device)
        seen, unseen = (Pool(hands, self.device) for hands in hands_of(seed).values())
        self.pools = {"train": seen, "probe": seen, "test": unseen}
        self.written = [[name for name in model.shown(m) for _ in range(self.dials.times)] for m in range(self.count)]
        self.modalities = [
            Modality(f"modality_{m + 1}", "looks", (len(names), SIDE**2)) for m, names in enumerate(self.written)
        ]

    def observe(self, latents: dict[str, Tensor], split: str, generator: torch.Generator) -> Sequence[Tensor]:
        """One (n, T, 64) tensor per modality: images of the split's writers, centred and scaled."""
        digits = [torch.stack([latents[name] for name in names], 1) for names in self.written]
        return [self.pools[split].draw(each, generator) for each in digits]

    def views(self, batch: Batch, generator: torch.Generator) -> tuple[list[Tensor], list[Tensor]]:
        """Two views: other training images of the same digits, or the same images with their pixels augmented."""
        if self.dials.views == "pixels":
            seen = [augment(torch.cat([x, x]), generator) for x in batch.inputs]
        else:
            seen = list(self.observe(self.latents_of_views(batch, generator), "train", generator))
        if self.dials.drop:
            seen = [dropped(x, generator) for x in seen]
        return [x[: len(batch)] for x in seen], [x[len(batch) :] for x in seen]

    def information(self, visible: Visible | None = None, *, n: int = 2000) -> dict[str, Remaining]:
        """The bits about every label in the visible digits if they are read perfectly, of each modality and of all.

        A single digit reveals its latent. The result is exact for a mask of one pattern, and a mean over n patterns
        otherwise.

        Args:
            visible: a mask, see ``tasks.visible``. Several patterns are equally likely and known to the reader.
            n: patterns to average over.

        Raises:
            ValueError: a mask that does not fit, or leaves no token; too few samples.
        """
        if n < 2:
            raise ValueError(f"n = {n} samples give no standard error; ask for at least 2.")
        sure = F.one_hot(torch.tensor(0), self.classes).double().log()  # which digit it is makes no difference
        told = []
        for written, mask in zip(self.written, checked(self.modalities, visible, n)):
            places = {name: [other == name for other in written] for name in written}
            seen = {name: mask[:, place].any(1, keepdim=True) for name, place in places.items()}
            told.append({name: torch.where(known, sure, _flat(self.classes)) for name, known in seen.items()})
        return remaining(label_posteriors(self.model, told), {label: (p[None],) for label, p in self.priors().items()})

    def priors(self) -> dict[str, Tensor]:
        """p(label) where labels are probed, (classes,), by label."""
        blank = [{name: _flat(self.classes)[None] for name in written} for written in self.written]
        return {label: p[-1][0] for label, p in label_posteriors(self.model, blank).items()}


def _flat(classes: int) -> Tensor:
    """Logarithms of equal probabilities, (classes,)."""
    return torch.zeros(classes, dtype=torch.float64).log_softmax(0)


def _check(dials: Dials) -> None:
    """ValueError for dials that contradict each other."""
    if dials.count == 2 and dials.pairs:
        raise ValueError("task 'digits': pairs = True needs 3 modalities or more, but count = 2.")
    if dials.distribution == "relation" and dials.views == "pixels":
        raise ValueError(
            "task 'digits': views = 'pixels' cannot go with distribution = 'relation', whose views show other digits; "
            "choose views = 'handwriting'."
        )
