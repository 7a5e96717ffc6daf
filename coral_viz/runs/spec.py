"""What a run is: everything that changes its numbers, and the id that follows from it.

Device, executor and number of processes are not part of it: they change how long a run takes, not what it says.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import warnings
from dataclasses import dataclass, field
from typing import Any

from coral_viz import files, methods, tasks
from coral_viz.options import Options, option, seed_of, shown
from coral_viz.runs import recipes


@dataclass(frozen=True)
class Budget(Options):
    """How much a run may learn from and how, and on how much it is probed and how."""

    steps: int = option(600, "training steps", low=1)
    batch: int = option(128, "samples per step", low=2)
    lr: float = option(1e-3, "learning rate of AdamW, or of the method's own optimiser", low=1e-12)
    weight_decay: float = option(1e-4, "weight decay of AdamW, or of the method's own optimiser", low=0.0)
    samples: int = option(8192, "number of training samples", low=2)
    probe_samples: int = option(3072, "number of probe samples, to which readouts are fitted", low=8)
    test_samples: int = option(4096, "number of test samples, from which all results are computed", low=8)
    decay: str = option(
        "matrices",
        "parameters with weight decay: matrices, or tokens: also learned tokens (CLS, mask), as in the papers' code",
        choices=("matrices", "tokens"),
        former="matrices",
    )
    probe: str = option(
        "level",
        "readouts of the whole embedding: level (the default ones), or paper (also the papers' logistic regression)",
        choices=("level", "paper"),
        former="level",
    )

    def __post_init__(self):
        super().__post_init__()
        if self.batch > self.samples:
            raise ValueError(f"batch = {self.batch} is more than the {self.samples} training samples.")


@dataclass(frozen=True)
class RunSpec:
    """One run: a method with its knobs, a task with its dials, two seeds and a budget. Made by ``RunSpec.make``.

    Attributes:
        method, method_version, knobs: the method's name, its version, and its hyperparameters as (name, value) pairs.
        task, dials: the task's name and its settings as (name, value) pairs.
        seed: draws the task and all its samples, those for training too.
        budget: training and probing.
        training_seed: draws what differs between trainings on the same data: initial weights, order of samples, views
            and masks. By default it equals ``seed`` and is no part of the run's id.
        data: the data set of a run on one's own data, else None. The hash of its content, one of the dials, tells such
            runs apart.
        held: by label, the estimated information in data whose truth is not known, if it was estimated (``stated``).
    """

    method: str
    method_version: int
    knobs: tuple[tuple[str, object], ...]
    task: str
    dials: tuple[tuple[str, object], ...]
    seed: int
    budget: Budget
    training_seed: int
    data: tasks.Dataset | None = field(default=None, compare=False, repr=False)
    held: dict[str, dict[str, float]] | None = field(default=None, compare=False, repr=False)

    @classmethod
    def make(
        cls,
        method: str,
        task: str | tasks.Task | tasks.Dataset,
        seed: int,
        *,
        knobs: dict | None = None,
        dials: dict | None = None,
        budget: Budget | dict | None = None,
        training_seed: int | None = None,
        like: str = "level",
    ) -> RunSpec:
        """A run's spec. Every name and value is checked here, so that nothing fails after hours of work.

        Args:
            method: a method's name, import path or alias; the spec keeps the path of an alias.
            task: a task's name, import path or alias; one's own data; or a task that was built, whose settings are the
                run's unless ``dials`` names others.
            seed: draws the task and its samples.
            knobs: hyperparameters of the method, by name.
            dials: settings of the task, by name.
            budget: a Budget, or a dict of the fields that differ from the usual ones. On one's own data it is cut to
                the samples that there are.
            training_seed: see ``RunSpec``; ``seed`` if None.
            like: "level" or "paper", which decides all that is not given (see ``recipes``).

        Raises:
            ValueError: an unknown name, or a value out of range.

        Warns:
            UserWarning: the data hold fewer samples than ``budget`` asks for.
        """
        held = task.held if isinstance(task, tasks.Arrays) else None
        if isinstance(task, tasks.Task):
            dials = vars(task.dials) | (dials or {})
        task, method = tasks.opened(task), methods.resolve(method)
        cls_method, preset = methods.get(method), tasks.preset(task)
        recipe = recipes.settings(method, preset, like)
        knobs = defaults(method, preset) | recipe.knobs | (knobs or {})
        chosen = cls_method.KNOBS.make(f"method {method!r}", knobs)
        loaded = tasks.load(task, seed=seed, **(recipe.dials | (dials or {})))
        usual = preset.budget | recipe.budget
        cls_method.check_count(len(loaded.modalities))
        cls_method.widths(chosen, len(loaded.modalities))
        return cls(
            method=method,
            method_version=cls_method.VERSION,
            knobs=tuple(vars(chosen).items()),
            task=task if isinstance(task, str) else task.name,
            dials=tuple(vars(loaded.dials).items()),
            seed=seed_of(seed),
            budget=_budget(budget, usual, loaded),
            training_seed=seed_of(seed if training_seed is None else training_seed, "training_seed"),
            data=task if isinstance(task, tasks.Dataset) else None,
            held=held or None,
        )

    @classmethod
    def from_canonical(cls, text: str) -> RunSpec:
        """The spec whose ``canonical`` is the text.

        Raises:
            ValueError: the text is no spec, has options that no longer exist, or names an import path that the user has
                not named in this process: reading a text imports nothing.
        """
        told = _told(text)
        check_asked(told["method"], told["task"])
        try:
            knobs = methods.get(told["method"]).KNOBS.former() | told["knobs"]
            budget = Budget(**Budget.former() | told["budget"])
            settings = {"knobs": knobs, "budget": budget, "training_seed": told.get("training_seed")}
            if tasks.is_own(told["task"], told["dials"]) or tasks.is_read(told["task"]):
                spec = cls._of_data(told["method"], told["task"], told["seed"], told["dials"], **settings)
            else:
                settings["dials"] = tasks.preset(told["task"]).options.former() | told["dials"]
                spec = cls.make(told["method"], told["task"], told["seed"], **settings)
            spec = dataclasses.replace(spec, method_version=told["method_version"])
        except files.GARBLED as error:
            raise ValueError(f"this is no spec of a run: {error}") from None
        if type(spec.method_version) is not int or spec.canonical != text:
            raise ValueError(f"the settings of this run are not the present ones of {spec.method!r} and {spec.task!r}")
        return spec

    @classmethod
    def _of_data(cls, method: str, task: str, seed: int, dials: dict, *, knobs, budget, training_seed) -> RunSpec:
        """A spec without its data, which need not be at hand: what cannot be checked without them is not."""
        chosen = methods.get(method).KNOBS.make(f"method {method!r}", knobs)
        options = (tasks.OWN if tasks.is_own(task, dials) else tasks.preset(task)).options
        own = options.make(f"task {task!r}", options.former() | dials)
        again = seed_of(seed if training_seed is None else training_seed, "training_seed")
        settings = (tuple(vars(chosen).items()), str(task), tuple(vars(own).items()))
        return cls(method, methods.get(method).VERSION, *settings, seed_of(seed), budget, again)

    @property
    def preset(self) -> tasks.Preset:
        """The entry of the run's task in the registry of tasks."""
        if self.data is not None:
            return tasks.preset(self.data)
        return tasks.OWN if tasks.is_own(self.task, dict(self.dials)) else tasks.preset(self.task)

    def load_task(self, device="cpu") -> tasks.Task:
        """The run's task, on a device.

        ValueError if the run is on one's own data and there is no task of them in this process.
        """
        source = self.task if self.data is None else self.data
        if self.preset is tasks.OWN:
            content = str(dict(self.dials)["content"])
            if content not in tasks.AT_HAND:
                raise ValueError(
                    f"run {self.id} is on the data {self.task!r} (content {content}), which are not at hand; make "
                    "their task first, by tasks.from_arrays(...) or tasks.load('data.npz')."
                )
            source = tasks.AT_HAND[content]
        task = tasks.load(source, seed=self.seed, device=device, **dict(self.dials))
        return task.stating(self.held) if self.held and isinstance(task, tasks.Arrays) else task

    def world(self, device="cpu") -> tasks.Task:
        """``load_task`` by its former name, which warns."""
        warnings.warn("RunSpec.world is called RunSpec.load_task now.", DeprecationWarning, stacklevel=2)
        return self.load_task(device)

    def on(self, task: tasks.Task | tasks.Dataset) -> RunSpec:
        """The same run with its data at hand. ValueError if the run is on other data."""
        data = tasks.opened(task)
        if not isinstance(data, tasks.Dataset) or data.content != dict(self.dials).get("content"):
            raise ValueError(
                f"run {self.id} is on other data than these; its setting 'content' is the hash of its data."
            )
        return dataclasses.replace(self, data=data)

    @functools.cached_property
    def canonical(self) -> str:
        """The spec as JSON with sorted keys: equal specs give equal texts. Options at former values are left out."""
        knobs = methods.get(self.method).KNOBS.make(self.method, dict(self.knobs)).identity()
        dials = self.preset.options.make(self.task, dict(self.dials)).identity()
        told = {field.name: getattr(self, field.name) for field in dataclasses.fields(self) if field.compare}
        fields = told | {"knobs": dict(knobs), "dials": dict(dials), "budget": dict(self.budget.identity())}
        if self.training_seed == self.seed:
            del fields["training_seed"]
        return json.dumps(fields, sort_keys=True, separators=(",", ":"))

    @functools.cached_property
    def id(self) -> str:
        """16 hexadecimal digits of the SHA-256 of ``canonical``."""
        return _id(self.canonical)

    @functools.cached_property
    def knob(self) -> str:
        """The hyperparameters that differ from their defaults for the task, as "name=value,name=value"; "" for none.

        "like=paper" stands for all hyperparameters of the paper's recipe.
        """
        usual, said = defaults(self.method, self.preset), []
        if self.method in recipes.RECIPES:
            recipe = recipes.settings(self.method, self.preset, "paper").knobs
            if recipe.items() <= dict(self.knobs).items() and usual != usual | recipe:
                usual, said = usual | recipe, ["like=paper"]
        return ",".join(said + [f"{name}={value}" for name, value in self.knobs if value != usual[name]])

    @property
    def settings(self) -> dict[str, object]:
        """All hyperparameters, settings and fields of the budget by name; None is resolved (see ``Options``)."""
        dials = self.preset.options(**dict(self.dials))
        return dict(self.knobs) | dials.resolved() | self.budget.resolved()

    @property
    def distribution(self) -> str:
        return str(dict(self.dials).get("distribution", ""))

    @property
    def cost(self) -> float:
        """Rough relative cost, for progress bars: passes of the networks in training and in probing."""
        count = len(self.data.modalities) if self.data else dict(self.dials).get("count")
        encoder, fusion = methods.get(self.method).passes(count if isinstance(count, int) else 2)
        return self.budget.steps * (encoder + fusion) + self.budget.probe_samples / 2

    @property
    def words(self) -> str:
        """The run in words, for progress and errors."""
        title = methods.get(self.method).TITLE + (f" ({self.knob})" if self.knob else "")
        return f"{title}, {self.distribution or self.task}, {self.seeds}"

    @property
    def seeds(self) -> str:
        """Both seeds in words, or ``seed`` alone where they are equal."""
        return f"seed {self.seed}" + f", training seed {self.training_seed}" * (self.training_seed != self.seed)


def defaults(method: str, preset: tasks.Preset) -> dict:
    """A method's default hyperparameters, those of the network as the task has them. ValueError for unknown methods."""
    own = {field.name: field.default for field in dataclasses.fields(methods.get(method).KNOBS)}
    return own | {name: value for name, value in preset.network.items() if name in own}


def usual_settings(method: str, task: str, distribution: str = "") -> dict[str, object]:
    """The settings of a run of this method and task, by name, where none is given.

    Those of a task that reads its samples are told without them, so that what their number decides is left out; an
    unknown task is one's own data. ValueError for an unknown method, or an import path that the user has not named in
    this process.
    """
    check_asked(method, task)
    own = tasks.is_own(task, {"content": ""})
    if not own and not tasks.is_read(task):
        return RunSpec.make(method, task, 0, dials={"distribution": distribution} if distribution else None).settings
    preset = tasks.OWN if own else tasks.preset(task)
    dials = preset.options.make(f"task {task!r}", preset.dials).resolved()
    usual = defaults(method, preset) | dials | Budget(**preset.budget).resolved()
    unknown = {"content", "samples", "probe_samples", "test_samples", *(("batch",) if own else ())}
    return {name: value for name, value in usual.items() if name not in unknown}


def said(canonical: str) -> tuple[str, dict[str, object]]:
    """The id and the settings of a run, from its ``canonical`` text.

    Reading a text imports nothing. So for a method or task that the user has not named in this process, the settings
    are as they stand in the text. Otherwise ValueError as ``RunSpec.from_canonical``.
    """
    told = _told(canonical)
    try:
        check_asked(told["method"], told["task"])
    except ValueError:
        return _id(canonical), told["knobs"] | told["dials"] | told["budget"]
    spec = RunSpec.from_canonical(canonical)
    return spec.id, spec.settings


def check_asked(method: str, task: str) -> None:
    """ValueError if either is an import path that the user has not named in this process."""
    methods.check_asked(method)
    tasks.check_asked(task)


def _told(canonical: str) -> dict:
    """What a canonical text says, its parts of the right kinds; ValueError if it says something else."""
    kinds = {"method": str, "task": str, "knobs": dict, "dials": dict, "budget": dict}
    try:
        told = json.loads(canonical)
        if wrong := [name for name, kind in kinds.items() if not isinstance(told[name], kind)]:
            raise ValueError(f"its {wrong[0]!r} is {shown(told[wrong[0]])}")
    except files.GARBLED as error:
        raise ValueError(f"this is no spec of a run: {error}") from None
    return told


def _id(canonical: str) -> str:
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def _budget(asked: Budget | dict | None, usual: dict, loaded: tasks.Task) -> Budget:
    """What was asked for, the rest as usual; cut to what one's own data hold, with a warning that says so."""
    if isinstance(asked, dict):
        asked = Budget.make(f"task {loaded.name!r}", usual | asked) if asked else None
    if not isinstance(loaded, tasks.Arrays):
        return asked or Budget(**usual)
    most = tasks.whole_budget(loaded.sizes)
    if asked is None:
        return Budget(**most | usual | {"batch": min(most["batch"], usual.get("batch", most["batch"]))})
    cut: dict[str, Any] = {name: most[name] for name in most if name != "batch" and getattr(asked, name) > most[name]}
    said = {name: getattr(asked, name) for name in cut if getattr(asked, name) != getattr(Budget(), name)}
    if said:
        told = ", ".join(f"{name} = {value} to {cut[name]}" for name, value in said.items())
        warnings.warn(f"the data {loaded.data.name!r} hold fewer samples than asked for: cut {told}.", stacklevel=4)
    return dataclasses.replace(asked, **cut | {"batch": min(asked.batch, cut.get("samples", asked.batch))})
