"""Pairwise objectives against published values, loops over pairs, and each other."""

import itertools
import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from coral_viz.methods import losses


def test_clip_equals_the_published_values(case, agree):
    published = case.values["clip"]
    agree(losses.clip(*case.z[:2], logit_scale=published["logit_scale"]), published, case.z[:2])


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


def test_nt_xent_of_unequal_batches_is_refused():
    with pytest.raises(ValueError, match=r"\(5, 4\) and \(7, 4\)"):
        losses.nt_xent(torch.ones(5, 4), torch.ones(7, 4), temperature=0.1)


@pytest.mark.parametrize("count", [2, 3, 5])
def test_losses_over_pairs_are_means_of_the_losses_of_pairs(draw, count):
    z = draw(count, 6, 4)
    pairs = list(itertools.combinations(z, 2))
    cmc = sum(losses.nt_xent(a, b, temperature=0.2) for a, b in pairs) / len(pairs)
    clip = sum(losses.clip(a, b, logit_scale=7.0) for a, b in pairs) / len(pairs)
    apart = sum((F.normalize(a) - F.normalize(b)).norm(dim=1).square().mean() for a, b in pairs) / len(pairs)
    assert losses.cmc(z, temperature=0.2).item() == pytest.approx(cmc.item(), abs=1e-12)
    assert losses.clip_pairs(z, logit_scale=7.0).item() == pytest.approx(clip.item(), abs=1e-12)
    terms = losses.clip_ib(z, logit_scale=7.0, beta=0.3)
    assert {k: v.item() for k, v in terms.items()} == pytest.approx(
        {"clip": clip.item(), "minimality": 0.3 * apart.item()}
    )


def test_pairwise_score_is_the_mean_cosine(draw):
    queries, (a, b) = draw(1, 3, 4)[0], draw(2, 5, 4, seed=1)
    scores = losses.pairwise_score(queries, [a, b])
    assert scores.shape == (3, 5)
    expected = (F.cosine_similarity(queries[2], a[4], dim=0) + F.cosine_similarity(queries[2], b[4], dim=0)) / 2
    assert scores[2, 4].item() == pytest.approx(expected.item())
