"""FactorCL: shared and unique information as sums of bounds, each with its own critic. arXiv 2306.05268 (NeurIPS 2023).

The self-supervised form: an augmented view replaces the task label as the condition.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from coral_viz.methods import losses, shares
from coral_viz.methods.method import Knobs, Method, stacked
from coral_viz.methods.nets import PlainHead, ProjectionHead
from coral_viz.options import option
from coral_viz.tasks import Task

LOWER = ("shared", "unique_1", "unique_2", "conditional")
UPPER = ("shared_conditional", "unique")
SHARED = ("shared", "shared_conditional")


@dataclass(frozen=True)
class FactorCLKnobs(Knobs):
    critic_steps: int = option(1, "k, steps of the upper bounds' critics per training step", low=1)
    critic_lr: float = option(1e-3, "Adam's learning rate for the upper bounds' critics", low=1e-12)
    critic_layers: int = option(1, "hidden layers of every critic (published: 2)", low=1, former=1)
    critic_hidden: int | None = option(
        None,
        "width of the critics' hidden layers (published: 512); None: projection",
        low=1,
        optional=True,
        kind=int,
        former=None,
    )
    fitted: str = option(
        "before",
        "when the upper bounds' critics are fitted: before each step, or after it (as published)",
        choices=("before", "after"),
        former="before",
    )
    form: str = option(
        "normalised",
        "heads: normalised (with batch normalisation, half a token wide) or plain (Linear-ReLU-Linear, a token wide; "
        "as published)",
        choices=("normalised", "plain"),
        former="normalised",
    )
    originals: bool = option(
        False, "whether the first of a modality's two views is the original (as published)", former=False
    )


class Critic(nn.Module):
    """f(x, y), a perceptron on [x, y]: scores (B, B) of all pairs, entry (i, j) for x_j with y_i.

    The first layer is linear, so it is applied to each x and y once, not to every pair. The rest costs B^2 ``hidden``,
    and B^2 ``hidden``^2 for every further layer.
    """

    def __init__(self, width_x: int, width_y: int, hidden: int, layers: int = 1):
        super().__init__()
        self.of_x, self.of_y = nn.Linear(width_x, hidden), nn.Linear(width_y, hidden, bias=False)
        further = [(nn.Linear(hidden, hidden), nn.ReLU()) for _ in range(layers - 1)]
        self.deeper = nn.Sequential(*(layer for pair in further for layer in pair))
        self.out = nn.Linear(hidden, 1)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return self.out(self.deeper((self.of_x(x) + self.of_y(y).unsqueeze(1)).relu())).squeeze(-1)


class FactorCL(Method):
    """Minimise -[ NCE(X1; X2) - CLUB(X1; X2 | X1', X2') + NCE(X1; X1') + NCE(X2; X2') - CLUB(X1; X2)
    + NCE(X1; X2 | X1', X2') ], where x' is another view.

    NCE bounds information from below, CLUB from above. Every bound has its own heads on the encoders. A conditional
    bound appends the head's output for the other view. CLUB is a bound only if its critic is optimal. So its two
    critics are trained by k steps of NCE before each loss, or after each step, and are fixed within the loss.

    The embedding consists of ten heads' outputs, each half a token or a whole one wide: shared (two bounds of both
    modalities) and unique_m for each modality (three bounds). A given width is divided evenly among the heads.
    """

    NAME, TITLE, PAPER = "factorcl", "FactorCL", "arXiv 2306.05268"
    KNOBS = FactorCLKnobs
    knobs: FactorCLKnobs
    COUNT = (2, 2)

    def __init__(self, task: Task, knobs: FactorCLKnobs):
        super().__init__(task, knobs)
        self.encode = self.encoders()
        one, two = _head_widths(knobs)
        self.heads = nn.ModuleList(
            nn.ModuleDict({b: _head(knobs, width) for b, width in of.items()}) for of in (one, two)
        )
        sides = {"unique_1": (one["unique_1"],) * 2, "unique_2": (two["unique_2"],) * 2}
        sides |= {b: (one[b], two[b]) for b in ("shared", "unique")}
        sides |= {b: (2 * one[b], 2 * two[b]) for b in ("shared_conditional", "conditional")}
        size = knobs.critic_hidden or knobs.projection, knobs.critic_layers
        self.critics = nn.ModuleDict({b: Critic(*sides[b], *size) for b in LOWER})
        self.club = nn.ModuleDict({b: Critic(*sides[b], *size) for b in UPPER})
        self.club.requires_grad_(False)
        self.fitter: torch.optim.Optimizer | None = None
        self.seen: tuple[list[Tensor], list[Tensor]] | None = None
        self.wants_originals = knobs.originals
        self.whole = ("shared", "unique_1", "unique_2")
        self.pairs = tuple(("shared", name, ("shared", name)) for name in self.whole[1:])

    @classmethod
    def widths(cls, knobs, count):
        heads = _head_widths(knobs)
        shared = sum(of[b] for of in heads for b in SHARED)
        return [shared, *(sum(width for b, width in of.items() if b not in SHARED) for of in heads)]

    @staticmethod
    def passes(count):
        # six critics on all pairs of a batch weigh about as much as four fusion passes
        return 2 * count, 4

    def heads_of(self) -> list[nn.ModuleDict]:
        """Each modality's heads, by bound."""
        return cast("list[nn.ModuleDict]", list(self.heads))

    def sides(self, view1: list[Tensor], view2: list[Tensor]) -> dict[str, tuple[Tensor, Tensor]]:
        """The two inputs of each bound's critic, (B, width) each."""
        h1, h2 = (encode.mean_token(x).unflatten(0, (2, -1)) for encode, x in zip(self.encode, stacked(view1, view2)))
        one, two = ({b: head(h) for b, head in heads.items()} for heads, h in zip(self.heads_of(), (h1, h2)))
        plain = {b: (one[b][0], two[b][0]) for b in ("shared", "unique")}
        own = {b: (parts[b][0], parts[b][1]) for b, parts in (("unique_1", one), ("unique_2", two))}
        given = {b: (torch.cat([*one[b]], -1), torch.cat([*two[b]], -1)) for b in ("shared_conditional", "conditional")}
        return plain | given | own

    def loss(self, view1, view2, progress, originals=None):
        looks = (view1, view2) if originals is None else (originals, view1)
        if self.training and self.knobs.fitted == "after":
            self.catch_up(looks)
        sides = self.sides(*looks)
        if self.training and self.knobs.fitted == "before":
            self.fit_upper({b: (x.detach(), y.detach()) for b, (x, y) in sides.items() if b in UPPER})
        lower = {b: -losses.nce(self.critics[b](*sides[b])) for b in LOWER}
        upper = {f"minus_{b}": losses.club(self.club[b](*sides[b])) for b in UPPER}
        return lower | upper

    def catch_up(self, looks: tuple[list[Tensor], list[Tensor]]) -> None:
        """After a step, fit the critics to its batch with the new encoders, and keep this batch."""
        if self.seen is not None:
            with torch.no_grad():
                sides = self.sides(*self.seen)
            self.fit_upper({b: side for b, side in sides.items() if b in UPPER})
        self.seen = looks

    def fit_upper(self, sides: dict[str, tuple[Tensor, Tensor]]) -> None:
        """k steps of the CLUB critics towards the log-ratio that their bound needs.

        They run in full precision: autocast caches weights, so later steps would not see the updates of earlier ones.
        """
        sides = {b: (x.float(), y.float()) for b, (x, y) in sides.items()}
        if self.fitter is None:
            self.fitter = torch.optim.Adam(self.club.parameters(), lr=self.knobs.critic_lr)
        self.club.requires_grad_(True)
        with torch.enable_grad(), torch.autocast(sides["unique"][0].device.type, enabled=False):
            for _ in range(self.knobs.critic_steps):
                self.fitter.zero_grad()
                bounds = [losses.nce(self.club[b](*sides[b])) for b in UPPER]
                torch.stack(bounds).sum().neg().backward()
                self.fitter.step()
        self.fitter.zero_grad(set_to_none=True)
        self.club.requires_grad_(False)

    def embed(self, inputs):
        """Outputs of the heads: shared (both modalities), unique_1, unique_2; without those of missing modalities."""
        h = [None if x is None else encode.mean_token(x) for encode, x in zip(self.encode, inputs)]
        bounds = {name: (name, "unique", "conditional") for name in self.whole[1:]}
        parts = {name: self._read(m, z, bounds[name]) for m, (name, z) in enumerate(zip(bounds, h)) if z is not None}
        if len(parts) == 2:
            both = [self._read(m, z, SHARED) for m, z in enumerate(h) if z is not None]
            parts = {"shared": torch.cat(both, -1)} | parts
        return parts

    def _read(self, m: int, h: Tensor, bounds: tuple[str, ...]) -> Tensor:
        """Modality m through its heads of these bounds, side by side."""
        return torch.cat([self.heads_of()[m][b](h) for b in bounds], -1)

    def keys(self, inputs):
        return [heads["shared"](encode.mean_token(x)) for heads, encode, x in zip(self.heads_of(), self.encode, inputs)]

    def score(self, query, gallery, anchor):
        """The shared bound's own critic, whose first argument is modality 1."""
        critic = self.critics["shared"]
        return critic(gallery[0], query) if anchor else critic(query, gallery[0]).mT


def _head(knobs: FactorCLKnobs, width: int) -> nn.Module:
    if knobs.form == "plain":
        return PlainHead(knobs.dim, width)
    return ProjectionHead(knobs.dim, knobs.hidden, width)


def _head_widths(knobs: FactorCLKnobs) -> list[dict[str, int]]:
    """How many numbers each head of modality 1 and of modality 2 puts out, by bound, in the order they are made."""
    bounds = [(m, b) for b in SHARED for m in (0, 1)]
    bounds += [(m, b) for m in (0, 1) for b in ("unique", "conditional", f"unique_{m + 1}")]
    usual = knobs.dim if knobs.form == "plain" else knobs.dim // 2
    width = dict(zip(bounds, shares.share_out(knobs.width, [usual] * len(bounds))))
    return [{b: width[m, b] for n, b in bounds if n == m} for m in (0, 1)]
