"""Where the tests of this folder compute (``--device``): on CUDA where there is one, else on the CPU."""

import pytest
import torch

from coral_viz.training import resolve

DRAWS = ("rand", "randn", "randint", "randperm", "rand_like")


@pytest.fixture(scope="session")
def device(request):
    return resolve(request.config.getoption("--device"))


@pytest.fixture
def exact(monkeypatch):
    """Convolutions on CUDA in float32 throughout, as products of matrices are."""
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", False)


@pytest.fixture
def cpu_draws(monkeypatch):
    """Random numbers without a generator are the CPU's, whatever the device, so that masks are the same everywhere."""
    for name in DRAWS:
        monkeypatch.setattr(torch, name, _drawn_on_cpu(getattr(torch, name)))


def _drawn_on_cpu(draw):
    def drawn(*arguments, device="cpu", generator=None, **options):
        if generator is not None:
            return draw(*arguments, device=device, generator=generator, **options)
        if isinstance(arguments[0], torch.Tensor):  # rand_like
            device = arguments[0].device
        return draw(*(x.cpu() if isinstance(x, torch.Tensor) else x for x in arguments), **options).to(device)

    return drawn
