"""Embedding with modalities withheld, and what readouts fitted on all of them then read."""

import itertools

import numpy as np
import pytest
import torch
from torch import nn

from coral_viz import evaluation
from coral_viz.evaluation import embedding, readouts
from coral_viz.results import schema
from coral_viz.tasks import Batch

NAMES = ("sight", "sound")


class Fake(nn.Module):
    """Parts: every modality's input itself, and "fused", the sum of those that are there."""

    def __init__(self, names=NAMES):
        super().__init__()
        self.names = tuple(names)
        self.whole = (*names, "fused")
        self.seen = []

    def embed(self, inputs):
        assert not self.training
        assert not torch.is_grad_enabled()
        shown = {name: x for name, x in zip(self.names, inputs) if x is not None}
        self.seen.append({name: len(x) for name, x in shown.items()})
        return shown | {"fused": sum(shown.values())}


def coded(n, seed, count=2):
    """Modality m shows its own bit and noise."""
    rng = np.random.default_rng(seed)
    bits = torch.tensor(rng.integers(2, size=(count, n)))
    noise = torch.tensor(rng.normal(size=(count, n, 3)), dtype=torch.float32)
    inputs = [0.1 * x + torch.stack([bit, 0 * bit, 0 * bit], 1) for x, bit in zip(noise, bits)]
    return Batch(inputs, {f"bit_{m + 1}": bit for m, bit in enumerate(bits)})


def test_withheld_modalities_are_none_and_every_sample_is_embedded(monkeypatch):
    monkeypatch.setattr(embedding, "MOST_SAMPLES", 16)
    method, batch = Fake(), coded(40, 0)
    parts = evaluation.embed(method, batch, given=[1])
    assert method.seen == [{"sound": 16}, {"sound": 16}, {"sound": 8}]
    assert torch.equal(parts["fused"], batch.inputs[1])
    assert torch.equal(evaluation.embed(method, batch)["fused"], sum(batch.inputs))


@pytest.mark.parametrize("training", [True, False])
def test_embedding_leaves_the_method_as_it_was(training):
    method = Fake().train(training)
    evaluation.embed(method, coded(10, 0))
    assert method.training == training
    method.embed = lambda inputs: 1 / 0
    with pytest.raises(ZeroDivisionError):
        evaluation.embed(method, coded(10, 0))
    assert method.training == training
    assert torch.is_grad_enabled()


@pytest.mark.parametrize("given", [[], [2], [0, -1], ["sight"]])
def test_what_is_given_must_exist(given):
    with pytest.raises(ValueError, match="must name one or more of the modalities 0 to 1"):
        evaluation.embed(Fake(), coded(10, 0), given=given)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7])
def test_which_subsets_are_given(count):
    names = "abcdefg"[:count]
    sizes = range(1, count + 1) if count <= 4 else (1, count - 1, count)
    shown = evaluation.embed_subsets(Fake(names), coded(4, 0, count))
    assert list(shown) == [subset for size in sizes for subset in itertools.combinations(names, size)]
    assert all(tuple(name for name in names if name in parts) == given for given, parts in shown.items())


def probed_subsets(method, **keywords):
    probe, test = coded(600, 0), coded(500, 1)
    parts = evaluation.embed(method, probe)
    shown = evaluation.embed_subsets(method, test)
    subsets = evaluation.probe_subsets(parts, probe.labels, shown, test.labels, whole=method.whole, **keywords)
    every = evaluation.probe(parts, probe.labels, shown[NAMES], test.labels, whole=method.whole, **keywords)
    return subsets, every


def test_with_every_modality_the_numbers_are_those_of_the_whole():
    method = Fake()
    method.whole = ("sight", "sound")
    subsets, every = probed_subsets(method, seed=3)
    keys = ["label", "metric", "readout"]
    expected = every[(every.part == "all") & (every.readout == "linear")].set_index(keys)
    found = subsets[subsets.part == "all(sight,sound)"].set_index(keys)
    assert found["value"].to_dict() == expected["value"].to_dict()
    assert list(subsets.columns) == list(every.columns)
    assert set(subsets.part) == {"all(sight)", "all(sound)", "all(sight,sound)"}


def test_a_subset_reads_what_its_modalities_tell_and_guesses_the_rest():
    method = Fake()
    method.whole = ("sight", "sound")
    subsets, _ = probed_subsets(method)
    value = subsets.set_index(["part", "label", "metric"])["value"]
    for part, told, other in (("all(sight)", "bit_1", "bit_2"), ("all(sound)", "bit_2", "bit_1")):
        assert value[part, told, "balanced_accuracy"] > 0.99
        assert value[part, told, "bits"] > 0.9
        assert value[part, other, "balanced_accuracy"] == pytest.approx(0.5, abs=0.08)
        assert value[part, other, "bits"] < 0.02


def test_nothing_but_missing_parts_is_a_guess():
    method = Fake()
    method.whole = ("sound",)
    subsets, _ = probed_subsets(method)
    alone = subsets[(subsets.part == "all(sight)") & (subsets.metric == "balanced_accuracy")]
    assert alone["value"].tolist() == [0.5, 0.5]


def test_a_part_that_is_missing_enters_as_its_mean():
    method, probe, test = Fake(), coded(300, 0), coded(200, 1)
    parts, shown = evaluation.embed(method, probe), evaluation.embed(method, test, given=[0])
    mean = parts["sound"].mean(0).expand(200, -1)
    by_hand = evaluation.probe(parts, probe.labels, shown | {"sound": mean}, test.labels, whole=method.whole)
    by_hand = by_hand[(by_hand.part == "all") & (by_hand.readout == "linear")]
    rows = evaluation.probe_subsets(parts, probe.labels, {("sight",): shown}, test.labels, whole=method.whole)
    assert rows["value"].tolist() == by_hand["value"].tolist()


def test_one_fit_predicts_several_tests_as_many_fits_do():
    batch = coded(300, 0)
    x, tests = torch.cat(batch.inputs, 1), [torch.cat(coded(n, 1).inputs, 1) for n in (50, 77)]
    together = readouts.fit_linear(x, batch.labels, tests, seed=5)
    for readout, x_test in zip(together, tests, strict=True):
        alone = readouts.fit(x, batch.labels, x_test, seed=5)["linear"]
        assert readout.held_out == alone.held_out
        assert all(torch.equal(readout.posteriors[name], alone.posteriors[name]) for name in batch.labels)


def test_nan_in_any_test_is_a_sentence():
    batch = coded(300, 0)
    x = torch.cat(batch.inputs, 1)
    with pytest.raises(ValueError, match="the test embedding holds 300 NaN"):
        readouts.fit_linear(x, batch.labels, [x, x / torch.tensor([torch.nan, 1, 1, 1, 1, 1])], seed=0)


def test_rows_fit_the_table():
    subsets, every = probed_subsets(Fake())
    rows = [frame.assign(split="test", step=1) for frame in (subsets, every)]
    for frame in rows:
        assert set(frame.columns) <= set(schema.COLUMNS)
        assert set(frame["unit"]) <= set(schema.COLUMNS["unit"].words)
    together = np.concatenate([frame[["part", "label", "metric", "readout"]].agg("/".join, axis=1) for frame in rows])
    assert len(set(together)) == len(together)
