"""Finished runs found, opened and put back: as they were, or a sentence that says why not."""

import dataclasses
import json
import shutil

import pytest
import torch

from coral_viz import evaluation, methods
from coral_viz.runs import Budget, RunSpec, Store, initialised, perform, restored
from coral_viz.runs.run import Result

TINY = Budget(steps=4, batch=16, samples=64, probe_samples=64, test_samples=64)
SPECS = [
    RunSpec.make("cross", "factors", 1, budget=TINY),
    RunSpec.make("cross", "factors", 0, dials={"distribution": "biased"}, budget=TINY),
]


@pytest.fixture(scope="module")
def result():
    return perform(SPECS[0], "cpu")


@pytest.fixture
def store(result, tmp_path):
    store = Store(tmp_path / "runs")
    for spec in SPECS:
        store.save(spec, result, seconds=1.0, device="cpu")
    return store


def test_a_spec_comes_back_from_its_text():
    for spec in (*SPECS, RunSpec.make("coral", "factors", 2, knobs={"orthogonality": "squared"}, dials={"sigma": 0.3})):
        read = RunSpec.from_canonical(spec.canonical)
        assert read == spec
        assert (read.id, read.knob) == (spec.id, spec.knob)


def test_a_spec_states_what_its_text_leaves_to_former_defaults():
    """A default may change: what a kept run was made with is in its spec, though it is no part of its id."""
    spread = RunSpec.make("coral", "factors", 0, dials={"observation": "spread"})
    looks = RunSpec.make("coral", "factors", 0, dials={"observation": "looks", "features": 24})
    assert "observation" not in json.loads(spread.canonical)["dials"]
    assert json.loads(looks.canonical)["dials"]["observation"] == "looks"
    for spec, tokens in ((spread, "spread"), (looks, "looks")):
        read = RunSpec.from_canonical(spec.canonical)
        assert dict(read.dials)["observation"] == tokens
        assert dict(read.knobs)["masking"] == "asymmetric"
        assert read.settings["observation"] == tokens


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda said: said.pop("task"), "this is no spec of a run: 'task'"),
        (lambda said: said["knobs"].update(colour=1), "has no setting 'colour'"),
        (lambda said: said["knobs"].pop("dim"), "are not the present ones of 'cross' and 'factors'"),
        (lambda said: said["budget"].update(steps=0), "steps = 0 is not allowed"),
    ],
)
def test_texts_of_other_times_are_a_sentence(change, reason):
    said = json.loads(SPECS[0].canonical)
    change(said)
    with pytest.raises(ValueError, match=reason):
        RunSpec.from_canonical(json.dumps(said, sort_keys=True, separators=(",", ":")))
    with pytest.raises(ValueError, match="no spec of a run"):
        RunSpec.from_canonical("[1, 2]")


def test_a_folder_lists_its_runs_and_nothing_else(store):
    assert store.specs() == SPECS[::-1]
    shutil.copytree(store.path(SPECS[0]), store.root / f"{SPECS[0].id}.broken-1")
    shutil.copytree(store.path(SPECS[0]), store.root / f".{SPECS[0].id}-tmp")
    (store.root / "notes").mkdir()
    (store.path(SPECS[1]) / "spec.json").write_text("{")
    assert store.specs() == SPECS[:1]
    shutil.rmtree(store.path(SPECS[0]))
    assert store.specs() == []


def test_a_run_is_opened_by_its_id(store):
    for spec in SPECS:
        assert store.open(spec.id) == spec


def test_what_cannot_be_opened_is_a_sentence(store):
    with pytest.raises(ValueError, match="there is no run 'abc' in"):
        store.open("abc")
    first, second = (store.path(spec) for spec in SPECS)
    (first / "rows.parquet").write_bytes(b"short")
    with pytest.raises(ValueError, match=r"is damaged: rows.parquet changed since it was written; make it again\.$"):
        store.open(SPECS[0].id)
    (second / "spec.json").write_text("{")
    with pytest.raises(ValueError, match="cannot be used: this is no spec of a run"):
        store.open(SPECS[1].id)
    (second / "spec.json").write_text(SPECS[0].canonical)
    with pytest.raises(ValueError, match=r"spec\.json is of another run"):
        store.open(SPECS[1].id)


def test_a_folder_that_is_only_read_need_not_be_written(store):
    reader = Store(store.root, to_write=False)
    assert reader.specs() == store.specs()
    with pytest.raises(ValueError, match="there is no folder"):
        Store(store.root / "none", to_write=False)
    assert not (store.root / "none").exists()


def test_the_method_is_as_it_was_trained(store, result):
    task, method = restored(SPECS[0], store)
    assert not method.training
    assert all(torch.equal(tensor, result.weights[name]) for name, tensor in method.state_dict().items())
    batch = task.sample(20, "test", 1)
    before = evaluation.embed(initialised(SPECS[0], task), batch)
    after = evaluation.embed(method, batch)
    assert not torch.allclose(before["modality_1"], after["modality_1"])


def test_weights_and_versions_must_fit(store, result, monkeypatch):
    other = dataclasses.replace(SPECS[0], seed=9)
    store.save(other, Result(result.rows, {"weight": torch.zeros(2)}), seconds=1.0, device="cpu")
    with pytest.raises(ValueError, match="do not fit the method 'cross'"):
        restored(other, store)
    monkeypatch.setattr(methods.get("cross"), "VERSION", 99)
    with pytest.raises(ValueError, match="of 'cross', which is now version 99; train it again"):
        restored(SPECS[0], store)
