"""Tasks: multimodal data whose redundancy, uniqueness and synergy are known in bits."""

from coral_viz.tasks.base import Batch, Modality, Task
from coral_viz.tasks.factors import Factors

__all__ = ["Batch", "Modality", "Task", "load", "names"]

REGISTRY = {
    "factors": (Factors, {}),
    # after Symile (NeurIPS 2024, arXiv 2411.01053): two fair bits and their XNOR (XOR with its values renamed),
    # so that no pair of modalities tells anything and all three hold one bit
    "xnor": (
        Factors,
        {
            "distribution": "biased",
            "count": 3,
            "classes": 2,
            "amplitude_redundancy": 0.0,
            "amplitude_unique": 0.0,
            "alpha": 0.0,
        },
    ),
}
"""By name: a class and the dials that the name stands for."""


def names() -> list[str]:
    """The tasks that ``load`` knows."""
    return sorted(REGISTRY)


def load(name: str, *, seed: int = 0, device="cpu", **dials) -> Task:
    """One world of a task. ``seed`` draws the world; ``dials`` are the task's settings (see its Dials class).

    Dials given here go before those that the name stands for. The world bears the name it was loaded by.

    Raises ValueError for an unknown task, an unknown dial or a value out of range.
    """
    if name not in REGISTRY:
        raise ValueError(f"task {name!r} does not exist; choose one of {', '.join(names())}.")
    cls, preset = REGISTRY[name]
    world = cls(seed=seed, device=device, **(preset | dials))
    world.name = name
    if "distribution" in preset:
        world.distributions = (preset["distribution"],)
    return world
