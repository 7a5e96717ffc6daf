"""Trifeature: pairs of images of one shape, the controlled experiment of CoMM, InfMasking and COrAL.

An image shows a shape with a texture and a colour (``rendering``; Hermann and Lampinen, NeurIPS 2020). A sample is a
pair of different images with the same shape, one per modality (CoMM, ICLR 2025, arXiv 2409.07402). The shape is
redundant, and each image's texture is unique to it. A bijection M from textures to colours relates texture 1 to colour
2: only both images together reveal whether (texture 1, colour 2) is in M.

Test images show combinations of attributes that training images never show. The papers draw these at random
(``held_out=random``). Here they are balanced: in training and in test, all pairs of values of any two attributes are
equally frequent. So no attribute is informative about another, and with ten values each label is a single atom to
within .03 bit. With few values or renders there are few test pairs, and the deviation may be larger.
``Trifeature.truth`` has the exact atoms over all test pairs.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import torch
from torch import Tensor

from coral_viz.options import Options, option
from coral_viz.pid import Atoms
from coral_viz.tasks.pairs import Pairs, atoms
from coral_viz.tasks.rendering import ATTRIBUTES, MIN_SIZE, Pose, render
from coral_viz.tasks.task import SPLITS, Batch, Modality, Task, check_split
from coral_viz.tasks.views import RECIPES, augment

ROLES = tuple(ATTRIBUTES)
CROPPED = {"clean": (), "comm": ("probe", "test"), "coral": ("probe", "test"), "published": ("probe",)}
"""Splits of which each protocol crops the images."""
SPLIT, MAPPING, POSES, TRAINING, SAMPLE = range(5)
"""Each draw has a random stream of its own, so that no draw depends on whether another happened."""


@dataclass(frozen=True)
class Dials(Options):
    """Settings of ``trifeature``."""

    distribution: str = option(
        "unbiased",
        "training pairs: any of equal shape (unbiased), or only those in the mapping (biased)",
        choices=("unbiased", "biased"),
    )
    size: int = option(32, "width of the images in pixels (papers: 224)", low=MIN_SIZE, high=1024)
    values: int = option(10, "number of shapes, of textures and of colours", low=2, high=10)
    pairs: int = option(
        10_000, "number of training pairs, drawn once per seed; a run uses as many as its budget's samples", low=2
    )
    renders: int = option(3, "images of each training combination", low=1, high=10)
    test_renders: int = option(1, "images of each test combination", low=1, high=10)
    test_share: float = option(0.2, "share of combinations held out, rounded to whole 1/values", low=0.0, high=1.0)
    shared: str = option("shape", "attribute that is equal within a pair", choices=ROLES)
    unique: str = option("texture", "attribute that the unique labels of both images ask for", choices=ROLES)
    related_1: str = option("texture", "attribute of image 1 that the mapping starts from", choices=ROLES)
    related_2: str = option("colour", "attribute of image 2 that the mapping leads to", choices=ROLES)
    mapping: str = option(
        "", "the bijection as digits, the values that 0, 1, .. are mapped to; drawn from the seed if empty"
    )
    view_1: str = option("all", "augmentations of image 1", choices=RECIPES)
    view_2: str = option("all", "augmentations of image 2", choices=RECIPES)
    crop: float = option(0.08, "smallest share of the area that a crop keeps", low=0.001, high=1.0)
    weak_crop: float = option(
        0.5,
        "smallest share of the area that crops of originals, and of images in the papers' probes, keep",
        low=0.001,
        high=1.0,
        former=0.5,
    )
    protocol: str = option(
        "clean",
        "the probe: images without augmentation (clean); images with weak crops, as in CoMM and InfMasking (comm); "
        "readouts fitted to test pairs too, as in COrAL (coral); as coral, but with strong crops of probe images and "
        "whole test images (published)",
        choices=("clean", "comm", "coral", "published"),
    )
    held_out: str = option(
        "balanced",
        "test combinations: every pair of values equally often (balanced), or any (random, as published)",
        choices=("balanced", "random"),
        former="balanced",
    )
    drawings: str = option(
        "own",
        "shapes and textures: of this package (own), or those of Hermann and Lampinen (published)",
        choices=("own", "published"),
        former="own",
    )

    def __post_init__(self):
        super().__post_init__()
        for role in ("unique", "related_1", "related_2"):
            if getattr(self, role) == self.shared:
                others = " or ".join(name for name in ROLES if name != self.shared)
                raise ValueError(f"{role} = {self.shared!r} is the shared attribute already; it takes {others}.")
        if self.mapping and sorted(self.mapping) != [str(value) for value in range(self.values)]:
            digits = "".join(map(str, range(self.values)))
            raise ValueError(f"mapping = {self.mapping!r} is no bijection; it takes each of the digits {digits} once.")


class Trifeature(Task):
    """The task with one seed's split, mapping, images and training pairs. See the module's docstring and ``Dials``.

    Labels are redundancy (the shared attribute), unique_1 and unique_2 (the unique attributes of image 1 and image 2),
    and synergy (1 if the pair is in the mapping, as one pair in ``values`` is, else 0).

    ``protocol`` decides on what readouts are fitted and tested:

    - *clean*: fitted to unbiased pairs of training images and tested on all pairs of different test images, all
      without augmentation.
    - *comm* (the code of CoMM and InfMasking): fitted to ``pairs`` unbiased training pairs; test pairs include each
      image with itself; random crops of probe and test images keep ``weak_crop`` of the area or more.
    - *coral* (the code of COrAL): as *comm*, but readouts are fitted to all test pairs, too.
    - *published*: as *coral*, but crops of probe images keep ``crop`` of the area or more, and test images are whole.

    Two details of the papers' code are not repeated: it selects the model on test pairs, and its mappings in training
    and in the probe differ.

    Attributes:
        attributes: (images, 3) shape, texture and colour of every image, training images first.
        mapping: (values,), M: the value of ``related_2`` for each value of ``related_1``.
        training_images, test_images: indices of the images of either split.
    """

    dials: Dials
    distribution: str
    size: int
    values: int
    pairs: int
    renders: int
    test_renders: int
    test_share: float
    shared: str
    unique: str
    related_1: str
    related_2: str
    mapping: Tensor
    view_1: str
    view_2: str
    crop: float
    weak_crop: float
    protocol: str
    held_out: str
    drawings: str

    name, DIALS = "trifeature", Dials
    distributions = ("unbiased", "biased")

    def __init__(self, *, seed: int = 0, device="cpu", **dials):
        self.dials = Dials.make("task 'trifeature'", dials)
        self.seed, self.device = seed, torch.device(device)
        vars(self).update(vars(self.dials))
        drawn = self._rng(MAPPING).permutation(self.values)
        self.mapping = torch.tensor([int(x) for x in self.dials.mapping] or drawn.tolist(), device=self.device)
        training, test = self._combinations()
        shown = torch.cat([training.repeat_interleave(self.renders, 0), test.repeat_interleave(self.test_renders, 0)])
        self.attributes = shown.to(self.device)
        self.training_images, self.test_images = torch.arange(len(shown), device=self.device).split(
            [len(training) * self.renders, len(test) * self.test_renders]
        )
        self.training_pairs = self._draw_training_pairs(self.distribution == "biased")
        self.modalities = [Modality(f"modality_{m}", "image", (3, self.size, self.size)) for m in (1, 2)]
        self.labels = {name: name for name in ("redundancy", "unique_1", "unique_2", "synergy")}
        self.classes_of = {name: 2 if name == "synergy" else self.values for name in self.labels}

    def _rng(self, *stream: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, *stream])

    # --- what the seed draws ------------------------------------------------------------------------------------

    def _combinations(self) -> tuple[Tensor, Tensor]:
        """Training and test combinations (n, 3). Balanced: values, renamed at random, whose sum (mod values) is low."""
        names = np.stack([self._rng(SPLIT, k).permutation(self.values) for k in range(3)])
        combinations = np.array(list(itertools.product(range(self.values), repeat=3)))
        held_out = min(max(round(self.test_share * self.values), 1), self.values - 1)
        if self.held_out == "balanced":
            test = names[np.arange(3), combinations].sum(1) % self.values < held_out
        else:
            test = self._rng(SPLIT, 3).permutation(len(combinations)) < held_out * self.values**2
        return torch.tensor(combinations[~test]), torch.tensor(combinations[test])

    def _draw_training_pairs(self, biased: bool) -> Tensor:
        every = self._every_pair(self.training_images, biased=biased)
        if self.pairs > len(every):
            kind = "biased" if biased else "unbiased"
            raise ValueError(
                f"task 'trifeature': pairs = {self.pairs}, but only {len(every)} {kind} pairs exist among its "
                f"{len(self.training_images)} training images; ask for at most so many, or for more renders."
            )
        chosen = self._rng(TRAINING, int(biased)).choice(len(every), self.pairs, replace=False)
        return every[torch.tensor(chosen, device=self.device)]

    def _every_pair(self, images: Tensor, *, biased: bool = False, selves: bool = False) -> Tensor:
        """All ordered pairs (n, 2) of these images that share the shared attribute."""
        allowed = self._of(self.shared, images)[:, None] == self._of(self.shared, images)
        if biased:
            allowed &= self._related(images[:, None], images)
        if not selves:
            allowed.fill_diagonal_(False)
        return images[allowed.nonzero()]

    def _of(self, attribute: str, images: Tensor) -> Tensor:
        return self.attributes[images, ROLES.index(attribute)]

    def _related(self, first: Tensor, second: Tensor) -> Tensor:
        """Whether M leads from the images ``first`` to the images ``second``."""
        return self.mapping[self._of(self.related_1, first)] == self._of(self.related_2, second)

    @cached_property
    def images(self) -> Tensor:
        """All images (n, 3, S, S), uint8, rendered at first access; equal on all devices up to rounding."""
        generator = torch.Generator().manual_seed(int(self._rng(POSES).integers(2**62)))
        return render(self.attributes, Pose.draw(len(self.attributes), generator), self.size, drawings=self.drawings)

    @cached_property
    def truth(self) -> dict[str, Atoms]:  # type: ignore[override]  # a cached property can be written to
        """Exact atoms of every label over all test pairs; a source is the three attributes of one image."""
        pairs = self._test_pairs()
        shape, texture, colour = self.attributes.T
        first, second = ((shape * self.values + texture) * self.values + colour)[pairs].T.cpu().numpy()
        return {name: atoms(label.cpu().numpy(), first, second) for name, label in self._labels(pairs).items()}

    # --- sampling -----------------------------------------------------------------------------------------------

    def sample(self, n: int, split: str, seed: int) -> Pairs:
        """n different pairs of a split in random order; all of them if there are fewer.

        train has ``pairs`` training pairs; ``protocol`` decides on the pairs of probe and test. Inputs are whole images
        (crops in the papers' protocols), normalised by ``views.normalise``.
        """
        check_split(split)
        if n < 1:
            raise ValueError(f"n = {n} samples cannot be drawn; ask for at least 1.")
        every = self._pool(split)
        rows = np.random.default_rng([seed, SAMPLE, SPLITS.index(split)]).permutation(len(every))[:n]
        pairs = every[torch.tensor(rows, device=self.device)]
        cropped = seed if split in CROPPED[self.protocol] else None
        return Pairs(partial(self._look_up, cropped=cropped), self._labels(pairs), self._latents(pairs))

    def _pool(self, split: str) -> Tensor:
        if split == "train":
            return self.training_pairs
        if split == "test":
            return self._test_pairs()
        if self.protocol == "clean":
            return self._every_pair(self.training_images)
        pairs = self._draw_training_pairs(biased=False)
        return pairs if self.protocol == "comm" else torch.cat([pairs, self._test_pairs()])

    def _test_pairs(self) -> Tensor:
        return self._every_pair(self.test_images, selves=self.protocol != "clean")

    def _labels(self, pairs: Tensor) -> dict[str, Tensor]:
        first, second = pairs.T
        return {
            "redundancy": self._of(self.shared, first),
            "unique_1": self._of(self.unique, first),
            "unique_2": self._of(self.unique, second),
            "synergy": self._related(first, second).long(),
        }

    def _latents(self, pairs: Tensor) -> dict[str, Tensor]:
        """image_m: which image of the store; shape_m, texture_m, colour_m: what it shows."""
        latents: dict[str, Tensor] = {}
        for m, image in enumerate(pairs.T, 1):
            latents |= {f"image_{m}": image} | {f"{name}_{m}": self._of(name, image) for name in ROLES}
        return latents

    def _look_up(self, latents: dict[str, Tensor], cropped: int | None = None) -> list[Tensor]:
        """Normalised images of the pairs; ``cropped``: seed of random crops, row by row of what is looked up."""
        recipe, crop = "none" if cropped is None else "crop", self._probe_crop
        generator = torch.Generator(self.device).manual_seed(cropped or 0)
        return [self._views(latents[f"image_{m}"], generator, recipe, crop) for m in (1, 2)]

    @property
    def _probe_crop(self) -> float:
        return self.crop if self.protocol == "published" else self.weak_crop

    def _views(self, images: Tensor, generator: torch.Generator, recipe: str, crop: float) -> Tensor:
        shown = self.images.index_select(0, images)
        return augment(shown, generator, recipe=recipe, crop=crop, normalised=True)

    def pieces(self, batch: Batch) -> Tensor:
        """The combinations of attributes of both images, (n, 2)."""
        shown = [[batch.latents[f"{name}_{m}"] for name in ROLES] for m in (1, 2)]
        return torch.stack([(a * self.values + b) * self.values + c for a, b, c in shown], 1)

    # --- views --------------------------------------------------------------------------------------------------

    def views(self, batch: Batch, generator: torch.Generator) -> tuple[list[Tensor], list[Tensor]]:
        """Two augmented views of both images, by the recipes ``view_1`` and ``view_2``, normalised."""
        recipes = {"image_1": self.view_1, "image_2": self.view_2}
        views = [
            self._views(batch.latents[m].repeat(2), generator, recipe, self.crop).chunk(2)
            for m, recipe in recipes.items()
        ]
        one, two = zip(*views)
        return list(one), list(two)

    def originals(self, batch: Batch, generator: torch.Generator) -> list[Tensor]:
        """Both images with weak crops alone, as the papers' code compares them across modalities."""
        return [self._views(batch.latents[f"image_{m}"], generator, "crop", self.weak_crop) for m in (1, 2)]

    def compatible(self, query: Batch, gallery: Batch, anchor: int) -> Tensor:
        """Whether image ``anchor`` + 1 of a query and a gallery sample's other image can be a training pair, (n, n)."""
        if anchor not in (0, 1):
            raise ValueError(f"anchor = {anchor} is no modality; choose 0 or 1.")
        one, two = (query, gallery) if anchor == 0 else (gallery, query)
        first, second = one.latents["image_1"][:, None], two.latents["image_2"]
        right = self._of(self.shared, first) == self._of(self.shared, second)
        if self.distribution == "biased":
            right &= self._related(first, second)
        return right if anchor == 0 else right.T
