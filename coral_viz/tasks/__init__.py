"""Tasks: multimodal data whose redundancy, uniqueness and synergy are known in bits, and ``from_arrays``: one's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from coral_viz.options import seed_of, shown
from coral_viz.tasks.arrays import from_arrays
from coral_viz.tasks.digits import Digits
from coral_viz.tasks.factors import Factors
from coral_viz.tasks.task import Batch, Modality, Task
from coral_viz.tasks.trifeature import Trifeature

__all__ = ["Batch", "Modality", "Preset", "Task", "from_arrays", "load", "names", "preset"]


@dataclass(frozen=True)
class Preset:
    """What a task's name stands for: a class, dials, and what its runs use unless told otherwise.

    ``network``: knobs of every method that has them; ``budget``: fields of ``runs.Budget``.
    """

    task: type[Task]
    dials: dict = field(default_factory=dict)
    network: dict = field(default_factory=dict)
    budget: dict = field(default_factory=dict)


XNOR = {"distribution": "biased", "count": 3, "classes": 2, "alpha": 0.0}
COMPACT = {"dim": 64, "projection": 128}
PAPER = {"dim": 512, "hidden": 512, "projection": 256, "heads": 8}
PAIRS = {"batch": 64, "samples": 10_000, "probe_samples": 10_000}
LAPTOP = PAIRS | {"lr": 1e-3}

REGISTRY = {
    "digits": Preset(Digits),
    "factors": Preset(Factors),
    # after Symile (NeurIPS 2024, arXiv 2411.01053): two fair bits and their XNOR (XOR with its values renamed),
    # so that no pair of modalities tells anything and all three hold one bit
    "xnor": Preset(Factors, XNOR | {"amplitude_redundancy": 0.0, "amplitude_unique": 0.0}),
    # the papers' setting: AlexNet, 100 epochs of 10 000 pairs
    "trifeature": Preset(Trifeature, {"size": 224}, PAPER, PAIRS | {"steps": 15_600, "lr": 3e-4}),
    "trifeature-64": Preset(Trifeature, {"size": 64}, COMPACT, LAPTOP | {"steps": 3000}),
    "trifeature-32": Preset(Trifeature, {"size": 32}, COMPACT, LAPTOP | {"steps": 3000}),
    # four shapes, textures and colours: small enough to be learned while people watch; more renders of each
    # combination, or there would be too few pairs
    "trifeature-4": Preset(
        Trifeature, {"size": 32, "values": 4, "renders": 10, "test_renders": 10}, COMPACT, LAPTOP | {"steps": 1500}
    ),
}


def names() -> list[str]:
    """The tasks that ``load`` knows."""
    return sorted(REGISTRY)


def preset(name: str) -> Preset:
    """What the name stands for; ValueError naming the known ones if there is none."""
    if name not in REGISTRY:
        raise ValueError(f"task {shown(name)} does not exist; choose one of {', '.join(names())}.")
    return REGISTRY[name]


def load(name: str, *, seed: int = 0, device="cpu", **dials) -> Task:
    """One world of a task. ``seed`` draws the world; ``dials`` are the task's settings (see its Dials class).

    Dials given here go before those that the name stands for. The world bears the name it was loaded by.

    Raises ValueError for an unknown task, an unknown dial, a value out of range or a seed that is none.
    """
    seed, chosen = seed_of(seed), preset(name)
    make: Callable[..., Task] = chosen.task
    world = make(seed=seed, device=device, **(chosen.dials | dials))
    world.name = name
    if "distribution" in chosen.dials:
        world.distributions = (chosen.dials["distribution"],)
    return world
