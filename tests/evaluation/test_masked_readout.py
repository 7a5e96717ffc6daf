"""A readout under masks: no more than visible tokens tell, all that a plain embedding of them tells."""

import pytest
import torch

from coral_viz import tasks
from coral_viz.evaluation import MaskedReadout, readouts


class Sums:
    """A method whose embedding is what a linear readout needs: by modality and place, the image's digit."""

    names = whole = ("modality_1", "modality_2")
    training = False

    def __init__(self, task):
        seen = task.pools["train"]
        self.means = torch.stack([seen.inputs[seen.digits == k].mean(0) for k in range(task.classes)])

    def eval(self):
        return self

    def train(self, mode):
        return self

    def embed(self, inputs):
        near = ((x @ self.means.mT - self.means.square().sum(1) / 2) * x.any(-1, keepdim=True) for x in inputs)
        return {name: (4 * z).softmax(-1).flatten(1) for name, z in zip(self.names, near)}


@pytest.fixture(scope="module")
def read():
    task = tasks.load("digits", seed=1)
    return MaskedReadout(Sums(task), task, seed=2, n=1000)


def mask(*places):
    return torch.tensor([place in places for place in range(1, 7)])


def test_what_is_visible_is_read_and_what_is_hidden_is_not(read):
    told = read.information({"modality_1": mask(1, 5), "modality_2": mask(3, 4)})
    exact = read.task.information({"modality_1": mask(1, 5), "modality_2": mask(3, 4)})
    for label in read.task.labels:
        for (bits, error), (most, _) in zip(
            [*told[label].alone, told[label].together], [*exact[label].alone, exact[label].together]
        ):
            assert bits < most + 3 * error + 0.02
            assert bits > -0.1
    assert told["redundancy"].alone[0].bits > 1
    assert told["unique_2"].together.bits > 1


def test_hidden_tokens_change_nothing(read):
    before = read.information({"modality_1": mask(2)})
    inputs = read._test.inputs[0]
    kept = inputs[:, 0].clone()
    inputs[:, 0] = torch.randn_like(kept)
    after = read.information({"modality_1": mask(2)})
    inputs[:, 0] = kept
    assert before == after


def test_a_mask_that_does_not_fit_is_a_sentence(read):
    with pytest.raises(ValueError, match="leaves no token of any modality"):
        read.information({"modality_1": mask(), "modality_2": mask()})


def test_the_kept_readout_is_that_of_fit():
    x, y = torch.randn(200, 5, generator=torch.Generator().manual_seed(0)).split([150, 50])
    labels = {"sign": (x[:, 0] > 0).long(), "size": x[:, 1].abs().clamp(max=1.9).long()}
    kept = readouts.linear_reader(x, labels, seed=3)(y)
    (fitted,) = readouts.fit_linear(x, labels, [y], seed=3)
    assert all(torch.equal(kept[name], fitted.posteriors[name]) for name in labels)
