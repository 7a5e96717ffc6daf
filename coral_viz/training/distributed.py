"""Distributed training: several processes train one method, and gather embeddings before the loss.

Every process has its share of every batch. Encoders and fusion run on this share. Before heads and losses, embeddings
of all processes are gathered, differentiably, so that batch statistics and negatives are those of the whole batch. So
the loss of n processes with B samples each equals that of one process with n B samples.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch.distributed as dist
from torch import Tensor

from coral_viz.parents import end_with_parent


def place() -> tuple[int, int]:
    """This process's rank and the number of processes; (0, 1) outside ``processes``."""
    return (dist.get_rank(), dist.get_world_size()) if dist.is_available() and dist.is_initialized() else (0, 1)


def gathered(x: Tensor) -> Tensor:
    """The rows (axis -2) of all processes in order of rank, differentiable; x itself with a single process.

    Each process computes the whole loss, and gradients are summed over processes. After DistributedDataParallel has
    averaged those of the parameters, they equal those of one process with all rows.
    """
    return x if place()[1] == 1 else _Gather.apply(x)


class _Gather(torch.autograd.Function):
    """What ``torch.distributed.nn.functional.all_gather`` does, which torch 2.13 deprecates for a private module."""

    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        rank, count = place()
        ctx.own = slice(rank * x.shape[-2], (rank + 1) * x.shape[-2])
        shares = [torch.empty_like(x, memory_format=torch.contiguous_format) for _ in range(count)]
        dist.all_gather(shares, x.contiguous())
        return torch.cat(shares, -2)

    @staticmethod
    def backward(ctx, gradient: Tensor) -> Tensor:
        gradient = gradient.clone(memory_format=torch.contiguous_format)  # others may hold the same tensor
        dist.all_reduce(gradient)
        return gradient[..., ctx.own, :]


@contextmanager
def processes(device: str) -> Iterator[torch.device]:
    """A context in which the processes that ``torchrun`` started, if any, are joined; yields this process's device."""
    if int(os.environ.get("WORLD_SIZE", 1)) == 1:
        yield torch.device(device)
        return
    if dist.is_torchelastic_launched():
        end_with_parent()
    on_cuda = torch.device(device).type == "cuda"
    mine = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if on_cuda else torch.device(device)
    if on_cuda:
        torch.cuda.set_device(mine)
    dist.init_process_group("nccl" if on_cuda else "gloo")
    try:
        yield mine
    finally:
        dist.destroy_process_group()
