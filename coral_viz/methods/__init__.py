"""The methods, one file each. A new file here that subclasses Method is found by its NAME; nothing else to touch."""

import importlib
import pkgutil

from coral_viz.methods.method import REGISTRY, FusionKnobs, Knobs, Method
from coral_viz.options import shown
from coral_viz.tasks import Task

__all__ = ["FusionKnobs", "Knobs", "Method", "build", "get", "names"]

for _, _module, _is_package in pkgutil.iter_modules(__path__):
    if not _is_package:
        importlib.import_module(f"{__name__}.{_module}")


def names() -> list[str]:
    """The methods that ``build`` knows."""
    return sorted(REGISTRY)


def get(name: str) -> type[Method]:
    """The method's class; ValueError naming the known ones if there is none."""
    if name not in REGISTRY:
        raise ValueError(f"method {shown(name)} does not exist; choose one of {', '.join(names())}.")
    return REGISTRY[name]


def build(name: str, task: Task, **knobs) -> Method:
    """A freshly initialised method for a task, on the task's device, with torch's current random state.

    Raises ValueError for an unknown method, an unknown knob, a value out of range, or a number of modalities that the
    method does not take.
    """
    cls = get(name)
    method = cls(task, cls.KNOBS.make(f"method {name!r}", knobs))
    return method.to(task.device)
