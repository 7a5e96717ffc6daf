"""The common parts of losses: precision, checks and scaling of embeddings, and cross-entropy along a diagonal."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor

P = ParamSpec("P")
R = TypeVar("R")


def full_precision(loss: Callable[P, R]) -> Callable[P, R]:
    """Decorate a loss: autocast is off inside, and half-precision embeddings (tensors or lists) become float32.

    The loss then raises ValueError for a bad temperature and, on a CPU, if NaN or infinite embeddings make the
    factorisation of their Gram matrix fail. On other devices it returns NaN in this case, because reading a value would
    synchronise the device. For the same reason a learned temperature is not checked.
    """

    def widened(z: Any) -> Any:
        if isinstance(z, list | tuple):
            return [widened(x) for x in z]
        return z.float() if z.dtype in (torch.bfloat16, torch.float16) else z

    @functools.wraps(loss)
    def computed(*embeddings: Any, **options: Any) -> R:
        temperature = options.get("temperature", 1.0)
        if not isinstance(temperature, Tensor) and not 0 < temperature < math.inf:
            raise ValueError(f"temperature = {temperature} is not allowed; it takes a number above 0.")
        first = embeddings[0][0] if isinstance(embeddings[0], list | tuple) else embeddings[0]
        with torch.autocast(first.device.type, enabled=False):
            try:
                return loss(*map(widened, embeddings), **options)
            except torch.linalg.LinAlgError:
                raise ValueError(f"{loss.__name__} takes finite embeddings, but these hold NaN or inf.") from None

    return computed


def cholesky(gram: Tensor) -> Tensor:
    """The lower Cholesky factor. If there is none: LinAlgError on a CPU, NaN elsewhere, to avoid synchronisation."""
    return torch.linalg.cholesky_ex(gram, check_errors=gram.device.type == "cpu").L


def one_of(name: str, value: str, *allowed: str) -> str:
    """``value``, or ValueError naming the allowed ones."""
    if value not in allowed:
        raise ValueError(f"{name} = {value!r} is not allowed; it takes {' or '.join(map(repr, allowed))}.")
    return value


def unit(embeddings: list[Tensor], *, least: int = 2) -> Tensor:
    """M embeddings (B, E) scaled to unit length and stacked, (M, B, E); a zero embedding stays zero.

    Raises ValueError for fewer than ``least`` modalities or unequal shapes.
    """
    if len(embeddings) < least:
        raise ValueError(f"{len(embeddings)} modality given; this objective compares {least} or more.")
    shapes = {tuple(z.shape) for z in embeddings}
    if len(shapes) > 1:
        raise ValueError(f"embeddings of the shapes {sorted(shapes)} cannot be compared; all must be one (B, E).")
    return F.normalize(torch.stack(list(embeddings)), dim=-1)


def others(z: Tensor, anchor: int) -> list[Tensor]:
    """All modalities of a stack (M, B, E) except the anchor."""
    return [*z[:anchor], *z[anchor + 1 :]]


def matching(logits: Tensor, *, label_smoothing: float = 0.0) -> Tensor:
    """Cross-entropy with the diagonal as target, the mean over rows and columns: (..., B, B) -> (...).

    ``label_smoothing`` spreads this share of the target evenly over all B candidates.
    """
    partition = (logits.logsumexp(-1) + logits.logsumexp(-2)).mean(-1) / 2
    target = (1 - label_smoothing) * logits.diagonal(dim1=-2, dim2=-1).mean(-1)
    return partition - target - label_smoothing * logits.mean((-2, -1))
