"""DisentangledSSL: compressed shared information, then the rest of each modality. Wang et al. 2024.

arXiv 2410.23996 (ICLR 2025).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from coral_viz.methods import losses, shares
from coral_viz.methods.method import Knobs, Method, stacked
from coral_viz.methods.nets import VonMisesFisher
from coral_viz.options import option
from coral_viz.tasks import Task
from coral_viz.training.distributed import gathered


@dataclass(frozen=True)
class DisentangledSSLKnobs(Knobs):
    temperature: float = option(0.07, "temperature of both steps' contrasts", low=1e-3)
    beta: float = option(
        0.1, "weight of compression: shared representations of a sample must be alike (published: tuned)", low=0.0
    )
    orthogonality_weight: float = option(
        1.0,
        "lambda, weight of the orthogonality of specific and shared representations (published: tuned)",
        low=0.0,
    )
    concentration: float = option(1000.0, "kappa of the shared representation's von Mises-Fisher distribution", low=1.0)


class DisentangledSSL(Method):
    """Step 1: shared representations c_1, c_2 of the modalities agree, and are compressed. Step 2: s_m, a function of
    x_m and c_m, must identify views of a sample together with the other modality's c, and be orthogonal to c_m.

    c_m = W_m mean token of a shared encoder; its draws around it are compared. s_m = perceptron of [mean token of a
    specific encoder, c_m]; the paper feeds c_m into that encoder, beside x_m. Embedding: shared = [c_1, c_2],
    unique_m = s_m, four equal widths. There are no projection heads, as in the code.

    The paper trains step 2 after step 1. Here both are trained together. Step 2 has the shared representations without
    gradients, so it does not change step 1.
    """

    NAME, TITLE, PAPER = "disentangled_ssl", "DisentangledSSL", "arXiv 2410.23996"
    COUNT = (2, 2)
    KNOBS = DisentangledSSLKnobs
    knobs: DisentangledSSLKnobs

    def __init__(self, task: Task, knobs: DisentangledSSLKnobs):
        super().__init__(task, knobs)
        dim, (*shared, one, two) = knobs.dim, _widths(knobs)
        self.shared_widths = shared
        self.encode_shared, self.encode_unique = self.encoders(), self.encoders()
        self.narrow = nn.ModuleList(nn.Linear(dim, width) for width in shared)
        self.around = nn.ModuleList(VonMisesFisher(width, knobs.concentration) for width in shared)
        self.specify = nn.ModuleList(
            nn.Sequential(nn.Linear(dim + beside, dim), nn.ReLU(), nn.Linear(dim, width))
            for beside, width in zip(shared, (one, two))
        )
        self.whole = ("shared", "unique_1", "unique_2")
        self.pairs = tuple(("shared", name, ("shared", name)) for name in self.whole[1:])

    @classmethod
    def widths(cls, knobs, count):
        one, two, *specific = _widths(knobs)
        return [one + two, *specific]

    @staticmethod
    def passes(count):
        return 4 * count, 0

    def shared(self, m: int, x: Tensor) -> Tensor:
        """c_m, (B, its width)."""
        return self.narrow[m](list(self.encode_shared)[m].mean_token(x))

    def specific(self, m: int, x: Tensor, shared: Tensor) -> Tensor:
        """s_m, (B, its width), given c_m."""
        return self.specify[m](torch.cat([list(self.encode_unique)[m].mean_token(x), shared], 1))

    def loss(self, view1, view2, progress):
        both = stacked(view1, view2)
        c = [self.shared(m, x) for m, x in enumerate(both)]
        given = [shared.detach() for shared in c]
        s = [self.specific(m, x, given[m]) for m, x in enumerate(both)]
        means = [shared.unflatten(0, (2, -1))[0] for shared in c]  # those of view 1
        draws = [around(mean) for around, mean in zip(self.around, means)]
        tau, weight = self.knobs.temperature, self.knobs.orthogonality_weight
        terms = losses.shared_information(
            *map(gathered, self.padded(draws) + self.padded(means)), temperature=tau, beta=self.knobs.beta
        )
        for m, other in ((0, 1), (1, 0)):
            own, beside, across = (gathered(z.unflatten(0, (2, -1))) for z in (s[m], given[m], given[other]))
            joint1, joint2 = torch.cat([own, across], -1)
            found = losses.specific_information(
                joint1, joint2, tuple(own), tuple(beside), temperature=tau, orthogonality_weight=weight
            )
            terms |= {f"{name}_{m + 1}": term for name, term in found.items()}
        return terms

    def padded(self, shared: list[Tensor]) -> list[Tensor]:
        """Shared representations of equal width: one that is narrower by 1 is padded with a zero."""
        return [F.pad(z, (0, max(self.shared_widths) - z.shape[1])) for z in shared]

    def embed(self, inputs):
        shared = {m: self.shared(m, x) for m, x in enumerate(inputs) if x is not None}
        parts = {f"unique_{m + 1}": self.specific(m, inputs[m], c) for m, c in shared.items()}
        return parts if len(shared) < 2 else {"shared": torch.cat(list(shared.values()), 1)} | parts

    def keys(self, inputs):
        return self.padded([self.shared(m, x) for m, x in enumerate(inputs)])


def _widths(knobs: Knobs) -> list[int]:
    """How many numbers c_1, c_2, s_1 and s_2 have."""
    return shares.of_tokens(knobs.width, [knobs.dim] * 4, knobs.dim)
