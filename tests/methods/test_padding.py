"""Padding changes nothing: every method, whatever it does with tokens, sees the steps that a sample has."""

from types import SimpleNamespace

import pytest
import torch

from coral_viz import methods, training
from coral_viz.tasks import Batch, Modality
from coral_viz.tasks.padding import is_padding, lengths, padded


def world(count, steps, encoder=""):
    """A task of ``count`` modalities: sequences of up to 9 steps padded to ``steps``, a vector the second."""
    modalities = [Modality(f"m{m}", "sequence", (steps, 3), encoder) for m in range(count)]
    modalities[1] = Modality("m1", "vector", (5,))
    return SimpleNamespace(modalities=modalities, device=torch.device("cpu"))


def inputs(count, steps, seed, rows=12):
    generator = torch.Generator().manual_seed(seed)
    found = []
    for m in range(count):
        if m == 1:
            found.append(torch.randn(rows, 5, generator=generator))
        else:
            sizes = torch.randint(2, 10, (rows,), generator=generator)
            found.append(padded([torch.randn(size, 3, generator=generator) for size in sizes.tolist()], steps))
    return found


def built(name, count, steps, encoder="", **knobs):
    torch.manual_seed(0)
    method = methods.build(name, world(count, steps, encoder), **knobs)
    for module in method.modules():
        if isinstance(module, torch.nn.Dropout | torch.nn.MultiheadAttention | torch.nn.TransformerEncoderLayer):
            module.eval()  # what is random draws other numbers for another number of places
    return method


def still(method, monkeypatch):
    """The same random numbers for the places that there are, however many are padded."""

    def rand(*shape, **_):
        code = torch.arange(9, dtype=torch.float64).mul(0.37).frac()
        where = next(i for i, n in enumerate(shape) if i >= 2 and n > 1)
        places = torch.cat([code[: shape[where]], torch.full((max(0, shape[where] - 9),), 0.5)])
        return places.view([-1 if i == where else 1 for i in range(len(shape))]).expand(shape).clone()

    monkeypatch.setattr(torch, "rand", rand)
    monkeypatch.setattr(torch, "rand_like", lambda x: rand(*x.shape))
    return method


SPANS = {name: methods.get(name).COUNT for name in methods.names()}
CASES = [(name, count, "") for name, (least, most) in SPANS.items() for count in (2, 3) if least <= count <= most]
CASES += [("coral", 2, "affect"), ("coral", 2, "recurrent")]


@pytest.mark.parametrize(("name", "count", "encoder"), CASES)
def test_further_padding_changes_no_embedding_key_loss_or_gradient(name, count, encoder, monkeypatch):
    found = []
    for steps in (9, 17):
        # FactorCL fits its critics in single precision
        dtype = torch.float32 if name == "factorcl" else torch.float64
        method = still(built(name, count, steps, encoder, dim=20, width=None).to(dtype), monkeypatch)
        views = [[x.to(dtype) for x in inputs(count, steps, seed)] for seed in (0, 1)]
        terms = method.loss(*views, 1.0)
        sum(terms.values()).backward()
        gradients = {name: p.grad for name, p in method.named_parameters() if p.grad is not None}
        parts = method.eval().embed(views[0])
        alone = method.embed([views[0][0], *[None] * (count - 1)])
        found.append((terms, parts, alone, dict(enumerate(method.keys(views[0]))), gradients))
    for one, two in zip(*found):
        assert one.keys() == two.keys()
        for key in one:
            assert torch.isfinite(one[key]).all()
            torch.testing.assert_close(one[key], two[key], atol=1e-5 if name == "factorcl" else 1e-9, rtol=0)


@pytest.mark.parametrize("name", ["comm", "infmasking", "coral"])
def test_deeper_fusions_leave_padding_out_too(name):
    found = []
    for steps in (9, 17):
        method = built(name, 2, steps, depth=2).eval()
        found.append(method.embed(inputs(2, steps, 0)))
    for part in found[0]:
        torch.testing.assert_close(found[0][part], found[1][part], atol=1e-5, rtol=0)


@pytest.mark.parametrize("name", ["comm", "infmasking", "coral", "cross", "simclr"])
def test_samples_without_a_modality_are_embedded_as_if_it_were_not_given(name):
    method = built(name, 2, 9).eval()
    x, y = inputs(2, 9, 0)
    x[3], y[4] = torch.nan, torch.nan
    parts = method.embed([x, y])
    assert all(torch.isfinite(z).all() for z in parts.values())
    whole = method.whole[0]
    if name != "coral":  # whose shared path sees a missing vector as zeros, as in the paper
        torch.testing.assert_close(parts[whole][4], method.embed([x[4:5], None])[whole][0], atol=1e-5, rtol=0)


def test_masks_keep_their_share_of_the_steps_that_there_are():
    method = built("infmasking", 2, 9, mask_ratio=0.5)
    x = inputs(2, 9, 0, rows=40)
    padding = method.padding(x)
    hidden = method.draw_masks(40, "cpu", padding)
    assert not (hidden & padding).any()
    kept = (~hidden & ~padding)[..., :9].sum(-1)
    assert (kept == (lengths(x[0]) // 2).clamp(min=1)).all()
    assert hidden.float().mean(0)[~padding].min() < 1


def test_attention_to_padding_is_zero():
    for name in ("comm", "infmasking", "coral"):
        method = built(name, 2, 9)
        view1, view2 = inputs(2, 9, 0), inputs(2, 9, 1)
        explained = method.explain(view1, view2)
        for variant, weights in explained.attention.items():
            seen = view2 if explained.views.get(variant) == 2 else view1
            assert (weights[:, 1:][method.padding(seen)] == 0).all()
            torch.testing.assert_close(weights.sum(1), torch.ones(12))


def test_a_step_that_lacks_some_features_is_no_padding_and_shows():
    x = inputs(2, 9, 0)
    x[0][0, 0, 1] = torch.nan
    assert not is_padding(x[0])[0, 0]
    embedded = built("cross", 2, 9).eval().embed(x)
    assert embedded["m0"][0].isnan().all()
    assert torch.isfinite(embedded["m0"][1:]).all()


def test_networks_that_forget_padding_give_nan():
    method = built("cross", 2, 9)
    x = inputs(2, 9, 0)[0]
    assert method.encode[0](x).mean(1).isnan().any()
    assert torch.isfinite(method.encode[0].mean_token(x)).all()


def test_longer_sequences_than_the_places_are_refused():
    with pytest.raises(ValueError, match="a sequence of 3 steps cannot be padded to steps = 2; ask for 3"):
        padded([torch.zeros(3, 2), torch.zeros(1, 2)], 2)


def test_methods_train_on_padded_sequences():
    x, y = inputs(2, 9, 0, rows=64)

    class Fixed:
        modalities = world(2, 9).modalities
        device = torch.device("cpu")

        def sample(self, n, split, seed):
            return Batch([x, y], {})

        def views(self, batch, generator):
            noise = [torch.randn(x.shape, generator=generator) for x in batch.inputs * 2]
            return [x + e for x, e in zip(batch.inputs, noise)], [x + e for x, e in zip(batch.inputs, noise[2:])]

    method = built("coral", 2, 9)
    history = training.train(method, Fixed(), steps=3, batch=16, samples=64, progress=False)
    assert len(history.values) == 3
