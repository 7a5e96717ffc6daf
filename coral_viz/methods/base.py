"""What a method is: knobs, a loss on two views, an embedding in named parts; and how methods are found by name."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from coral_viz.nets import encoder
from coral_viz.options import Options, option

REGISTRY: dict[str, type[Method]] = {}


@dataclass(frozen=True)
class Knobs(Options):
    """Knobs that all methods share, so that a comparison of methods is one of objectives."""

    dim: int = option(32, "d, width of a token and of a modality's embedding", low=2)
    hidden: int = option(128, "width of the encoders' and heads' hidden layers", low=2)
    projection: int = option(64, "width of the projection heads' output, on which losses act", low=2)
    temperature: float = option(0.1, "temperature of the contrastive losses", low=1e-3)


@dataclass(frozen=True)
class FusionKnobs(Knobs):
    """Knobs of methods with a fusion transformer."""

    depth: int = option(1, "blocks of the fusion transformer", low=1)
    heads: int = option(4, "attention heads of the fusion transformer (must divide dim)", low=1)

    def __post_init__(self):
        super().__post_init__()
        if self.dim % self.heads:
            raise ValueError(f"heads = {self.heads} does not divide dim = {self.dim}.")


class Method(nn.Module):
    """Base of all methods. Subclasses are registered by ``NAME`` when their module is imported.

    Class attributes a method states:
        NAME, TITLE, PAPER: the registry's name, the name in print, the source.
        VERSION: raised whenever a change alters the numbers, so that stored runs are told apart.
        KNOBS: its options class.
        COUNT: the least and the most modalities it takes.
        WHOLE: the parts that, concatenated, are the embedding used downstream.
        PASSES: encoder and fusion passes of one batch that a training step takes, its cost.
        PAIRS: (source 1, source 2, joint parts) whose partial information decomposition says where information is kept.
    """

    NAME: str
    TITLE: str
    PAPER: str
    VERSION: int = 1
    KNOBS: type[Knobs] = Knobs
    PASSES: tuple[int, int]
    COUNT: tuple[int, int] = (2, 2)
    WHOLE: tuple[str, ...]
    PAIRS: tuple[tuple[str, str, tuple[str, ...]], ...]

    def __init_subclass__(cls):
        REGISTRY[cls.NAME] = cls

    def __init__(self, task, knobs: Knobs):
        super().__init__()
        least, most = self.COUNT
        if not least <= len(task.modalities) <= most:
            count = f"{least}" if least == most else f"{least} to {most}"
            raise ValueError(f"{self.TITLE} takes {count} modalities, this task has {len(task.modalities)}.")
        self.knobs = knobs
        self.modalities = task.modalities
        self.tokens_of = [modality.shape[0] for modality in task.modalities]

    def loss(self, view1: list[Tensor], view2: list[Tensor], progress: float) -> dict[str, Tensor]:
        """The loss terms by name, already weighted; their sum is minimised.

        view1, view2: one (B, ...) tensor per modality. ``progress`` in [0, 1] says how far training is.
        """
        raise NotImplementedError

    def embed(self, inputs: list[Tensor]) -> dict[str, Tensor]:
        """Parts of the embedding by name, each (B, width): before the heads, nothing masked or augmented."""
        raise NotImplementedError

    def encoders(self) -> nn.ModuleList:
        """One fresh encoder per modality of the task, to tokens (B, T_m, d)."""
        return nn.ModuleList(encoder(m, self.knobs.dim, self.knobs.hidden) for m in self.modalities)

    def subsets(self, device) -> Tensor:
        """Which tokens each subset of the modalities leaves out, (M + 1, 1, T): each modality alone, then all."""
        owner = torch.repeat_interleave(torch.tensor(self.tokens_of)).to(device)
        alone = owner != torch.arange(len(self.tokens_of), device=device).unsqueeze(1)
        return torch.cat([alone, torch.zeros_like(alone[:1])]).unsqueeze(1)


def stacked(view1: list[Tensor], view2: list[Tensor]) -> list[Tensor]:
    """Both views as one batch (2B, ...) per modality, view 1 first, so that a network runs once."""
    return [torch.cat(pair) for pair in zip(view1, view2)]
