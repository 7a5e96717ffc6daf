"""What a method is: knobs, a loss on two views, an embedding in named parts; and how methods are found by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from coral_viz.methods import losses, shares
from coral_viz.methods.nets import Encoders, encoder
from coral_viz.options import Options, option
from coral_viz.tasks import Task
from coral_viz.training import Trainable

REGISTRY: dict[str, type[Method]] = {}


@dataclass(frozen=True)
class Knobs(Options):
    """Hyperparameters that all methods share, so that a comparison of methods is one of objectives."""

    dim: int = option(64, "d, width of a token", low=2)
    width: int | None = option(
        64,
        "numbers in the whole embedding, the same for all methods; None: what the method makes of dim",
        low=1,
        optional=True,
        kind=int,
        former=None,
    )
    hidden: int = option(128, "width of the encoders' and heads' hidden layers", low=2)
    projection: int = option(64, "width of the projection heads' output, on which losses act", low=2)
    temperature: float = option(0.1, "temperature of the contrastive losses", low=1e-3)
    trunk: str = option(
        "he",
        "how an image encoder's convolutions start: he (He's initialisation) or torch (torch's own, as published)",
        choices=("he", "torch"),
        former="he",
    )


@dataclass(frozen=True)
class FusionKnobs(Knobs):
    """Knobs of methods with a fusion transformer."""

    depth: int = option(1, "blocks of the fusion transformer", low=1)
    heads: int = option(4, "attention heads of the fusion transformer (must divide dim)", low=1)

    def __post_init__(self):
        super().__post_init__()
        if self.dim % self.heads:
            raise ValueError(f"heads = {self.heads} does not divide dim = {self.dim}.")


class Method(Trainable):
    """Base of all methods. Those of the package are registered by ``NAME``, others are found by their import path.

    Class attributes a method states:

    - ``NAME``, ``TITLE``, ``PAPER``: the registry's name, the name in print (the class's own where none is stated), the
      source.
    - ``VERSION``: raised whenever a change alters the numbers, so that stored runs are told apart.
    - ``KNOBS``: its options class.
    - ``COUNT``: the least and the most modalities it takes.

    Attributes of a built method:

    - ``whole``: the parts that, concatenated, are the embedding used downstream.
    - ``pairs``: (source 1, source 2, joint parts) whose partial information decomposition says where information is
      kept.
    - ``part_widths``: how many numbers each part of ``whole`` has.
    - ``names``: the modalities' names; ``tokens_of``: how many tokens each has once ``encoders`` was called.
    """

    NAME: str
    TITLE: str
    PAPER: str
    VERSION: int = 1
    KNOBS: type[Knobs] = Knobs
    COUNT: tuple[int, int] = (2, 8)
    knobs: Knobs
    whole: tuple[str, ...]
    pairs: tuple[tuple[str, str, tuple[str, ...]], ...]
    part_widths: list[int]
    names: tuple[str, ...]
    tokens_of: list[int]

    def __init_subclass__(cls):
        if "NAME" in vars(cls) and cls.__module__.startswith(f"{__package__}."):
            REGISTRY[cls.NAME] = cls
        if "TITLE" not in vars(cls):
            cls.TITLE = cls.__name__

    def __init__(self, task: Task, knobs: Knobs):
        super().__init__()
        self.check_count(len(task.modalities))
        self.knobs = knobs
        self.modalities = task.modalities
        self.names = tuple(modality.name for modality in task.modalities)
        self.whole = self.names
        self.pairs = ((*self.names, self.names),) if len(self.names) == 2 else ()
        self.part_widths = self.widths(knobs, len(self.names))

    @classmethod
    def check_count(cls, count: int) -> None:
        """ValueError unless the method takes so many modalities."""
        least, most = cls.COUNT
        if not least <= count <= most:
            takes = f"{least}" if least == most else f"{least} to {most}"
            raise ValueError(f"{cls.TITLE} takes {takes} modalities, this task has {count}.")

    @classmethod
    def widths(cls, knobs: Knobs, count: int) -> list[int]:
        """Numbers in each part of ``whole`` with ``count`` modalities; ValueError for a width that cannot be shared.

        Unless a method says otherwise, one part per modality, as wide as the others.
        """
        return shares.of_tokens(knobs.width, [knobs.dim] * count, knobs.dim)

    @staticmethod
    def passes(count: int) -> tuple[int, int]:
        """Encoder and fusion passes of one batch that a training step takes with ``count`` modalities: its cost."""
        raise NotImplementedError("a method states passes(count): its encoder and fusion passes of a training step")

    @property
    def parameter_count(self) -> int:
        """Numbers that training fits, those of heads and critics that are thrown away among them."""
        return sum(parameter.numel() for parameter in self.parameters() if parameter.requires_grad)

    def embed(self, inputs: Sequence[Tensor | None]) -> dict[str, Tensor]:
        """Parts of the embedding by name, each (B, width): before the heads, nothing masked or augmented.

        A modality that is None is missing: parts that need it are left out, fused ones use what is there.
        """
        raise NotImplementedError

    def keys(self, inputs: list[Tensor]) -> list[Tensor]:
        """What ``score`` compares: per modality what the objective makes of it alone, (B, E)."""
        raise NotImplementedError

    def score(self, query: Tensor, gallery: list[Tensor], anchor: int) -> Tensor:
        """How well key i of modality ``anchor`` matches the other modalities' keys j, (queries, gallery).

        Higher is better. Unless a method has a score of its own, the mean cosine with each of the others.
        """
        return losses.pairwise_score(query, gallery)

    def explain(self, view1: list[Tensor], view2: list[Tensor], progress: float = 1.0) -> Explanation:
        """What a training step at ``progress`` would hide of these views, and what the fusion attends to.

        Masks are drawn from torch's random state, as in ``loss``; parts are those of view 1, nothing hidden.
        """
        return Explanation(self.embed(view1), {}, {})

    def encoders(self) -> Encoders:
        """One fresh encoder per modality of the task, to tokens (B, T_m, d)."""
        fresh = [encoder(m, self.knobs.dim, self.knobs.hidden, self.knobs.trunk) for m in self.modalities]
        self.tokens_of = [encode.tokens for encode in fresh]
        return Encoders(fresh)


@dataclass(frozen=True)
class Explanation:
    """What a method does inside, as data: ``parts`` of the embedding, ``masks`` and ``attention`` by name of variant.

    - ``masks``: (B, T) bool, True where a token of a training view is hidden from the fusion (zeroed, replaced or left
      out).
    - ``attention``: (B, 1 + T), how the fusion's CLS token weighs itself and each token, summing to 1 (mean over heads,
      last block). T counts the tokens of all modalities in their order.
    - ``views``: which view a variant sees, where it is not view 1.
    """

    parts: dict[str, Tensor]
    masks: dict[str, Tensor]
    attention: dict[str, Tensor]
    views: dict[str, int] = field(default_factory=dict)


def stacked(view1: list[Tensor], view2: list[Tensor]) -> list[Tensor]:
    """Both views as one batch (2B, ...) per modality, view 1 first, so that a network runs once."""
    return [torch.cat(pair) for pair in zip(view1, view2)]
