"""The methods, one file each. The registry finds every subclass of Method in this package by its NAME.

Methods outside of the package are found by their import path, ``module:Class``.
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
    """A method with fresh random weights, from torch's random state, on the task's device.

    Args:
        name: a method's name, import path or alias.
        task: determines the encoders and the number of modalities.
        knobs: hyperparameters of the method (see its ``KNOBS``).

    Raises:
        ValueError: an unknown method or hyperparameter, a value out of range, or a number of modalities that the method
            does not support.
    """
    cls = get(name)
    method = cls(task, cls.KNOBS.make(f"method {name!r}", knobs))
    return method.to(task.device)
