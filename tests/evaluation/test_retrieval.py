"""Cross-modal retrieval with a method's own score: closed forms for methods that know all, nothing, or one label."""

import math

import pandas as pd
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from coral_viz import evaluation
from coral_viz.evaluation import crossmodal
from coral_viz.results import schema
from coral_viz.tasks import Batch

METRICS = ["recall@1", "recall@5", "recall@10", "mAP"]


class Fake(nn.Module):
    """Keys are the inputs; the score is the mean dot product with the other modalities'."""

    def __init__(self, count=3):
        super().__init__()
        self.names = tuple(f"modality_{m + 1}" for m in range(count))
        self.asked = []

    def keys(self, inputs):
        assert not self.training
        return list(inputs)

    def score(self, query, gallery, anchor):
        assert not torch.is_grad_enabled()
        self.asked.append((anchor, len(query), [float(key[0, 0]) for key in gallery]))
        return query @ torch.stack(gallery).mean(0).mT


def batch_of(*inputs, labels=None):
    return Batch(list(inputs), labels or {})


def values(rows, **where):
    for column, word in where.items():
        rows = rows[rows[column] == word]
    return rows.set_index("metric")["value"].to_dict()


def chance(items, right):
    recalls = {f"recall@{k}": 1 - math.comb(items - right, k) / math.comb(items, k) for k in (1, 5, 10)}
    harmonic = sum(1 / i for i in range(1, items + 1))
    return recalls | {"mAP": (harmonic + (items - harmonic) * (right - 1) / (items - 1)) / items}


def prefixed(values):
    return {f"chance/{name}": value for name, value in values.items()}


def test_a_method_that_tells_samples_apart_finds_each_one():
    rows = evaluation.retrieval(Fake().train(), batch_of(*[torch.eye(20)] * 3))
    for part in ("modality_1", "modality_2", "modality_3"):
        found = values(rows, part=part, label="")
        assert found == pytest.approx(dict.fromkeys(METRICS, 1.0) | prefixed(chance(20, 1)), abs=1e-12)
    assert set(rows["n"]) == {20}


def test_a_collapsed_method_finds_nothing_beyond_chance():
    rows = evaluation.retrieval(Fake(), batch_of(*[torch.ones(20, 4)] * 3))
    found = values(rows, part="modality_2")
    assert {name: found[name] for name in METRICS} == pytest.approx(chance(20, 1), abs=1e-12)


def same_label(query, gallery, anchor):
    return query.labels["r"][:, None] == gallery.labels["r"]


def test_a_method_that_knows_one_label_finds_what_is_compatible_and_guesses_among_it():
    r = torch.arange(24) % 4
    method, batch = Fake(2), batch_of(*[F.one_hot(r, 4).float()] * 2, labels={"r": r})
    rows = evaluation.retrieval(method, batch, compatible=same_label)
    compatible = values(rows, part="modality_1", label="compatible")
    assert compatible == pytest.approx(dict.fromkeys(METRICS, 1.0) | prefixed(chance(24, 6)), abs=1e-12)
    own = values(rows, part="modality_1", label="")
    assert own["recall@1"] == pytest.approx(1 / 6)
    assert own["recall@5"] == pytest.approx(5 / 6)
    assert own["recall@10"] == 1
    assert own["mAP"] == pytest.approx(sum(1 / i for i in range(1, 7)) / 6)


def test_queries_that_nothing_is_compatible_with_are_left_out_and_counted():
    def compatible(query, gallery, anchor):
        return torch.eye(20, dtype=torch.bool) & (torch.arange(20) < 7)

    rows = evaluation.retrieval(Fake(2), batch_of(*[torch.eye(20)] * 2), compatible=compatible)
    assert set(rows[rows.label == "compatible"]["n"]) == {7}
    assert values(rows, part="modality_1", label="compatible")["mAP"] == 1
    with pytest.raises(ValueError, match="none of 20 queries has a right answer"):
        evaluation.retrieval(
            Fake(2), batch_of(*[torch.eye(20)] * 2), compatible=lambda *_: torch.zeros(20, 20, dtype=torch.bool)
        )


def test_a_task_that_cannot_tell_leaves_a_samples_own_tuple():
    def compatible(query, gallery, anchor):
        raise NotImplementedError

    rows = evaluation.retrieval(Fake(2), batch_of(*[torch.eye(20)] * 2), compatible=compatible)
    assert set(rows["label"]) == {""}


def test_every_modality_asks_the_others_in_their_order(monkeypatch):
    monkeypatch.setattr(crossmodal, "QUERIES", 8)
    method = Fake()
    evaluation.retrieval(method, batch_of(*(torch.full((30, 1), float(m)) for m in range(3))), limit=12)
    others = {0: [1.0, 2.0], 1: [0.0, 2.0], 2: [0.0, 1.0]}
    assert method.asked == [(m, size, others[m]) for m in range(3) for size in (8, 4)]


def test_the_methods_own_score_ranks():
    keys = batch_of(torch.eye(20), -torch.eye(20))
    assert values(evaluation.retrieval(Fake(2), keys), part="modality_1")["recall@1"] == 0
    blind = Fake(2)
    blind.score = lambda query, gallery, anchor: (query @ gallery[0].mT).square()
    assert values(evaluation.retrieval(blind, keys), part="modality_1")["recall@1"] == 1


@pytest.mark.parametrize("training", [True, False])
def test_retrieval_leaves_the_method_as_it_was(training):
    method = Fake(2).train(training)
    evaluation.retrieval(method, batch_of(*[torch.eye(12)] * 2))
    assert method.training == training


@pytest.mark.parametrize(
    ("count", "key", "limit", "sentence"),
    [
        (1, torch.eye(20), 20, "this method has only 'modality_1'"),
        (2, torch.eye(9), 20, "retrieval among 9 samples is no test; it takes at least 10"),
        (2, torch.eye(20), 5, "retrieval among 5 samples is no test"),
        (2, torch.eye(20) * torch.nan, 20, "400 of 400 scores are NaN"),
    ],
)
def test_bad_retrieval_is_a_sentence(count, key, limit, sentence):
    with pytest.raises(ValueError, match=sentence):
        evaluation.retrieval(Fake(count), batch_of(*[key] * count), limit=limit)


def test_rows_fit_the_table():
    rows = evaluation.retrieval(Fake(2), batch_of(*[torch.eye(12)] * 2), compatible=lambda *_: torch.eye(12).bool())
    run = {"run_id": "0", "method": "fake", "task": "t", "distribution": "unbiased", "seed": 0, "split": "test"}
    run |= {"step": 1, "status": "done", "method_version": 1, "knob": ""}
    pd.testing.assert_series_equal(schema.validate(rows.assign(**run))["value"], rows["value"])
