"""A training step waits for no device: it copies nothing to it, looks at no number, and no shape hangs on one."""

from contextlib import contextmanager

import pretended
import pytest
import torch
from torch.optim import optimizer
from torch.utils._python_dispatch import TorchDispatchMode

from coral_viz import methods, tasks, training

WORLDS = {
    "spread": ("factors", {"observation": "spread"}),
    "looks": ("factors", {"observation": "looks", "features": 24, "distribution": "relation"}),
    "three": ("factors", {"count": 3, "classes": 2}),
    "digits": ("digits", {}),
    "pixels": ("digits", {"views": "pixels"}),
    "images": ("trifeature-4", {"size": 16, "values": 2, "pairs": 8}),
}
CASES = [("spread", name, {}) for name in methods.names() if methods.get(name).COUNT[0] == 2] + [
    ("three", "triangle", {}),
    ("three", "confu", {}),
    ("three", "symile", {}),
    ("three", "gram", {"learned": True}),
    *[(world, "coral", {}) for world in ("looks", "digits", "pixels", "images")],
]
WAITING = ("_local_scalar_dense", "nonzero", "unique", "masked_select", "equal", "repeat_interleave", "lift_fresh")


def world_of(name):
    task, dials = WORLDS[name]
    return tasks.load(task, **dials)


class Waits(TorchDispatchMode):
    """Notes operations for which the host would wait for a device; not those of optimisers, whose counters are here."""

    def __init__(self):
        super().__init__()
        self.found, self.counting = [], True

    def __torch_dispatch__(self, operation, types, arguments=(), options=None):
        name = operation.overloadpacket.__name__
        by_mask = name.startswith("index") and any(x is not None and x.dtype == torch.bool for x in _indices(arguments))
        if self.counting and (name.startswith(WAITING) or by_mask):
            self.found.append(name)
        return operation(*arguments, **(options or {}))


def _indices(arguments):
    return arguments[1] if len(arguments) > 1 and isinstance(arguments[1], list | tuple) else []


@contextmanager
def counted():
    with Waits() as waits:
        pause = [
            optimizer.register_optimizer_step_pre_hook(lambda *_: setattr(waits, "counting", False)),
            optimizer.register_optimizer_step_post_hook(lambda *_: setattr(waits, "counting", True)),
        ]
        try:
            yield waits
        finally:
            for hook in pause:
                hook.remove()


@pytest.mark.parametrize(("world", "name", "knobs"), [case for case in CASES if case[0] != "images"])
def test_a_step_waits_for_nothing(world, name, knobs):
    task = world_of(world)
    method = methods.build(name, task, **knobs)
    found = []
    callbacks = {1: lambda *_: found.append(len(waits.found))}
    with counted() as waits:
        training.train(method, task, steps=3, batch=4, samples=8, progress=False, callbacks=callbacks)
    assert found[-1] == found[0], waits.found


def test_what_waits_is_counted():
    x = torch.arange(4.0)
    with counted() as waits:
        x[x > 1]
        float(x.sum())
        (x > 1).nonzero()
    assert waits.found[0] == "index"
    assert {"_local_scalar_dense", "nonzero"} <= set(waits.found)


@pytest.mark.parametrize(("world", "name", "knobs"), CASES)
def test_a_step_lives_on_one_device(world, name, knobs, monkeypatch):
    task = world_of(world)
    if world == "images":
        assert task.images.shape[-1] == 16  # rendered before
    batch, method = task.sample(4, "train", 0), methods.build(name, task, **knobs)
    task, batch, method, order = pretended.moved(task, batch, method, torch.arange(4))
    with pretended.device(monkeypatch) as copies:
        for progress in (0.0, 0.9):
            terms = method.loss(*task.views(batch[order], pretended.Generator()), progress)
            torch.stack(list(terms.values())).sum().backward()
    assert {term.device for term in terms.values()} == {pretended.DEVICE}
    assert copies.found == []


def test_copies_to_the_device_are_counted(monkeypatch):
    with pretended.device(monkeypatch) as copies:
        torch.tensor([1.0, 2.0], device=pretended.DEVICE)
        torch.zeros(2).to(pretended.DEVICE)
        torch.zeros(2, device=pretended.DEVICE).new_tensor([1.0])
    assert copies.found == ["tensor", "aten._to_copy.default", "new_tensor"]
