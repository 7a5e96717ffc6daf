"""Information under masks: tokens hidden one by one or by a share, in a run's task or, failing that, in ``digits``."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import ipywidgets
import torch
import traitlets

from coral_viz import runs, tasks
from coral_viz.evaluation import MaskedReadout
from coral_viz.explore import finished, live
from coral_viz.tasks.digits import Digits
from coral_viz.tasks.latent_task import LatentTask
from coral_viz.tasks.remaining import Remaining

EVERY = "every modality"
SAMPLES = 20
"""Samples to choose from."""
READ = 300
"""Test samples that a method's readout reads: as many as keep up with clicks."""


class Tokens(ipywidgets.VBox):
    """A row of toggle buttons per modality, one per token, pressed where it is hidden; their names say so, too.

    ``value``: by modality, which tokens are hidden, counted from 1.
    """

    value = traitlets.Dict()
    children: tuple[ipywidgets.Widget, ...]
    _spreading = False

    def __init__(self):
        super().__init__()
        self.buttons: dict[str, list[ipywidgets.ToggleButton]] = {}

    def offer(self, modalities: list[tasks.Modality]) -> None:
        """Buttons of these modalities' tokens, all visible; nothing changes where there are as many."""
        sizes = {modality.name: modality.shape[0] for modality in modalities}
        if sizes == {name: len(row) for name, row in self.buttons.items()}:
            return
        former = self.children
        self.buttons = {name: [_button(self._gather) for _ in range(size)] for name, size in sizes.items()}
        rows = (ipywidgets.HBox(row, layout={"flex_flow": "row wrap"}) for row in self.buttons.values())
        self.children = tuple(rows)
        for widget in former:
            live.close(widget)
        self.value = {name: () for name in sizes}
        self._spread()

    @traitlets.validate("value")
    def _known(self, proposal):
        for name, hidden in proposal["value"].items() if self.buttons else ():
            if name not in self.buttons:
                raise traitlets.TraitError(f"there is no {name}; there are {', '.join(self.buttons)}")
            count = len(self.buttons[name])
            if wrong := [token for token in hidden if token not in range(1, count + 1)]:
                raise traitlets.TraitError(f"{name} has tokens 1 to {count}, not {wrong[0]!r}")
        return proposal["value"]

    @traitlets.observe("value")
    def _spread(self, change=None) -> None:
        self._spreading = True
        for m, (name, row) in enumerate(self.buttons.items(), 1):
            for token, button in enumerate(row, 1):
                button.value = token in self.value.get(name, ())
                button.description = f"M{m} T{token}{' hidden' * button.value}"
                button.tooltip = f"{'show' if button.value else 'hide'} token {token} of {name.replace('_', ' ')}"
        self._spreading = False

    def _gather(self, change) -> None:
        if not self._spreading:
            self.value = {
                name: tuple(token for token, button in enumerate(row, 1) if button.value)
                for name, row in self.buttons.items()
            }


def _button(told) -> ipywidgets.ToggleButton:
    button = ipywidgets.ToggleButton(layout={"width": "96px"}, style={"font_size": "11px"})
    button.observe(told, "value")
    return button


def drawn(modalities: list[tasks.Modality], ratio: float, masked: str, seed: int) -> dict[str, tuple[int, ...]]:
    """Tokens to hide, as ``Tokens.value``: a share, rounded up, of those of ``masked``, a modality or EVERY one.

    With the same seed, a larger share includes the tokens of a smaller one.
    """
    generator, hidden = torch.Generator().manual_seed(seed), {}
    for modality in modalities:
        order = 1 + torch.randperm(modality.shape[0], generator=generator)
        count = math.ceil(modality.shape[0] * ratio - 1e-9) * (masked in (EVERY, modality.name))
        hidden[modality.name] = tuple(sorted(order[:count].tolist()))
    return hidden


# --- what is left -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Left:
    """A task, samples, a mask of one pattern, and the bits in visible tokens: exact, and read by a trained method."""

    task: LatentTask
    batch: tasks.Batch
    visible: dict[str, torch.Tensor]
    exact: dict[str, Remaining]
    read: dict[str, Remaining] | None


@lru_cache(maxsize=8)
def shown_task(folder: str, run_id: str | None) -> tuple[LatentTask, tasks.Batch, bool]:
    """A run's task if its tokens are looks, else ``digits``; samples of it; and whether it is the run's task.

    ValueError as ``finished.opened``.
    """
    run = finished.opened(folder, run_id)
    task, of_run = run.task, all(modality.kind == "looks" for modality in run.task.modalities)
    if not (of_run and isinstance(task, LatentTask)):
        task, of_run = Digits(seed=run.spec.seed), False
    return task, task.sample(SAMPLES, "test", run.spec.seed), of_run


@lru_cache(maxsize=8)
def _readout(folder: str, run_id: str) -> MaskedReadout:
    run = finished.opened(folder, run_id)
    return MaskedReadout(run.method, run.task, seed=run.spec.seed, n_test=READ)


def left(folder: str, run_id: str, hidden: dict[str, tuple[int, ...]]) -> Left:
    """The information left if these tokens are hidden. ValueError if none is visible, or there is no such run."""
    task, batch, of_run = shown_task(folder, run_id)
    visible = {}
    for modality in task.modalities:
        tokens = 1 + torch.arange(modality.shape[0])
        visible[modality.name] = ~torch.isin(tokens, torch.tensor(hidden.get(modality.name, ()), dtype=tokens.dtype))
    exact = task.information(visible)
    with runs.one_thread():
        read = _readout(folder, run_id).information(visible) if of_run else None
    return Left(task, batch, visible, exact, read)
