"""A run of one's own, begun from a notebook: what to turn, the command that makes it, and how it gets on.

A process of its own makes it, which shares no random state with the kernel; it is a run like any other in a folder.
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
        chosen: the spec of the run that the own one is like in all else; it may raise ValueError in a sentence.
        say: shows words in a status line; takes ``alert``.
        done: called when a run has finished well.
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
        """Begin the run of the controls."""
        try:
            spec = like(self._chosen(), {name: control.value for name, control in self.controls.items()})
        except ValueError as error:
            return self._say(str(error), alert=True)
        self._last, self._cancelled = "none", False
        self.train.disabled, self.cancel.disabled = True, False
        self._say("Starting.")
        self.running = Background(command(spec, FOLDER), self._told, self._ended)

    def stop(self, button=None) -> None:
        """End the run that was begun."""
        self._cancelled = True
        if self.running is not None:
            self.running.stop()

    def close(self) -> None:
        """End a run that was begun, and tell no more of it."""
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
    """The spec of a run like another with as many of the own masks as its method has, own seed and steps.

    ValueError if the method has none of them. The budget is the task's but for the steps.
    """
    method = methods.get(spec.method)
    turned = {field.name: own[field.name] for field in fields(method.KNOBS) if field.name in MASKS}
    if not turned:
        raise ValueError(f"{method.TITLE} has no masks to turn; choose a run of another method.")
    knobs = dict(spec.knobs) | turned
    budget = Budget(**tasks.preset(spec.task).budget | {"steps": own["steps"]})
    return RunSpec.make(spec.method, spec.task, own["seed"], knobs=knobs, dials=dict(spec.dials), budget=budget)


def command(spec: RunSpec, folder: Path) -> list[str]:
    """What makes the run of a spec in a folder; of its budget, the steps are its own and the rest is the task's."""
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
