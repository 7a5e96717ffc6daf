"""The recipes of the papers: choices in each paper's code that our comparison makes the same for all methods.

``level``, the default, gives every method the same network, budget, weight decay, probe and images, so that objectives
are compared. ``paper`` gives each method the choices of its paper's code. A recipe only sets defaults: explicit values
override them, and a run's spec holds the resulting values.

Hyperparameters of the objectives apply to every task. Choices of the papers' experiment on images (learning rate,
augmentation, probe, images) apply to ``trifeature`` at any size, and widths only at its full size; other tasks keep
their budgets and widths. ``tests/methods/published.py`` has facts and sources.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from coral_viz import tasks
from coral_viz.options import shown
from coral_viz.tasks import Trifeature

LIKE = ("level", "paper")


@dataclass(frozen=True)
class Recipe:
    """The recipe of a paper.

    Attributes:
        knobs: hyperparameters on every task.
        full: further ones on images of the papers' size.
        budget, dials: of the experiment on images.
        images: hyperparameters that are useful only on images or with the papers' learning rate.
    """

    knobs: dict = field(default_factory=dict)
    images: dict = field(default_factory=dict)
    full: dict = field(default_factory=dict)
    budget: dict = field(default_factory=dict)
    dials: dict = field(default_factory=dict)


FULL = "trifeature"
OWN_WIDTH = {"width": None}
IMAGES = {"trunk": "torch"}
BUDGET = {
    "steps": 15_600,
    "batch": 64,
    "lr": 3e-4,
    "weight_decay": 1e-4,
    "samples": 10_000,
    "probe_samples": 10_000,
    "decay": "tokens",
    "probe": "paper",
}
DIALS = {"drawings": "published", "held_out": "random", "protocol": "comm"}
WEAK = {"view_1": "crop", "view_2": "crop", "crop": 0.5}

RECIPES = {
    "cross": Recipe({"pooling": "all"}, dials=WEAK),
    "cross_self": Recipe(
        {"temperature": 0.1, "pooling": "all", "originals": True}, full={"dim": 256, "hidden": 1024, "projection": 256}
    ),
    "factorcl": Recipe(
        {"form": "plain", "critic_layers": 2, "fitted": "after", "originals": True},
        images={"critic_lr": 1e-4},
        full={"critic_hidden": 512},
        budget={"lr": 1e-4, "weight_decay": 0.0},
        dials={"view_2": "no crop"},
    ),
    "comm": Recipe({"temperature": 0.1, "heads": 8}),
    "infmasking": Recipe({"temperature": 0.1, "heads": 8, "ramp": 100, "kept": "float", "mask_token": "clipped"}),
    "coral": Recipe(
        {"temperature": 0.1, "heads": 8, "query": "unit"},
        budget={"lr": 1e-4, "weight_decay": 1e-3, "probe_samples": 14_000},
        dials={"protocol": "coral"},
    ),
    "gram": Recipe({"anchors": "first", "learned": True}),
    "triangle": Recipe({"anchors": "first", "learned": True, "measure": "square"}),
    "confu": Recipe({"temperature": 0.07, "fused_weight": 0.5}),
    "pmrl": Recipe({"temperature": 0.1, "alignment_temperature": 0.01}),
    "gated_symile": Recipe({"gate_temperature": 0.7, "gate_strength": -3.0, "distillation": 0.1}),
    "disentangled_ssl": Recipe({"temperature": 0.07, "beta": 0.1, "concentration": 1000.0}),
}


@dataclass(frozen=True)
class Settings:
    """A recipe applied to one method and one task."""

    knobs: dict = field(default_factory=dict)
    dials: dict = field(default_factory=dict)
    budget: dict = field(default_factory=dict)


def settings(method: str, preset: tasks.Preset, like: str) -> Settings:
    """The choices of ``like``, none for "level". ValueError for an unknown value, or a method without a recipe."""
    if like not in LIKE:
        raise ValueError(f"like = {shown(like)} is not allowed; it takes {' or '.join(LIKE)}.")
    if like == "level":
        return Settings()
    if method not in RECIPES:
        raise ValueError(f"method {method!r} has no recipe of a paper; choose one of {', '.join(RECIPES)}.")
    recipe = RECIPES[method]
    knobs = OWN_WIDTH | recipe.knobs
    if not issubclass(preset.options, Trifeature.DIALS):
        return Settings(knobs)
    knobs = knobs | IMAGES | recipe.images | (recipe.full if preset == tasks.preset(FULL) else {})
    return Settings(knobs, DIALS | recipe.dials, BUDGET | recipe.budget)
