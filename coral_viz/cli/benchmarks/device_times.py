"""How long a training step takes on a device, what share of it is data, and what would shorten it.

A step is the training loop's own, views and all, timed by the clock of the host with the device waited for. Networks
are also counted in floating-point operations, as a share of what a product of large matrices reaches in bfloat16.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

import joblib
import pandas as pd
import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from coral_viz import methods, tasks, training
from coral_viz.cli.benchmarks.device_scale import Scale
from coral_viz.cli.benchmarks.unit_log import Found
from coral_viz.parents import serve_parent
from coral_viz.runs.spec import defaults
from coral_viz.tasks import dense_views, view_draws
from coral_viz.training.trainable import decay_groups

COLUMNS = (
    *("what", "method", "size", "batch", "ms", "data_ms", "images_per_second", "operations", "share_of_peak"),
    *("memory_gib", "operations_per_second", "jobs", "steps_per_second"),
)
PROBING, USUAL = 40.0, 240.0
"""Seconds that probing takes, and a whole run."""
GAIN = 1.1
"""From this factor on, more processes side by side are worth it, and so are compiled views."""


def peak(scale: Scale) -> Found:
    """Operations a second of a product of large matrices in bfloat16."""
    x = torch.randn(2, scale.peak, scale.peak, device=scale.device, dtype=torch.bfloat16)
    rate = 2 * scale.peak**3 / _seconds(lambda: x[0] @ x[1], scale)
    row = {"what": "peak", "method": "", "size": 0, "operations_per_second": rate}
    return Found(f"{rate / 1e12:.3g} bf16 TFLOP/s", {"times": pd.DataFrame([row])})


def step(name: str, size: int, scale: Scale, rate: float, compiled: bool = False) -> Found:
    """Milliseconds of a step of a method, of its views alone; share of the peak ``rate``; memory on the device."""
    task, method = _made(name, size, scale)
    if _on_cuda(scale):
        torch.cuda.reset_peak_memory_stats()
    with compiled_views(scale, compiled):
        ms = 1e3 * median(_between(ticks(method, task, scale))) / scale.timed
        memory = torch.cuda.max_memory_allocated() / 2**30 if _on_cuda(scale) else float("nan")
        views, data_ms = _views(task, scale)
    operations = _operations(method, views, scale)
    row = {
        "what": "step, compiled views" if compiled else "step",
        "method": name,
        "size": size,
        "batch": scale.batch,
        "ms": ms,
        "data_ms": data_ms,
        "images_per_second": 4e3 * scale.batch / ms,
        "operations": operations,
        "share_of_peak": operations / (rate * ms / 1e3),
        "memory_gib": memory,
    }
    words = f"{ms:.1f} ms a step, {data_ms:.1f} ms of them data, {100 * row['share_of_peak']:.1f} % of the bf16 peak"
    return Found(words, {"times": pd.DataFrame([row])})


def compiled(name: str, size: int, scale: Scale, rate: float) -> Found:
    """``step`` with views that torch.compile has made; an error where they differ from those that it was given."""
    images = torch.randint(256, (8, 3, size, size), device=scale.device, dtype=torch.uint8)
    drawn = view_draws.draw(8, size, torch.Generator(scale.device).manual_seed(0))
    plain = dense_views.view(images, drawn)
    start = time.perf_counter()
    with compiled_views(scale):
        torch.testing.assert_close(dense_views.view(images, drawn), plain, atol=2e-3, rtol=0)
    took = time.perf_counter() - start
    timed = step(name, size, scale, rate, compiled=True)
    return Found(f"{timed.words}; compiled in {took:.0f} s", timed.tables)


def graph(name: str, size: int, scale: Scale) -> Found:
    """Milliseconds of the network's part of a step, launched by the host and replayed as one CUDA graph."""
    task, method = _made(name, size, scale)
    views, _ = _views(task, scale)
    on_cuda = _on_cuda(scale)
    optimiser = torch.optim.AdamW(decay_groups(method, 1e-4), lr=1e-4, fused=True, capturable=on_cuda)

    def learn() -> None:
        with torch.autocast(torch.device(scale.device).type, torch.bfloat16, enabled=on_cuda):
            loss = torch.stack(list(method.loss(*views, 0.5).values())).sum()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()

    launched = 1e3 * _seconds(learn, scale)
    row = {"what": "network", "method": name, "size": size, "batch": scale.batch, "ms": launched}
    if not on_cuda:
        return Found(f"{launched:.1f} ms launched; no graph without CUDA", {"times": pd.DataFrame([row])})
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            learn()
    torch.cuda.current_stream().wait_stream(side)
    captured = torch.cuda.CUDAGraph()
    with torch.cuda.graph(captured):
        learn()
    replayed = 1e3 * _seconds(captured.replay, scale)
    rows = [row, row | {"what": "network, graph", "ms": replayed}]
    return Found(f"{launched:.1f} ms launched, {replayed:.1f} ms replayed", {"times": pd.DataFrame(rows)})


def side_by_side(name: str, size: int, scale: Scale, jobs: int) -> Found:
    """Steps a second of several processes that train at once on one device, while all of them do."""
    ways = {"n_jobs": jobs, "initializer": serve_parent} if jobs > 1 else {"n_jobs": 1}
    seen = joblib.Parallel(**ways)(joblib.delayed(_ticked)(name, size, scale) for _ in range(jobs))
    start, end = max(times[0] for times in seen), min(times[-1] for times in seen)
    inside = [[t for t in times if start <= t <= end] for times in seen]
    rate = sum(scale.timed * (len(t) - 1) / (t[-1] - t[0]) for t in inside if len(t) > 1)
    row = {"what": "side by side", "method": name, "size": size, "jobs": jobs, "steps_per_second": rate}
    return Found(f"{rate:.1f} steps a second in all", {"times": pd.DataFrame([row])})


def found(times: pd.DataFrame, what: str) -> pd.DataFrame:
    """The rows of one kind in the table of times, which may be empty yet."""
    times = times.reindex(columns=COLUMNS)
    return times[times["what"] == what]


def best_jobs(times: pd.DataFrame) -> int:
    """The fewest processes side by side that none of more beats by the factor GAIN; 1 where nothing was measured."""
    seen = found(times, "side by side")
    rates, best = dict(zip(seen["jobs"], seen["steps_per_second"])), 1
    for jobs in sorted(map(int, rates)):
        if rates[jobs] > GAIN * rates.get(best, 0.0):
            best = jobs
    return best


def run_seconds(times: pd.DataFrame, name: str, size: int, steps: int, jobs: int) -> float:
    """Seconds that a run of a method will take among ``jobs`` side by side; USUAL where its step was not timed."""
    steps_of = found(times, "step")
    ms = steps_of.loc[(steps_of["method"] == name) & (steps_of["size"] == size), "ms"]
    seen = found(times, "side by side")
    rates = dict(zip(seen["jobs"], seen["steps_per_second"]))
    shared = jobs * rates[1] / rates[jobs] if {1, jobs} <= set(rates) else jobs
    return PROBING + steps * shared * float(ms.iloc[0]) / 1e3 if len(ms) else USUAL


def better_compiled(times: pd.DataFrame) -> bool:
    """Whether a step with compiled views is shorter by the factor GAIN."""
    ms = found(times, "step, compiled views").merge(found(times, "step"), on=["method", "size"])
    return bool(len(ms)) and bool((ms["ms_y"] > GAIN * ms["ms_x"]).all())


@contextmanager
def compiled_views(scale: Scale, wanted: bool = True) -> Iterator[None]:
    """Inside, views are compiled if that is ``wanted``."""
    plain = dense_views.view
    if wanted:
        dense_views.view = torch.compile(plain, dynamic=False, backend=scale.compiler)
    try:
        yield
    finally:
        dense_views.view = plain


def ticks(method: methods.Method, task: tasks.Task, scale: Scale) -> list[float]:
    """Times in seconds, each ``timed`` steps of training after the one before; the first steps are left out."""
    times: list[float] = []

    def look(*_) -> None:
        _wait(scale)
        times.append(time.time())

    steps = scale.timed * (scale.timings + 2)
    training.train(
        method,
        task,
        steps=steps,
        batch=scale.batch,
        lr=1e-4,
        samples=2 * scale.batch,
        progress=False,
        callbacks={scale.timed: look},
    )
    return times[1:]


def _ticked(name: str, size: int, scale: Scale) -> list[float]:
    task, method = _made(name, size, scale)
    return ticks(method, task, scale)


def _between(times: list[float]) -> list[float]:
    return [later - earlier for earlier, later in itertools.pairwise(times)]


def _made(name: str, size: int, scale: Scale) -> tuple[tasks.Task, methods.Method]:
    shown = scale.sizes[size]
    task = tasks.load(shown, seed=41, device=scale.device, **scale.settings)
    torch.manual_seed(41)
    return task, methods.build(name, task, **defaults(name, tasks.preset(shown)))


Views = tuple[list[Tensor], list[Tensor]]


def _views(task: tasks.Task, scale: Scale) -> tuple[Views, float]:
    """Two views of a batch, and the milliseconds that they take."""
    batch, generator = task.sample(scale.batch, "train", 41), torch.Generator(scale.device).manual_seed(0)
    return task.views(batch, generator), 1e3 * _seconds(lambda: task.views(batch, generator), scale)


def _operations(method: methods.Method, views: Views, scale: Scale) -> int:
    """Floating-point operations of a loss and its gradient."""
    with FlopCounterMode(display=False) as counter:
        torch.stack(list(method.loss(*views, 0.5).values())).sum().backward()
    method.zero_grad(set_to_none=True)
    return counter.get_total_flops()


def _seconds(call, scale: Scale) -> float:
    """Seconds of a call, the median of several rounds of ``timed`` calls."""
    times = []
    for _ in range(scale.timings + 1):
        _wait(scale)
        times.append(time.perf_counter())
        for _ in range(scale.timed):
            call()
    return median(_between(times)) / scale.timed


def _on_cuda(scale: Scale) -> bool:
    return torch.device(scale.device).type == "cuda"


def _wait(scale: Scale) -> None:
    if _on_cuda(scale):
        torch.cuda.synchronize()
