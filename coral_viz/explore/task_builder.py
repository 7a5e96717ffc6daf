"""Settings of ``factors``: their effect on samples, on the exact atoms of every label, and on the bits in the data."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import ipywidgets
import torch
from matplotlib.figure import Figure

from coral_viz import pid, tasks
from coral_viz.explore.explorer import Explorer, choice, named, slider
from coral_viz.figures.data.task_information import bits_left
from coral_viz.figures.data.token_samples import two_views
from coral_viz.tasks.factors import WORKING, Dials, Factors

SEED = 41
READ = 300
"""Samples over which the information left in the data is a mean."""

SHOWN = 20
"""Samples to choose from."""

AMPLITUDES = ("amplitude_redundancy", "amplitude_unique", "amplitude_relation")
BITS, SAMPLE = "bits left in the data", "a sample"
FOLLOW = ("rho", "amplitude_redundancy", "amplitude_unique", "alpha")
"""Dials that the distribution sets; each can be changed afterwards."""


@dataclass(frozen=True)
class Built:
    """A task, samples and their views, and the atoms of the exact posteriors of the samples."""

    task: Factors
    batch: tasks.Batch
    views: tuple
    left: dict[str, pid.Atoms]


class TaskBuilder(Explorer):
    """``explore.tasks()``: tasks of two modalities with chosen settings."""

    NAME = "tasks"
    ONLY = MappingProxyType({BITS: (), SAMPLE: ("sample", "shared_phases")})
    MORE = ("distribution", "rho", *AMPLITUDES, "alpha", "observation", "tokens", "shared_phases")

    def __init__(self, task: tasks.Task | None = None, **settings):
        """``task``: begin with the settings of this task, ``factors`` of two modalities; ``settings`` change them."""
        super().__init__(**_settings(task) | settings)

    def controls(self):
        start, at_rest = Dials().resolved(), {"continuous_update": False}
        dials = {
            "distribution": choice("distribution", Factors.distributions, "unbiased"),
            "classes": slider("classes of a latent, K", start["classes"], 2, 10, 1, **at_rest),
            "rho": slider("rho: t1 = t2 in training", start["rho"], 0.0, 1.0, 0.05, **at_rest),
            "amplitude_redundancy": slider("amplitude of r", 1.0, 0.0, 3.0, 0.1, **at_rest),
            "amplitude_unique": slider("amplitude of u1, u2", 1.0, 0.0, 3.0, 0.1, **at_rest),
            "amplitude_relation": slider("amplitude of t1, t2", 1.0, 0.0, 3.0, 0.1, **at_rest),
            "alpha": slider("alpha, range of phases", start["alpha"], 0.0, math.pi, 0.1, **at_rest),
            "observation": choice("tokens are", list(WORKING), start["observation"]),
            "sigma": slider("sigma, noise", start["sigma"], 0.0, 3.0, 0.05, **at_rest),
            "tokens": slider("tokens per modality", start["tokens"], 1, 24, 1, **at_rest),
            "shared_phases": ipywidgets.Checkbox(indent=False, **named("views share phases", "initial")),
        }

        def follow(change):
            """Set the dials to the values of the distribution."""
            meant = Dials(distribution=dials["distribution"].value, classes=dials["classes"].value).resolved()
            with self.following():
                for name in FOLLOW if change["owner"] is dials["distribution"] else FOLLOW[:1]:
                    dials[name].value = meant[name]

        def work(change):
            """Turn the noise to what suits the observation."""
            with self.following():
                dials["sigma"].value = WORKING[change["new"]]["sigma"]

        def fit(change):
            """Offer no fewer tokens than have room for the classes together; a look has room for all of them."""
            with self.following():
                dials["tokens"].min = dials["classes"].value if dials["observation"].value == "spread" else 1

        dials["observation"].observe(work, "value")
        for name in ("observation", "classes"):
            dials[name].observe(fit, "value")
        for name in ("distribution", "classes"):
            dials[name].observe(follow, "value")
        return {
            "picture": choice("picture", [BITS, SAMPLE], BITS),
            **dials,
            "sample": slider("sample", 0, 0, SHOWN - 1, 1, **at_rest),
        }

    def compute(self, settings):
        dials = {name: value for name, value in settings.items() if name not in ("picture", "sample")}
        return _built(tuple(dials.items()))

    def draw(self, computed, settings, look) -> Figure:
        if settings["picture"] == SAMPLE:
            return two_views(computed.task, computed.batch, computed.views, row=settings["sample"], look=look)
        truth = {label: computed.task.truth[label] for label in computed.left}
        return bits_left(truth, computed.left, n=READ, look=look)

    def caption(self, computed, settings):
        told = ", ".join(
            f"{label.replace('_', ' ')} {float(atoms.information):.2f} of {computed.task.truth[label].information:.2f}"
            for label, atoms in computed.left.items()
        )
        shared = next(
            row["total_correlation"]
            for row in computed.task.structure
            if row["split"] == "train" and row["group"] == "all"
        )
        return f"Bits left: {told}. In training the two modalities share {shared:.2f} bits."


def _settings(task: tasks.Task | None) -> dict:
    """A task's settings that have a control. ValueError for another task, or where one without a control differs."""
    if task is None:
        return {}
    if not isinstance(task, Factors) or task.count != 2:
        raise ValueError(f"explore.tasks shows 'factors' of two modalities, not {task.name!r}.")
    mine = task.dials.resolved()
    hidden = {"drop": True, "warp": 0.0, "features": max(WORKING[task.observation]["features"], _room(mine))}
    for name, value in hidden.items():
        if mine[name] != value:
            raise ValueError(f"explore.tasks has no control for {name} = {mine[name]}; it shows {name} = {value}.")
    return {name: value for name, value in mine.items() if name not in (*hidden, "count", "amplitude_pairs")}


def _room(dials: dict) -> int:
    """Numbers that a look needs for its planes; 0 where tokens are no looks."""
    return 2 * 3 * dials["classes"] if dials["observation"] == "looks" else 0


@lru_cache(maxsize=64)
def _built(dials: tuple) -> Built:
    """The task of these dials. ValueError if they make no sense, or leave no label."""
    chosen = dict(dials)
    features = max(_room(chosen), WORKING[chosen["observation"]]["features"])
    task = Factors(seed=SEED, features=features, **chosen)
    if not task.labels:
        raise ValueError("all amplitudes are 0, so there is no label; raise one of them.")
    read = task.sample(READ, "test", SEED)
    posteriors, left = task.posteriors(read), {}
    for label in task.labels:
        t1, t2, t12 = (p.numpy() for p in posteriors[label])
        left[label] = pid.atoms_from_posteriors(t1, t2, t12, read.labels[label].numpy(), cells=16)
    batch = task.sample(SHOWN, "train", SEED)
    return Built(task, batch, task.views(batch, torch.Generator().manual_seed(SEED)), left)
