"""What a task is: modalities, samples with labels, augmented views, and the exact truth about every label."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from coral_viz.options import Options
from coral_viz.pid import Atoms

SPLITS = ("train", "probe", "test")


@dataclass(frozen=True)
class Modality:
    """One modality's name, the ``kind`` of its input and the shape of one sample.

    Kinds, with the shapes of a batch of n samples:

    - vector (n, d): features without an order. A sample without this modality is NaN throughout.
    - sequence (n, T, p): T steps of p features. A step that is NaN in every feature is padding (``tasks.padding``):
      networks leave it out, and results do not depend on how far a sequence is padded.
    - image (n, 3, S, S).
    - tokens, looks (n, T, p): what ``factors`` and ``digits`` show; never padded.

    ``encoder``: which of the encoders of that kind takes it ("": the usual one), see ``methods.nets.encoder``.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    encoder: str = ""


@dataclass(frozen=True)
class Batch:
    """n samples: ``inputs`` one tensor (n, ...) per modality, ``labels`` and ``latents`` by name, each (n,) long.

    Latents are what the sample was made from, and what its views keep. ``targets``: the values of continuous labels,
    (n,) float32 by name; ``labels`` holds their classes.
    """

    inputs: list[Tensor]
    labels: dict[str, Tensor]
    latents: dict[str, Tensor] = field(default_factory=dict)
    targets: dict[str, Tensor] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.inputs[0])

    def __getitem__(self, index) -> Batch:
        def pick(tensors: dict) -> dict:
            return {name: tensor[index] for name, tensor in tensors.items()}

        return Batch([x[index] for x in self.inputs], pick(self.labels), pick(self.latents), pick(self.targets))


class Task:
    """Base of all tasks: one *world* (drawn from ``seed``) from which samples and views are drawn.

    Subclasses set ``name``, ``DIALS`` (the class of their settings), ``modalities`` (list of Modality), ``labels`` (the
    probed labels, each one pure atom, as a dict from label to the atom it is; to "" where that is not known),
    ``classes_of`` (number of classes by label) and ``truth`` (exact Atoms by label, in bits, for the first modality
    against all others; empty where it is not known). ``distributions``
    are the training distributions worth comparing, the values that a dial ``distribution`` takes; a preset that fixes
    the dial offers that one alone. ``tiny``: its batches are so small that a second thread costs more than it gains.
    """

    name: str
    DIALS: type[Options]
    dials: Options
    modalities: list[Modality]
    labels: dict[str, str]
    classes_of: dict[str, int]
    truth: dict[str, Atoms]
    distributions: tuple[str, ...] = ("unbiased",)
    tiny: bool = False
    device: torch.device

    def sample(self, n: int, split: str, seed: int) -> Batch:
        """n samples; ``split`` is train (the training distribution), probe or test (the labels' distribution)."""
        raise NotImplementedError

    def views(self, batch: Batch, generator: torch.Generator) -> tuple[list[Tensor], list[Tensor]]:
        """Two augmented views of the same samples, each a list of one tensor per modality."""
        raise NotImplementedError

    def originals(self, batch: Batch, generator: torch.Generator) -> list[Tensor]:
        """The samples that ``views`` augments, one tensor per modality, for methods that compare these too."""
        return batch.inputs

    def known(self, label: str) -> dict[str, float]:
        """Bits about a label whose truth is not known, by metric of ``results.references``, if anything is."""
        return {}

    def compatible(self, query: Batch, gallery: Batch, anchor: int) -> Tensor:
        """Which pairs cross-modal retrieval may count as right, bool (n_query, n_gallery).

        True where modality ``anchor`` of a query could have come from the training distribution together with the other
        modalities of a gallery sample. Raises NotImplementedError where a task cannot tell: then only a sample's own
        other modalities are right.
        """
        raise NotImplementedError

    def pieces(self, batch: Batch) -> Tensor | None:
        """What samples were put together from, (n, pieces) integers, where samples share pieces; None where none do.

        Readouts hold out samples whose pieces they do not fit to.
        """
        return None


def check_split(split: str) -> None:
    """ValueError unless ``split`` is one of SPLITS."""
    if split not in SPLITS:
        raise ValueError(f"split {split!r} does not exist; choose one of {', '.join(SPLITS)}.")
