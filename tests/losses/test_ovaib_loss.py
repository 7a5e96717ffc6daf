"""OVA-IB against published values and a loop over samples; its identity, its blindness to signs, its score."""

import itertools

import pytest
import torch
import torch.nn.functional as F

from coral_viz.methods import losses


def test_ovaib_equals_the_published_values(case, agree):
    published, z = case.values["ovaib"], case.z[:3]
    terms = losses.ovaib(z, temperature=published["tau"], beta=published["beta"])
    assert terms["sufficiency"].item() == pytest.approx(published["sufficiency"], abs=1e-9)
    assert terms["minimality"].item() == pytest.approx(published["beta"] * published["minimality"], abs=1e-9)
    agree(sum(terms.values()), published, z)


def slow_score(compared, projected, rest):
    a = torch.stack(rest, 1)
    image = a @ torch.linalg.solve(a.mT @ a + 1e-8 * torch.eye(a.shape[1], dtype=a.dtype), a.mT @ projected)
    return F.cosine_similarity(compared, image, dim=0)


def slow_ovaib(z, tau, projected):
    z = [F.normalize(x, dim=-1) for x in z]
    count, total, spread = len(z[0]), 0.0, 0.0
    for m, n in itertools.product(range(len(z)), range(count)):
        rest = [x for i, x in enumerate(z) if i != m]
        spread += (z[m][n] - sum(x[n] for x in rest) / len(rest)).square().sum()
        scores = [
            slow_score(z[m][n], z[m][n if projected == "anchor" else k], [x[k] for x in rest]) / tau
            for k in range(count)
        ]
        total += torch.stack(scores[:n] + scores[n + 1 :]).logsumexp(0) - scores[n]
    return {"sufficiency": total.item() / (len(z) * count), "minimality": spread.item() / (len(z) * count)}


@pytest.mark.parametrize("projected", ["anchor", "precomputed"])
@pytest.mark.parametrize("count", [2, 3, 4, 5, 6])
def test_ovaib_equals_a_loop_over_samples(draw, count, projected):
    z = draw(count, 4, 8, seed=count)
    terms = losses.ovaib(z, temperature=0.2, beta=1.0, projected=projected)
    assert {k: v.item() for k, v in terms.items()} == pytest.approx(slow_ovaib(z, 0.2, projected), abs=1e-9)


@pytest.mark.parametrize("count", [2, 3, 6])
def test_minimality_is_the_squared_distances_of_pairs(draw, count):
    z = draw(count, 5, 7)
    pairs = itertools.combinations([F.normalize(x, dim=-1) for x in z], 2)
    expected = sum((a - b).square().sum(-1).mean() for a, b in pairs) / (count - 1) ** 2
    assert losses.ovaib(z, temperature=0.1, beta=1.0)["minimality"].item() == pytest.approx(expected.item(), abs=1e-12)


def test_score_equals_a_loop_and_is_between_0_and_1(draw):
    queries, gallery = draw(1, 4, 6)[0], draw(3, 5, 6, seed=1)
    expected = []
    for q in F.normalize(queries, dim=-1):
        expected.append([slow_score(q, q, list(F.normalize(torch.stack(rest), dim=-1))) for rest in zip(*gallery)])
    scores = losses.ovaib_score(queries, gallery)
    torch.testing.assert_close(scores, torch.tensor(expected, dtype=torch.float64))
    assert ((scores >= 0) & (scores <= 1)).all()


def test_the_score_is_blind_to_the_sign_of_a_modality(draw):
    z = draw(3, 6, 5)
    flipped = [z[0], -z[1], z[2]]
    before, after = (losses.ovaib(x, temperature=0.1, beta=1.0) for x in (z, flipped))
    assert after["sufficiency"].item() == pytest.approx(before["sufficiency"].item(), abs=1e-12)
    assert after["minimality"].item() != pytest.approx(before["minimality"].item(), abs=1e-3)
    torch.testing.assert_close(losses.ovaib_score(z[0], z[1:]), losses.ovaib_score(z[0], flipped[1:]))


def test_an_anchor_in_the_span_scores_1_and_one_orthogonal_to_it_0():
    x, y, z = torch.eye(3).unsqueeze(1)
    assert losses.ovaib_score(2 * x - y, [x, y]).item() == pytest.approx(1)
    assert losses.ovaib_score(z, [x, y]).item() == 0
    assert losses.ovaib_score(x, [x, x]).item() == pytest.approx(1)


def test_an_unknown_projection_is_refused(draw):
    with pytest.raises(ValueError, match="'tuple' is not allowed; it takes 'anchor' or 'precomputed'"):
        losses.ovaib(draw(2, 3, 4), temperature=0.1, beta=1.0, projected="tuple")
