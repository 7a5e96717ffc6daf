"""The losses against the values of the published implementations, slow oracles, and what must hold for any input."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from coral_viz import losses

REFERENCE = Path(__file__).parent / "reference"
VALUES = json.loads((REFERENCE / "losses.json").read_text())
INPUTS = np.load(REFERENCE / "losses.npz")


def embeddings(case):
    names = [f"view{v}_{part}" for v in (1, 2) for part in ("mod1", "mod2", "fused")]
    return [torch.tensor(INPUTS[f"{case}/{name}"], requires_grad=True) for name in names]


def gradient_norms(loss, tensors):
    return [g.norm().item() for g in torch.autograd.grad(loss, tensors)]


@pytest.mark.parametrize("case", ["a", "b"])
def test_comm_equals_the_published_values(case):
    z = embeddings(case)
    terms = losses.comm(z[:3], z[3:], temperature=VALUES[case]["settings"]["tau"])
    loss = sum(terms.values())
    assert loss.item() == pytest.approx(VALUES[case]["comm"]["loss"], abs=1e-9)
    assert gradient_norms(loss, z) == pytest.approx(VALUES[case]["comm"]["grad_norms"], abs=1e-8)


@pytest.mark.parametrize("case", ["a", "b"])
@pytest.mark.parametrize(("form", "weight"), [("hinge", 1.0), ("squared", 10.0)])
def test_coral_equals_the_published_values(case, form, weight):
    z = embeddings(case)
    tau = VALUES[case]["settings"]["tau"]
    terms = losses.coral(z[2], z[5], z[:2], z[3:5], temperature=tau, orthogonality=form, orthogonality_weight=weight)
    published = VALUES[case][f"coral_{form}"]
    names = {
        "shared": "loss_fusion",
        "unique_1": "loss_mod1",
        "unique_2": "loss_mod2",
        "orthogonal_unique": "loss_ortho_bmods",
        "orthogonal_1": "loss_ortho_mod1",
        "orthogonal_2": "loss_ortho_mod2",
    }
    assert {names[k]: v.item() for k, v in terms.items()} == pytest.approx(published["terms"], abs=1e-9)
    assert gradient_norms(sum(terms.values()), z) == pytest.approx(published["grad_norms"], abs=1e-8)


@pytest.mark.parametrize("case", ["a", "b"])
def test_clip_equals_the_published_values(case):
    z = embeddings(case)[:2]
    loss = losses.clip(*z, logit_scale=VALUES[case]["clip"]["logit_scale"])
    assert loss.item() == pytest.approx(VALUES[case]["clip"]["loss"], abs=1e-9)
    assert gradient_norms(loss, z) == pytest.approx(VALUES[case]["clip"]["grad_norms"], abs=1e-8)


def slow_nt_xent(a, b, tau):
    unit = [[x / math.sqrt(sum(v * v for v in row)) for x in row] for row in [*a.tolist(), *b.tolist()]]
    rows, total = len(unit), 0.0
    for i in range(rows):
        similar = [sum(x * y for x, y in zip(unit[i], unit[j])) / tau for j in range(rows)]
        partner = (i + rows // 2) % rows
        total += math.log(sum(math.exp(s) for j, s in enumerate(similar) if j != i)) - similar[partner]
    return total / rows


def test_nt_xent_equals_a_loop_over_pairs_and_takes_leading_axes():
    torch.manual_seed(0)
    a, b = torch.randn(3, 5, 4, dtype=torch.float64), torch.randn(3, 5, 4, dtype=torch.float64)
    expected = [slow_nt_xent(x, y, 0.3) for x, y in zip(a, b)]
    assert losses.nt_xent(a, b, temperature=0.3).tolist() == pytest.approx(expected, abs=1e-12)


@given(st.integers(0, 10**6), st.floats(0.05, 20), st.floats(0.05, 1))
def test_nt_xent_is_symmetric_and_blind_to_scale_and_order(seed, scale, tau):
    generator = torch.Generator().manual_seed(seed)
    a, b = torch.randn(2, 6, 5, generator=generator, dtype=torch.float64)
    order = torch.randperm(6, generator=generator)
    value = losses.nt_xent(a, b, temperature=tau)
    for other in (
        losses.nt_xent(b, a, temperature=tau),
        losses.nt_xent(a * scale, b, temperature=tau),
        losses.nt_xent(a[order], b[order], temperature=tau),
    ):
        assert other.item() == pytest.approx(value.item(), abs=1e-9)


def test_comm_sum_is_the_mean_times_the_number_of_subsets():
    z = embeddings("a")
    mean = losses.comm(z[:3], z[3:], temperature=0.1)
    total = losses.comm(z[:3], z[3:], temperature=0.1, reduction="sum")
    assert {k: 3 * v.item() for k, v in mean.items()} == pytest.approx({k: v.item() for k, v in total.items()})


@pytest.mark.parametrize("form", ["hinge", "squared"])
def test_gradients_are_those_of_the_values(form):
    torch.manual_seed(1)
    z = [torch.randn(3, 4, dtype=torch.float64, requires_grad=True) for _ in range(6)]

    def loss(*z):
        options = {"temperature": 0.5, "orthogonality": form, "orthogonality_weight": 2.0}
        return sum(losses.coral(z[0], z[1], z[2:4], z[4:], **options).values())

    assert torch.autograd.gradcheck(loss, z)
    assert torch.autograd.gradcheck(lambda *z: sum(losses.comm(z[:3], z[3:], temperature=0.5).values()), z)


def test_overlap_of_known_angles():
    a = torch.tensor([[1.0, 0.0]] * 3)
    b = torch.tensor([[2.0, 0.0], [0.0, 3.0], [-1.0, 0.0]])
    assert losses.overlap(a, b, form="hinge").item() == pytest.approx(1 / 3)
    assert losses.overlap(a, b, form="squared").item() == pytest.approx(2 / 3)


@pytest.mark.parametrize("z", [torch.zeros(4, 3), torch.ones(4, 3)], ids=["zero", "identical"])
def test_degenerate_embeddings_give_finite_losses_and_gradients(z):
    z = [z.clone().requires_grad_() for _ in range(6)]
    for terms in (
        losses.comm(z[:3], z[3:], temperature=0.1),
        losses.coral(z[0], z[1], z[2:4], z[4:], temperature=0.1, orthogonality_weight=1.0),
        {"clip": losses.clip(z[0], z[1], logit_scale=10.0)},
    ):
        loss = sum(terms.values())
        assert torch.isfinite(loss)
        assert all(torch.isfinite(g).all() for g in torch.autograd.grad(loss, z, allow_unused=True) if g is not None)


def test_losses_keep_full_precision_where_networks_do_not():
    torch.manual_seed(0)
    z = [torch.randn(8, 16).bfloat16() for _ in range(6)]
    wide = [x.float() for x in z]

    def values(z):
        options = {"temperature": 0.1, "orthogonality_weight": 1.0}
        terms = losses.coral(z[0], z[1], z[2:4], z[4:], **options) | losses.comm(z[:3], z[3:], temperature=0.1)
        return torch.stack([*terms.values(), losses.clip(z[0], z[1], logit_scale=10.0)])

    with torch.autocast("cpu", torch.bfloat16):
        narrow = values(z)
    assert narrow.dtype == torch.float32
    assert torch.equal(narrow, values(wide))
