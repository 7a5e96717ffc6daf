"""The methods, one file each. A new file here that subclasses Method is found by its NAME; nothing else to touch.

Methods that live elsewhere are found by their import path, ``module:Class``.
"""

import importlib
import pkgutil

from coral_viz.methods.method import REGISTRY, FusionKnobs, Knobs, Method
from coral_viz.options import shown
from coral_viz.registries import Registry
from coral_viz.tasks import Task

__all__ = ["FusionKnobs", "Knobs", "Method", "build", "get", "names", "register", "resolve"]

for _, _module, _is_package in pkgutil.iter_modules(__path__):
    if not _is_package:
        importlib.import_module(f"{__name__}.{_module}")


def _method_of(found: object) -> type[Method]:
    """What a path leads to, if it is a method; TypeError if not."""
    if not (isinstance(found, type) and issubclass(found, Method)):
        raise TypeError(f"it is {shown(found)}, not a subclass of methods.Method")
    return found


_METHODS = Registry("method", REGISTRY, _method_of)
names = _METHODS.names
get = _METHODS.get
resolve = _METHODS.resolve
register = _METHODS.register
check_asked = _METHODS.check_asked


def build(name: str, task: Task, **knobs) -> Method:
    """A freshly initialised method for a task, on the task's device, with torch's current random state.

    Raises ValueError for an unknown method, an unknown knob, a value out of range, or a number of modalities that the
    method does not take.
    """
    cls = get(name)
    method = cls(task, cls.KNOBS.make(f"method {name!r}", knobs))
    return method.to(task.device)
