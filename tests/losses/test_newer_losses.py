"""ConFu, PMRL, Gated Symile, DisentangledSSL and masked reconstruction against loops that say what they are."""

import itertools
import math

import pytest
import torch
import torch.nn.functional as F

from coral_viz.methods import losses


def cross_entropy(logits, target):
    return (logits.exp().sum().log() - logits[target]).item()


def slow_clip(a, b, temperature):
    """Every row finds its partner among the columns and the other way round, one at a time."""
    a, b, found = F.normalize(a, dim=1), F.normalize(b, dim=1), []
    for i in range(len(a)):
        found.append(cross_entropy(torch.stack([a[i] @ y for y in b]) / temperature, i))
        found.append(cross_entropy(torch.stack([x @ b[i] for x in a]) / temperature, i))
    return sum(found) / len(found)


def test_confu_of_three_is_six_agreements(draw):
    one, two, three, fused_12, fused_13, fused_23 = draw(6, 5, 4)
    found = losses.confu([one, two, three], [fused_12, fused_13, fused_23], temperature=0.3, fused_weight=0.8)
    pairs = sum(slow_clip(a, b, 0.3) for a, b in ((one, two), (one, three), (two, three)))
    fused = sum(slow_clip(a, b, 0.3) for a, b in ((fused_12, three), (fused_13, two), (fused_23, one)))
    assert found["pairs"].item() == pytest.approx(0.2 * pairs / 6, abs=1e-12)
    assert found["fused"].item() == pytest.approx(0.8 * fused / 6, abs=1e-12)


def test_confu_of_four_fuses_every_pair_for_both_others(draw):
    z, fused = draw(4, 3, 5), draw(6, 3, 5, seed=1)
    found = losses.confu(z, fused, temperature=0.3, fused_weight=0.8)
    agreements = [
        slow_clip(f, z[m], 0.3)
        for f, pair in zip(fused, itertools.combinations(range(4), 2))
        for m in {0, 1, 2, 3} - set(pair)
    ]
    assert len(agreements) == 12
    assert found["fused"].item() == pytest.approx(0.8 * sum(agreements) / 18, abs=1e-12)


def test_confu_takes_three_modalities_and_all_their_pairs(draw):
    z = draw(3, 4, 5)
    for given, fused in ((z[:2], z[:1]), (z, z[:2])):
        with pytest.raises(ValueError, match=f"{len(given)} modalities and {len(fused)} fused pairs"):
            losses.confu(given, fused, temperature=0.1, fused_weight=0.5)


@pytest.mark.parametrize("count", [2, 3, 5])
def test_pmrl_is_what_singular_value_decompositions_of_samples_say(draw, count):
    z = draw(count, 4, 6)
    alignment, directions = [], []
    for vectors in zip(*z):
        matrix = F.normalize(torch.stack(vectors, 1), dim=0)
        left, values, _ = torch.linalg.svd(matrix, full_matrices=False)
        alignment.append(cross_entropy(values / 0.4, 0))
        pointing = left[:, 0] @ matrix.sum(1)
        if pointing.abs() < 1e-9:  # two vectors of negative cosine: the first decides
            pointing = left[:, 0] @ matrix[:, 0]
        directions.append(left[:, 0] * pointing.sign())
    separation = [cross_entropy(torch.stack([u @ v for v in directions]) / 0.3, i) for i, u in enumerate(directions)]
    found = losses.pmrl(z, temperature=0.3, alignment_temperature=0.4)
    assert found["alignment"].item() == pytest.approx(sum(alignment) / 4, abs=1e-6)
    assert found["separation"].item() == pytest.approx(sum(separation) / 4, abs=1e-9)


def test_pmrl_score_is_the_leading_singular_value(draw):
    queries, gallery = draw(1, 4, 6)[0], draw(2, 3, 6, seed=1)
    expected = [
        [torch.linalg.svdvals(F.normalize(torch.stack([q, *rest], 1), dim=0))[0].item() for rest in zip(*gallery)]
        for q in queries
    ]
    torch.testing.assert_close(losses.pmrl_score(queries, gallery), torch.tensor(expected, dtype=torch.float64))
    torch.testing.assert_close(losses.pmrl_score(queries, gallery), losses.pmrl_score(-queries, gallery))


def test_pmrl_of_one_line_and_of_right_angles():
    eye = torch.eye(3, dtype=torch.float64)
    together = losses.pmrl([eye[:2]] * 3, temperature=0.3, alignment_temperature=0.5)
    assert together["alignment"].item() == pytest.approx(math.log(1 + 2 * math.exp(-math.sqrt(3) / 0.5)), abs=1e-5)
    assert together["separation"].item() == pytest.approx(math.log(1 + math.exp(-1 / 0.3)))
    apart = losses.pmrl([eye[:1], eye[1:2], eye[2:]], temperature=0.3, alignment_temperature=0.5)
    assert apart["alignment"].item() == pytest.approx(math.log(3))


def slow_gates(vectors, neutral, weights, strength):
    """Vectors that are partly replaced by their neutral ones, in the paper's two steps."""
    found = []
    for z, n, w in zip(vectors, neutral, weights):
        gated = w * z + (1 - w) * n
        found.append(F.normalize((1 - strength) * z + strength * gated, dim=0))
    return found


@pytest.mark.parametrize("count", [2, 3, 4])
def test_gated_symile_equals_a_loop_over_candidates(draw, count):
    z, neutral = draw(count, 4, 6), draw(1, count, 6, seed=1)[0]
    weights = [
        torch.rand(4, 4, count - 1, dtype=torch.float64, generator=torch.Generator().manual_seed(m))
        for m in range(count)
    ]
    options = {"strength": 0.7, "logit_scale": 3.0, "distillation": 0.2}
    found = losses.gated_symile(z, neutral=neutral, weights=weights, **options)
    unit, directions = [F.normalize(x, dim=1) for x in z], F.normalize(neutral, dim=1)
    contrast, distance = 0.0, 0.0
    for target, i in itertools.product(range(count), range(4)):
        others = [m for m in range(count) if m != target]
        logits = []
        for j in range(4):
            gates = slow_gates([unit[m][i] for m in others], directions[others], weights[target][j, i], 0.7)
            logits.append(3.0 * (torch.stack(gates).prod(0) * unit[target][j]).sum())
            if i == j:
                distance += sum((g - unit[m][i]).square().mean().item() for g, m in zip(gates, others)) / count
        contrast += cross_entropy(torch.stack(logits), i)
    assert found["tuples"].item() == pytest.approx(contrast / (4 * count), abs=1e-12)
    assert found["distillation"].item() == pytest.approx(0.2 * distance / (4 * count), abs=1e-12)


def test_open_gates_make_symile_and_shut_ones_forget(draw):
    queries, gallery, neutral = draw(1, 4, 6)[0], draw(2, 3, 6, seed=1), draw(1, 2, 6, seed=2)[0]
    every = torch.ones(4, 3, 2, dtype=torch.float64)
    open_, shut = (
        losses.gated_score(queries, gallery, neutral=neutral, weights=weights, strength=1.0)
        for weights in (every, 0 * every)
    )
    torch.testing.assert_close(open_, losses.symile_score(queries, gallery))
    torch.testing.assert_close(shut, losses.symile_score(queries, [n.expand(3, -1) for n in neutral]))


def test_gated_embeddings_are_targets_without_gradient(draw):
    z = [x.requires_grad_() for x in draw(2, 4, 6)]
    neutral, weights = torch.ones(2, 6, dtype=torch.float64).requires_grad_(), [torch.zeros(4, 4, 1)] * 2
    options = {"strength": 1.0, "logit_scale": 1.0, "distillation": 1.0}
    term = losses.gated_symile(z, neutral=neutral, weights=weights, **options)["distillation"]
    to_z, to_neutral = torch.autograd.grad(term, [z[0], neutral], allow_unused=True)
    assert to_neutral is None
    assert to_z.abs().max() > 0


def test_shared_information_is_a_match_of_draws_and_a_cosine_of_means(draw):
    draw1, draw2, mean1, mean2 = draw(4, 5, 4)
    found = losses.shared_information(draw1, draw2, mean1, mean2, temperature=0.3, beta=0.6)
    assert found["agreement"].item() == pytest.approx(slow_clip(draw1, draw2, 0.3), abs=1e-12)
    cosines = [(a @ b / (a.norm() * b.norm())).item() for a, b in zip(mean1, mean2)]
    assert found["compression"].item() == pytest.approx(-0.6 * sum(cosines) / 5, abs=1e-12)


def test_specific_information_is_a_match_of_views_and_a_norm_of_products(draw):
    joint1, joint2 = draw(2, 5, 7)
    (s1, s2), (c1, c2) = draw(2, 5, 3, seed=1), draw(2, 5, 4, seed=2)
    found = losses.specific_information(joint1, joint2, (s1, s2), (c1, c2), temperature=0.3, orthogonality_weight=0.6)
    assert found["contrast"].item() == pytest.approx(slow_clip(joint1, joint2, 0.3), abs=1e-12)
    norms = []
    for s, c in ((s1, c1), (s2, c2)):
        product = sum(torch.outer(a / a.norm(), b / b.norm()) for a, b in zip(s, c))
        norms.append(product.square().sum().sqrt().item())
    assert found["orthogonality"].item() == pytest.approx(0.6 * sum(norms) / 2, abs=1e-12)


def test_masked_reconstruction_counts_what_was_hidden(draw):
    found, wanted = draw(2, 12, 3)
    found, wanted = found.view(4, 3, 3), wanted.view(4, 3, 3).clone()
    hidden = torch.rand(4, 3, 1, generator=torch.Generator().manual_seed(0)) < 0.5
    wanted[~hidden.squeeze(-1)] = torch.nan
    errors = [[(found[i, n] - wanted[i, n]).square().mean().item() for n in range(3) if hidden[i, n]] for i in range(4)]
    assert 0 < sum(map(len, errors)) < 12
    expected = [sum(each) / max(len(each), 1) for each in errors]
    assert losses.masked_reconstruction(found, wanted, hidden=hidden).tolist() == pytest.approx(expected)
    assert not losses.masked_reconstruction(found, wanted, hidden=torch.zeros_like(hidden)).any()
    with pytest.raises(ValueError, match="cannot be compared"):
        losses.masked_reconstruction(found, wanted[:, :2], hidden=hidden)
