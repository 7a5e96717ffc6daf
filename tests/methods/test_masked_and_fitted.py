"""InfMasking's masks, COrAL and CoMM with three modalities, FactorCL's critics: what each method does of its own."""

import pytest
import torch
from fresh import built, task_and_views

from coral_viz import methods, tasks
from coral_viz.methods import losses


@pytest.fixture(scope="module")
def three_with_views():
    return task_and_views(3)


@pytest.fixture(scope="module")
def three(three_with_views):
    return three_with_views[0]


@pytest.fixture(scope="module")
def views(three_with_views):
    return three_with_views[1]


@pytest.mark.parametrize("depth", [1, 2])
def test_infmasking_equals_masked_fusions_one_by_one(three, views, depth):
    method = built("infmasking", three, masks=3, depth=depth)
    both = [torch.cat(pair) for pair in zip(*views)]
    torch.manual_seed(1)
    hidden = method.draw_masks(32, "cpu").unflatten(1, (2, 16))
    z, masked = [], []
    for v, view in enumerate(views):
        tokens = [encode(x) for encode, x in zip(method.encode, view)]
        fuse = method.fusion.all_rows
        z.append([method.head(fuse(t)[0]) for t in (*tokens, torch.cat(tokens, 1))])
        seen = [torch.where(mask[v].unsqueeze(-1), method.mask_token, torch.cat(tokens, 1)) for mask in hidden]
        masked.append(torch.stack([method.head(fuse(t)[0]) for t in seen]))
    expected = losses.infmasking(*z, *masked, temperature=method.knobs.temperature, mask_weight=0.25)
    torch.manual_seed(1)
    terms = method.loss(*views, 0.25)
    assert set(terms) == {"masked_1", "masked_2", "modality_1", "modality_2", "modality_3", "full"}
    for name, term in terms.items():
        torch.testing.assert_close(term, expected[name], atol=1e-5, rtol=1e-5)
    assert len(both[0]) == 32


@pytest.mark.parametrize(("ratio", "kept"), [(0.0, 8), (0.5, 4), (0.7, 2), (0.75, 2), (0.875, 1)])
def test_a_mask_keeps_the_floor_of_its_share_of_every_modality(three, ratio, kept):
    hidden = built("infmasking", three, mask_ratio=ratio).draw_masks(200, "cpu")
    visible = (~hidden).unflatten(-1, (3, 8)).sum(-1)
    assert (visible == kept).all()


def test_masks_are_independent_and_uniform(three):
    torch.manual_seed(0)
    hidden = built("infmasking", three, mask_ratio=0.5).draw_masks(4000, "cpu").float()
    assert hidden.shape == (6, 4000, 24)
    assert hidden.mean((0, 1)).sub(0.5).abs().max() < 0.02
    assert (hidden[0] * hidden[1]).mean().item() == pytest.approx(0.25, abs=0.01)
    assert (hidden[..., 0] * hidden[..., 8]).mean().item() == pytest.approx(0.25, abs=0.01)


def test_a_ratio_that_keeps_no_token_names_the_tokens_it_needs(three):
    with pytest.raises(
        ValueError, match=r"keeps none of 8 tokens; a modality needs at least 10 tokens.* at most 0\.875"
    ):
        methods.build("infmasking", three, mask_ratio=0.9)


def test_the_weight_of_the_spread_grows_with_training(three, views):
    method = built("infmasking", three)
    terms = []
    for progress in (0.0, 1.0):
        torch.manual_seed(2)
        terms.append(method.loss(*views, progress))
    assert terms[1]["masked_1"] > terms[0]["masked_1"]
    torch.testing.assert_close(terms[0]["full"], terms[1]["full"])


def test_comm_of_three_contrasts_every_modality_and_all_with_all(three, views):
    method = built("comm", three)
    z = []
    for view in views:
        tokens = [encode(x) for encode, x in zip(method.encode, view)]
        z.append([method.head(method.fusion.all_rows(t)[0]) for t in (*tokens, torch.cat(tokens, 1))])
    expected = losses.comm(*z, temperature=method.knobs.temperature)
    torch.testing.assert_close(method.loss(*views, 0.0), expected, atol=1e-5, rtol=1e-5)


def test_coral_of_three_masks_modalities_in_turn_and_parts_all_paths(three, views):
    method = built("coral", three, mask_schedule="constant", mask_ratio=0.9)
    hidden = [1 - mask.unflatten(0, (2, -1)).mean((1, 2, 3)) for mask in method.mask(views[0], 1.0)]
    masked_in = [[share > 0 for share in shares] for shares in hidden]
    assert masked_in == [[True, False], [False, True], [True, False]]
    terms = method.loss(*views, 1.0)
    assert set(terms) == {"shared", "orthogonal_unique"} | {
        f"{t}_{m}" for t in ("unique", "orthogonal") for m in (1, 2, 3)
    }
    assert method.whole == ("shared", "unique_1", "unique_2", "unique_3")


def test_coral_explains_the_masks_that_it_draws(three, views):
    method = built("coral", three, mask_schedule="constant", mask_ratio=0.5)
    explained = method.explain(*views, 1.0)
    first = explained.masks["view 1"].unflatten(1, (3, 8)).any(2).any(0)
    second = explained.masks["view 2"].unflatten(1, (3, 8)).any(2).any(0)
    assert first.tolist() == [True, False, True]
    assert second.tolist() == [False, True, False]
    assert set(explained.attention) == {"unmasked", "view 1", "view 2"}


def test_factorcl_holds_the_upper_critics_fixed_in_the_loss_and_fits_them_before():
    task = tasks.load("factors", seed=0)
    views = task.views(task.sample(64, "train", 0), torch.Generator().manual_seed(0))
    method = built("factorcl", task, critic_steps=30, critic_lr=0.01)
    before = [p.clone() for p in method.club.parameters()]
    sides = {b: tuple(z.detach() for z in method.sides(*views)[b]) for b in method.club}
    information = [losses.nce(method.club[b](*sides[b])) for b in method.club]
    sum(method.loss(*views, 0.0).values()).backward()
    assert all(p.grad is None for p in method.club.parameters())
    assert not any(torch.equal(p, q) for p, q in zip(method.club.parameters(), before) if p.ndim == 2)
    fitted = [losses.nce(method.club[b](*sides[b])) for b in method.club]
    assert all(after > start for after, start in zip(fitted, information))
    heads = [p.grad for heads in method.heads for p in heads["unique"].parameters()]
    assert any(g.abs().sum() > 0 for g in heads)
    method.eval()
    after = [p.clone() for p in method.club.parameters()]
    method.loss(*views, 0.0)
    assert all(torch.equal(p, q) for p, q in zip(method.club.parameters(), after))


def test_factorcl_scores_pairs_by_its_shared_critic():
    task = tasks.load("factors", seed=0)
    views = task.views(task.sample(8, "train", 0), torch.Generator().manual_seed(0))
    method = built("factorcl", task).eval()
    x, y = method.keys(views[0])
    pairs = method.critics["shared"]
    slow = torch.stack([torch.stack([pairs(x[i : i + 1], y[j : j + 1])[0, 0] for j in range(8)]) for i in range(8)])
    torch.testing.assert_close(method.score(x, [y], 0), slow)
    torch.testing.assert_close(method.score(y, [x], 1), slow.mT)


def test_symile_of_two_modalities_scores_as_clip_does():
    task = tasks.load("factors", seed=0)
    views = task.views(task.sample(8, "train", 0), torch.Generator().manual_seed(0))
    method = built("symile", task, negatives="all")
    expected = losses.clip_pairs(method.keys(views[0]), logit_scale=1 / 0.07)
    torch.testing.assert_close(method.loss(*views, 0.0)["tuples"], expected)
