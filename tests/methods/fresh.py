"""Fresh methods, and small tasks with two views of a batch, for tests of methods."""

import torch

from coral_viz import methods, tasks


def built(name, task, **knobs):
    """A method whose initial weights are always the same."""
    torch.manual_seed(0)
    return methods.build(name, task, **knobs)


def task_and_views(count=2, name="factors", **dials):
    """A task, of ``factors`` with so many modalities, and two views of 16 training samples."""
    task = tasks.load(name, seed=0, **({"count": count} if name == "factors" else {}), **dials)
    return task, task.views(task.sample(16, "train", 0), torch.Generator().manual_seed(0))
