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
    """A modality: its name, the ``kind`` of its input and the shape of one sample.

    Kinds, with the shapes of a batch of n samples:

    - vector (n, d): features without an order. A sample without this modality is NaN throughout.
    - sequence (n, T, p): T steps of p features. A step that is NaN in every feature is padding (``tasks.padding``):
      networks leave it out, and results do not depend on how far a sequence is padded.
    - image (n, 3, S, S).
    - tokens, looks (n, T, p): the inputs of ``factors`` and ``digits``; never padded.

    ``encoder`` names one of the encoders of that kind ("": the usual one), see ``methods.nets.encoder``.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    encoder: str = ""


@dataclass(frozen=True)
class Batch:
    """n samples.

    Attributes:
        inputs: a tensor (n, ...) per modality.
        labels: classes (n,) by name of the label; of a continuous label, the quarters of its values.
        latents: by name, (n,), what the samples were generated from; views keep them.
        targets: values (n,) float32 of continuous labels, by name.
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
    """Base of all tasks. The seed draws what is fixed in a task; samples and views are then drawn from the task.

    Subclasses set these attributes.

    Attributes:
        name: what tables call the task.
        DIALS: the class of its settings.
        dials: its settings.
        modalities: a Modality each.
        labels: the probed labels; maps each to the one atom that it holds, or to "" where that is not known.
        classes_of: the number of classes of each label.
        truth: exact Atoms of each label in bits, for the first modality and all others together; empty where unknown.
        distributions: the training distributions to compare, values of the setting ``distribution``; only one in a
            preset that fixes this setting.
        tiny: whether batches are so small that a second thread slows training down.
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
        """n samples of a split: train (the training distribution), or probe or test (that of evaluation)."""
        raise NotImplementedError

    def views(self, batch: Batch, generator: torch.Generator) -> tuple[list[Tensor], list[Tensor]]:
        """Two augmented views of the same samples, each a list of one tensor per modality."""
        raise NotImplementedError

    def originals(self, batch: Batch, generator: torch.Generator) -> list[Tensor]:
        """The samples that ``views`` augments, one tensor per modality, for methods that compare these too."""
        return batch.inputs

    def known(self, label: str) -> dict[str, float]:
        """What is known of the bits about a label without an exact truth, by metric of ``results.references``."""
        return {}

    def compatible(self, query: Batch, gallery: Batch, anchor: int) -> Tensor:
        """Which pairs count as matches in cross-modal retrieval, bool (n_query, n_gallery).

        A query's modality ``anchor`` matches the other modalities of a gallery sample if the training distribution can
        produce them together.

        Raises:
            NotImplementedError: the task cannot tell; then only modalities of the same sample match.
        """
        raise NotImplementedError

    def pieces(self, batch: Batch) -> Tensor | None:
        """The pieces that each sample is composed of, integers (n, pieces), if samples share pieces; else None.

        Readouts are validated on samples whose pieces they were not fitted to.
        """
        return None


def check_split(split: str) -> None:
    """ValueError unless ``split`` is one of SPLITS."""
    if split not in SPLITS:
        raise ValueError(f"split {split!r} does not exist; choose one of {', '.join(SPLITS)}.")
