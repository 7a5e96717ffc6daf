"""What holds for every loss: right gradients, no care for scale or order, finite at the edges, full precision."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from coral_viz.methods import losses


def gates(z, count, batch):
    """A gate that is open by a quarter, and one neutral direction, for a target of ``count`` modalities or each."""
    return {"neutral": z.new_ones(count, z.shape[-1]), "weights": [z.new_full((batch, batch, count - 1), 0.25)] * count}


LISTS = {  # of one embedding per modality
    "cmc": lambda z: losses.cmc(z, temperature=0.3),
    "clip_pairs": lambda z: losses.clip_pairs(z, logit_scale=5.0),
    "clip_ib": lambda z: losses.clip_ib(z, logit_scale=5.0, beta=0.4),
    "symile": lambda z: losses.symile(z, logit_scale=5.0),
    "gram": lambda z: losses.gram(z, temperature=0.3),
    "triangle": lambda z: losses.triangle(z, temperature=0.3),
    "ovaib": lambda z: losses.ovaib(z, temperature=0.3, beta=0.4),
    "ovaib precomputed": lambda z: losses.ovaib(z, temperature=0.3, beta=0.4, projected="precomputed"),
    "pmrl": lambda z: losses.pmrl(z, temperature=0.3, alignment_temperature=0.4),
    "gated_symile": lambda z: losses.gated_symile(
        z, **gates(z[0], len(z), len(z[0])), strength=0.7, logit_scale=5.0, distillation=0.0
    ),
}
ORDERED = {  # of embeddings with roles of their own
    "nt_xent": lambda z: losses.nt_xent(z[0], z[1], temperature=0.3),
    "clip": lambda z: losses.clip(z[0], z[1], logit_scale=5.0),
    "symile shuffled": lambda z: losses.symile(
        z[:3], logit_scale=5.0, negatives="shuffled", generator=torch.Generator().manual_seed(0)
    ),
    "gram anchored": lambda z: losses.gram(z[:3], temperature=0.3, anchor=1),
    "comm": lambda z: losses.comm(z[:3], z[3:6], temperature=0.3),
    "coral hinge": lambda z: losses.coral(z[0], z[1], z[2:4], z[4:6], temperature=0.3, orthogonality_weight=2.0),
    "coral squared": lambda z: losses.coral(
        z[0], z[1], z[2:4], z[4:6], temperature=0.3, orthogonality_weight=2.0, orthogonality="squared"
    ),
    "infmasking": lambda z: losses.infmasking(
        z[:3], z[3:6], torch.stack(z[6:8]), torch.stack(z[8:10]), temperature=0.3, mask_weight=0.6
    ),
    "confu": lambda z: losses.confu(z[:4], z[4:10], temperature=0.3, fused_weight=0.6),
    "shared_information": lambda z: losses.shared_information(*z[:4], temperature=0.3, beta=0.6),
    "specific_information": lambda z: losses.specific_information(
        z[0], z[1], (z[2], z[3]), (z[4], z[5]), temperature=0.3, orthogonality_weight=0.6
    ),
}
SCORES = {
    "pairwise_score": losses.pairwise_score,
    "symile_score": losses.symile_score,
    "gram_score": losses.gram_score,
    "triangle_score": losses.triangle_score,
    "ovaib_score": losses.ovaib_score,
    "pmrl_score": losses.pmrl_score,
    "gated_score": lambda q, g: losses.gated_score(
        q, g, neutral=q.new_ones(2, q.shape[-1]), weights=q.new_full((len(q), len(g[0]), 2), 0.25), strength=0.7
    ),
}
EVERY = LISTS | ORDERED | {name: lambda z, score=score: score(z[0], z[1:3]).mean() for name, score in SCORES.items()}


def total(result):
    return sum(result.values()) if isinstance(result, dict) else result


def taken(name):
    return 3 if name in LISTS else 10


def random(count, batch, width, seed, dtype=torch.float64):
    return list(torch.randn(count, batch, width, generator=torch.Generator().manual_seed(seed), dtype=dtype))


@pytest.mark.parametrize("name", EVERY)
def test_gradients_are_those_of_the_values(name):
    z = [x.requires_grad_() for x in random(taken(name), 3, 4, 1)]
    assert torch.autograd.gradcheck(lambda *z: total(EVERY[name](list(z))), z)


@pytest.mark.parametrize("count", [2, 4, 5])
def test_ovaib_has_the_right_gradients_for_any_number_of_modalities(count):
    z = [x.requires_grad_() for x in random(count, 3, 6, 2)]
    assert torch.autograd.gradcheck(lambda *z: total(LISTS["ovaib"](list(z))), z)


@pytest.mark.parametrize("name", [name for name in EVERY if name != "symile shuffled"])
@settings(max_examples=10)
@given(seed=st.integers(0, 10**6), scale=st.floats(0.05, 20))
def test_neither_scale_nor_the_order_of_samples_matters(name, seed, scale):
    z, order = random(taken(name), 5, 4, seed), torch.randperm(5, generator=torch.Generator().manual_seed(seed))
    value = total(EVERY[name](z)).item()
    assert total(EVERY[name]([z[0] * scale, *z[1:]])).item() == pytest.approx(value, abs=1e-7)
    assert total(EVERY[name]([x[order] for x in z])).item() == pytest.approx(value, abs=1e-7)


@pytest.mark.parametrize("name", LISTS)
@settings(max_examples=10)
@given(seed=st.integers(0, 10**6), order=st.permutations(range(3)))
def test_the_order_of_modalities_does_not_matter(name, seed, order):
    z = random(3, 5, 4, seed)
    assert total(LISTS[name]([z[m] for m in order])).item() == pytest.approx(total(LISTS[name](z)).item(), abs=1e-7)


EDGES = {
    "zero": lambda count: [torch.zeros(4, 3)] * count,
    "identical samples": lambda count: [torch.ones(4, 3)] * count,
    "identical modalities": lambda count: random(1, 4, 3, 0, torch.float32) * count,
    "opposite modalities": lambda count: [(-1) ** m * x for m, x in enumerate(EDGES["identical modalities"](count))],
    "one zero sample": lambda count: [
        x * torch.tensor([[0.0], [1], [1], [1]]) for x in random(count, 4, 3, 0, torch.float32)
    ],
    "one zero modality": lambda count: [torch.zeros(4, 3), *random(count - 1, 4, 3, 0, torch.float32)],
    "orthogonal modalities": lambda count: [torch.eye(count)[m].expand(4, count) for m in range(count)],
    "batch of 2": lambda count: random(count, 2, 3, 0, torch.float32),
    "batch of 1": lambda count: random(count, 1, 3, 0, torch.float32),
    "more modalities than numbers": lambda count: random(count, 4, 2, 0, torch.float32),
}


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("name", EVERY)
def test_degenerate_embeddings_give_finite_losses_and_gradients(name, edge):
    z = [x.clone().requires_grad_() for x in EDGES[edge](taken(name))]
    loss = total(EVERY[name](z))
    assert loss.dtype == torch.float32
    assert torch.isfinite(loss)
    assert all(torch.isfinite(g).all() for g in torch.autograd.grad(loss, z, allow_unused=True) if g is not None)


@pytest.mark.parametrize("name", ["cmc", "clip_pairs", "symile", "gram", "triangle", "gated_symile", "nt_xent", "clip"])
def test_a_batch_of_1_has_nothing_to_tell_apart(name):
    assert total(EVERY[name](random(3, 1, 4, 0))).item() == pytest.approx(0, abs=1e-12)


def test_ovaib_has_no_sufficiency_for_a_batch_of_1():
    assert losses.ovaib(random(3, 1, 4, 0), temperature=0.01, beta=1.0)["sufficiency"].item() == 0


@pytest.mark.parametrize("name", EVERY)
def test_losses_keep_full_precision_where_networks_do_not(name):
    z = [x.bfloat16() for x in random(taken(name), 8, 16, 0)]
    with torch.autocast("cpu", torch.bfloat16):
        narrow = total(EVERY[name](z))
    assert narrow.dtype == torch.float32
    assert torch.equal(narrow, total(EVERY[name]([x.float() for x in z])))


@pytest.mark.parametrize("name", [name for name in LISTS if name != "triangle"])
def test_one_modality_or_unequal_shapes_are_refused(name):
    z = random(3, 4, 5, 0)
    with pytest.raises(ValueError, match="1 modality given"):
        LISTS[name](z[:1])
    with pytest.raises(ValueError, match="cannot be compared"):
        LISTS[name]([z[0], z[1][:3], z[2]])


@pytest.mark.parametrize("name", SCORES)
def test_scores_take_galleries_of_another_size_and_refuse_unequal_ones(name):
    queries, gallery = random(1, 7, 5, 0)[0], random(2, 4, 5, 1)
    assert SCORES[name](queries, gallery).shape == (7, 4)
    with pytest.raises(ValueError, match="cannot be compared"):
        SCORES[name](queries, [gallery[0], gallery[1][:3]])


@pytest.mark.parametrize("value", [torch.nan, torch.inf])
@pytest.mark.parametrize("name", EVERY)
def test_values_that_are_not_finite_give_no_number(name, value):
    z = random(taken(name), 4, 8, 0)
    z[0][1, 2] = value
    try:
        assert total(EVERY[name](z)).isnan()
    except ValueError as error:
        assert "takes finite embeddings, but these hold NaN or inf" in str(error)  # noqa: PT017


@pytest.mark.parametrize("temperature", [0, -0.1, float("nan"), float("inf")])
@pytest.mark.parametrize("loss", [losses.cmc, losses.gram, losses.triangle])
def test_a_temperature_that_is_not_positive_is_refused(loss, temperature):
    with pytest.raises(ValueError, match=f"temperature = {temperature} is not allowed; it takes a number above 0"):
        loss(random(3, 4, 5, 0), temperature=temperature)
