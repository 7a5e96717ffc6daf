"""One contract for every method, and what each file says of itself."""

import contextlib
import copy
import itertools
import json

import pytest
import torch
from fresh import built, task_and_views
from hypothesis import given
from hypothesis import strategies as st

from coral_viz import methods, runs, tasks, training
from coral_viz.methods import losses
from coral_viz.methods.shares import share_out


def fitting(name, count=2):
    """A task with ``count`` modalities, or as many as the method needs, and two views."""
    return task_and_views(max(count, methods.get(name).COUNT[0]))


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("name", methods.names())
def test_contract(name, count):
    task, views = fitting(name, min(count, methods.get(name).COUNT[1]))
    method = built(name, task)
    terms = method.loss(*views, 0.5)
    assert all(term.shape == () and torch.isfinite(term) for term in terms.values())
    sum(terms.values()).backward()
    learned = [p for p in method.parameters() if p.requires_grad]
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in learned)
    parts = method.eval().embed(views[0])
    assert set(method.whole) <= set(parts)
    assert all(len(z) == 16 and z.ndim == 2 for z in parts.values())
    assert {part for one, two, joint in method.pairs for part in (one, two, *joint)} <= set(parts)
    assert method.TITLE
    assert method.PAPER.startswith("arXiv")
    assert method.VERSION >= 1
    assert len(method.passes(len(task.modalities))) == 2
    assert all(row["meaning"] for row in method.KNOBS.describe())


SPANS = {name: range(least, most + 1) for name in methods.names() for least, most in [methods.get(name).COUNT]}
LEVEL = [(name, count) for name, span in SPANS.items() for count in (2, 3, 5) if count in span]


@pytest.mark.parametrize(("name", "count"), LEVEL)
def test_the_whole_embedding_has_the_width_that_is_asked_for(name, count):
    task, views = fitting(name, count)
    for width in (64, 41):
        method = built(name, task, dim=64, width=width)
        sum(method.loss(*views, 0.5).values()).backward()
        parts = method.eval().embed(views[0])
        widths = [parts[part].shape[1] for part in method.whole]
        assert widths == method.widths(method.knobs, count) == method.part_widths
        assert sum(widths) == width
        assert all(p.grad is not None for p in method.parameters() if p.requires_grad)


HEADS = {"factorcl": 10, "disentangled_ssl": 4}  # of methods that put several into one part


@pytest.mark.parametrize("name", methods.names())
def test_a_width_that_cannot_be_shared_out_is_a_sentence_before_any_work(name):
    count = methods.get(name).COUNT[0]
    parts = HEADS.get(name) or len(built(name, fitting(name, count)[0]).whole)
    if parts > 1:
        with pytest.raises(ValueError, match=f"width = 1 cannot be shared out among {parts} parts; ask for {parts} or"):
            runs.RunSpec.make(name, "factors", 0, knobs={"width": 1}, dials={"count": count})
    if name != "factorcl":
        with pytest.raises(ValueError, match=r"width = 1000 gives a part .* dim = 8; ask for dim ="):
            runs.RunSpec.make(name, "factors", 0, knobs={"width": 1000, "dim": 8}, dials={"count": count})


def test_parameters_are_counted():
    """Of the smallest networks, by hand: an encoder, and a head with two layers of normalisation (scale and shift)."""
    task = tasks.load("factors", seed=0, tokens=2, features=24, observation="spread")
    method = built("simclr", task, dim=6, width=8, hidden=5, projection=3)
    encoder = (48 * 5 + 5) + (5 * 5 + 5) + (5 * 12 + 12)
    narrow, head = 6 * 4 + 4, (4 * 5 + 5 + 10) + (5 * 5 + 5 + 10) + (5 * 3 + 3)
    assert method.parameter_count == 2 * (encoder + narrow + head)


def test_paths_of_coral_share_a_width_as_the_paper_does_or_evenly():
    coral = methods.get("coral")
    widths = {
        (width, count, proportions): coral.widths(coral.KNOBS(dim=64, width=width, proportions=proportions), count)
        for width, count, proportions in [(64, 2, "paper"), (64, 2, "even"), (64, 5, "paper"), (None, 2, "paper")]
    }
    assert widths[64, 2, "paper"] == [32, 16, 16]
    assert widths[64, 2, "even"] == [22, 21, 21]
    assert widths[64, 5, "paper"] == [19, 9, 9, 9, 9, 9]
    assert widths[None, 2, "paper"] == [64, 32, 32]
    usual, former = (
        json.loads(runs.RunSpec.make("coral", "factors", 0, knobs=knobs).canonical)["knobs"]
        for knobs in ({}, {"width": None})
    )
    assert usual["width"] == 64
    assert former.keys() == usual.keys() - {"width"}
    assert "proportions" not in usual


@pytest.mark.parametrize("name", methods.names())
def test_a_whole_embedding_has_64_numbers_unless_told_otherwise(name):
    count = methods.get(name).COUNT[0]
    assert sum(built(name, fitting(name, count)[0]).part_widths) == 64
    if name != "factorcl":  # whose heads may be wider than tokens
        with pytest.raises(ValueError, match=r"dim = 8; ask for dim = \d+ or more, or for a smaller width"):
            runs.RunSpec.make(name, "factors", 0, knobs={"dim": 8}, dials={"count": count})


@given(st.lists(st.integers(1, 300), min_size=1, max_size=12), st.integers(0, 400))
def test_a_width_is_shared_out_whole_in_proportion_and_in_order(usual, more):
    width = len(usual) + more
    widths = share_out(width, usual)
    assert sum(widths) == width
    assert min(widths) >= 1
    for (part, has), (other, also) in itertools.product(zip(usual, widths), repeat=2):
        assert part <= other or has >= also
    even = share_out(width, [7] * len(usual))
    assert max(even) - min(even) <= 1
    assert even == sorted(even, reverse=True)
    assert share_out(3 * sum(usual), usual) == [3 * part for part in usual]


PLACES = [(name, "factors") for name in methods.names()]
PLACES += [(name, "trifeature") for name in methods.names() if methods.get(name).COUNT[0] < 3]  # its images are two


@pytest.mark.parametrize(("name", "preset"), PLACES)
def test_all_is_made_on_the_device_of_the_method(name, preset, monkeypatch):
    """On "meta" nothing is computed, but a tensor made elsewhere is refused, as CUDA would."""
    monkeypatch.setattr(torch, "autocast", lambda *_, **__: contextlib.nullcontext())  # which "meta" has not
    dials = {"count": max(2, methods.get(name).COUNT[0])} if preset == "factors" else {}
    task = tasks.load(preset, seed=0, **dials)
    method = built(name, task).to("meta")
    views = [[torch.empty(4, *modality.shape, device="meta") for modality in task.modalities] for _ in range(2)]
    terms = method.loss(*views, 0.5)
    sum(terms.values()).backward()
    with torch.no_grad():
        parts = method.eval().embed(views[0])
    assert {z.device.type for z in [*terms.values(), *parts.values()]} == {"meta"}


@pytest.mark.parametrize("name", methods.names())
def test_networks_may_run_in_half_precision(name):
    task, views = fitting(name)
    method = built(name, task)
    with torch.autocast("cpu", torch.bfloat16):
        terms = method.loss(*views, 0.5)
        parts = method.embed(views[0])
    sum(terms.values()).backward()
    assert {term.dtype for term in terms.values()} == {torch.float32}
    assert all(torch.isfinite(z).all() for z in [*terms.values(), *parts.values()])
    assert all(torch.isfinite(p.grad).all() for p in method.parameters() if p.grad is not None)
    whole = built(name, task).loss(*views, 0.5)
    for term, value in terms.items():
        torch.testing.assert_close(value, whole[term], rtol=0.1, atol=0.1)


def test_critics_are_fitted_in_full_precision():
    task, views = fitting("factorcl")
    fitted = []
    for half in (False, True):
        method = built("factorcl", task, critic_steps=5)
        sides = {b: tuple(z.detach() for z in pair) for b, pair in method.sides(*views).items() if b in method.club}
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            method.fit_upper(sides)
        fitted.append(method.club.state_dict())
    assert all(torch.equal(fitted[0][name], fitted[1][name]) for name in fitted[0])


@pytest.mark.parametrize("name", methods.names())
def test_a_batch_of_one_and_a_batch_of_copies_train_on(name):
    task, views = fitting(name)
    method = built(name, task).eval()
    for rows in (slice(1), [3] * 6):
        terms = method.loss(*[[x[rows] for x in view] for view in views], 0.5)
        sum(terms.values()).backward()
        assert all(torch.isfinite(term) for term in terms.values())
        assert all(p.grad is None or torch.isfinite(p.grad).all() for p in method.parameters())


@pytest.mark.parametrize("name", methods.names())
def test_parts_without_a_missing_modality_are_those_of_what_is_there(name):
    task, views = fitting(name)
    method = built(name, task).eval()
    full = method.embed(views[0])
    without = method.embed([*views[0][:-1], None])
    changed = method.embed([*views[0][:-1], torch.randn_like(views[0][-1])])
    untouched = {part for part, z in full.items() if torch.allclose(z, changed[part], atol=1e-6)}
    assert untouched <= set(without)
    assert method.names[-1] not in without
    for part in untouched:
        torch.testing.assert_close(without[part], full[part], atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("name", methods.names())
def test_score_ranks_keys_of_one_modality_against_the_others(name):
    task, views = fitting(name)
    method = built(name, task).eval()
    keys = method.keys(views[0])
    assert len(keys) == len(task.modalities)
    for anchor in range(len(keys)):
        rest = [key[:9] for m, key in enumerate(keys) if m != anchor]
        scores = method.score(keys[anchor], rest, anchor)
        assert scores.shape == (16, 9)
        one = method.score(keys[anchor][5:6], [key[2:3] for key in rest], anchor)
        torch.testing.assert_close(one[0, 0], scores[5, 2], atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("name", methods.names())
def test_explain_gives_masks_and_attention_over_all_tokens(name):
    task, views = fitting(name)
    method = built(name, task).eval()
    explained = method.explain(*views, 1.0)
    tokens = sum(modality.shape[0] for modality in task.modalities)
    assert set(explained.parts) == set(method.embed(views[0]))
    for mask in explained.masks.values():
        assert mask.shape == (16, tokens)
        assert mask.dtype == torch.bool
    for weights in explained.attention.values():
        assert weights.shape == (16, 1 + tokens)
        torch.testing.assert_close(weights.sum(1), torch.ones(16))


@pytest.mark.parametrize("name", methods.names())
def test_an_embedding_depends_on_its_own_sample_alone(name):
    task, views = fitting(name)
    method = built(name, task).eval()
    together, alone = method.embed(views[0]), method.embed([x[3:4] for x in views[0]])
    assert together
    torch.testing.assert_close({part: z[3:4] for part, z in together.items()}, alone, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", methods.names())
def test_a_few_steps_lower_the_loss(name):
    task, _ = fitting(name)
    history = training.train(built(name, task), task, steps=60, batch=32, samples=512, seed=0, progress=False)
    total = history.frame().sum(axis=1)
    assert total.iloc[-10:].mean() < total.iloc[:10].mean()


def test_cross_learns_its_temperature_within_bounds(task, views):
    method = built("cross", task)
    z1, z2 = method.embed(views[0]).values()
    method.log_scale.data.fill_(50.0)
    expected = losses.clip(z1, z2, logit_scale=100.0)
    torch.testing.assert_close(method.loss(*views, 0.0)["cross"], expected)


def test_comm_subsets_are_what_the_fusion_sees(task, views):
    method = built("comm", task).eval()
    full = method.embed(views[0])
    other = method.embed([views[0][0], torch.randn_like(views[0][1])])
    torch.testing.assert_close(full["modality_1"], other["modality_1"])
    assert not torch.allclose(full["modality_2"], other["modality_2"])
    assert not torch.allclose(full["fused"], other["fused"])


def test_comm_equals_subsets_fused_and_projected_one_by_one(task, views):
    for depth in (1, 2):
        method = built("comm", task, depth=depth)
        z = [
            [
                method.head(method.fusion.all_rows(torch.cat([method.encode[m](view[m]) for m in subset], 1))[0])
                for subset in ((0,), (1,), (0, 1))
            ]
            for view in views
        ]
        expected = losses.comm(*z, temperature=method.knobs.temperature)
        torch.testing.assert_close(method.loss(*views, 0.0), expected, atol=1e-5, rtol=1e-5)


def test_coral_paths_start_equal_and_are_separate(task):
    method = built("coral", task)
    pairs = list(zip(method.encode_shared.parameters(), method.encode_unique.parameters(), strict=True))
    assert pairs
    for one, two in pairs:
        assert torch.equal(one, two)
        assert one is not two
    first, second = method.unique_heads
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters()))


def test_coral_masks_modality_v_in_view_v_only(task, views):
    method = built("coral", task, mask_schedule="constant", mask_ratio=0.5)
    torch.manual_seed(0)
    big = [torch.zeros(4000, *x.shape[1:]) for x in views[0]]
    visible = torch.stack([mask.unflatten(0, (2, -1)) for mask in method.mask(big, 0.0)])
    hidden = 1 - visible.mean((2, 3, 4))
    assert hidden[0, 1] == hidden[1, 0] == 0
    assert hidden[0, 0].item() == pytest.approx(0.5, abs=0.01)
    assert hidden[1, 1].item() == pytest.approx(0.5, abs=0.01)


def test_symmetric_masks_hide_tokens_of_both_modalities_in_both_views(task, views):
    method = built("coral", task, masking="symmetric", mask_schedule="constant", mask_ratio=0.5)
    big = [torch.zeros(4000, *x.shape[1:]) for x in views[0]]
    visible = torch.stack([mask.unflatten(0, (2, -1)) for mask in method.mask(big, 0.0)])
    torch.testing.assert_close(1 - visible.mean((2, 3, 4)), torch.full((2, 2), 0.5), atol=0.01, rtol=0)
    assert not torch.equal(visible[0, 0], visible[0, 1])
    assert sum(method.loss(*views, 0.0).values()).isfinite()


@pytest.mark.parametrize(("terms", "left"), [("fused", {"full"}), ("alone", {"modality_1", "modality_2"})])
def test_comm_learns_from_some_of_its_terms(task, views, terms, left):
    every, some = (built("comm", task, terms=which).loss(*views, 0.0) for which in ("all", terms))
    assert set(some) == left
    for name in left:
        torch.testing.assert_close(some[name], every[name])


def test_coral_curriculum(task):
    method = built("coral", task)
    ratios = [method.mask_probability(progress) for progress in (0, 0.24, 0.25, 0.5, 0.75, 1.0)]
    assert ratios == pytest.approx([0.05, 0.05, 0.35, 0.55, 0.75, 0.75])


def test_coral_unique_paths_are_never_masked_or_mixed(task, views):
    method = built("coral", task).eval()
    before = method.embed(views[0])
    after = method.embed([views[0][0], torch.randn_like(views[0][1])])
    torch.testing.assert_close(before["unique_1"], after["unique_1"])
    assert not torch.allclose(before["shared"], after["shared"])
    assert before["shared"].shape[1] == 2 * before["unique_1"].shape[1]


def test_random_numbers_of_a_loss_follow_the_seed(task):
    def weights(seed):
        method = built("coral", task)
        training.train(method, task, steps=3, batch=16, samples=64, seed=seed, progress=False)
        return torch.cat([p.flatten() for p in method.parameters()])

    state = torch.get_rng_state()
    assert torch.equal(weights(1), weights(1))
    assert not torch.equal(weights(1), weights(2))
    torch.manual_seed(0)
    before = copy.copy(torch.get_rng_state())
    training.train(built("coral", task), task, steps=1, batch=16, samples=64, progress=False)
    torch.manual_seed(0)
    assert torch.equal(before, torch.get_rng_state())
    torch.set_rng_state(state)


@pytest.mark.parametrize(
    ("name", "knobs", "sentence"),
    [
        ("corral", {}, "method 'corral' does not exist; choose one of .*coral"),
        ("coral", {"mask": 0.5}, "method 'coral' has no setting 'mask'"),
        ("coral", {"mask_ratio": 1.0}, "mask_ratio = 1.0 is not allowed; it takes a number from 0 to 0.99"),
        ("coral", {"orthogonality": "soft"}, "takes hinge or squared"),
        ("comm", {"heads": 5}, "heads = 5 does not divide dim = 64"),
    ],
)
def test_bad_names_and_knobs_are_a_sentence(name, knobs, sentence, task):
    with pytest.raises(ValueError, match=sentence):
        methods.build(name, task, **knobs)


@pytest.mark.parametrize(
    ("name", "count", "sentence"),
    [
        ("factorcl", 3, "FactorCL takes 2 modalities, this task has 3"),
        ("triangle", 2, "TRIANGLE takes 3 modalities, this task has 2"),
        ("coral", 1, "COrAL takes 2 to 8 modalities, this task has 1"),
    ],
)
def test_a_number_of_modalities_that_does_not_fit_is_a_sentence(name, count, sentence):
    task = tasks.load("factors", count=max(count, 2))
    task.modalities = task.modalities[:count]
    with pytest.raises(ValueError, match=sentence):
        methods.build(name, task)
