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
    batch: int = option(128, "samples a step", low=2)
    lr: float = option(1e-3, "learning rate, of AdamW unless the method says otherwise", low=1e-12)
    weight_decay: float = option(1e-4, "weight decay, of AdamW unless the method says otherwise", low=0.0)
    samples: int = option(8192, "training samples, seen once an epoch", low=2)
    probe_samples: int = option(3072, "samples that readouts are fitted to", low=8)
    test_samples: int = option(4096, "samples that every reported number rests on", low=8)
    decay: str = option(
        "matrices",
        "what decays: matrices, or learned tokens (CLS, mask) too, as in the papers' code (tokens)",
        choices=("matrices", "tokens"),
        former="matrices",
    )
    probe: str = option(
        "level",
        "readouts of the whole embedding: those of every comparison (level), or the papers' regression too (paper)",
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

    ``seed`` draws the world and every sample of it, those that are learned from, too. ``training_seed`` draws what a
    second training of the same data draws anew: initial weights, the order of samples, views and masks. Unless it is
    given it is the seed, and no part of the run's id. ``data``: the data set of a run on one's own data; what tells
    such runs apart is the hash of its content, among the dials.
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
        """Check every name and value now (ValueError in words), so that nothing fails after hours of work.

        ``task``: a name, one's own data, or a task as it was made, whose dials are the run's unless ``dials`` says
        otherwise. The spec names an import path where ``method`` or ``task`` is an alias of one.

        ``like``: what is chosen where nothing is asked for, "level" or "paper" (see ``recipes``). A ``budget`` given as
        a dict names only what differs from that. One that is more than one's own data hold is cut to what they hold,
        with a warning if it was asked for.
        """
        if isinstance(task, tasks.Task):
            dials = vars(task.dials) | (dials or {})
        task, method = tasks.opened(task), methods.resolve(method)
        cls_method, preset = methods.get(method), tasks.preset(task)
        recipe = recipes.settings(method, preset, like)
        knobs = defaults(method, preset) | recipe.knobs | (knobs or {})
        chosen = cls_method.KNOBS.make(f"method {method!r}", knobs)
        world = tasks.load(task, seed=seed, **(recipe.dials | (dials or {})))
        usual = preset.budget | recipe.budget
        cls_method.check_count(len(world.modalities))
        cls_method.widths(chosen, len(world.modalities))
        return cls(
            method=method,
            method_version=cls_method.VERSION,
            knobs=tuple(vars(chosen).items()),
            task=task if isinstance(task, str) else task.name,
            dials=tuple(vars(world.dials).items()),
            seed=seed_of(seed),
            budget=_budget(budget, usual, world),
            training_seed=seed_of(seed if training_seed is None else training_seed, "training_seed"),
            data=task if isinstance(task, tasks.Dataset) else None,
        )

    @classmethod
    def from_canonical(cls, text: str) -> RunSpec:
        """The spec whose ``canonical`` is the text.

        ValueError if it is no spec, or not one of today's settings, or names an import path that this process has not
        been asked for: a text imports nothing.
        """
        told = _told(text)
        check_asked(told["method"], told["task"])
        try:
            knobs = methods.get(told["method"]).KNOBS.former() | told["knobs"]
            budget = Budget(**Budget.former() | told["budget"])
            settings = {"knobs": knobs, "budget": budget, "training_seed": told.get("training_seed")}
            if tasks.is_own(told["task"], told["dials"]):
                spec = cls._of_own_data(told["method"], told["task"], told["seed"], told["dials"], **settings)
            else:
                settings["dials"] = tasks.preset(told["task"]).options.former() | told["dials"]
                spec = cls.make(told["method"], told["task"], told["seed"], **settings)
            spec = dataclasses.replace(spec, method_version=told["method_version"])
        except files.GARBLED as error:
            raise ValueError(f"this is no spec of a run: {error}") from None
        if type(spec.method_version) is not int or spec.canonical != text:
            raise ValueError(f"the settings of this run are not those that {spec.method!r} and {spec.task!r} have now")
        return spec

    @classmethod
    def _of_own_data(cls, method: str, task: str, seed: int, dials: dict, *, knobs, budget, training_seed) -> RunSpec:
        """A spec whose data are not at hand: what cannot be checked without them is not."""
        chosen = methods.get(method).KNOBS.make(f"method {method!r}", knobs)
        own = tasks.OWN.options.make(f"task {task!r}", tasks.OWN.options.former() | dials)
        again = seed_of(seed if training_seed is None else training_seed, "training_seed")
        settings = (tuple(vars(chosen).items()), str(task), tuple(vars(own).items()))
        return cls(method, methods.get(method).VERSION, *settings, seed_of(seed), budget, again)

    @property
    def preset(self) -> tasks.Preset:
        """What the run's task stands for."""
        if self.data is not None:
            return tasks.preset(self.data)
        return tasks.OWN if tasks.is_own(self.task, dict(self.dials)) else tasks.preset(self.task)

    def world(self, device="cpu") -> tasks.Task:
        """The task that the run is of. ValueError for a run on one's own data that are not at hand."""
        if self.preset is tasks.OWN:
            raise ValueError(
                f"run {self.id} is on the data {self.task!r} (content {dict(self.dials)['content']}), which are not at "
                "hand; give them with spec.on(task)."
            )
        source = self.task if self.data is None else self.data
        return tasks.load(source, seed=self.seed, device=device, **dict(self.dials))

    def on(self, task: tasks.Task | tasks.Dataset) -> RunSpec:
        """The same run with its data at hand. ValueError if they are others than those that it was of."""
        data = tasks.opened(task)
        if not isinstance(data, tasks.Dataset) or data.content != dict(self.dials).get("content"):
            raise ValueError(f"run {self.id} is on other data than these; its dial 'content' says which.")
        return dataclasses.replace(self, data=data)

    @functools.cached_property
    def canonical(self) -> str:
        """The spec as JSON with sorted keys: equal specs, equal text. Options at their former value are left out."""
        knobs = methods.get(self.method).KNOBS.make(self.method, dict(self.knobs)).identity()
        dials = self.preset.options.make(self.task, dict(self.dials)).identity()
        held = {field.name: getattr(self, field.name) for field in dataclasses.fields(self) if field.name != "data"}
        fields = held | {"knobs": dict(knobs), "dials": dict(dials), "budget": dict(self.budget.identity())}
        if self.training_seed == self.seed:
            del fields["training_seed"]
        return json.dumps(fields, sort_keys=True, separators=(",", ":"))

    @functools.cached_property
    def id(self) -> str:
        """16 hexadecimal digits of the SHA-256 of ``canonical``."""
        return _id(self.canonical)

    @property
    def knob(self) -> str:
        """The knobs that differ from what the task's runs use, "name=value" joined by commas; "" for none.

        Those of the paper's recipe are "like=paper" together.
        """
        usual, said = defaults(self.method, self.preset), []
        if self.method in recipes.RECIPES:
            recipe = recipes.settings(self.method, self.preset, "paper").knobs
            if recipe.items() <= dict(self.knobs).items() and usual != usual | recipe:
                usual, said = usual | recipe, ["like=paper"]
        return ",".join(said + [f"{name}={value}" for name, value in self.knobs if value != usual[name]])

    @property
    def settings(self) -> dict[str, object]:
        """Every knob, dial and budget by name, the ones left alone too; dials as they come to (see ``Options``)."""
        dials = self.preset.options(**dict(self.dials))
        return dict(self.knobs) | dials.resolved() | dataclasses.asdict(self.budget)

    @property
    def distribution(self) -> str:
        return str(dict(self.dials).get("distribution", ""))

    @property
    def cost(self) -> float:
        """Rough relative cost, for progress: network passes, plus what probing takes."""
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
        """Both seeds in words; the one that follows the other goes without saying."""
        return f"seed {self.seed}" + f", training seed {self.training_seed}" * (self.training_seed != self.seed)


def defaults(method: str, preset: tasks.Preset) -> dict:
    """A method's knobs with a task's network in place of their own defaults. ValueError for an unknown method."""
    own = {field.name: field.default for field in dataclasses.fields(methods.get(method).KNOBS)}
    return own | {name: value for name, value in preset.network.items() if name in own}


def said(canonical: str) -> tuple[str, dict[str, object]]:
    """The id and the settings of a run, from its ``canonical`` text.

    Settings of a method or task that this process has not been asked for are those of the text, since a text imports
    nothing. ValueError as ``RunSpec.from_canonical`` otherwise.
    """
    told = _told(canonical)
    try:
        check_asked(told["method"], told["task"])
    except ValueError:
        return _id(canonical), told["knobs"] | told["dials"] | told["budget"]
    spec = RunSpec.from_canonical(canonical)
    return spec.id, spec.settings


def check_asked(method: str, task: str) -> None:
    """ValueError where one of them is an import path that this process has not been asked for by name."""
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


def _budget(asked: Budget | dict | None, usual: dict, world: tasks.Task) -> Budget:
    """What was asked for, the rest as usual; cut to what one's own data hold, with a warning that says so."""
    if isinstance(asked, dict):
        asked = Budget.make(f"task {world.name!r}", usual | asked) if asked else None
    if not isinstance(world, tasks.Arrays):
        return asked or Budget(**usual)
    most = tasks.whole_budget(world.sizes)
    if asked is None:
        return Budget(**most | usual | {"batch": min(most["batch"], usual.get("batch", most["batch"]))})
    cut: dict[str, Any] = {name: most[name] for name in most if name != "batch" and getattr(asked, name) > most[name]}
    said = {name: getattr(asked, name) for name in cut if getattr(asked, name) != getattr(Budget(), name)}
    if said:
        told = ", ".join(f"{name} = {value} to {cut[name]}" for name, value in said.items())
        warnings.warn(f"the data {world.data.name!r} hold fewer samples than asked for: cut {told}.", stacklevel=4)
    return dataclasses.replace(asked, **cut | {"batch": min(asked.batch, cut.get("samples", asked.batch))})
