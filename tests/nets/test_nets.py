"""The shared networks: the CLS shortcut against the whole transformer, grouped statistics against separate calls."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from coral_viz.methods.nets import AttentionPool, FusionTransformer, LookEncoder, ProjectionHead, TokenEncoder, encoder
from coral_viz.tasks import Modality


def variants(tokens):
    drop = torch.zeros(4, 1, tokens, dtype=torch.bool)
    drop[0, :, : tokens // 2] = True
    drop[1, :, tokens // 2 :] = True
    drop[2] = True
    return drop


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_cls_shortcut_is_exact_in_value_and_gradient(dtype):
    torch.manual_seed(0)
    fusion = FusionTransformer(dim=16, heads=4, depth=1).to(dtype)
    nn.init.normal_(fusion.blocks[0].attention.in_proj_bias)
    tokens = torch.randn(5, 6, 16, dtype=dtype, requires_grad=True)
    for drop in (None, variants(6), torch.rand(3, 5, 6) < 0.5):
        fast, slow = fusion(tokens, drop), fusion.all_rows(tokens, drop)
        torch.testing.assert_close(fast, slow, atol=1e-6, rtol=0)
        weight = torch.randn_like(fast)
        inputs = [tokens, *fusion.parameters()]
        for one, two in zip(
            torch.autograd.grad((fast * weight).sum(), inputs), torch.autograd.grad((slow * weight).sum(), inputs)
        ):
            torch.testing.assert_close(one, two, atol=2e-5 if dtype == torch.float32 else 1e-9, rtol=0)


@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize("drop", [None, variants(6)])
def test_hidden_tokens_are_replaced_by_the_filler(depth, drop):
    torch.manual_seed(0)
    fusion = FusionTransformer(dim=16, heads=4, depth=depth).double()
    tokens, filler = torch.randn(5, 6, 16).double().requires_grad_(), torch.randn(16).double().requires_grad_()
    hidden = torch.rand(3, 5, 6) < 0.6
    hidden[0, 0], hidden[0, 1] = True, False
    fused = fusion(tokens, drop, hidden, filler)
    replaced = [fusion.all_rows(torch.where(mask.unsqueeze(-1), filler, tokens)) for mask in hidden]
    expected = torch.cat([*([] if drop is None else [fusion.all_rows(tokens, drop)]), *replaced])
    torch.testing.assert_close(fused, expected, atol=1e-10, rtol=0)
    weight = torch.randn_like(fused)
    inputs = [tokens, filler, *fusion.parameters()]
    one = torch.autograd.grad((fused * weight).sum(), inputs)
    two = torch.autograd.grad((expected * weight).sum(), inputs)
    assert all(torch.allclose(a, b, atol=1e-9) for a, b in zip(one, two))


@pytest.mark.parametrize("depth", [1, 2])
def test_attention_sums_to_one_and_leaves_out_what_is_dropped(depth):
    torch.manual_seed(0)
    fusion = FusionTransformer(dim=8, heads=2, depth=depth)
    tokens, hidden = torch.randn(4, 6, 8), torch.rand(2, 4, 6) < 0.5
    weights = fusion.attention(tokens, variants(6), hidden, torch.randn(8))
    assert weights.shape == (6, 4, 7)
    torch.testing.assert_close(weights.sum(-1), torch.ones(6, 4))
    assert (weights[:4, :, 1:][variants(6).expand(4, 4, 6)] == 0).all()
    assert (weights[2, :, 0] == 1).all()


def test_attention_is_what_the_shortcut_pools_with():
    torch.manual_seed(0)
    fusion = FusionTransformer(dim=8, heads=1, depth=1)
    block, tokens = fusion.blocks[0], torch.randn(4, 6, 8)
    to_values = block.attention.in_proj_weight[16:], block.attention.in_proj_bias[16:]
    value = F.linear(block.norm1(torch.cat([fusion.cls.expand(4, 1, 8), tokens], 1)), *to_values)
    out = fusion.cls + block.attention.out_proj((fusion.attention(tokens)[0].unsqueeze(1) @ value).squeeze(1))
    torch.testing.assert_close(fusion.norm(out + block.mlp(block.norm2(out))), fusion(tokens)[0], atol=1e-6, rtol=0)


def test_leaving_tokens_out_equals_not_having_them():
    torch.manual_seed(0)
    for depth in (1, 3):
        fusion = FusionTransformer(dim=8, heads=2, depth=depth)
        tokens = torch.randn(4, 6, 8)
        drop = torch.tensor([[[False, False, True, False, True, True]]])
        torch.testing.assert_close(fusion(tokens, drop)[0], fusion(tokens[:, [0, 1, 3]])[0], atol=1e-6, rtol=0)


def test_depth_and_order_of_tokens():
    torch.manual_seed(0)
    fusion = FusionTransformer(dim=8, heads=2, depth=2)
    tokens = torch.randn(4, 6, 8)
    assert fusion(tokens).shape == (1, 4, 8)
    torch.testing.assert_close(fusion(tokens), fusion(tokens.flip(1)), atol=1e-6, rtol=0)


def test_fusion_starts_at_the_published_scales():
    torch.manual_seed(0)
    dim, depth = 256, 2
    block = FusionTransformer(dim, heads=8, depth=depth).blocks[0]
    scales = {
        block.attention.in_proj_weight: dim**-0.5,
        block.attention.out_proj.weight: dim**-0.5 * (2 * depth) ** -0.5,
        block.mlp[0].weight: (2 * dim) ** -0.5,
        block.mlp[2].weight: dim**-0.5 * (2 * depth) ** -0.5,
    }
    for weight, std in scales.items():
        assert weight.std().item() == pytest.approx(std, rel=0.02)


def test_grouped_batch_norm_equals_separate_calls_of_a_plain_head():
    torch.manual_seed(0)
    head = ProjectionHead(6, 10, 4)
    plain = nn.Sequential(*(nn.BatchNorm1d(10) if isinstance(m, nn.BatchNorm1d) else m for m in head))
    x = torch.randn(3, 2, 7, 6)
    expected = torch.stack([plain(group) for group in x.flatten(0, 1)]).view(3, 2, 7, 4)
    torch.testing.assert_close(head(x), expected, atol=1e-6, rtol=0)
    torch.testing.assert_close(head[1].running_mean, plain[1].running_mean)
    torch.testing.assert_close(head[1].running_var, plain[1].running_var)
    head.eval()
    plain.eval()
    torch.testing.assert_close(head(x[0, 0]), plain(x[0, 0]))


def test_attention_pool_is_a_weighted_mean_by_the_query():
    torch.manual_seed(0)
    pool = AttentionPool(6, 4)
    tokens = torch.randn(2, 5, 6)
    projected = pool.project(tokens).detach()
    for sample in range(2):
        scores = [math.exp(float(projected[sample, t] @ pool.query.detach())) for t in range(5)]
        expected = sum(w * projected[sample, t] for t, w in enumerate(scores)) / sum(scores)
        torch.testing.assert_close(pool(tokens)[sample], expected, atol=1e-6, rtol=1e-5)


def test_encoders_by_kind():
    net = encoder(Modality("a", "tokens", (8, 6)), dim=5, hidden=16)
    assert isinstance(net, TokenEncoder)
    assert net(torch.randn(3, 8, 6)).shape == (3, 8, 5)
    with pytest.raises(ValueError, match="kind 'smell'; encoders exist for: tokens, looks, image"):
        encoder(Modality("nose", "smell", (1,)), dim=5, hidden=16)


def test_a_look_is_encoded_by_itself_and_knows_its_place():
    net = encoder(Modality("a", "looks", (8, 6)), dim=5, hidden=16)
    assert isinstance(net, LookEncoder)
    x = torch.randn(3, 8, 6)
    tokens = net(x)
    assert tokens.shape == (3, 8, net.dim) == (3, net.tokens, 5)
    changed = net(torch.where(torch.arange(8)[:, None] == 2, torch.randn(3, 8, 6), x))
    same = (changed == tokens).all(2).all(0)
    assert same.tolist() == [True, True, False, True, True, True, True, True]
    assert not torch.allclose(net(x[:, :1].expand(3, 8, 6))[:, 0], net(x[:, :1].expand(3, 8, 6))[:, 1])


@pytest.mark.parametrize(
    ("modality", "tokens"),
    [
        (Modality("x", "vector", (20,)), 8),
        (Modality("x", "vector", (3,)), 3),
        (Modality("x", "vector", (5,), "feature tokens"), 10),
        (Modality("x", "vector", (8,), "perceptron"), 1),
        (Modality("x", "sequence", (7, 3)), 7),
        (Modality("x", "sequence", (7, 3), "affect"), 7),
        (Modality("x", "sequence", (7, 3), "recurrent"), 7),
        (Modality("x", "sequence", (32, 6), "convolutions"), 1),
        (Modality("x", "sequence", (32, 6), "convolution tokens"), 20),
    ],
)
def test_encoders_of_vectors_and_sequences(modality, tokens):
    torch.manual_seed(0)
    net = encoder(modality, dim=20, hidden=16)
    out = net(torch.randn(4, *modality.shape))
    assert out.shape == (4, net.tokens, net.dim) == (4, tokens, 20)
    out.square().sum().backward()
    assert all(torch.isfinite(p.grad).all() and p.grad.abs().sum() > 0 for p in net.parameters() if p.ndim > 1)


def test_groups_of_a_vector_hold_every_feature_once():
    net = encoder(Modality("x", "vector", (20,)), dim=4, hidden=8)
    seen = torch.stack([net.embed(row.unsqueeze(0))[0] - net.embed(torch.zeros(1, 20))[0] for row in torch.eye(20)])
    touched = seen.abs().sum(-1) > 0  # (features, groups)
    assert (touched.sum(1) == 1).all()
    assert set(touched.sum(0).tolist()) == {2, 3}
    assert (touched.byte().argmax(1).diff() >= 0).all()


def test_steps_see_each_other_and_their_places():
    torch.manual_seed(0)
    net = encoder(Modality("x", "sequence", (6, 3)), dim=8, hidden=16).eval()
    x = torch.randn(1, 6, 3)
    changed = x.clone()
    changed[0, 0] += 1
    assert ((net(changed) - net(x)).abs().sum(-1) > 1e-4).all()
    assert not torch.allclose(net(x.flip(1)).flip(1), net(x), atol=1e-3)


def test_an_encoder_that_does_not_exist_is_a_sentence():
    with pytest.raises(ValueError, match=r"'x' names the encoder 'big'; kind 'vector' has '', 'feature tokens', "):
        encoder(Modality("x", "vector", (5,), "big"), dim=8, hidden=16)
    with pytest.raises(ValueError, match="steps = 16: five convolutions of stride 2 take 32 steps"):
        encoder(Modality("x", "sequence", (16, 6), "convolutions"), dim=8, hidden=16)
