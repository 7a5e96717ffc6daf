"""A training step against a plain one: the same loss of the same weights, computed the way the methods are described.

The plain network encodes each view of each modality by itself, sends every subset and every mask through the full
fusion transformer (all rows, not the CLS row alone), calls heads and losses one pair at a time, and takes InfMasking's
spread from a covariance matrix per sample. The plain data path is a DataLoader over a dataset whose items are made one
by one in NumPy. All are checked to give the loss that ours gives. The last row sets OVA-IB beside pairwise CLIP.
"""

from __future__ import annotations

import functools
import platform
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from coral_viz import methods, tasks
from coral_viz.methods import losses
from coral_viz.runs import one_thread
from coral_viz.tasks.factors import FEATURE_DROPOUT, TOKEN_DROPOUT
from coral_viz.training.loop import shuffled
from coral_viz.training.trainable import decay_groups

BATCH = 128


def run(out: Path, quick: bool = False) -> pd.DataFrame:
    """Milliseconds of a step (median, one thread, CPU), plain and ours, and their ratio; writes bench_training.csv.

    Rows: data (making a batch of two views), network (loss, gradient, optimiser step), step (both), for CoMM, COrAL and
    InfMasking; loss, InfMasking's masked term and its gradient alone. For OVA-IB, loss: plain is pairwise CLIP.
    """
    repeats = 10 if quick else 60
    with one_thread():
        rows = [row for name in PLAIN for row in _compare(name, repeats)]
        rows += [_compare_masked_loss(repeats), _compare_one_versus_all(repeats)]
    table = pd.DataFrame(rows).assign(repeats=repeats, threads=1, machine=platform.machine())
    table.to_csv(Path(out) / "bench_training.csv", index=False)
    return table


def _compare(name: str, repeats: int) -> list[dict]:
    task = tasks.load("factors", seed=0)
    data = task.sample(8192, "train", 0)
    loader = _endless(DataLoader(PlainViews(task, data), batch_size=BATCH, shuffle=True))
    generator = torch.Generator().manual_seed(0)
    order = shuffled(len(data), BATCH, generator)
    torch.manual_seed(0)
    method = methods.build(name, task)
    views = task.views(data[next(order)], generator)
    _check_same_loss(method, views)
    optimiser = torch.optim.AdamW(decay_groups(method, 1e-4), lr=1e-4, fused=True)

    def learn(loss):
        optimiser.zero_grad(set_to_none=True)
        total(loss(*views)).backward()
        optimiser.step()

    seconds = _side_by_side(
        repeats,
        plain_data=lambda: next(loader),
        our_data=lambda: task.views(data[next(order)], generator),
        plain_network=lambda: learn(lambda *v: PLAIN[name](method, *v)),
        our_network=lambda: learn(lambda one, two: method.loss(one, two, 0.5)),
    )
    rows = [_row(method.TITLE, part, seconds[f"plain_{part}"], seconds[f"our_{part}"]) for part in ("data", "network")]
    step = _row(method.TITLE, "step", *(sum(row[side] for row in rows) / 1e3 for side in ("plain_ms", "ours_ms")))
    return [*rows, step]


def _row(method: str, part: str, plain: float, ours: float, batch: int = BATCH) -> dict:
    """One line of the table from seconds."""
    times = {"plain_ms": plain * 1e3, "ours_ms": ours * 1e3, "ratio": plain / ours}
    return {"method": method, "part": part, "batch": batch} | times


def _compare_masked_loss(repeats: int) -> dict:
    """InfMasking's loss with gradient at the paper's sizes (64 samples of 256 numbers): closed form, covariances."""
    torch.manual_seed(0)
    batch, width, masks = 64, 256, 6
    views = [[torch.randn(batch, width, requires_grad=True) for _ in range(3)] for _ in range(2)]
    masked = [(view[2] + torch.randn(masks, batch, width)).detach().requires_grad_() for view in views]

    def both(loss: Callable[..., dict[str, Tensor]]) -> Tensor:
        return total(loss(*views, *masked, temperature=0.1, mask_weight=0.5))

    torch.testing.assert_close(both(losses.infmasking), both(plain_infmasking_loss))
    seconds = _side_by_side(
        repeats,
        plain=lambda: both(plain_infmasking_loss).backward(),
        ours=lambda: both(losses.infmasking).backward(),
    )
    return _row("InfMasking", "loss", seconds["plain"], seconds["ours"], batch)


def _compare_one_versus_all(repeats: int) -> dict:
    """OVA-IB's loss with gradient for five modalities, against CLIP on their ten pairs."""
    torch.manual_seed(0)
    z = [torch.randn(64, 256, requires_grad=True) for _ in range(5)]
    seconds = _side_by_side(
        4 * repeats,
        plain=lambda: losses.clip_pairs(z, logit_scale=10.0).backward(),
        ours=lambda: total(losses.ovaib(z, temperature=0.1, beta=1.0)).backward(),
    )
    return _row("OVA-IB, 5 modalities, against pairwise CLIP", "loss", seconds["plain"], seconds["ours"], batch=64)


def _side_by_side(repeats: int, **calls) -> dict[str, float]:
    """Median CPU seconds of each call, the calls taking turns so that a busy moment hits all of them."""
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(repeats + 3):
        for name, call in calls.items():
            start = time.process_time()
            call()
            seconds[name].append(time.process_time() - start)
    return {name: float(np.median(times[3:])) for name, times in seconds.items()}


def total(terms: dict[str, Tensor]) -> Tensor:
    """The sum of a loss's terms."""
    return functools.reduce(torch.add, terms.values())


def _check_same_loss(method, views) -> None:
    state = torch.get_rng_state()
    ours = total(method.loss(*views, 0.5))
    torch.set_rng_state(state)
    plain = total(PLAIN[method.NAME](method, *views))
    torch.testing.assert_close(ours, plain, atol=1e-5, rtol=1e-5)


# --- the plain way ----------------------------------------------------------------------------------------------------


def plain_comm(method, view1: list[Tensor], view2: list[Tensor]) -> dict[str, Tensor]:
    """CoMM's loss, every subset of every view by itself."""
    z = [[method.head(_fused(method, view, subset)) for subset in ((0,), (1,), (0, 1))] for view in (view1, view2)]
    tau = method.knobs.temperature
    terms = {}
    for i, name in enumerate(("modality_1", "modality_2", "full")):
        one = losses.nt_xent(z[0][i], z[1][2], temperature=tau)
        two = losses.nt_xent(z[1][i], z[0][2], temperature=tau)
        terms[name] = (one + two) / 6
    return terms


def plain_coral(method, view1: list[Tensor], view2: list[Tensor]) -> dict[str, Tensor]:
    """COrAL's loss, every path of every view by itself."""
    visible = [mask.chunk(2) for mask in method.mask(view1, 0.5)]
    paths = []
    for v, view in enumerate((view1, view2)):
        tokens = [encode(x) * visible[m][v] for m, (encode, x) in enumerate(zip(method.encode_shared, view))]
        paths.append([method.shared_head(method.fusion.all_rows(torch.cat(tokens, 1))[0])])
        for encode, pool, head, x in zip(method.encode_unique, method.pool, method.unique_heads, view):
            paths[v].append(head(pool(encode(x))))
    knobs = method.knobs
    terms = {}
    for i in range(3):
        terms[f"contrast_{i}"] = losses.nt_xent(paths[0][i], paths[1][i], temperature=knobs.temperature)
    for i, j in ((0, 1), (0, 2), (1, 2)):
        each = [losses.overlap(path[i], path[j], form=knobs.orthogonality) for path in paths]
        terms[f"overlap_{i}{j}"] = knobs.orthogonality_weight * sum(each)
    return terms


def plain_infmasking(method, view1: list[Tensor], view2: list[Tensor]) -> dict[str, Tensor]:
    """InfMasking's loss, every subset and every mask of every view by itself."""
    hidden = method.draw_masks(2 * len(view1[0]), "cpu").chunk(2, 1)
    z, masked = [], []
    for view, masks in zip((view1, view2), hidden):
        z.append([method.head(_fused(method, view, subset)) for subset in ((0,), (1,), (0, 1))])
        fused = []
        for mask in masks:
            tokens = torch.cat([encode(x) for encode, x in zip(method.encode, view)], 1)
            tokens = torch.where(mask.unsqueeze(-1), method.mask_token, tokens)
            fused.append(method.head(method.fusion.all_rows(tokens)[0]))
        masked.append(torch.stack(fused))
    return plain_infmasking_loss(*z, *masked, temperature=method.knobs.temperature, mask_weight=0.5)


def plain_infmasking_loss(view1, view2, masked1, masked2, *, temperature: float, mask_weight: float):
    """InfMasking as its paper writes it: the spread of masked fusions as one covariance matrix per sample."""
    terms = {}
    for v, (full, masked) in enumerate(((view1[-1], masked1), (view2[-1], masked2)), 1):
        q, k = F.normalize(full, dim=-1), F.normalize(masked, dim=-1)
        mean = k.mean(0)
        away = (k - mean).transpose(0, 1)
        covariance = away.mT @ away / len(k)
        spread = (q.unsqueeze(1) @ covariance @ q.unsqueeze(2)).flatten()
        positive = (q * mean).sum(-1) / temperature
        first = positive + mask_weight * spread / (2 * temperature**2)
        others = torch.cat([q @ one.mT / temperature for one in (*k, q)], 1)
        same = torch.eye(len(q), dtype=torch.bool).repeat(1, len(k) + 1)
        logits = torch.cat([first.unsqueeze(1), others.masked_fill(same, -torch.inf)], 1)
        terms[f"masked_{v}"] = (logits.logsumexp(1) - positive).mean()
    for i in range(len(view1)):
        one = losses.nt_xent(view1[i], view2[-1], temperature=temperature)
        terms[f"subset_{i}"] = (one + losses.nt_xent(view2[i], view1[-1], temperature=temperature)) / 2
    return {name: term / len(terms) for name, term in terms.items()}


PLAIN = {"comm": plain_comm, "coral": plain_coral, "infmasking": plain_infmasking}


def _fused(method, view: list[Tensor], subset: tuple[int, ...]) -> Tensor:
    tokens = torch.cat([method.encode[m](view[m]) for m in subset], 1)
    return method.fusion.all_rows(tokens)[0]


class PlainViews(Dataset):
    """Two views of one sample at a time."""

    def __init__(self, task, data):
        self.task = task
        self.latents = {name: values.numpy() for name, values in data.latents.items()}
        self.planes = [planes.numpy() for planes in task.planes]
        self.rng = np.random.default_rng(0)

    def __len__(self) -> int:
        return len(self.latents["r"])

    def __getitem__(self, index: int):
        return [[self._observe(m, index) for m in range(self.task.count)] for _ in range(2)]

    def _observe(self, m: int, index: int) -> np.ndarray:
        task, rng = self.task, self.rng
        looks = task.circles[m].looks
        x = task.sigma * rng.standard_normal((looks, task.tokens * task.features // looks))
        for f, (name, amplitude) in enumerate(task.shown[m].items()):
            phase = rng.uniform(-task.alpha, task.alpha, size=(looks, 1))
            cosine, sine = self.planes[m][f, self.latents[name][index]]
            x += amplitude * (np.cos(phase) * cosine + np.sin(phase) * sine)
        x = x.reshape(task.tokens, task.features)
        x = x * (rng.random((task.tokens, 1)) >= rng.uniform(0, TOKEN_DROPOUT))
        return (x * (rng.random(x.shape) >= FEATURE_DROPOUT)).astype(np.float32)


def _endless(loader):
    while True:
        yield from loader
