"""The loop: what it decides, and how it stops."""

import copy
import math

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from coral_viz import methods, tasks, training

MODALITIES = tasks.load("factors").modalities


class Quadratic(training.Trainable):
    """Counts what the loop hands it; its loss falls to 0."""

    TITLE = "quadratic"

    def __init__(self, breaks_at=None):
        super().__init__()
        self.modalities = MODALITIES
        self.linear, self.norm = nn.Linear(3, 2), nn.LayerNorm(2)
        self.breaks_at, self.progress, self.sizes = breaks_at, [], []

    def loss(self, view1, view2, progress):
        self.progress.append(progress)
        self.sizes.append(len(view1[0]))
        value = self.linear.weight.square().sum()
        bad = self.breaks_at == len(self.progress)
        return {"pull": value, "noise": value * math.nan if bad else value * 0}


@pytest.fixture(scope="module")
def task():
    return tasks.load("factors")


def test_progress_runs_from_zero_and_batches_are_whole(task):
    model = Quadratic()
    training.train(model, task, steps=10, batch=4, samples=10, progress=False)
    assert model.progress == pytest.approx([i / 10 for i in range(10)])
    assert set(model.sizes) == {4}


def test_history_holds_every_term_and_averages_blocks(task):
    history = training.train(Quadratic(), task, steps=10, batch=2, samples=8, progress=False)
    frame = history.frame()
    assert list(frame.columns) == ["pull", "noise"]
    assert list(frame.index) == list(range(1, 11))
    blocks = history.frame(every=4)
    assert list(blocks.index) == [4, 8, 10]
    assert blocks["pull"].iloc[0] == pytest.approx(frame["pull"].iloc[:4].mean())
    assert frame["pull"].is_monotonic_decreasing
    assert isinstance(frame, pd.DataFrame)


class Scheduled(Quadratic):
    """Has an optimiser and a schedule of its own, and notes what follows its steps."""

    def __init__(self, made=None):
        super().__init__()
        self.made, self.after = made, []

    def configure_optimizers(self, lr, weight_decay, steps):
        self.given = lr, weight_decay, steps
        self.optimiser = torch.optim.SGD(self.parameters(), lr=lr)
        halved = torch.optim.lr_scheduler.StepLR(self.optimiser, 1, 0.5)
        return self.made or (self.optimiser, halved)

    def after_step(self, progress):
        self.after.append((progress, self.linear.weight.detach().clone(), torch.is_grad_enabled()))


def test_a_method_brings_its_optimiser_and_schedule_and_acts_after_every_step(task):
    model = Scheduled()
    expected = model.linear.weight.detach().clone()
    training.train(model, task, steps=4, batch=2, samples=8, lr=0.1, weight_decay=0.3, progress=False)
    assert model.given == (0.1, 0.3, 4)
    assert model.optimiser.param_groups[0]["lr"] == 0.1 / 16
    assert [progress for progress, *_ in model.after] == [0.25, 0.5, 0.75, 1.0]
    for step, (_, weights, gradients) in enumerate(model.after):
        expected = expected - 0.1 / 2**step * 2 * expected  # plain gradient descent on the sum of squares
        assert torch.allclose(weights, expected, atol=1e-6)
        assert not gradients


def test_an_optimiser_that_is_none_is_refused_before_the_first_step(task):
    model = Scheduled(made={"optimizer": 1})
    with pytest.raises(ValueError, match=r"configure_optimizers of quadratic returns .* or that and a torch schedule"):
        training.train(model, task, steps=4, batch=2, samples=8, progress=False)
    assert model.progress == []


def test_divergence_names_step_and_term(task):
    with pytest.raises(training.TrainingDiverged, match="step 3: noise is not finite"):
        training.train(Quadratic(breaks_at=3), task, steps=10, batch=2, samples=8, progress=False)


def test_terms_are_fetched_every_so_many_steps_and_at_the_end(task, monkeypatch):
    monkeypatch.setattr(training.history, "FETCHED", 4)
    history, fetched = training.History(), []
    with history.fetched():
        for step in range(10):
            history.record({"pull": torch.tensor(float(step))})
            fetched.append(len(history.values))
    assert fetched == [0, 0, 0, 4, 4, 4, 4, 8, 8, 8]
    assert history.values == [[float(step)] for step in range(10)]


def test_an_error_after_a_divergence_is_told_as_the_divergence(task):
    def fail(step, model):
        raise ValueError("NaN everywhere")

    options = {"steps": 10, "batch": 2, "samples": 8, "progress": False}
    with pytest.raises(training.TrainingDiverged, match="step 3: noise is not finite"):
        training.train(Quadratic(breaks_at=3), task, callbacks={5: fail}, **options)
    with pytest.raises(ValueError, match="NaN everywhere"):
        training.train(Quadratic(), task, callbacks={5: fail}, **options)


def test_only_matrices_decay():
    model = Quadratic()
    decay, rest = training.trainable.decay_groups(model, 0.1)
    assert [p is model.linear.weight for p in decay["params"]] == [True]
    assert len(rest["params"]) == 3
    assert rest["weight_decay"] == 0


def test_callbacks_run_when_due(task):
    seen = []
    callbacks = {4: lambda step, model: seen.append((step, type(model).__name__))}
    training.train(Quadratic(), task, steps=9, batch=2, samples=8, progress=False, callbacks=callbacks)
    assert seen == [(4, "Quadratic"), (8, "Quadratic")]


def test_every_sample_comes_once_an_epoch():
    order = training.loop.shuffled(10, 3, torch.Generator().manual_seed(0))
    epoch = torch.cat([next(order) for _ in range(3)])
    assert len(epoch.unique()) == 9
    assert len(next(order)) == 3


@pytest.mark.parametrize("budget", [{"steps": 0}, {"batch": 1}, {"batch": 99}, {"lr": 0.0}, {"weight_decay": -1.0}])
def test_an_impossible_budget_is_a_sentence(budget, task):
    with pytest.raises(ValueError, match="training takes steps >= 1, 2 <= batch <= samples"):
        training.train(Quadratic(), task, **({"steps": 3, "batch": 2, "samples": 8} | budget))


@pytest.mark.parametrize(("name", "given"), [("xnor", r"modality_3 \(8, 24\)"), ("factors", r"modality_2 \(8, 25\)")])
def test_a_task_of_other_modalities_is_a_sentence(task, name, given):
    method = methods.build("cross", task)
    other = tasks.load(name, **({"features": 25} if name == "factors" else {}))
    words = rf"Cross was built for the modalities modality_1 \(8, 24\), modality_2 \(8, 24\), but .* has .*{given}\."
    with pytest.raises(ValueError, match=words):
        training.train(method, other, steps=1, batch=2, samples=8, progress=False)


def test_numbers_of_numpys_train_as_pythons_do(task):
    wide = {"steps": 3, "batch": 2, "samples": 8, "seed": 200, "lr": 0.5, "weight_decay": 0.0}
    kinds = dict.fromkeys(wide, np.float32) | dict.fromkeys(("steps", "batch", "samples", "seed"), np.uint8)
    given = {name: kinds[name](value) for name, value in wide.items()}
    model = Quadratic()
    ours, numpys = (training.train(copy.deepcopy(model), task, progress=False, **budget) for budget in (wide, given))
    assert ours.values == numpys.values
    with pytest.raises(ValueError, match=r"seed = 1.5 is not allowed; it takes a whole number"):
        training.train(Quadratic(), task, progress=False, **wide | {"seed": 1.5})


def test_a_silent_loop_draws_no_bar(task, monkeypatch):
    monkeypatch.setattr(training.loop, "tqdm", lambda *_, **__: pytest.fail("a bar takes a semaphore"))
    training.train(Quadratic(), task, steps=1, batch=2, samples=8, progress=False)
