"""Recall@k and average precision against enumeration of every tie order, scikit-learn and closed forms."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, label_ranking_average_precision_score, top_k_accuracy_score

from coral_viz import evaluation


def enumerated(scores, relevant, measure):
    """The measure of one query, averaged over every order of its items that the scores allow."""
    items = range(len(scores))
    orders = [sorted(shuffled, key=lambda i: -scores[i]) for shuffled in itertools.permutations(items)]
    return np.mean([measure([relevant[i] for i in order]) for order in orders])


def hit(k):
    return lambda found: float(any(found[:k]))


def precision(found):
    return np.mean([np.mean(found[: i + 1]) for i, right in enumerate(found) if right])


@st.composite
def tied_queries(draw):
    """Scores on few levels, so that ties are the rule, and at least one relevant item."""
    n = draw(st.integers(1, 6))
    scores = draw(st.lists(st.sampled_from([-1.0, 0.0, 0.5]), min_size=n, max_size=n))
    relevant = draw(st.lists(st.booleans(), min_size=n, max_size=n).filter(any))
    return scores, relevant


def tensors(scores, relevant):
    return torch.tensor([scores]), torch.tensor([relevant])


@settings(max_examples=60, deadline=None)
@given(tied_queries(), st.data())
def test_ties_count_as_the_mean_over_their_orders(query, data):
    k = data.draw(st.integers(1, len(query[0])))
    assert evaluation.recall_at(*tensors(*query), k).item() == pytest.approx(enumerated(*query, hit(k)), abs=1e-12)
    assert evaluation.average_precision(*tensors(*query)).item() == pytest.approx(
        enumerated(*query, precision), abs=1e-12
    )


def untied(queries=40, items=30):
    rng = np.random.default_rng(0)
    relevant = rng.random((queries, items)) < 0.2
    relevant[:, 0] = True
    return rng.normal(size=(queries, items)) + relevant, relevant


def test_average_precision_is_that_of_scikit_learn_without_ties():
    scores, relevant = untied()
    ours = evaluation.average_precision(torch.tensor(scores), torch.tensor(relevant)).numpy()
    theirs = [average_precision_score(right, score) for right, score in zip(relevant, scores)]
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    assert ours.mean() == pytest.approx(label_ranking_average_precision_score(relevant, scores), rel=1e-12)


@pytest.mark.parametrize("k", [1, 3, 10])
def test_recall_of_one_right_answer_is_top_k_accuracy(k):
    scores, _ = untied(30, 30)
    scores += 2 * np.eye(30)
    ours = evaluation.recall_at(torch.tensor(scores), torch.eye(30, dtype=torch.bool), k).mean().item()
    assert ours == pytest.approx(top_k_accuracy_score(np.arange(30), scores, k=k), abs=1e-12)


@pytest.mark.parametrize(("items", "right"), [(1, 1), (12, 1), (12, 5), (12, 12), (400, 3)])
def test_constant_scores_give_the_closed_form_of_chance(items, right):
    scores, relevant = torch.zeros(1, items), (torch.arange(items) < right).unsqueeze(0)
    for k in (1, min(5, items)):
        chance = 1 - math.comb(items - right, k) / math.comb(items, k)
        assert evaluation.recall_at(scores, relevant, k).item() == pytest.approx(chance, abs=1e-12)
    harmonic = sum(1 / i for i in range(1, items + 1))
    chance = (harmonic + (items - harmonic) * (right - 1) / max(items - 1, 1)) / items
    assert evaluation.average_precision(scores, relevant).item() == pytest.approx(chance, abs=1e-12)


def test_the_best_and_the_worst_order():
    relevant = torch.tensor([[True, True, False, False]])
    best = torch.tensor([[4.0, 3.0, 2.0, 1.0]])
    assert evaluation.recall_at(best, relevant, 1).item() == evaluation.average_precision(best, relevant).item() == 1
    assert evaluation.recall_at(-best, relevant, 2).item() == 0
    assert evaluation.average_precision(-best, relevant).item() == pytest.approx((1 / 3 + 2 / 4) / 2)


def test_no_order_of_the_gallery_helps():
    rng = np.random.default_rng(0)
    scores, relevant = torch.tensor(rng.integers(4, size=(20, 15))), torch.tensor(rng.random((20, 15)) < 0.5)
    relevant[:, 3] = True
    order = torch.tensor(rng.permutation(15))
    for measure in (evaluation.average_precision, lambda s, r: evaluation.recall_at(s, r, 4)):
        expected = measure(scores.float(), relevant)
        torch.testing.assert_close(measure(scores[:, order].float(), relevant[:, order]), expected, rtol=0, atol=1e-12)
        torch.testing.assert_close(measure(scores.float().exp(), relevant), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("measure", [evaluation.average_precision, lambda s, r: evaluation.recall_at(s, r, 1)])
@pytest.mark.parametrize(
    ("scores", "relevant", "sentence"),
    [
        (torch.tensor([[math.nan, 0.0]]), torch.tensor([[True, False]]), "1 of 2 scores are NaN"),
        (torch.zeros(2, 3), torch.eye(2, 3).bool() & (torch.arange(2) > 0)[:, None], "1 of 2 queries have no relevant"),
        (torch.zeros(2, 3), torch.ones(3, 2).bool(), r"\(2, 3\) and relevant \(3, 2\)"),
        (torch.zeros(2, 3), torch.ones(2, 3).long(), "of torch.int64 must be"),
    ],
)
def test_bad_rankings_are_a_sentence(measure, scores, relevant, sentence):
    with pytest.raises(ValueError, match=sentence):
        measure(scores, relevant)


@pytest.mark.parametrize("k", [0, 4])
def test_k_lies_within_the_gallery(k):
    with pytest.raises(ValueError, match=f"k = {k} must lie between 1 and the 3 items"):
        evaluation.recall_at(torch.zeros(1, 3), torch.ones(1, 3).bool(), k)
