"""The training loop, which uses only the interfaces of tasks and methods.

It defines the order of the data, the precision, the recorded history and, unless the method does, the optimiser (AdamW
with weight decay on matrices only).
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable, Iterator

import torch
from torch import Tensor
from torch.nn.parallel import DistributedDataParallel
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from tqdm import tqdm

from coral_viz.options import plain, seed_of, shown
from coral_viz.tasks import Batch, Task
from coral_viz.training import distributed
from coral_viz.training.history import History
from coral_viz.training.trainable import Trainable

SHARE = 1_000_003  # how far apart the seeds of the processes of one run are


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
    log: Callable[[int, dict[str, float]], None] | None = None,
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
        log: a function of (step, loss terms by name) that is called for every step, every ``FETCHED`` steps.

    Returns:
        The loss terms of every step.

    Raises:
        ValueError: an impossible budget, or modalities that are not those of the method.
        TrainingDiverged: a term was not finite; raised within ``FETCHED`` steps.
    """
    _check_budget(steps, batch, samples, lr, weight_decay)
    _check_modalities(method, task)
    steps, batch, samples, lr, weight_decay = map(plain, (steps, batch, samples, lr, weight_decay))
    seed = seed_of(seed)
    data = task.sample(samples, "train", seed if data_seed is None else seed_of(data_seed, "data_seed"))
    rank, count = distributed.place()
    _check_batch(batch, len(data), count)
    order = torch.Generator(task.device).manual_seed(seed)
    generator = order if count == 1 else torch.Generator(task.device).manual_seed(seed + SHARE * (rank + 1))
    loss = method.loss if count == 1 else DistributedDataParallel(method)
    method.decay = decay
    optimiser, schedule = _optimiser(method, lr, weight_decay, steps)
    history = History(log=log)
    with torch.random.fork_rng(devices=[task.device] if task.device.type == "cuda" else []):
        torch.manual_seed(seed + SHARE * rank)
        method.train()
        batches = shuffled(len(data), batch, order)
        with history.fetched():
            for step in _counted(steps, method.TITLE if progress else None):
                rows = data[next(batches)[rank::count]]
                terms = _terms(loss, method.wants_originals, task, rows, generator, (step - 1) / steps)
                _descend(terms, optimiser, schedule)
                with torch.no_grad():
                    method.after_step(step / steps)
                history.record(terms)
                for every, call in (callbacks or {}).items():
                    if step % every == 0:
                        call(step, method)
    return history


def _terms(
    loss: Callable, wants_originals: bool, task: Task, rows: Batch, generator: torch.Generator, progress: float
) -> dict[str, Tensor]:
    """The loss terms of new views of some samples."""
    views = task.views(rows, generator)
    more = {"originals": task.originals(rows, generator)} if wants_originals else {}
    with torch.autocast(task.device.type, torch.bfloat16, enabled=task.device.type == "cuda"):
        return loss(*views, progress, **more)


def _descend(terms: dict[str, Tensor], optimiser: Optimizer, schedule: LRScheduler | None) -> None:
    """One step of the optimiser down the sum of the terms, and of its schedule."""
    optimiser.zero_grad(set_to_none=True)
    functools.reduce(torch.add, terms.values()).backward()
    optimiser.step()
    if schedule:
        schedule.step()


def _optimiser(method: Trainable, lr: float, weight_decay: float, steps: int) -> tuple[Optimizer, LRScheduler | None]:
    made = method.configure_optimizers(lr, weight_decay, steps)
    optimiser, schedule = made if isinstance(made, tuple) and len(made) == 2 else (made, None)
    if not (isinstance(optimiser, Optimizer) and isinstance(schedule, LRScheduler | None)):
        raise ValueError(
            f"configure_optimizers of {method.TITLE} returns {shown(made)}; "
            "it must return a torch optimiser, or that and a torch schedule."
        )
    return optimiser, schedule


def _counted(steps: int, title: str | None) -> Iterable[int]:
    """1 to ``steps``, with a bar if it has a title: a silent one takes a semaphore, too, that a killed worker leaks."""
    numbers = range(1, steps + 1)
    return numbers if title is None else tqdm(numbers, desc=title, mininterval=0.5, ascii=True, file=sys.stdout)


def shuffled(samples: int, batch: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Endless batches of indices; every sample once per epoch, without the last short batch."""
    while True:
        order = torch.randperm(samples, generator=generator, device=generator.device)
        yield from order[: samples - samples % batch].split(batch)


def _check_budget(steps: int, batch: int, samples: int, lr: float, weight_decay: float) -> None:
    if steps < 1 or not 2 <= batch <= samples or lr <= 0 or weight_decay < 0:
        raise ValueError(
            f"steps = {steps}, batch = {batch}, samples = {samples}, lr = {lr}, weight_decay = {weight_decay}: "
            "training takes steps >= 1, 2 <= batch <= samples, lr > 0 and weight_decay >= 0."
        )


def _check_batch(batch: int, samples: int, processes: int) -> None:
    if samples < batch:
        raise ValueError(f"batch = {batch} is more than the {samples} training samples of the task.")
    if batch % processes:
        raise ValueError(
            f"batch = {batch} cannot be shared by {processes} processes; it must be a multiple of {processes}."
        )


def _check_modalities(method: Trainable, task: Task) -> None:
    """ValueError unless the task's modalities are those that the method was built for."""
    built, given = (", ".join(f"{m.name} {m.shape}" for m in owner.modalities) for owner in (method, task))
    if method.modalities != task.modalities:
        raise ValueError(f"{method.TITLE} was built for the modalities {built}, but this task has {given}.")
