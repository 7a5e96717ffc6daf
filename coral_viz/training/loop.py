"""The training loop, which uses only the interfaces of tasks and methods.

It defines the order of the data, the precision, the recorded history and, unless the method does, the optimiser (AdamW
with weight decay on matrices only).
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from tqdm import tqdm

from coral_viz.options import plain, seed_of, shown
from coral_viz.tasks import Modality, Task
from coral_viz.training import distributed

SHARE = 1_000_003  # how far apart the seeds of the processes of one run are
FETCHED = 200
"""Steps after which their loss terms are fetched from the device, which waits for it."""
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


class TrainingDiverged(RuntimeError):
    """A loss term became NaN or infinite; the message names the step and the terms."""


@dataclass
class History:
    """The loss terms of every step in nats. The latest ones may still be ``on_device``, see ``fetch``."""

    terms: list[str] = field(default_factory=list)
    values: list[list[float]] = field(default_factory=list)
    on_device: list[Tensor] = field(default_factory=list)

    def record(self, terms: dict[str, Tensor]) -> None:
        """Append one step, on its device; every ``FETCHED`` steps, all are fetched."""
        self.terms = list(terms)
        self.on_device.append(torch.stack([term.detach().float() for term in terms.values()]))
        if len(self.on_device) == FETCHED:
            self.fetch()

    def fetch(self) -> None:
        """Wait for the device and fetch its steps. TrainingDiverged at the first term that is not finite."""
        steps = torch.stack(self.on_device).tolist() if self.on_device else []
        self.on_device.clear()
        for values in steps:
            self.values.append(values)
            broken = [name for name, value in zip(self.terms, values) if not np.isfinite(value)]
            if broken:
                raise TrainingDiverged(
                    f"step {len(self.values)}: {', '.join(broken)} is not finite; lower the learning rate."
                )

    @contextmanager
    def fetched(self) -> Iterator[None]:
        """A context at whose end all steps are fetched; an error after a divergence is replaced by the latter."""
        try:
            yield
        except Exception:
            self.fetch()
            raise
        self.fetch()

    def frame(self, every: int = 1) -> pd.DataFrame:
        """One row per ``every`` steps (their mean), one column per term, indexed by the last step of each."""
        table = pd.DataFrame(self.values, columns=self.terms, dtype=float)
        step = (table.index // every + 1) * every
        return table.groupby(np.minimum(step, max(len(table), 1))).mean().rename_axis("step")


def train(
    method: Trainable,
    task: Task,
    *,
    steps: int,
    batch: int = 128,
    lr: float = 1e-3,
    weight_decay: float = 1e-4,
    samples: int = 8192,
    decay: str = "matrices",
    seed: int = 0,
    data_seed: int | None = None,
    progress: bool = True,
    callbacks: dict[int, Callable[[int, Trainable], None]] | None = None,
) -> History:
    """Minimise the sum of ``method.loss``'s terms over ``steps`` batches of views of ``samples`` training samples.

    Networks run in bfloat16 autocast on CUDA. Steps do not synchronise with the device. In distributed training, each
    process has its share of every batch.

    Args:
        method: what is trained, on the task's device.
        task: draws samples and views.
        steps: of the optimiser.
        batch: samples per step.
        lr, weight_decay: of the default optimiser.
        samples: the number of training samples.
        decay: see ``decay_groups``; for methods with the default optimiser.
        seed: draws the order of samples, the views and the random numbers of the loss.
        data_seed: draws the samples; ``seed`` if None.
        progress: whether to show a progress bar.
        callbacks: by number n, a function of (step, method) that is called every n steps.

    Returns:
        The loss terms of every step.

    Raises:
        ValueError: an impossible budget, or modalities that are not those of the method.
        TrainingDiverged: a term was not finite; raised within ``FETCHED`` steps.
    """
    if steps < 1 or not 2 <= batch <= samples or lr <= 0 or weight_decay < 0:
        raise ValueError(
            f"steps = {steps}, batch = {batch}, samples = {samples}, lr = {lr}, weight_decay = {weight_decay}: "
            "training takes steps >= 1, 2 <= batch <= samples, lr > 0 and weight_decay >= 0."
        )
    _check_modalities(method, task)
    steps, batch, samples, lr, weight_decay = map(plain, (steps, batch, samples, lr, weight_decay))
    seed = seed_of(seed)
    data = task.sample(samples, "train", seed if data_seed is None else seed_of(data_seed, "data_seed"))
    if len(data) < batch:
        raise ValueError(f"batch = {batch} is more than the {len(data)} training samples of the task.")
    rank, count = distributed.place()
    if batch % count:
        raise ValueError(f"batch = {batch} cannot be shared by {count} processes; it must be a multiple of {count}.")
    order = torch.Generator(task.device).manual_seed(seed)
    generator = order if count == 1 else torch.Generator(task.device).manual_seed(seed + SHARE * (rank + 1))
    loss = method.loss if count == 1 else DistributedDataParallel(method)
    method.decay = decay
    optimiser, schedule = _optimiser(method, lr, weight_decay, steps)
    history = History()
    with torch.random.fork_rng(devices=[task.device] if task.device.type == "cuda" else []):
        torch.manual_seed(seed + SHARE * rank)
        method.train()
        batches = shuffled(len(data), batch, order)
        with history.fetched():
            for step in _counted(steps, method.TITLE if progress else None):
                rows = data[next(batches)[rank::count]]
                views = task.views(rows, generator)
                more = {"originals": task.originals(rows, generator)} if method.wants_originals else {}
                with torch.autocast(task.device.type, torch.bfloat16, enabled=task.device.type == "cuda"):
                    terms = loss(*views, (step - 1) / steps, **more)
                optimiser.zero_grad(set_to_none=True)
                functools.reduce(torch.add, terms.values()).backward()
                optimiser.step()
                if schedule:
                    schedule.step()
                with torch.no_grad():
                    method.after_step(step / steps)
                history.record(terms)
                for every, call in (callbacks or {}).items():
                    if step % every == 0:
                        call(step, method)
    return history


def _optimiser(method: Trainable, lr: float, weight_decay: float, steps: int) -> tuple[Optimizer, LRScheduler | None]:
    made = method.configure_optimizers(lr, weight_decay, steps)
    optimiser, schedule = made if isinstance(made, tuple) and len(made) == 2 else (made, None)
    if not (isinstance(optimiser, Optimizer) and isinstance(schedule, LRScheduler | None)):
        raise ValueError(
            f"configure_optimizers of {method.TITLE} returns {shown(made)}; "
            "it must return a torch optimiser, or that and a torch schedule."
        )
    return optimiser, schedule


def _check_modalities(method: Trainable, task: Task) -> None:
    """ValueError unless the task's modalities are those that the method was built for."""
    built, given = (", ".join(f"{m.name} {m.shape}" for m in owner.modalities) for owner in (method, task))
    if method.modalities != task.modalities:
        raise ValueError(f"{method.TITLE} was built for the modalities {built}, but this task has {given}.")


def _counted(steps: int, title: str | None) -> Iterable[int]:
    """1 to ``steps``, with a bar if it has a title: a silent one takes a semaphore, too, that a killed worker leaks."""
    numbers = range(1, steps + 1)
    return numbers if title is None else tqdm(numbers, desc=title, mininterval=0.5, ascii=True, file=sys.stdout)


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


def shuffled(samples: int, batch: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Endless batches of indices; every sample once per epoch, without the last short batch."""
    while True:
        order = torch.randperm(samples, generator=generator, device=generator.device)
        yield from order[: samples - samples % batch].split(batch)
