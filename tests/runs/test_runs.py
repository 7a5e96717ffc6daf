"""Runs: the id follows the numbers, every executor gives the same bytes, nothing damaged is used or finished lost."""

import dataclasses
import itertools
import json
import os
import re
import signal
from collections import namedtuple
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from coral_viz import tasks
from coral_viz.methods import Method
from coral_viz.results import schema
from coral_viz.runs import Budget, Result, RunSpec, Store, alone, execute, one_thread
from coral_viz.runs.executors import _tried
from coral_viz.runs.run import initialised, perform
from coral_viz.tasks.factors import Factors

TINY = Budget(steps=6, batch=16, samples=64, probe_samples=1024, test_samples=64)


def spec(method="cross", seed=0, budget=TINY, **options):
    return RunSpec.make(method, "factors", seed, budget=budget, **options)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Two runs by the serial executor."""
    store = Store(tmp_path_factory.mktemp("serial"))
    specs = [spec(), spec("coral", dials={"distribution": "biased"})]
    outcomes = list(execute(specs, store, device="cpu", executor="serial"))
    return store, specs, outcomes


def copied(store, specs, tmp_path):
    other = Store(tmp_path / "runs")
    for one in specs:
        other.path(one).mkdir()
        for file in store.path(one).iterdir():
            (other.path(one) / file.name).write_bytes(file.read_bytes())
    return other


def test_the_id_is_of_what_changes_the_numbers():
    assert spec().id == spec().id == spec(knobs={"dim": 64}).id
    others = [
        spec("comm"),
        spec(seed=1),
        spec(knobs={"dim": 32}),
        spec(dials={"sigma": 0.2}),
        spec(budget=dataclasses.replace(TINY, steps=7)),
        dataclasses.replace(spec(), method_version=99),
    ]
    assert len({spec().id, *(other.id for other in others)}) == 7
    assert json.loads(spec().canonical)["budget"]["steps"] == 6


def test_a_spec_says_its_knobs_and_checks_them_at_once():
    assert spec("coral", knobs={"orthogonality": "squared"}).knob == "orthogonality=squared"
    assert spec("coral", knobs={"orthogonality": "hinge"}).knob == ""
    for bad in ({"knobs": {"x": 1}}, {"dials": {"sigma": -1.0}}):
        with pytest.raises(ValueError, match=r"x|sigma"):
            spec(**bad)
    for seed in (-1, 0.5, "1", 2**63):
        with pytest.raises(
            ValueError, match=re.escape(f"seed = {seed!r} is not allowed; it takes a whole number from 0")
        ):
            spec(seed=seed)


def test_a_spec_loads_its_task_and_warns_at_the_former_name():
    spec = RunSpec.make("comm", "factors", 7)
    with pytest.warns(DeprecationWarning, match="RunSpec.world is called RunSpec.load_task now"):
        former = spec.world()
    batch, same = (task.sample(4, "test", 1) for task in (former, spec.load_task()))
    assert all(a.equal(b) for a, b in zip(batch.inputs, same.inputs, strict=True))


def test_a_training_seed_is_part_of_the_id_where_it_is_not_the_seed():
    plain, again = spec(seed=3), spec(seed=3, training_seed=7)
    assert spec(seed=3, training_seed=3) == plain
    assert "training_seed" not in plain.canonical
    assert json.loads(again.canonical)["training_seed"] == 7
    assert RunSpec.from_canonical(again.canonical) == again != plain == RunSpec.from_canonical(plain.canonical)
    assert plain.words.endswith("unbiased, seed 3")
    assert again.words.endswith("unbiased, seed 3, training seed 7")
    with pytest.raises(ValueError, match="training_seed = -1 is not allowed; it takes a whole number from 0"):
        spec(training_seed=-1)
    with pytest.raises(ValueError, match="are not the present ones"):
        RunSpec.from_canonical(plain.canonical[:-1] + ',"training_seed":3}')


def test_a_second_training_has_the_same_world_and_samples_and_all_else_anew(monkeypatch):
    drawn, viewed, initial = [], [], []

    def watched(self, n, split, seed):
        drawn[-1].append((split, seed, sample(self, n, split, seed).inputs[0]))
        return sample(self, n, split, seed)

    def seen(self, batch, generator):
        viewed[-1].append(batch.inputs[0])
        return views(self, batch, generator)

    sample, views = Factors.sample, Factors.views
    monkeypatch.setattr(Factors, "sample", watched)
    monkeypatch.setattr(Factors, "views", seen)
    for one in (spec(seed=3), spec(seed=3, training_seed=7), spec(seed=3, training_seed=8)):
        drawn.append([])
        viewed.append([])
        initial.append(initialised(one, tasks.load("factors", seed=3)).state_dict())
        perform(one, "cpu")
    for others in drawn[1:]:
        assert [use[:2] for use in others] == [use[:2] for use in drawn[0]]
        assert all(torch.equal(mine, other) for (*_, mine), (*_, other) in zip(drawn[0], others))
    for first, second in itertools.combinations(range(3), 2):
        assert not torch.equal(viewed[first][0], viewed[second][0])
        assert not torch.equal(initial[first]["project.0.weight"], initial[second]["project.0.weight"])


def test_rows_are_tidy_and_name_the_truth(finished):
    store, specs, outcomes = finished
    assert [outcome.status for outcome in outcomes] == ["done", "done"]
    rows = schema.validate(store.rows(specs[1]))
    truth = rows[rows.metric == "truth"].set_index("label")["value"]
    assert dict(truth) == {"redundancy": 2.0, "unique_1": 2.0, "unique_2": 2.0, "synergy": 1.0}
    assert {"shared", "unique_1", "unique_2", "all", "shared|unique_1", "shared+unique_2"} <= set(rows["part"])
    assert set(rows["distribution"]) == {"biased"}
    assert (rows[rows.split == "train"]["step"] <= 6).all()


def test_workers_return_the_bytes_that_are_kept(finished):
    store, (one, _), _ = finished
    outcome, held = _tried(one, "cpu")
    kept = {path.name: path.read_bytes() for path in store.path(one).iterdir()}
    assert held | {"DONE": kept["DONE"]} == kept
    assert json.loads(held["DONE"])["seconds"] == round(outcome.seconds, 3)


def test_rows_say_what_the_run_cost_and_gave(finished):
    store, specs, _ = finished
    for one, passes in zip(specs, (2, 10), strict=True):
        rows, weights = store.rows(one), store.weights(one)
        said = {name: set(rows[name]) for name in ("training_seed", "embedding_width", "passes", "seconds")}
        seconds = store.timing(one)["seconds"]
        assert said == {"training_seed": {0}, "embedding_width": {64}, "passes": {6 * passes}, "seconds": {seconds}}
        statistics = ("running_mean", "running_var", "num_batches_tracked")
        learned = sum(w.numel() for name, w in weights.items() if not name.endswith(statistics))
        assert set(rows["parameters"]) == {learned}


def test_a_method_that_does_not_heed_the_width_is_not_trained(monkeypatch):
    monkeypatch.setattr(Method, "part_widths", property(lambda self: [32, 32], lambda self, _: None), raising=False)
    with pytest.raises(ValueError, match="the whole embedding of SimCLR has 64 numbers, not width = 48"):
        perform(spec("simclr", knobs={"width": 48}), "cpu")


def test_joblib_gives_the_same_bytes(finished, tmp_path):
    store, specs, _ = finished
    other = Store(tmp_path)
    outcomes = list(execute(specs, other, device="cpu", executor="joblib", jobs=2))
    assert {outcome.status for outcome in outcomes} == {"done"}
    for one in specs:
        for name in ("spec.json", "rows.parquet", "model.safetensors"):
            assert (store.path(one) / name).read_bytes() == (other.path(one) / name).read_bytes()


def test_finished_runs_are_reused_with_their_numbers(finished):
    store, specs, _ = finished
    before = store.path(specs[0]).stat().st_mtime_ns
    assert [outcome.status for outcome in execute(specs, store, device="cpu")] == ["reused", "reused"]
    assert store.path(specs[0]).stat().st_mtime_ns == before
    assert store.timing(specs[0])["device"] == "cpu"
    assert all(isinstance(tensor, torch.Tensor) for tensor in store.weights(specs[0]).values())


def _cut(folder):
    (folder / "rows.parquet").write_bytes(b"short")


def _other_weights(folder):
    weights = bytearray((folder / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (folder / "model.safetensors").write_bytes(weights)


def _no_done(folder):
    (folder / "DONE").unlink()


def _nonsense(folder):
    (folder / "DONE").write_text("{")


def _other_spec(folder):
    (folder / "spec.json").write_text("{}")


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (_cut, "rows.parquet changed since it was written"),
        (_other_weights, "model.safetensors changed since it was written"),
        (_no_done, "DONE is missing"),
        (_nonsense, "DONE cannot be read"),
        (_other_spec, "spec.json changed since it was written"),
    ],
)
def test_a_damaged_run_is_named_set_aside_and_done_again(finished, tmp_path, damage, reason):
    store, specs, _ = finished
    other = copied(store, specs, tmp_path)
    damage(other.path(specs[0]))
    said = []
    outcomes = list(execute(specs, other, device="cpu", executor="serial", say=said.append))
    assert {o.spec.id: o.status for o in outcomes} == {specs[0].id: "done", specs[1].id: "reused"}
    assert len(said) == 1
    assert reason in said[0]
    assert (other.root / f"{specs[0].id}.broken-1").is_dir()
    assert (other.path(specs[0]) / "rows.parquet").read_bytes() == (store.path(specs[0]) / "rows.parquet").read_bytes()


def test_a_damaged_run_outlives_the_one_that_takes_its_place(finished, tmp_path):
    store, specs, _ = finished
    other = copied(store, specs, tmp_path)
    _cut(other.path(specs[0]))
    alone(specs[0], other, "cpu")
    assert other.finished(specs[0])
    assert (other.root / f"{specs[0].id}.broken-1" / "rows.parquet").read_bytes() == b"short"


def test_a_failing_run_gives_its_reason_and_the_rest_goes_on(tmp_path):
    hopeless = spec(budget=dataclasses.replace(TINY, lr=1e30, steps=20))
    outcomes = list(execute([hopeless, spec()], Store(tmp_path), device="cpu", executor="serial"))
    status = {outcome.spec: outcome for outcome in outcomes}
    assert status[spec()].status == "done"
    assert status[hopeless].status == "failed"
    assert "TrainingDiverged: step" in status[hopeless].reason
    assert not Store(tmp_path).finished(hopeless)


def test_too_little_memory_names_a_smaller_batch(tmp_path, monkeypatch):
    def crowded(*_, **__):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    monkeypatch.setattr("coral_viz.training.train", crowded)
    (outcome,) = execute([spec()], Store(tmp_path), device="cpu", executor="serial")
    assert "ran out of memory with a batch of 16; try a batch of 8 (--batch; in a grid budget.batch)" in outcome.reason


def test_a_killed_process_costs_its_run_alone(tmp_path, monkeypatch):
    """Tried on what needs no torch, so that processes start within a second."""

    def killed(one, device):  # in a function, so that it is sent whole
        """A worker that is killed the first time that it does seed 0, and every time that it does seed 5."""
        first = not (tmp_path / one.id).exists()
        (tmp_path / one.id).touch()
        if one.seed == 5 or (one.seed == 0 and first):
            os.kill(os.getpid(), signal.SIGKILL)
        return SimpleNamespace(spec=one, status="done"), None

    monkeypatch.setattr("coral_viz.runs.executors._tried", killed)
    numbered = namedtuple("numbered", "id seed cost")
    specs = [numbered(f"seed-{seed}", seed, 1) for seed in range(6)]
    ended = list(execute(specs, Store(tmp_path / "runs"), device="cpu", executor="joblib", jobs=2))
    assert {outcome.spec.seed: outcome.status for outcome in ended} == dict.fromkeys(range(5), "done") | {5: "failed"}
    assert "its process was killed, 2 times" in ended[[outcome.spec.seed for outcome in ended].index(5)].reason


def test_a_run_that_another_process_finishes_too_is_kept(finished, tmp_path, monkeypatch):
    store, (one, _), _ = finished
    other, rename = Store(tmp_path / "runs"), os.rename
    result = Result(store.rows(one), store.weights(one))

    def late(source, place):
        """Another process puts its run there just before."""
        if Path(place) == other.path(one) and not other.path(one).exists():
            monkeypatch.setattr(os, "rename", rename)
            other.save(one, result, seconds=2.0, device="cpu")
        return rename(source, place)

    monkeypatch.setattr(os, "rename", late)
    other.save(one, result, seconds=1.0, device="cpu")
    assert os.rename is rename
    assert other.finished(one)
    assert other.timing(one)["seconds"] == 2.0
    assert [path.name for path in other.root.iterdir()] == [one.id]


def test_an_interrupted_run_leaves_nothing_behind(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("coral_viz.runs.executors.perform", interrupt)
    with pytest.raises(KeyboardInterrupt):
        list(execute([spec()], Store(tmp_path), device="cpu", executor="serial"))
    assert list(tmp_path.iterdir()) == []


def test_threads_are_as_before():
    before = torch.get_num_threads()
    with one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before


def test_bad_places_and_names_are_a_sentence(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match=r"cannot write to .*file.*choose another --out"):
        Store(tmp_path / "file" / "runs")
    with pytest.raises(ValueError, match="executor 'slurm' does not exist; choose one of serial, joblib"):
        list(execute([spec()], Store(tmp_path), executor="slurm"))
    with pytest.raises(ValueError, match="device 'gpu' does not exist; choose auto, cpu or cuda"):
        list(execute([spec()], Store(tmp_path), device="gpu"))
    with pytest.raises(ValueError, match="device 'mps' has no float64"):
        list(execute([spec()], Store(tmp_path), device="mps"))
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    with pytest.raises(ValueError, match="device 'cuda:7' is not available on this machine"):
        list(execute([spec()], Store(tmp_path), device="cuda:7"))
    monkeypatch.undo()
    if not torch.cuda.is_available():
        with pytest.raises(ValueError, match="device 'cuda' is not available on this machine"):
            list(execute([spec()], Store(tmp_path), device="cuda"))
