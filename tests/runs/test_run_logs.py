"""Logs for TensorBoard and W&B: what their packages are told, in stand-ins for them, and nothing else changes."""

import importlib
import sys
from types import ModuleType, SimpleNamespace

import pandas as pd
import pytest

from coral_viz.__main__ import main
from coral_viz.runs import Budget, RunSpec, perform, run_logs

SPEC = RunSpec.make(
    "cross", "factors", 3, budget=Budget(steps=5, batch=16, samples=64, probe_samples=64, test_samples=64)
)


class Writer:
    """Keeps what a SummaryWriter is told."""

    def __init__(self, folder):
        self.folder, self.scalars, self.texts, self.is_closed = folder, {}, {}, False

    def add_scalar(self, name, value, step):
        self.scalars[name, step] = value

    def add_text(self, name, text):
        self.texts[name] = text

    def close(self):
        self.is_closed = True


class Wandb(ModuleType):
    """Keeps what a run of W&B is told."""

    def __init__(self):
        super().__init__("wandb")
        self.logged, self.summary, self.finished = {}, {}, 0

    def init(self, **said):
        self.said = said
        return SimpleNamespace(log=self.log, summary=self.summary, finish=self.finish)

    def log(self, values, step):
        self.logged[step] = values

    def finish(self):
        self.finished += 1


@pytest.fixture
def tensorboard(monkeypatch):
    """The writers that are made."""
    module, made = ModuleType("torch.utils.tensorboard"), []

    def opened(folder):
        made.append(Writer(folder))
        return made[-1]

    module.SummaryWriter = opened
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", module)
    return made


@pytest.fixture
def wandb(monkeypatch):
    monkeypatch.setitem(sys.modules, "wandb", Wandb())
    return sys.modules["wandb"]


@pytest.fixture(scope="module")
def plain():
    return perform(SPEC, "cpu").rows


def whole(rows):
    """By name what was measured of the whole embedding."""
    rows = rows[(rows["part"] == "all") & (rows["split"] == "test")]
    names = rows["metric"] + "/" + rows["label"] + ("/" + rows["readout"]).where(rows["readout"] != "", "")
    return dict(zip(names, rows["value"]))


def test_tensorboard_is_told_every_step_and_the_results_and_the_run_stays_the_same(tensorboard, plain, tmp_path):
    rows = perform(SPEC, "cpu", log=run_logs.TensorBoard(tmp_path)).rows
    pd.testing.assert_frame_equal(rows, plain)
    (writer,) = tensorboard
    assert writer.folder == str(tmp_path / SPEC.id)
    assert writer.texts == {"spec": SPEC.canonical}
    losses = plain[plain["split"] == "train"]
    told = {(row.metric, row.step): pytest.approx(row.value) for row in losses.itertuples()}
    assert len(told) >= 5
    assert {key: value for key, value in writer.scalars.items() if key[0].startswith("loss/")} == told
    measured = {name: value for (name, step), value in writer.scalars.items() if not name.startswith("loss/")}
    assert measured == whole(plain)
    assert "bits/synergy/best" in measured
    assert writer.is_closed


def test_wandb_is_told_the_settings_every_step_and_the_results(wandb, plain):
    perform(SPEC, "cpu", log=run_logs.WeightsAndBiases("mine"))
    assert wandb.said["project"] == "mine"
    assert wandb.said["config"]["run_id"] == SPEC.id
    assert wandb.said["config"]["temperature"] == SPEC.settings["temperature"]
    assert sorted(wandb.logged) == [1, 2, 3, 4, 5]
    assert wandb.summary == whole(plain)
    assert wandb.finished == 1


def test_a_log_is_closed_where_the_run_fails(wandb):
    diverging = RunSpec.make("cross", "factors", 3, budget=Budget(steps=5, batch=16, samples=64, lr=1e30))
    with pytest.raises(Exception, match="not finite"):
        perform(diverging, "cpu", log=run_logs.WeightsAndBiases())
    assert wandb.finished == 1


def test_the_command_logs_where_its_runs_are(tensorboard, tmp_path, capsys):
    asked = ["train", "cross", "--steps", "2", "--batch", "16", "--device", "cpu", "--out", f"{tmp_path}"]
    assert main([*asked, "--log", "tensorboard"]) == 0
    assert tensorboard[0].folder.startswith(f"{tmp_path}/logs/")
    assert main([*asked, "--log", "paper"]) != 0
    assert "log 'paper' does not exist; choose one of tensorboard, wandb." in capsys.readouterr().err


@pytest.mark.parametrize("package", ["tensorboard", "wandb"])
def test_a_package_that_is_missing_is_named_before_any_work(package, monkeypatch, tmp_path):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(ValueError, match=rf"^this log needs the package {package}: pip install {package}\.$"):
        run_logs.named(package, tmp_path)
