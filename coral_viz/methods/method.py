"""What a method is: hyperparameters, a loss on two views, and an embedding in named parts; the registry of methods."""

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
    """Hyperparameters that all methods share, so that comparisons of methods are comparisons of objectives."""

    dim: int = option(64, "d, width of a token", low=2)
    width: int | None = option(
        64,
        "width of the whole embedding, equal for all methods; None: the method's own, from dim",
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
        "initialisation of image encoders: he (He et al. 2015) or torch (torch's default, as published)",
        choices=("he", "torch"),
        former="he",
    )


@dataclass(frozen=True)
class FusionKnobs(Knobs):
    """Hyperparameters of methods with a fusion transformer."""

    depth: int = option(1, "blocks of the fusion transformer", low=1)
    heads: int = option(4, "attention heads of the fusion transformer (must divide dim)", low=1)

    def __post_init__(self):
        super().__post_init__()
        if self.dim % self.heads:
            raise ValueError(f"heads = {self.heads} does not divide dim = {self.dim}.")


class Method(Trainable):
    """Base of all methods. Those of the package are registered by ``NAME``, others are found by their import path.

    The first six attributes are of the class, the others of a built method.

    Attributes:
        NAME: the name in the registry.
        TITLE: the name in print; that of the class if not stated.
        PAPER: the source.
        VERSION: raised when a change alters the method's numbers, so that stored runs can be told apart.
        KNOBS: the class of its hyperparameters.
        COUNT: the smallest and the largest number of modalities.
        whole: the parts that, concatenated, are the downstream embedding.
        pairs: (source 1, source 2, joint parts) to decompose between, which locates information.
        part_widths: the width of each part of ``whole``.
        names: of the modalities.
        tokens_of: tokens per modality, once ``encoders`` was called.
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
        """ValueError unless the method supports this number of modalities."""
        least, most = cls.COUNT
        if not least <= count <= most:
            takes = f"{least}" if least == most else f"{least} to {most}"
            raise ValueError(f"{cls.TITLE} takes {takes} modalities, this task has {count}.")

    @classmethod
    def widths(cls, knobs: Knobs, count: int) -> list[int]:
        """The width of each part of ``whole`` with ``count`` modalities; ValueError for a width that cannot be divided.

        By default there is one part per modality, all of equal width.
        """
        return shares.of_tokens(knobs.width, [knobs.dim] * count, knobs.dim)

    @staticmethod
    def passes(count: int) -> tuple[int, int]:
        """Passes of one batch through encoders and through the fusion in a training step with ``count`` modalities."""
        raise NotImplementedError("a method states passes(count): its encoder and fusion passes of a training step")

    @property
    def parameter_count(self) -> int:
        """The number of trained parameters, including those of heads and critics, which are discarded afterwards."""
        return sum(parameter.numel() for parameter in self.parameters() if parameter.requires_grad)

    def embed(self, inputs: Sequence[Tensor | None]) -> dict[str, Tensor]:
        """Parts of the embedding by name, each (B, width): before the heads, without masks or augmentation.

        None stands for a missing modality. Parts that need it are left out; fused parts use the others.
        """
        raise NotImplementedError

    def keys(self, inputs: list[Tensor]) -> list[Tensor]:
        """The vectors that ``score`` compares: per modality the embedding in the objective, (B, E)."""
        raise NotImplementedError

    def score(self, query: Tensor, gallery: list[Tensor], anchor: int) -> Tensor:
        """How well query i of modality ``anchor`` matches the other modalities of gallery sample j, (queries, gallery).

        Higher is better. By default it is the mean cosine with each of the others.
        """
        return losses.pairwise_score(query, gallery)

    def explain(self, view1: list[Tensor], view2: list[Tensor], progress: float = 1.0) -> Explanation:
        """Masks that a training step at ``progress`` would apply to these views, and the attention of the fusion.

        Masks are drawn from torch's random state, as in ``loss``. Parts are those of view 1 without masks.
        """
        return Explanation(self.embed(view1), {}, {})

    def encoders(self) -> Encoders:
        """A new encoder per modality of the task, to tokens (B, T_m, d)."""
        fresh = [encoder(m, self.knobs.dim, self.knobs.hidden, self.knobs.trunk) for m in self.modalities]
        self.tokens_of = [encode.tokens for encode in fresh]
        return Encoders(fresh)


@dataclass(frozen=True)
class Explanation:
    """Parts, masks and attention of a method. T counts the tokens of all modalities in their order.

    Attributes:
        parts: of the embedding by name, (B, width).
        masks: by variant, bool (B, T), True where a token of a training view is hidden from the fusion: zeroed,
            replaced or left out.
        attention: by variant, (B, 1 + T), the weights of the fusion's CLS token on itself and each token, summing to 1
            (mean over heads, last block).
        views: by variant, which view it sees if that is not view 1.
    """

    parts: dict[str, Tensor]
    masks: dict[str, Tensor]
    attention: dict[str, Tensor]
    views: dict[str, int] = field(default_factory=dict)


def stacked(view1: list[Tensor], view2: list[Tensor]) -> list[Tensor]:
    """Both views as one batch (2B, ...) per modality, view 1 first, so that networks run once."""
    return [torch.cat(pair) for pair in zip(view1, view2)]
