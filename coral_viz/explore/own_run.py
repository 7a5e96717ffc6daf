"""A run of one's own, started from a notebook: its controls, its command, and its progress.

It runs in a separate process, which shares no random state with the kernel, and is stored like any other run.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import ipywidgets

from coral_viz import methods, tasks
from coral_viz.explore.background import Background
from coral_viz.explore.explorer import choice, slider, with_number_box
from coral_viz.methods.coral import COrALKnobs
from coral_viz.runs import Budget, RunSpec

FOLDER = Path("out", "explored")
"""Where own runs are kept, beneath the folder of the notebook."""

MASKS = {field.name: field for field in fields(COrALKnobs) if field.name.startswith("mask")}
"""What own runs may turn, as far as their method has it."""

STEPS = 200
ONE_THREAD = """
import sys
from coral_viz.__main__ import main
from coral_viz.runs import one_thread
with one_thread():
    sys.exit(main(sys.argv[1:]))
"""
"""The command line on one thread: to nets this small more bring nothing, and beside other work they cost a lot."""

BAR = re.compile(r"(\d+)/(\d+)")


class Trainer:
    """Controls for masks, steps and seed, and the buttons that train a run with them and stop it.

    Args:
        chosen: returns the spec of the run to start from; it may raise ValueError.
        say: shows text in a status line; takes ``alert``.
        done: called when a run has succeeded.
    """

    running: Background | None = None

    def __init__(self, chosen: Callable[[], RunSpec], say: Callable, done: Callable[[], None]):
        self._chosen, self._say, self._done = chosen, say, done
        self.controls = {name: _control(field) for name, field in MASKS.items()}
        self.controls["steps"] = slider("training steps", STEPS, 100, 1000, 100)
        self.controls["seed"] = slider("seed", 41, 0, 99, 1)
        self.train, self.cancel = (ipywidgets.Button(description=words) for words in ("Train", "Cancel"))
        self.cancel.disabled = True
        self.train.on_click(self.start)
        self.cancel.on_click(self.stop)
        rows = map(with_number_box, self.controls.values())
        self.view = ipywidgets.VBox([*rows, ipywidgets.HBox([self.train, self.cancel])])

    def start(self, button=None) -> None:
        """Start the run that the controls describe."""
        try:
            spec = like(self._chosen(), {name: control.value for name, control in self.controls.items()})
        except ValueError as error:
            return self._say(str(error), alert=True)
        self._last, self._cancelled = "none", False
        self.train.disabled, self.cancel.disabled = True, False
        self._say("Starting.")
        self.running = Background(command(spec, FOLDER), self._told, self._ended)

    def stop(self, button=None) -> None:
        """Stop the run."""
        self._cancelled = True
        if self.running is not None:
            self.running.stop()

    def close(self) -> None:
        """Stop the run, and report nothing any more."""
        if self.running is not None:
            self.running.leave()

    def _told(self, line: str) -> None:
        self._last = line
        if words := _in_words(line):
            self._say(words)

    def _ended(self, status: int) -> None:
        self.train.disabled, self.cancel.disabled = False, True
        if status and self._cancelled:
            self._say("Cancelled; there is no new run.")
        elif status:
            self._say(f"There is no new run. The last words were: {self._last}", alert=True)
        else:
            self._say("Trained and measured.")
            self._done()


def _control(field) -> ipywidgets.Widget:
    """The control of a knob: a drop-down list of its choices, or a slider."""
    name, allowed = field.name.replace("_", " "), field.metadata["choices"]
    return choice(name, allowed, field.default) if allowed else slider(name, field.default, 0.0, 0.95, 0.05)


def like(spec: RunSpec, own: dict) -> RunSpec:
    """The spec of a run like another, with the seed, steps and masks of the controls, if its method has such masks.

    The rest of the budget is the task's. ValueError if the method has none of these hyperparameters.
    """
    method = methods.get(spec.method)
    turned = {field.name: own[field.name] for field in fields(method.KNOBS) if field.name in MASKS}
    if not turned:
        raise ValueError(f"{method.TITLE} has no hyperparameters of masks; choose a run of another method.")
    knobs = dict(spec.knobs) | turned
    budget = Budget(**tasks.preset(spec.task).budget | {"steps": own["steps"]})
    return RunSpec.make(spec.method, spec.task, own["seed"], knobs=knobs, dials=dict(spec.dials), budget=budget)


def command(spec: RunSpec, folder: Path) -> list[str]:
    """The command that performs a spec in a folder, with its steps and the rest of the task's budget."""
    method, task = _said(spec.method, spec.knobs), _said(spec.task, spec.dials)
    where = ["--seed", str(spec.seed), "--steps", str(spec.budget.steps), "--device", "cpu", "--out", str(folder)]
    return [sys.executable, "-c", ONE_THREAD, "train", method, "--task", task, *where]


def _said(name: str, settings: tuple) -> str:
    """A method or task with all its settings as the command line takes them."""
    return f"{name}:{','.join(f'{key}={value}' for key, value in settings)}"


def _in_words(line: str) -> str:
    """A progress bar as a sentence; "" for other lines."""
    found = BAR.search(line)
    if not found:
        return ""
    step, steps = map(int, found.groups())
    return f"Training: step {step} of {steps}." if step < steps else "Trained; measuring the embedding."
