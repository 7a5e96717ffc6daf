"""Logs of a run for TensorBoard or Weights & Biases, whose packages are optional.

A log receives the terms of the loss of every step, and at the end what probes of the whole embedding measured. Any
object with the methods of ``Log`` is one; ``perform(spec, log=...)`` takes it. Logging changes no number of the run.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import pandas as pd

from coral_viz.runs.spec import RunSpec


class Log(Protocol):
    """What ``perform`` calls, in this order; ``close`` also after an error."""

    def begin(self, spec: RunSpec) -> None:
        """A run starts."""

    def terms(self, step: int, values: Mapping[str, float]) -> None:
        """The loss terms of a step in nats, by name. Steps arrive in order, some hundred at a time."""

    def measured(self, rows: pd.DataFrame) -> None:
        """The tidy rows of the finished run."""

    def close(self) -> None:
        """The run is over."""


class TensorBoard:
    """Writes event files for TensorBoard to ``folder``/RUN. ValueError if TensorBoard is not installed."""

    def __init__(self, folder: str | Path):
        self.folder = Path(folder)
        self._tensorboard = _imported("torch.utils.tensorboard", "tensorboard")
        self._writer: Any = None

    def begin(self, spec: RunSpec) -> None:
        self._writer = self._tensorboard.SummaryWriter(str(self.folder / spec.id))
        self._writer.add_text("spec", spec.canonical)

    def terms(self, step: int, values: Mapping[str, float]) -> None:
        for name, value in values.items():
            self._writer.add_scalar(f"loss/{name}", value, step)

    def measured(self, rows: pd.DataFrame) -> None:
        for name, value, step in _of_whole(rows):
            self._writer.add_scalar(name, value, step)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


class WeightsAndBiases:
    """Logs to a project of Weights & Biases, online or offline as its settings say (WANDB_MODE).

    ValueError if the package wandb is not installed.
    """

    def __init__(self, project: str = "coral_viz"):
        self.project = project
        self._wandb = _imported("wandb", "wandb")
        self._run: Any = None

    def begin(self, spec: RunSpec) -> None:
        config = {"run_id": spec.id, "method": spec.method, "task": spec.task, "seed": spec.seed} | spec.settings
        self._run = self._wandb.init(project=self.project, name=spec.words, config=config)

    def terms(self, step: int, values: Mapping[str, float]) -> None:
        self._run.log({f"loss/{name}": value for name, value in values.items()}, step=step)

    def measured(self, rows: pd.DataFrame) -> None:
        self._run.summary.update({name: value for name, value, _ in _of_whole(rows)})

    def close(self) -> None:
        if self._run is not None:
            self._run.finish()


LOGS = ("tensorboard", "wandb")


def named(name: str, folder: str | Path) -> Log:
    """The log of a name in ``LOGS``; event files are written to ``folder``. ValueError for another name."""
    if name not in LOGS:
        raise ValueError(f"log {name!r} does not exist; choose one of {', '.join(LOGS)}.")
    return TensorBoard(folder) if name == "tensorboard" else WeightsAndBiases()


def _of_whole(rows: pd.DataFrame) -> Iterator[tuple[str, float, int]]:
    """Name, value and step of what was measured of the whole embedding."""
    for row in rows[(rows["part"] == "all") & (rows["split"] == "test")].itertuples():
        yield "/".join(filter(None, (row.metric, row.label, row.readout))), float(row.value), int(row.step)


def _imported(module: str, package: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except ImportError:
        raise ValueError(f"this log needs the package {package}: pip install {package}.") from None
