"""Losses, gradients and training on the device: the CPU's numbers in float32, near them in bfloat16, the same twice."""

import copy

import pytest
import torch

from coral_viz import methods, runs, tasks, training
from coral_viz.runs import replay

pytestmark = pytest.mark.cuda
LOOKS = ("factors", {"observation": "looks", "features": 24})
CASES = [(name, *LOOKS) for name in methods.names() if methods.get(name).COUNT[0] == 2] + [
    *[(name, LOOKS[0], LOOKS[1] | {"classes": 2, "count": 3}) for name in ("triangle", "confu")],
    *[(name, "trifeature-4", {"size": 16, "pairs": 64, "renders": 1}) for name in ("comm", "coral")],
]
STEPS, BATCH = (20 if torch.cuda.is_available() else 2), 16  # the CPU goes its own way
HALF = 0.05
"""How far a loss in bfloat16 may be from the one in float32, as a share of it."""
TINY = {"steps": 4, "batch": 16, "samples": 64, "probe_samples": 1024, "test_samples": 64}


def built(name, task, dials):
    world = tasks.load(task, seed=1, **dials)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return methods.build(name, world), world


def seen(world):
    return world.views(world.sample(BATCH, "train", 0), torch.Generator().manual_seed(0))


def on(device, views):
    return [[x.to(device) for x in view] for view in views]


def gradients(method, views, **autocast):
    torch.manual_seed(0)
    with torch.autocast(views[0][0].device.type, torch.bfloat16, **autocast):
        loss = sum(method.loss(*views, 0.7).values())
    loss.backward()
    return loss.detach().cpu(), {n: p.grad.cpu() for n, p in method.named_parameters() if p.grad is not None}


@pytest.mark.parametrize(("name", "task", "dials"), CASES)
def test_a_step_has_the_cpus_loss_and_gradient(name, task, dials, device, exact, cpu_draws):
    method, world = built(name, task, dials)
    views, other = seen(world), copy.deepcopy(method).to(device)
    loss, expected = gradients(method, views, enabled=False)
    found, gradient = gradients(other, on(device, views), enabled=False)
    torch.testing.assert_close(found, loss, rtol=1e-4, atol=1e-5)
    assert gradient.keys() == expected.keys()
    largest = max(float(g.abs().max()) for g in expected.values())
    for parameter, wanted in expected.items():
        torch.testing.assert_close(gradient[parameter], wanted, rtol=1e-2, atol=1e-3 * largest, msg=parameter)


@pytest.mark.parametrize(("name", "task", "dials"), [case for case in CASES if case[1] == "factors"])
def test_some_steps_go_the_cpus_way(name, task, dials, device, exact, cpu_draws):
    method, world = built(name, task, dials)
    views, other = seen(world), copy.deepcopy(method).to(device)
    expected, found = (_losses(m, on(where, views)) for m, where in ((method, "cpu"), (other, device)))
    torch.testing.assert_close(found, expected, rtol=2e-2, atol=2e-2)
    assert torch.isfinite(found).all()


def _losses(method, views):
    optimiser, losses = torch.optim.AdamW(method.parameters(), lr=1e-3, fused=True), []
    torch.manual_seed(0)
    for _ in range(STEPS):
        optimiser.zero_grad()
        losses.append(sum(method.loss(*views, 0.7).values()))
        losses[-1].backward()
        optimiser.step()
    return torch.stack(losses).detach().cpu()


@pytest.mark.parametrize(("name", "task", "dials"), CASES)
def test_bfloat16_is_near_float32(name, task, dials, device):
    method, world = built(name, task, dials)
    method, views = method.to(device), on(device, seen(world))
    exact, _ = gradients(method, views, enabled=False)
    method.zero_grad()
    half, gradient = gradients(method, views, enabled=True)
    assert abs(half - exact) <= HALF * max(1.0, float(exact.abs()))
    assert all(torch.isfinite(g).all() for g in gradient.values())


@pytest.mark.parametrize(("name", "task", "dials"), [CASES[0], CASES[-1]])
def test_the_same_seed_gives_the_same_numbers_twice(name, task, dials, device):
    world = tasks.load(task, seed=1, device=device, **dials)
    found = []
    for _ in range(2):
        torch.manual_seed(0)
        budget = {"steps": 5, "batch": BATCH, "samples": 64, "seed": 3, "progress": False}
        found.append(training.train(methods.build(name, world), world, **budget).values)
    assert found[0] == found[1]


@pytest.mark.parametrize("name", ["comm", "coral", "infmasking", "cross", "cross_self"])
def test_no_step_waits_for_the_device(name, device):
    world = tasks.load("trifeature-4", seed=1, device=device, size=16, pairs=64, renders=1)
    forbid, allow = (_waiting("error"), _waiting("default")) if device.type == "cuda" else (_nothing, _nothing)
    budget = {"steps": 6, "batch": BATCH, "samples": 64, "progress": False, "callbacks": {2: forbid, 6: allow}}
    try:
        assert len(training.train(methods.build(name, world), world, **budget).values) == 6
    finally:
        allow()


def _waiting(mode):
    return lambda *_: torch.cuda.set_sync_debug_mode(mode)


def _nothing(*_):
    pass


def test_out_of_memory_is_a_sentence(device, monkeypatch):
    budget = runs.Budget(**TINY | {"batch": 8192, "samples": 8192, "steps": 1})
    spec = runs.RunSpec.make("infmasking", "factors", 1, budget=budget)
    if device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.set_per_process_memory_fraction(0.01)
    else:
        monkeypatch.setattr(methods.get("infmasking"), "loss", _too_much)
    try:
        with pytest.raises(RuntimeError, match="ran out of memory with a batch of 8192; try a batch of 4096"):
            runs.perform(spec, str(device))
    finally:
        if device.type == "cuda":
            torch.cuda.set_per_process_memory_fraction(1.0)


def _too_much(*_):
    raise torch.OutOfMemoryError


def test_two_jobs_share_a_device(device, tmp_path):
    specs = [runs.RunSpec.make("cross", "factors", seed, budget=runs.Budget(**TINY)) for seed in (1, 2)]
    store = runs.Store(tmp_path)
    outcomes = list(runs.execute(specs, store, device=str(device), jobs=2))
    assert [(o.status, o.reason) for o in outcomes] == [("done", "")] * 2
    alone = runs.perform(specs[0], str(device)).rows["value"].to_numpy()
    assert store.rows(specs[0])["value"].to_numpy() == pytest.approx(alone, abs=1e-6, nan_ok=True)


def test_a_training_is_recorded(device, monkeypatch):
    monkeypatch.setattr(replay, "PROBED", 128)
    spec = runs.RunSpec.make("comm", "factors", 1, budget=runs.Budget(**TINY))
    recorded = replay.record(spec, points=2, samples=16, device=str(device))
    assert recorded.steps == [0, 1, 4]
    assert recorded.maps.shape == (3, 16, 2)
