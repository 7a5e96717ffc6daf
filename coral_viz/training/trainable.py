"""What the training loop trains: the interface of methods, and which parameters have weight decay by default."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from coral_viz.tasks import Modality

TOKENS = ("cls", "mask_token")
"""Names of parameters that are learned tokens."""

NORMALISERS = (nn.LayerNorm, nn.BatchNorm1d, nn.BatchNorm2d)


class Trainable(nn.Module):
    """The interface of what the loop trains: a module with a title, modalities, and a loss on two views."""

    TITLE: str
    modalities: list[Modality]
    wants_originals: bool = False
    decay: str = "matrices"

    def loss(self, view1: list[Tensor], view2: list[Tensor], progress: float) -> dict[str, Tensor]:
        """The loss terms by name, already weighted; their sum is minimised.

        A method that ``wants_originals`` also takes ``originals=``, from which views are made (``Task.originals``).

        Args:
            view1, view2: one (B, ...) tensor per modality.
            progress: the share of training that is done, in [0, 1].
        """
        raise NotImplementedError

    def configure_optimizers(
        self, lr: float, weight_decay: float, steps: int
    ) -> Optimizer | tuple[Optimizer, LRScheduler]:
        """The optimiser for a training of ``steps`` steps, and optionally a schedule, which advances at every step.

        The default is AdamW with a constant learning rate; ``decay`` decides what has weight decay.
        """
        return torch.optim.AdamW(decay_groups(self, weight_decay, self.decay), lr=lr, fused=True)

    def after_step(self, progress: float) -> None:
        """A hook after the optimiser's step, without gradients, such as for an average of weights; empty by default.

        ``progress`` in (0, 1] is the share of training that is done, including this step.
        """

    def forward(self, view1: list[Tensor], view2: list[Tensor], progress: float, **more) -> dict[str, Tensor]:
        """``loss``, under the name that wrappers of modules call."""
        return self.loss(view1, view2, progress, **more)


def decay_groups(module: nn.Module, weight_decay: float, decay: str = "matrices") -> list[dict]:
    """Parameter groups for AdamW, with weight decay only on matrices (ndim >= 2, outside of normalisation layers).

    With ``decay="tokens"`` it is also on the learned tokens (``TOKENS``), as in the papers' code, which stores them as
    matrices of one row.
    """
    layers = [m for m in module.modules() if isinstance(m, NORMALISERS)]
    spared = {id(p) for layer in layers for p in layer.parameters()}
    named = [p for name, p in module.named_parameters() if name.rpartition(".")[2] in TOKENS] * (decay == "tokens")
    tokens = {id(p) for p in named}
    decaying = [p for p in module.parameters() if (p.ndim >= 2 and id(p) not in spared) or id(p) in tokens]
    decays = {id(p) for p in decaying}
    rest = [p for p in module.parameters() if id(p) not in decays]
    return [{"params": decaying, "weight_decay": weight_decay}, {"params": rest, "weight_decay": 0.0}]
