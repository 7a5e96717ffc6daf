"""What the published code does where the level comparison does otherwise: every such choice, against a slow oracle."""

import json

import pytest
import torch
import torch.nn.functional as F
from fresh import built, task_and_views
from torch import nn

from coral_viz import methods, runs, tasks, training
from coral_viz.methods import losses
from coral_viz.methods.factorcl import UPPER, Critic

YOUNGER = {
    "comm": {"originals", "fusion", "trunk"},
    "coral": {"query", "trunk"},
    "cross": {"pooling", "trunk"},
    "cross_self": {"pooling", "originals", "trunk"},
    "factorcl": {"critic_layers", "critic_hidden", "fitted", "form", "originals", "trunk"},
    "gram": {"anchors", "learned", "trunk"},
    "infmasking": {"ramp", "full_weight", "kept", "mask_token", "trunk"},
    "triangle": {"anchors", "learned", "measure", "trunk"},
}


@pytest.mark.parametrize("name", YOUNGER)
def test_choices_that_are_younger_than_shipped_runs_leave_their_ids_alone(name):
    count = methods.get(name).COUNT[0]
    spec = runs.RunSpec.make(name, "factors", 0, dials={"count": count})
    assert json.loads(spec.canonical)["knobs"].keys().isdisjoint(YOUNGER[name])


def test_the_pooling_query_of_coral_starts_as_published(task):
    stds = []
    for query in ("scaled", "unit"):
        method = built("coral", task, dim=256, width=None, query=query)
        stds.append(torch.stack([pool.query for pool in method.pool]).std().item())
    assert stds == pytest.approx([128**-0.5, 1.0], rel=0.15)


@pytest.mark.parametrize(("tokens", "ratio"), [(10, 0.8), (10, 0.9), (10, 0.7), (20, 0.8), (36, 0.7)])
def test_infmasking_keeps_the_tokens_that_the_published_code_keeps(tokens, ratio):
    task = tasks.load("factors", seed=0, tokens=tokens, features=24, observation="looks")
    expected = int(tokens * (1 - ratio))
    if expected == 0:
        with pytest.raises(ValueError, match="keeps none of 10 tokens"):
            built("infmasking", task, mask_ratio=ratio, kept="float")
        return
    method = built("infmasking", task, mask_ratio=ratio, kept="float")
    kept = (~method.draw_masks(3, "cpu")).unflatten(-1, (2, tokens)).sum(-1)
    assert (kept == expected).all()


def test_the_mask_token_of_infmasking_starts_as_published(task):
    tokens = [built("infmasking", task, dim=4096, mask_token=start).mask_token for start in ("normal", "clipped")]
    # a normal distribution cut at one standard deviation has .5396 of it
    assert [token.std().item() for token in tokens] == pytest.approx([0.02, 0.02 * 0.5396], rel=0.05)
    assert tokens[1].abs().max() <= 0.02


def test_lambda_of_infmasking_rises_once_an_epoch(task):
    method = built("infmasking", task, ramp=4, mask_weight=2.0)
    steps, epochs = 12, 4
    published = [2.0 * (step // (steps // epochs) + 1) / epochs for step in range(steps)]
    assert [method.mask_weight(step / steps) for step in range(steps)] == pytest.approx(published)
    assert [built("infmasking", task).mask_weight(p) for p in (0.0, 0.5)] == [0.0, 0.5]


def test_the_full_term_of_infmasking_can_weigh_more(task, views):
    plain, heavy = ({}, {"full_weight": 5.0})
    one, five = (built("infmasking", task, **knobs) for knobs in (plain, heavy))
    terms = []
    for method in (one, five):
        torch.manual_seed(1)
        terms.append(method.loss(*views, 0.5))
    ratio = {name: (terms[1][name] / terms[0][name]).item() for name in terms[0]}
    assert ratio == pytest.approx({**dict.fromkeys(ratio, 1.0), "full": 5.0})


@pytest.mark.parametrize("name", ["cross", "clip_ib", "symile"])
def test_a_learned_scale_comes_back_from_its_bound(name):
    """A clamp in the forward pass would leave it without a gradient there."""
    task, views = task_and_views(methods.get(name).COUNT[0])
    method = built(name, task)
    method.log_scale.data.fill_(50.0)
    sum(method.loss(*views, 0.0).values()).backward()
    assert method.log_scale.item() == pytest.approx(4.6052, abs=1e-4)
    assert method.log_scale.grad.abs() > 0


@pytest.mark.parametrize("name", ["cross", "cross_self"])
def test_all_tokens_may_be_projected(task, views, name):
    method = built(name, task, pooling="all").eval()
    x = views[0][0]
    tokens = method.encode[0](x)
    linear = method.pool[0].map
    expected = (
        sum(F.linear(tokens[:, t], w) for t, w in enumerate(linear.weight.split(method.knobs.dim, 1))) + linear.bias
    )
    last = method.project[0] if name == "cross" else method.narrow[0]
    torch.testing.assert_close(method.embed(views[0])["modality_1"], last(expected), atol=1e-5, rtol=1e-5)


def test_cross_self_may_compare_originals_across_modalities(task, views):
    method = built("cross_self", task, originals=True, width=None)
    originals = task.sample(16, "train", 0).inputs
    terms = method.loss(*views, 0.0, originals=originals)
    plain = built("cross_self", task, width=None).loss(*views, 0.0)
    z = [head(encode(x).mean(1)) for head, encode, x in zip(method.heads, method.encode, originals)]
    torch.testing.assert_close(terms["cross"], losses.nt_xent(*z, temperature=0.1))
    torch.testing.assert_close(terms["self_1"], plain["self_1"])


def test_comm_may_embed_single_modalities_as_they_are(task, views):
    method = built("comm", task, originals=True, reduction="sum")
    originals = task.sample(16, "train", 0).inputs
    terms = method.loss(*views, 0.0, originals=originals)
    full = [method.head(method.fusion(torch.cat([e(x) for e, x in zip(method.encode, view)], 1))[0]) for view in views]
    for m, x in enumerate(originals):
        alone = method.head(method.fusion(method.encode[m](x))[0])
        expected = sum(losses.nt_xent(alone, z, temperature=0.1) for z in full) / 2
        torch.testing.assert_close(terms[f"modality_{m + 1}"], expected, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(terms["full"], losses.nt_xent(*full, temperature=0.1), atol=1e-5, rtol=1e-5)


def test_comm_may_fuse_linearly(task, views):
    method = built("comm", task, fusion="linear", width=None).eval()
    h = [linear(encode(x).mean(1)) for linear, encode, x in zip(method.linear, method.encode, views[0])]
    parts = method.embed(views[0])
    torch.testing.assert_close(parts["fused"], h[0] + h[1])
    torch.testing.assert_close(method.embed([views[0][0], None])["fused"], h[0])
    terms = method.train().loss(*views, 0.0)
    sum(terms.values()).backward()
    assert all(p.grad is not None for p in method.parameters())
    assert method.explain(*views).attention == {}


@pytest.mark.parametrize("name", ["comm", "cross_self", "factorcl"])
def test_training_hands_the_originals_to_methods_that_want_them(task, name, monkeypatch):
    method, seen = built(name, task, originals=True), []
    loss = type(method).loss
    monkeypatch.setattr(
        type(method), "loss", lambda *args, originals=None: seen.append(originals) or loss(*args, originals=originals)
    )
    training.train(method, task, steps=2, batch=16, samples=64, progress=False)
    data = task.sample(64, "train", 0).inputs[0]
    assert all((originals[0][:, None] == data).all((2, 3)).any(1).all() for originals in seen)


# --- FactorCL -------------------------------------------------------------------------------------------------------


def test_critics_may_be_deeper_and_are_perceptrons_on_pairs():
    critic, x, y = Critic(3, 2, 5, layers=2), torch.randn(4, 3), torch.randn(4, 2)
    first = torch.cat([critic.of_x.weight, critic.of_y.weight], 1)
    second, out = critic.deeper[0], critic.out
    for i in range(4):
        for j in range(4):
            h = F.relu(F.linear(torch.cat([x[j], y[i]]), first, critic.of_x.bias))
            torch.testing.assert_close(critic(x, y)[i, j], out(F.relu(second(h)))[0])


def test_plain_heads_are_as_wide_as_tokens_and_do_not_normalise(task, views):
    method = built("factorcl", task, form="plain", dim=12, width=None)
    parts = method.embed(views[0])
    assert [parts[name].shape[1] for name in method.whole] == [4 * 12, 3 * 12, 3 * 12]
    assert not any(isinstance(layer, nn.BatchNorm1d) for layer in method.heads.modules())


def test_critics_are_fitted_after_the_step_to_its_batch(task, views):
    """As published: step, then fit with the encoders that the step made; here at the start of the next loss."""
    knobs = {"form": "plain", "critic_steps": 2, "fitted": "after"}
    method, slow = built("factorcl", task, **knobs), built("factorcl", task, **knobs)
    rounds = [[[x + 0.1 * k for x in view] for view in views] for k in range(3)]
    optimisers = [torch.optim.SGD((p for p in m.parameters() if p.requires_grad), lr=0.1) for m in (method, slow)]
    got, expected = [], []
    for looks in rounds:
        terms = method.loss(*looks, 0.0)
        got.append(sum(terms.values()).item())
        optimisers[0].zero_grad()
        sum(terms.values()).backward()
        optimisers[0].step()
    slow.eval()  # so that loss fits nothing by itself
    for looks in rounds:
        total = sum(slow.loss(*looks, 0.0).values())
        expected.append(total.item())
        optimisers[1].zero_grad()
        total.backward()
        optimisers[1].step()
        slow.fit_upper({b: (x.detach(), y.detach()) for b, (x, y) in slow.sides(*looks).items() if b in UPPER})
    assert got == pytest.approx(expected, rel=1e-5)


def test_factorcl_may_pair_an_original_with_one_view(task, views):
    method = built("factorcl", task, originals=True, form="plain")
    originals = task.sample(16, "train", 0).inputs
    sides = method.sides(originals, views[0])
    terms = method.eval().loss(*views, 0.0, originals=originals)
    torch.testing.assert_close(terms["unique_1"], -losses.nce(method.critics["unique_1"](*sides["unique_1"])))
    h = method.encode[0](originals[0]).mean(1), method.encode[0](views[0][0]).mean(1)
    for side, z in zip(sides["unique_1"], h):
        torch.testing.assert_close(side, method.heads[0]["unique_1"](z), atol=1e-5, rtol=1e-5)


# --- volumes and areas ----------------------------------------------------------------------------------------------


def published_area(x, y, z):
    """Twice the square of the area, pair by pair, as the code of TRIANGLE has it."""
    u, v = x[:, None] - y[None], x[:, None] - z[None]
    return ((u**2).sum(-1) * (v**2).sum(-1) - (u * v).sum(-1) ** 2) / 2


def test_triangle_may_measure_the_square_from_one_anchor():
    torch.manual_seed(0)
    z = torch.randn(3, 6, 5, dtype=torch.float64)
    scores = -published_area(*F.normalize(z, dim=-1)) / 0.07
    target = torch.arange(6)
    expected = sum(F.cross_entropy(s, target, label_smoothing=0.1) for s in (scores, scores.T)) / 2
    got = losses.triangle(list(z), temperature=0.07, anchor=0, measure="square")
    torch.testing.assert_close(got, expected)
    with pytest.raises(ValueError, match="anchor = 3 is not allowed; it takes None or a modality, 0 to 2"):
        losses.triangle(list(z), temperature=0.07, anchor=3)
    with pytest.raises(ValueError, match="measure = 'side' is not allowed"):
        losses.triangle(list(z), temperature=0.07, measure="side")


@pytest.mark.parametrize("name", ["gram", "triangle"])
def test_a_temperature_may_be_learned_from_one_anchor(name):
    task, views = task_and_views(3)
    method = built(name, task, learned=True, anchors="first")
    terms = method.loss(*views, 0.0)
    sum(terms.values()).backward()
    assert method.temperature.grad.abs() > 0
    fixed = getattr(losses, name)(method.keys(views[0]), temperature=0.07, anchor=0)
    torch.testing.assert_close(next(iter(terms.values())), fixed)
    method.temperature.data.fill_(-1.0)
    assert all(torch.isfinite(term) for term in method.loss(*views, 0.0).values())


def test_the_trunk_of_images_may_start_as_torch_has_it():
    task = tasks.load("trifeature-32", seed=0)
    x = task.views(task.sample(8, "train", 0), torch.Generator().manual_seed(0))[0][0]
    spread = []
    for trunk in ("he", "torch"):
        method = built("comm", task, trunk=trunk)
        spread.append(method.encode[0].trunk(x).std().item())
    assert spread[0] > 5 * spread[1]
    conv = method.encode[0].trunk[2]
    assert conv.weight.abs().max() <= conv.weight[0].numel() ** -0.5  # uniform within, as torchvision leaves AlexNet
