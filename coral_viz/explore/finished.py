"""Finished runs for explorers: listed from a folder, and opened and embedded only once."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from functools import lru_cache

import ipywidgets
import numpy as np
import pandas as pd
import torch

from coral_viz import evaluation, methods, runs, style, tasks
from coral_viz.evaluation import projections, similarity
from coral_viz.explore.explorer import Explorer, choice, named
from coral_viz.paths import DATA

RUNS = DATA / "runs"
"""The runs that come with the repository."""

EMBEDDED, MAPPED = 1000, 600
"""Test samples that are embedded, and those of them that are on maps."""


@dataclass(frozen=True)
class Finished:
    """A finished run: its spec, its task, the trained method and the tidy rows."""

    spec: runs.RunSpec
    task: tasks.Task
    method: methods.Method
    rows: pd.DataFrame


@dataclass(frozen=True)
class Embedded:
    """Parts (n, width) by name, "all" first, and labels (n,) by name, of the same test samples."""

    parts: dict[str, np.ndarray]
    labels: dict[str, np.ndarray]


def store(folder: str) -> runs.Store:
    """The store in a folder, the shipped one if the name is empty. ValueError if there is none."""
    return runs.Store(folder or RUNS, to_write=False)


def listed(folder: str, fused: bool = False) -> list[tuple[str, str]]:
    """The runs of a folder as (title, id), in the order of figures, ``factors`` first; none without such a folder.

    ``fused``: only those of methods with a fusion, as others have no masks and attention.
    """
    try:
        specs = [spec for spec in store(folder).specs() if not fused or "depth" in dict(spec.knobs)]
    except ValueError:
        return []
    order = style.method_order((spec.method, spec.knob) for spec in specs)
    place = operator.attrgetter("task", "distribution", "seed", "training_seed")
    specs.sort(key=lambda spec: (order.index((spec.method, spec.knob)), spec.task != "factors", *place(spec)))
    return list(zip(titles(specs), [spec.id for spec in specs]))


def titles(specs: list[runs.RunSpec]) -> list[str]:
    """Titles of runs in figures; equal ones are completed by the beginning of the id."""
    plain = [title(spec) for spec in specs]
    return [words if plain.count(words) == 1 else f"{words} ({spec.id[:6]})" for words, spec in zip(plain, specs)]


def title(spec: runs.RunSpec) -> str:
    """The title of a run in figures, without the task if it is ``factors``."""
    data = [spec.task] * (spec.task != "factors") + [spec.distribution] * bool(spec.distribution)
    return ", ".join([style.method_style(spec.method, spec.knob).label, *data, spec.seeds])


@lru_cache(maxsize=32)
def opened(folder: str, run_id: str | None) -> Finished:
    """A run of a folder. ValueError if there is none, or if it is damaged or outdated."""
    place = store(folder)
    if run_id is None:
        raise ValueError(f"there is no finished run in {str(place.root)!r}{_unusable(place)}.")
    spec = place.open(run_id)
    task, method = runs.restored(spec, place)
    return Finished(spec, task, method, place.rows(spec))


def _unusable(place: runs.Store) -> str:
    """Why none of the folders of runs that are there can be opened, in words; "" if there are none."""
    folders = sorted(path.parent.name for path in place.root.glob("*/spec.json"))
    if not folders:
        return ""
    try:
        place.open(folders[0])
    except ValueError as error:
        return f"; of {len(folders)} folders none has a spec that can be read: {str(error).removesuffix('.')}"
    return ""  # it was finished just now


@lru_cache(maxsize=32)
def embedded(folder: str, run_id: str | None, trained: bool = True) -> Embedded:
    """The embedding of test samples by the trained or the untrained method. ValueError as ``opened``."""
    run = opened(folder, run_id)
    method = run.method if trained else runs.initialised(run.spec, run.task)
    batch = run.task.sample(EMBEDDED, "test", run.spec.seed)
    with runs.one_thread():
        parts = evaluation.embed(method, batch)
    parts = {"all": torch.cat([parts[name] for name in method.whole], 1)} | parts
    labels = {name: batch.labels[name].numpy() for name in run.task.labels}
    return Embedded({name: z.numpy() for name, z in parts.items()}, labels)


@lru_cache(maxsize=256)
def projected(folder: str, run_id: str, trained: bool, part: str, how: str) -> tuple[np.ndarray, tuple[str, str]]:
    """A two-dimensional map of a part's first ``MAPPED`` samples, and its axes: see ``projections.project``."""
    return projections.project(embedded(folder, run_id, trained).parts[part][:MAPPED], how)


@lru_cache(maxsize=32)
def similarities(folder: str, run_id: str, trained: bool) -> tuple[list[str], dict[str, np.ndarray]]:
    """The parts, and their similarities by measure: see ``similarity.between``."""
    parts = {name: z for name, z in embedded(folder, run_id, trained).parts.items() if name != "all"}
    return list(parts), similarity.between(parts)


def check_classes(labels: dict[str, np.ndarray], name: str) -> None:
    """ValueError if a label has only one class in these samples."""
    if len(np.unique(labels[name])) < 2:
        raise ValueError(
            f"label {name!r} has one class in these samples, so there is nothing to classify; choose another."
        )


def chooser(explorer: Explorer, fused: bool = False) -> dict[str, ipywidgets.Widget]:
    """The controls ``folder`` and ``run`` of an explorer; the folder determines the runs. ``fused``: see ``listed``."""
    folder = ipywidgets.Text(placeholder="the shipped runs", continuous_update=False, **named("folder of runs"))
    offered = listed("", fused)
    run = choice("run", offered, offered[0][1] if offered else None)

    def follow(change):
        with explorer.following():
            offer(run, listed(folder.value, fused))

    folder.observe(follow, "value")
    return {"folder": folder, "run": run}


def offer(widget: ipywidgets.Dropdown, options: list[tuple[str, str]]) -> None:
    """Replace the options (text, value) of a drop-down list; keep its value if possible, else choose the first."""
    if list(widget.options) == options:
        return
    chosen, values = widget.value, [value for _, value in options]
    widget.options = options
    widget.value = chosen if chosen in values else values[0] if values else None
