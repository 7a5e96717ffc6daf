"""A masked autoencoder: hidden patches are predicted from visible ones. He et al. 2021, arXiv 2111.06377.

As in M3AE (arXiv 2205.14204) and MultiMAE (arXiv 2204.01678), patches of several modalities enter one encoder.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from coral_viz.methods import losses
from coral_viz.methods.comm import FusedSubsets
from coral_viz.methods.method import Explanation, FusionKnobs, stacked
from coral_viz.methods.nets import line_positions
from coral_viz.methods.nets.patches import counted, patched, unpatched
from coral_viz.options import option
from coral_viz.tasks import Task
from coral_viz.training.distributed import gathered


@dataclass(frozen=True)
class MAEKnobs(FusionKnobs):
    mask_ratio: float = option(0.75, "probability that a patch of any modality is hidden", low=0.01, high=1.0)


class Decoder(nn.Module):
    """Patches of one modality from the fused embedding alone: (B, width) -> (B, N, p).

    It is a perceptron with fixed position codes of the patches as further inputs.
    """

    def __init__(self, patches: int, size: int, width: int, dim: int, hidden: int):
        super().__init__()
        self.of_embedding, self.of_place = nn.Linear(width, hidden), nn.Linear(dim, hidden, bias=False)
        self.rest = nn.Sequential(nn.GELU(), nn.Linear(hidden, hidden), nn.GELU(), nn.Linear(hidden, size))
        self.places: Tensor
        self.register_buffer("places", line_positions(patches, dim), persistent=False)

    def forward(self, z: Tensor) -> Tensor:
        return self.rest(self.of_embedding(z).unsqueeze(1) + self.of_place(self.places))


class MAE(FusedSubsets):
    """Random patches of the inputs are hidden, and reconstructed from the fused embedding of the others.

    This baseline has no contrast: it keeps information that predicts the inputs, whether modalities share it or not.
    Patches are steps, features or squares of images. Hidden patches are zero, as encoders of observations cannot leave
    them out. The input of the decoder is the fused embedding, not tokens, so the embedding must hold all information
    that the decoder needs. Each view is a separate input and its own target.
    """

    NAME, TITLE, PAPER = "mae", "MAE", "arXiv 2111.06377"
    KNOBS = MAEKnobs
    knobs: MAEKnobs

    def __init__(self, task: Task, knobs: MAEKnobs):
        super().__init__(task, knobs)
        self.head = nn.Identity()  # retrieval compares the fusions of single modalities
        (width,) = self.part_widths
        self.decode = nn.ModuleList(Decoder(*counted(m.shape), width, knobs.dim, knobs.hidden) for m in self.modalities)

    @staticmethod
    def passes(count):
        return 2 * count, 2

    def hide(self, patches: Tensor) -> Tensor:
        """The patches of both views, (2B, N, p), that are hidden, bool (2B, N, 1); never padding."""
        draws = torch.rand(2, len(patches) // 2, patches.shape[1], 1, device=patches.device).flatten(0, 1)
        return (draws < self.knobs.mask_ratio) & ~patches.isnan().all(-1, keepdim=True)

    def loss(self, view1, view2, progress):
        wanted = [patched(x) for x in stacked(view1, view2)]
        hidden = [self.hide(patches) for patches in wanted]
        shapes = [modality.shape for modality in self.modalities]
        seen = [unpatched(p.masked_fill(mask, 0), shape) for p, mask, shape in zip(wanted, hidden, shapes)]
        fused = self.fusion(self.tokens(seen), padding=self.padding(seen))[0]
        each = zip(self.names, self.decode, wanted, hidden)
        return {
            name: gathered(losses.masked_reconstruction(decode(fused), patches, hidden=mask).unsqueeze(1)).mean()
            for name, decode, patches, mask in each
        }

    def explain(self, view1, view2, progress=1.0):
        attention = self.fusion.attention(self.tokens(view1), padding=self.padding(view1))
        return Explanation(self.embed(view1), {}, {"fused": attention[0]})
