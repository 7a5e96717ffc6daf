"""What one token tells is no more than what that look tells, for every method: encoders do not mix tokens."""

import functools
import math

import pytest
import torch
import torch.nn.functional as F

from coral_viz import methods, pid, tasks, training
from coral_viz.evaluation import readouts
from coral_viz.methods.nets import LookEncoder
from coral_viz.results.metrics import BEST, LINEAR

LABELS = ("redundancy", "unique_1")


@functools.cache
def world(count, observation="looks"):
    """A world, what the first token of modality 1 holds, samples to fit readouts to and samples to test them on."""
    task = tasks.load("factors", seed=4, count=count, observation=observation, features=24, sigma=1.3)
    looks = tasks.load("factors", seed=4, count=count, observation="looks", features=24, sigma=1.3)
    left = looks.information({"modality_1": torch.arange(8) == 0})
    return (
        task,
        {label: left[label].alone[0] for label in LABELS},
        task.sample(2048, "probe", 0),
        task.sample(2048, "test", 0),
    )


def trained(name, observation="looks"):
    task, *_ = world(max(2, methods.get(name).COUNT[0]), observation)
    torch.manual_seed(0)
    method = methods.build(name, task)
    training.train(method, task, steps=8, batch=64, samples=512, seed=0, progress=False)
    return method


def labels_of(batch):
    return {label: batch.labels[label] for label in LABELS}


@pytest.mark.parametrize("name", methods.names())
def test_neither_readout_of_one_token_finds_no_more_than_its_look_holds(name):
    method = trained(name)
    _, held, probe, test = world(len(method.names))
    lists = [module for module in method.modules() if isinstance(module, torch.nn.ModuleList)]
    encoders = [each[0] for each in lists if isinstance(each[0], LookEncoder)]
    assert encoders
    with torch.no_grad():
        first, first_test = (torch.cat([encode(b.inputs[0])[:, 0] for encode in encoders], 1) for b in (probe, test))
    read = readouts.fit(first, labels_of(probe), first_test, seed=0)
    found = {
        (readout, label): pid.information_from_posterior(p.numpy(), test.labels[label].numpy())
        for readout in (LINEAR, BEST)
        for label, p in read[readout].posteriors.items()
    }
    assert max(bits for bits, _ in found.values()) > 0.05
    for (_, label), (bits, error) in found.items():
        assert bits < held[label].bits + 3 * (error + held[label].error)


@pytest.mark.parametrize("observation", ["looks", "spread"])
def test_even_an_encoder_taught_by_the_labels_tells_of_one_look_what_it_holds(observation):
    """Where encoders mix tokens, the same teaching puts nearly everything into one token."""
    method = trained("cross", observation)
    task, held, _, test = world(2, observation)
    pool = task.sample(16_384, "probe", 1)
    encode, heads = method.encode[0], torch.nn.Linear(64, 8)
    optimizer = torch.optim.AdamW([*encode.parameters(), *heads.parameters()], lr=5e-3)

    def losses(batch):
        logits = heads(encode(batch.inputs[0])[:, 0]).chunk(2, 1)
        return {label: F.cross_entropy(z, batch.labels[label]) for label, z in zip(LABELS, logits)}

    for _ in range(200):
        loss = sum(losses(pool[torch.randint(len(pool), (256,))]).values())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        found = {label: 2 - float(loss) / math.log(2) for label, loss in losses(test).items()}
    for label, bits in found.items():
        if observation == "spread":
            assert bits > 1.9
        else:
            assert held[label].bits - 0.2 < bits < held[label].bits + 0.05
