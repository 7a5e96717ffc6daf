"""The published values, the embeddings they belong to, and random embeddings."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

REFERENCE = Path(__file__).parents[1] / "reference"


@pytest.fixture(params=["a", "b"])
def case(request):
    """Published values, z (three embeddings of view 1, three of view 2) and masked fusions of one reference case."""
    inputs = np.load(REFERENCE / "losses.npz")

    def load(name):
        return torch.tensor(inputs[f"{request.param}/{name}"], requires_grad=True)

    values = json.loads((REFERENCE / "losses.json").read_text())[request.param]
    z = [load(f"view{v}_{part}") for v in (1, 2) for part in ("mod1", "mod2", "fused")]
    masked = [[x.detach().requires_grad_() for x in load(f"view{v}_masked")] for v in (1, 2)]
    return SimpleNamespace(values=values, z=z, masked=masked, **values["settings"])


@pytest.fixture
def agree():
    """Check a loss and the norms of its gradients against published ones."""

    def check(loss, published, tensors):
        assert loss.item() == pytest.approx(published["loss"], abs=1e-9)
        norms = [g.norm().item() for g in torch.autograd.grad(loss, tensors)]
        assert norms == pytest.approx(published["grad_norms"], abs=1e-8)

    return check


@pytest.fixture
def draw():
    """draw(M, B, E, seed=0): M random float64 embeddings (B, E)."""

    def embeddings(*shape, seed=0):
        return list(torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64))

    return embeddings
