"""Tasks: multimodal data whose redundancy, uniqueness and synergy are known in bits."""

from coral_viz.tasks.base import Batch, Modality, Task
from coral_viz.tasks.factors import Factors

__all__ = ["Batch", "Modality", "Task", "load", "names"]

REGISTRY = {"factors": Factors}


def names() -> list[str]:
    """The tasks that ``load`` knows."""
    return sorted(REGISTRY)


def load(name: str, *, seed: int = 0, device="cpu", **dials) -> Task:
    """One world of a task. ``seed`` draws the world; ``dials`` are the task's settings (see its Dials class).

    Raises ValueError for an unknown task, an unknown dial or a value out of range.
    """
    if name not in REGISTRY:
        raise ValueError(f"task {name!r} does not exist; choose one of {', '.join(names())}.")
    return REGISTRY[name](seed=seed, device=device, **dials)
