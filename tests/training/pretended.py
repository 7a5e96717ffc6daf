"""Tasks, methods and generators on a device without numbers (torch's meta), in place of one that is not here.

What mixes devices, looks at a number or has a shape that hangs on one, raises; what copies from the CPU is counted.
"""

import contextlib
import io
import pickle
from contextlib import contextmanager

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

DEVICE = torch.device("meta")


class Generator:
    device = DEVICE


class Copies(TorchDispatchMode):
    """Notes every operation that brings numbers from the CPU to the device."""

    def __init__(self):
        super().__init__()
        self.found = []

    def __torch_dispatch__(self, operation, types, arguments=(), options=None):
        result = operation(*arguments, **(options or {}))
        given = [x for x in arguments if isinstance(x, torch.Tensor) and x.device.type == "cpu"]
        if given and isinstance(result, torch.Tensor) and result.device == DEVICE and "copy" in str(operation):
            self.found.append(str(operation))
        return result


class _Pickler(pickle.Pickler):
    def persistent_id(self, thing):
        if isinstance(thing, torch.device):
            return "device"
        if isinstance(thing, torch.Tensor):
            return "tensor", tuple(thing.shape), thing.dtype, isinstance(thing, nn.Parameter), thing.requires_grad
        return None


class _Unpickler(pickle.Unpickler):
    def persistent_load(self, kept):
        if kept == "device":
            return DEVICE
        _, shape, dtype, is_parameter, wanted = kept
        x = torch.empty(shape, dtype=dtype, device=DEVICE)
        return nn.Parameter(x, requires_grad=wanted) if is_parameter else x


def moved(*things):
    """Copies whose tensors and devices are the pretended device's."""
    file = io.BytesIO()
    _Pickler(file).dump(things)
    file.seek(0)
    return _Unpickler(file).load()


@contextmanager
def device(patch):
    """Inside, generators may be of the device; yields what counts copies to it."""
    patch.setattr(torch, "autocast", lambda *_, **__: contextlib.nullcontext())  # which knows no such device
    for name in ("rand", "randn", "randint", "randperm"):
        patch.setattr(torch, name, _without_generator(getattr(torch, name)))
    with Copies() as copies:
        for owner, name in ((torch, "tensor"), (torch, "as_tensor"), (torch.Tensor, "new_tensor")):
            patch.setattr(owner, name, _noted(getattr(owner, name), copies.found))
        yield copies


def _noted(make, found):
    def made(*arguments, **options):
        result = make(*arguments, **options)
        if result.device == DEVICE:
            found.append(make.__name__)
        return result

    return made


def _without_generator(draw):
    def drawn(*arguments, generator=None, **options):
        own = {} if isinstance(generator, Generator) else {"generator": generator}
        return draw(*arguments, **own, **options)

    return drawn
