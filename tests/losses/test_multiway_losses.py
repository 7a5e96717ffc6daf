"""Symile, GRAM and TRIANGLE against published values, loops over tuples, and known volumes and areas."""

import itertools
import math

import pytest
import torch
import torch.nn.functional as F

from coral_viz.methods import losses


def test_symile_equals_the_published_values(case, agree):
    published = case.values["symile_all_negatives"]
    agree(losses.symile(case.z[:3], logit_scale=published["logit_scale"]), published, case.z[:3])


def test_gram_equals_the_published_values(case, agree):
    published, z = case.values["gram"], case.z[:3]
    agree(losses.gram(z, temperature=case.tau, anchor=0), published, z)


def slow_symile(z, scale):
    z = [F.normalize(x, dim=-1) for x in z]
    count, total = len(z[0]), 0.0
    for m, n in itertools.product(range(len(z)), range(count)):
        logits = {}
        for rest in itertools.product(range(count), repeat=len(z) - 1):
            index = [*rest[:m], n, *rest[m:]]
            logits[rest] = scale * torch.stack([x[i] for x, i in zip(z, index)]).prod(0).sum()
        total += torch.stack(list(logits.values())).logsumexp(0) - logits[(n,) * (len(z) - 1)]
    return total / (len(z) * count)


@pytest.mark.parametrize("count", [2, 3, 4])
def test_symile_equals_a_loop_over_all_tuples(draw, count):
    z = draw(count, 3, 4)
    assert losses.symile(z, logit_scale=5.0).item() == pytest.approx(slow_symile(z, 5.0).item(), abs=1e-12)


def test_symile_with_shuffled_negatives_equals_a_loop(draw):
    z = draw(3, 5, 4)
    loss = losses.symile(z, logit_scale=5.0, negatives="shuffled", generator=torch.Generator().manual_seed(3))
    unit, generator, total = [F.normalize(x, dim=-1) for x in z], torch.Generator().manual_seed(3), 0.0
    for m in range(3):
        a, b = (unit[i] for i in range(3) if i != m)
        order_a, order_b = (torch.randperm(5, generator=generator) for _ in range(2))
        for n in range(5):
            tuples = [(n, n) if j == n else (order_a[j], order_b[j]) for j in range(5)]
            logits = torch.stack([5.0 * (unit[m][n] * a[i] * b[j]).sum() for i, j in tuples])
            total += logits.logsumexp(0) - logits[n]
    assert loss.item() == pytest.approx(total.item() / 15, abs=1e-12)


def slow_volume(*vectors):
    unit = F.normalize(torch.stack(vectors), dim=-1)
    return torch.linalg.det(unit @ unit.mT).abs().sqrt()


def slow_area(x, y, z):
    x, y, z = F.normalize(torch.stack([x, y, z]), dim=-1)
    u, v = x - y, x - z
    return (u @ u * (v @ v) - (u @ v) ** 2).sqrt() / 2


@pytest.mark.parametrize("count", [2, 3, 4])
def test_gram_score_is_minus_the_root_of_a_determinant(draw, count):
    queries, gallery = draw(1, 4, 6)[0], draw(count - 1, 3, 6, seed=1)
    expected = [[-slow_volume(q, *rest).item() for rest in zip(*gallery)] for q in queries]
    torch.testing.assert_close(losses.gram_score(queries, gallery), torch.tensor(expected, dtype=torch.float64))


def test_triangle_score_is_minus_the_area(draw):
    queries, gallery = draw(1, 4, 6)[0], draw(2, 3, 6, seed=1)
    expected = [[-slow_area(q, *rest).item() for rest in zip(*gallery)] for q in queries]
    torch.testing.assert_close(losses.triangle_score(queries, gallery), torch.tensor(expected, dtype=torch.float64))


def test_known_volumes_and_areas():
    x, y, z = torch.eye(3).unsqueeze(1)
    assert losses.gram_score(x, [y, z]).item() == pytest.approx(-1)
    assert losses.triangle_score(x, [y, z]).item() == pytest.approx(-math.sqrt(3) / 2)
    assert losses.gram_score(x, [y, x + y]).item() == pytest.approx(0, abs=1e-5)
    assert losses.triangle_score(x, [x, z]).item() == pytest.approx(0, abs=1e-5)


def test_symile_score_is_the_multilinear_product(draw):
    queries, (a, b) = draw(1, 4, 6)[0], draw(2, 3, 6, seed=1)
    expected = (F.normalize(queries[1], dim=0) * F.normalize(a[2], dim=0) * F.normalize(b[2], dim=0)).sum()
    assert losses.symile_score(queries, [a, b])[1, 2].item() == pytest.approx(expected.item())


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_gram_and_triangle_are_cross_entropies_of_their_scores_averaged_over_anchors(draw, smoothing):
    z, target = draw(3, 5, 4), torch.arange(5)
    options = {"temperature": 0.3, "label_smoothing": smoothing}
    for loss, score in ((losses.gram, losses.gram_score), (losses.triangle, losses.triangle_score)):
        total = 0.0
        for m in range(3):
            logits = score(z[m], z[:m] + z[m + 1 :]) / 0.3
            total += sum(F.cross_entropy(x, target, label_smoothing=smoothing) for x in (logits, logits.mT)) / 6
        assert loss(z, **options).item() == pytest.approx(total.item(), abs=1e-12)


def test_bad_input_is_refused(draw):
    z = draw(3, 4, 5)
    with pytest.raises(ValueError, match="'some' is not allowed; it takes 'all' or 'shuffled'"):
        losses.symile(z, logit_scale=1.0, negatives="some")
    with pytest.raises(ValueError, match="anchor = 3 is not allowed"):
        losses.gram(z, temperature=0.1, anchor=3)
    for other in (z[:2], [*z, z[0]]):
        with pytest.raises(ValueError, match=f"{len(other)} modalities make no triangle"):
            losses.triangle(other, temperature=0.1)
        with pytest.raises(ValueError, match=f"{len(other)} modalities make no triangle"):
            losses.triangle_score(other[0], other[1:])
