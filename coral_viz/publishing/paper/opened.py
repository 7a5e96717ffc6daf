"""Figures of trained methods: maps of their embeddings, and masks of their training."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import pandas as pd
import torch
from matplotlib.figure import Figure

from coral_viz import evaluation, figures, methods, runs, style
from coral_viz.evaluation import projections
from coral_viz.figures.course.embedding_map import Map, embedding_map

MAPPED = ("cross", "comm", "coral")
"""Methods that are mapped where they can be opened."""

SIDE_BY_SIDE, SAMPLES = 3, 600
TASK, DISTRIBUTION = "factors", "biased"


def maps(store: runs.Store, look: Mapping, *, label: str) -> tuple[Figure, pd.DataFrame]:
    """Maps of the whole embeddings of three runs, and their points: run_id, title, x, y, class, axes, how.

    Raises ValueError if the folder holds no run that can be opened, or one is damaged or has no such label.
    """
    points = pd.concat([_points(store.root, spec.id, label) for spec in _beside(store)], ignore_index=True)
    shown = {
        title: Map(own[["x", "y"]].to_numpy(), own["class"].to_numpy(), tuple(own[["axis_x", "axis_y"]].iloc[0]))
        for title, own in points.groupby("title", sort=False)
    }
    words = f"{points['how'].iloc[0]} of n = {SAMPLES} test samples each."
    return embedding_map(shown, label=label, small_print=words, look=look), points


def masks(store: runs.Store, look: Mapping, *, method: str) -> tuple[Figure, pd.DataFrame]:
    """Masks of a method on one training sample, and its tokens: run_id, variant, token, hidden, attention.

    Raises ValueError if the folder holds no run of the method that can be opened.
    """
    spec = _first(store, method)
    task, trained = runs.restored(spec, store)
    views = task.views(task.sample(1, "train", spec.seed), torch.Generator().manual_seed(spec.seed))
    with runs.one_thread(), torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(spec.seed)
        explanation = trained.explain(*views, progress=1.0)
    tokens = pd.concat(
        pd.DataFrame(
            {
                "run_id": spec.id,
                "variant": name,
                "token": range(len(weights[0])),  # 0 is CLS
                "hidden": [False, *explanation.masks[name][0].tolist()] if name in explanation.masks else False,
                "attention": weights[0].tolist(),
            }
        )
        for name, weights in explanation.attention.items()
    )
    title = style.method_style(method).label.split(" (")[0]
    return figures.masks(explanation, trained.tokens_of, method=title, look=look), tokens


def _openable(store: runs.Store) -> list[runs.RunSpec]:
    """The runs whose methods have not changed since, those of ``DISTRIBUTION`` first, in the order of pictures."""
    specs = [spec for spec in store.specs() if spec.method_version == methods.get(spec.method).VERSION]
    if not specs:
        raise ValueError(f"{str(store.root)!r} holds no run that today's methods can open")
    order = style.method_order((spec.method, spec.knob) for spec in specs)
    place = {spec: order.index((spec.method, spec.knob)) for spec in specs}
    return sorted(specs, key=lambda s: (s.task != TASK, s.distribution != DISTRIBUTION, place[s], s.seed))


def _beside(store: runs.Store) -> list[runs.RunSpec]:
    """One run each of at most three variants, those of ``MAPPED`` before others."""
    firsts = {(spec.method, spec.knob): spec for spec in reversed(_openable(store))}
    wanted = [(method, "") for method in MAPPED if (method, "") in firsts]
    chosen = [*wanted, *(variant for variant in style.method_order(firsts) if variant not in wanted)][:SIDE_BY_SIDE]
    return [store.open(firsts[variant].id) for variant in style.method_order(chosen)]


def _first(store: runs.Store, method: str) -> runs.RunSpec:
    found = [spec for spec in _openable(store) if spec.method == method]
    if not found:
        raise ValueError(f"{str(store.root)!r} holds no run of {method!r} that can be opened")
    return store.open(found[0].id)


def _points(root: Path, run_id: str, label: str) -> pd.DataFrame:
    spec, points, axes, labels = _projected(root, run_id)
    if label not in labels:
        raise ValueError(f"run {run_id!r} has no label {label!r}")
    own = {"run_id": run_id, "title": style.method_style(spec.method, spec.knob).label}
    placed = {"x": points[:, 0], "y": points[:, 1], "class": labels[label], "axis_x": axes[0], "axis_y": axes[1]}
    return pd.DataFrame(own | placed | {"how": f"PCA after {spec.distribution or spec.task} training"})


@lru_cache(maxsize=SIDE_BY_SIDE)
def _projected(root: Path, run_id: str):
    """The spec of a run, test samples on a plane, what the axes are, and labels (n,) by name."""
    store = runs.Store(root, to_write=False)
    spec = store.open(run_id)
    task, method = runs.restored(spec, store)
    batch = task.sample(SAMPLES, "test", spec.seed)
    with runs.one_thread():
        parts = evaluation.embed(method, batch)
        points, axes = projections.project(torch.cat([parts[name] for name in method.whole], 1).numpy())
    return spec, points, axes, {name: batch.labels[name].numpy() for name in task.labels}
