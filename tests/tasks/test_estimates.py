"""What data of one's own are estimated to hold: near a truth that is known but was not told, and made once."""

import json
import pickle

import numpy as np
import pytest

from coral_viz import pid, tasks
from coral_viz.cli import own_data
from coral_viz.runs import RunSpec
from coral_viz.runs.stated import stated
from coral_viz.tasks import estimates
from coral_viz.tasks.estimates import estimated, features, gaussian, table_metrics

N = 400
RNG = np.random.default_rng(0)
Y = RNG.integers(2, size=N)
FIRST = RNG.normal(size=(N, 3)) + 8 * Y[:, None]
SECOND = RNG.normal(size=(N, 2))


@pytest.fixture(scope="module")
def task():
    """The first modality tells y, the second nothing; a continuous label is the second's."""
    return tasks.from_arrays({"a": FIRST, "b": SECOND}, {"y": Y, "value": SECOND[:, 0]}, name="mine")


def test_estimates_are_near_the_truth_and_kept_by_content(task, tmp_path, monkeypatch):
    held = estimated(task.data, tmp_path)
    y, value = held["y"], held["value"]
    assert y["unique_1"] == pytest.approx(1, abs=0.05)
    assert y["unique_1/low"] <= y["unique_1"] <= y["unique_1/high"]
    assert value["unique_2"] > 1
    assert value["unique_1"] < 0.1
    monkeypatch.setattr(estimates, "_atoms", None)  # calling it would fail
    assert estimated(task.data, tmp_path) == held
    (spec,) = stated([RunSpec.make("cross", task, 1)], tmp_path)
    known = spec.load_task().known("y")
    assert known["estimate"] == pytest.approx(sum(y[name] for name in pid.NAMES))
    assert known["estimate/high"] <= known["entropy"] <= 1
    assert spec == RunSpec.make("cross", task, 1)
    told = RunSpec.make("cross", task.estimated(tmp_path), 1)
    assert told.load_task().known("y") == known
    assert told.canonical == spec.canonical
    (tmp_path / f"estimates-{task.data.content}.json").write_text('{"y": 3, "value": {}}', encoding="utf-8")
    with pytest.raises(TypeError):
        estimated(task.data, tmp_path)


def test_a_continuous_label_is_also_estimated_as_gaussian(tmp_path):
    rng, n = np.random.default_rng(1), 2000
    x, other, noise = rng.normal(size=(3, n, 2))
    value = x[:, 0] + other[:, 1] + noise[:, 0]
    data = tasks.from_arrays({"a": x, "b": other}, {"value": value}).data
    held = gaussian(data, "value")
    exact = pid.gaussian(np.array([[1, 0, 1], [0, 1, 1], [1, 1, 3]]), 1, 1)
    assert np.allclose([held[name] for name in pid.NAMES], exact.as_array(), atol=0.05)
    assert all(held[f"{name}/low"] <= held[name] <= held[f"{name}/high"] for name in pid.NAMES)
    estimates.path(data, tmp_path).write_text(json.dumps({"value": held}), encoding="utf-8")
    *_, quarters, linear = own_data.held(data, tmp_path)
    assert quarters.endswith("; at most 2.00 in all")
    assert linear.startswith("  value as if all were Gaussian (linear dependence of its values): redundancy 0.")
    few = tasks.from_arrays({"a": RNG.normal(size=(60, 40)), "b": RNG.normal(size=(60, 40))}, {"v": RNG.random(60)})
    assert gaussian(few.data, "v") == {}


def test_runs_on_real_data_of_a_package_state_estimates_made_once_for_all(tmp_path, monkeypatch):
    asked, said = [], []
    numbers = dict.fromkeys([f"{name}{end}" for name in pid.NAMES for end in ("", "/low", "/high")], 0.25)
    monkeypatch.setattr(estimates, "_atoms", lambda data, label: asked.append(label) or numbers)
    specs = [RunSpec.make(method, "digit-halves", seed) for method in ("cross", "coral") for seed in (1, 2)]
    made = stated([*specs, RunSpec.make("cross", "factors", 1)], tmp_path, said.append)
    assert asked == ["digit"]
    assert said == ["Estimating the information that 'digit-halves' holds about digit; once."]
    for before, after in zip(specs, made):
        assert after.id == before.id
        assert pickle.loads(pickle.dumps(after)).load_task().known("digit")["estimate"] == 1.0
        assert set(before.load_task().known("digit")) == {"entropy"}
    assert made[-1].held is None
    stated(specs, tmp_path, said.append)
    assert (len(asked), len(said)) == (1, 1)


def test_too_few_groups_have_no_estimate_and_state_none():
    few = tasks.from_arrays(
        {"a": FIRST[:60], "b": SECOND[:60]}, {"y": Y[:60]}, splits=np.resize(["train", "probe", "test"], 60)
    )
    some = tasks.from_arrays({"a": FIRST[:30], "b": SECOND[:30]}, {"y": np.arange(30) % 6})
    assert set(few.known("y")) == {"entropy"}
    assert estimated(some.data) == {"y": {}}
    assert table_metrics({}) == {}


def test_features_of_sequences_leave_padding_out_and_of_images_are_patches():
    x, lengths = RNG.normal(size=(40, 6, 2)), RNG.integers(1, 7, 40)
    images = RNG.integers(0, 256, (40, 16, 16), dtype=np.uint8)
    data = tasks.from_arrays({"s": x, "i": images}, {"y": np.arange(40) % 2}, lengths={"s": lengths}).data
    series, patches = features(data, np.arange(40))
    for i, length in enumerate(lengths):
        own = x[i, :length]
        assert np.allclose(series[i], np.concatenate([own.mean(0), own.std(0), own[0], own[-1]]))
    assert np.allclose(patches[3], images[3].reshape(8, 2, 8, 2).sum((1, 3)).ravel())


@pytest.mark.slow
def test_estimates_of_factors_handed_over_as_arrays_are_within_a_twentieth_of_a_bit():
    """Without synergy, which the classifiers hardly find in looks (docs/own-data.md)."""
    world = tasks.load("factors", seed=3)
    batch = world.sample(10_000, "test", 3)
    arrays = {m.name: x.flatten(1).numpy() for m, x in zip(world.modalities, batch.inputs)}
    labels = {name: batch.labels[name].numpy() for name in ("redundancy", "unique_1", "unique_2")}
    held = estimated(tasks.from_arrays(arrays, labels, name="handed").data)
    for label, atoms in held.items():
        assert np.allclose([atoms[name] for name in pid.NAMES], world.truth[label].as_array(), atol=0.05)
