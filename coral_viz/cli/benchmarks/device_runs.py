"""The papers' image experiment on a device: a method is trained once, and probed by every protocol."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import torch

from coral_viz import evaluation, tasks
from coral_viz.cli.benchmarks.device_scale import Scale
from coral_viz.cli.benchmarks.device_times import compiled_views
from coral_viz.cli.benchmarks.unit_log import Found
from coral_viz.runs import Budget, RunSpec, Store, execute, initialised
from coral_viz.runs.run import sizes, told, trained

WEAK_CROPS = {"view_1": "crop", "view_2": "crop", "crop": 0.5}
"""CoMM's experiment augments Cross by these alone."""
KEPT = 1000
"""Test pairs whose embeddings are kept, of the first seed."""


def spec_of(method: str, distribution: str, seed: int, protocol: str, scale: Scale) -> RunSpec:
    """A run of the papers' experiment."""
    dials = {"distribution": distribution, "protocol": protocol} | (WEAK_CROPS if method == "cross" else {})
    return RunSpec.make(method, "trifeature", seed, dials=dials | scale.settings, budget=budget(scale))


def budget(scale: Scale) -> Budget:
    """The papers' budget."""
    return Budget(**tasks.preset("trifeature").budget | scale.budget)


def run(method: str, distribution: str, seed: int, scale: Scale, compiled: bool) -> Found:
    """Rows of every protocol after one training, as runs of their own would give them; embeddings in float16."""
    specs = {protocol: spec_of(method, distribution, seed, protocol, scale) for protocol in scale.protocols}
    loaded = {p: tasks.load("trifeature", seed=seed, device=scale.device, **dict(s.dials)) for p, s in specs.items()}
    spec, task = specs[scale.protocols[0]], loaded[scale.protocols[0]]
    learner = initialised(spec, task)
    size = sizes(learner, task, spec)
    with compiled_views(scale, compiled):
        history = trained(learner, task, spec, progress=False)
    rows = [told(history, learner, loaded[p], specs[p], size).assign(protocol=p) for p in scale.protocols]
    arrays = {f"embeddings_{distribution}": _embedded(learner, task, seed)} if seed == scale.seeds[0] else {}
    return Found(_in_words(rows), {"results": pd.concat(rows)}, arrays)


def _embedded(learner, task: tasks.Task, seed: int) -> dict[str, np.ndarray]:
    """The whole embedding of test pairs, by the method's name, and their labels."""
    batch = task.sample(KEPT, "test", seed)
    parts = evaluation.embed(learner, batch)
    whole = torch.cat([parts[name] for name in learner.whole], 1).half().cpu().numpy()
    labels = {name: batch.labels[name].cpu().numpy().astype(np.uint8) for name in task.labels}
    return {learner.NAME: whole} | labels


def _in_words(rows: list[pd.DataFrame]) -> str:
    """What a linear probe of the whole embedding recognises of each label, in %, by protocol."""
    words = []
    for table in rows:
        whole = table[(table["part"] == "all") & (table["metric"] == "balanced_accuracy")]
        found = ", ".join(f"{label} {100 * value:.1f}" for label, value in zip(whole["label"], whole["value"]))
        words.append(f"{table['protocol'].iloc[0]} {found}")
    return "; ".join(words)


def default_tour(folder: Path, scale: Scale) -> Found:
    """The runs of the default tour, by several processes on the one device; without its page."""
    from coral_viz.cli import tour  # which draws, as nothing else here does

    chosen = tour.METHODS if not scale.tour else tour.METHODS[:1]
    plan = tour.specs(list(chosen), list(scale.tour_seeds), tour.budget("factors", **scale.tour))
    store = Store(folder)
    outcomes = list(execute(plan, store, device=scale.device, executor="joblib", jobs=scale.tour_jobs))
    failed = [f"{o.spec.words}: {o.reason}" for o in outcomes if o.status == "failed"]
    rows = [store.rows(o.spec) for o in outcomes if o.status != "failed"]
    words = f"{len(rows)} of {len(plan)} runs done" + (f"; {failed[0]}" if failed else "")
    return Found(words, {"tour": pd.concat(rows)} if rows else {}, failed=not rows)
