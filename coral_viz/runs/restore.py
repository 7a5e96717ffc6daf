"""A finished run as it was at its end: its task and the trained method."""

from __future__ import annotations

from coral_viz import methods, tasks
from coral_viz.runs.run import initialised
from coral_viz.runs.spec import RunSpec
from coral_viz.runs.store import Store
from coral_viz.training.devices import resolve


def restored(spec: RunSpec, store: Store, device: str = "cpu") -> tuple[tasks.Task, methods.Method]:
    """The task and the method, with the weights of the run, in evaluation mode.

    Raises ValueError if the method has changed since the run, or if the weights are not those of the method.
    """
    version = methods.get(spec.method).VERSION
    if spec.method_version != version:
        raise ValueError(
            f"run {spec.id!r} was trained by version {spec.method_version} of {spec.method!r}, which is now version "
            f"{version}; train it again."
        )
    task = spec.load_task(resolve(device))
    method = initialised(spec, task)
    try:
        method.load_state_dict(store.weights(spec))
    except RuntimeError:
        raise ValueError(f"the weights of run {spec.id!r} do not fit the method {spec.method!r}.") from None
    return task, method.eval()
