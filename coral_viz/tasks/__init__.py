"""Tasks: multimodal data whose redundancy, uniqueness and synergy are known in bits, and ``from_arrays``: one's own."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch

from coral_viz.options import Options, seed_of, shown
from coral_viz.registries import Registry
from coral_viz.tasks import data_files
from coral_viz.tasks.arrays import Arrays, from_arrays
from coral_viz.tasks.dataset import Dataset
from coral_viz.tasks.digits import Digits
from coral_viz.tasks.factors import Factors
from coral_viz.tasks.multibench import SETS, MultiBench, protocols
from coral_viz.tasks.real_data import DigitHalves, IndianPines, MultipleFeatures, Rotations, SixOrNine, Watch
from coral_viz.tasks.resplit import nominal_sizes, whole_budget
from coral_viz.tasks.task import Batch, Modality, Task
from coral_viz.tasks.trifeature import Trifeature

__all__ = [
    "Arrays",
    "Batch",
    "Dataset",
    "Modality",
    "Preset",
    "Task",
    "from_arrays",
    "load",
    "names",
    "opened",
    "preset",
    "register",
    "resolve",
    "whole_budget",
]


@dataclass(frozen=True)
class Preset:
    """What a task's name stands for: what makes it, dials, and what its runs use unless told otherwise.

    ``task``: a subclass of Task, or a function that returns one of its objects (see ``load``). ``network``: knobs of
    every method that has them; ``budget``: fields of ``runs.Budget``.
    """

    task: Callable[..., Task]
    dials: dict = field(default_factory=dict)
    network: dict = field(default_factory=dict)
    budget: dict = field(default_factory=dict)

    @property
    def options(self) -> type[Options]:
        """The class of the task's dials."""
        return getattr(self.task, "DIALS", None) or type(_first_world(self.task).dials)


XNOR = {"distribution": "biased", "count": 3, "classes": 2, "alpha": 0.0}
COMPACT = {"dim": 64, "width": None, "projection": 128}
PAPER = {"dim": 512, "width": None, "hidden": 512, "projection": 256, "heads": 8}
PAIRS = {"batch": 64, "samples": 10_000, "probe_samples": 10_000}
LAPTOP = PAIRS | {"lr": 1e-3}
REAL = {"batch": 64, "steps": 1500, "lr": 1e-3}

REGISTRY = {
    "digits": Preset(Digits),
    "factors": Preset(Factors),
    # after Symile (NeurIPS 2024, arXiv 2411.01053): two fair bits and their XNOR (XOR with its values renamed),
    # so that no pair of modalities tells anything and all three hold one bit
    "xnor": Preset(Factors, XNOR | {"amplitude_redundancy": 0.0, "amplitude_unique": 0.0}),
    # the papers' setting: AlexNet, 100 epochs of 10 000 pairs
    "trifeature": Preset(Trifeature, {"size": 224}, PAPER, PAIRS | {"steps": 15_600, "lr": 3e-4}),
    "trifeature-64": Preset(Trifeature, {"size": 64}, COMPACT, LAPTOP | {"steps": 3000}),
    "trifeature-32": Preset(Trifeature, {"size": 32}, COMPACT, LAPTOP | {"steps": 3000}),
    # four shapes, textures and colours: small enough to be learned while people watch; more renders of each
    # combination, or there would be too few pairs
    "trifeature-4": Preset(
        Trifeature, {"size": 32, "values": 4, "renders": 10, "test_renders": 10}, COMPACT, LAPTOP | {"steps": 1500}
    ),
    # real data that packages bring along, see ``real_data``
    "digit-halves": Preset(DigitHalves, budget=REAL),
    "indian-pines": Preset(IndianPines, budget=REAL),
    "multiple-features": Preset(MultipleFeatures, budget=REAL),
    "rotations": Preset(Rotations, budget=REAL),
    "six-or-nine": Preset(SixOrNine, budget=REAL),
    "watch": Preset(Watch, budget=REAL),
    # MultiBench and MM-IMDb from their files
    **{
        name: Preset(MultiBench, {"set": name}, published.network, protocols.budget(name, "comm"))
        for name, published in SETS.items()
    },
}


def _preset_of(found: object) -> Preset:
    """What a path leads to, as a preset. TypeError if it makes no task."""
    if isinstance(found, Preset):
        return found
    if (isinstance(found, type) and not issubclass(found, Task)) or not callable(found):
        raise TypeError(f"it is {shown(found)}, not a subclass of tasks.Task, a tasks.Preset or a function")
    return Preset(found)


_TASKS = Registry("task", REGISTRY, _preset_of)
names = _TASKS.names
resolve = _TASKS.resolve
register = _TASKS.register
check_asked = _TASKS.check_asked

OWN = Preset(Arrays)
"""What a run of one's own data is of, where the data themselves are not at hand."""


def opened(task: str | Task | Dataset) -> str | Dataset:
    """Which task is meant: its name, of an alias the path; or, of one's own data, the data set itself.

    A path to one's own data, see ``data_files``, is read.
    """
    if isinstance(task, str) and task not in names() and data_files.is_path(task):
        task = data_files.read(task)
    if type(task) is Arrays and ":" not in task.name:
        task = task.data
    if not isinstance(task, Dataset):
        return resolve(task.name if isinstance(task, Task) else task)
    if task.name in names():
        raise ValueError(f"the name {task.name!r} is that of a task of this package; give your data another name.")
    return task


def is_own(task: str, dials: Mapping[str, object]) -> bool:
    """Whether a run's task is a data set that was handed over, which no name leads to."""
    return "content" in dials and ":" not in task and task not in names()


def preset(name: str | Dataset) -> Preset:
    """What the name stands for; of one's own data, runs that use all of them.

    ValueError naming the known ones if there is none.
    """
    if isinstance(name, Dataset):
        return Preset(Arrays, budget=whole_budget(nominal_sizes(name)))
    return _TASKS.get(name)


def load(name: str | Dataset, *, seed: int = 0, device="cpu", **dials) -> Task:
    """One world of a task. ``seed`` draws the world; ``dials`` are the task's settings (see its Dials class).

    Dials given here go before those that the name stands for. The world bears the name it was loaded by, of an alias
    the path. Where the name leads to a function, it gets those of seed, device and dials that it takes as parameters.
    Of one's own data a world is one split of them.

    Raises ValueError for an unknown task, an unknown dial, a value out of range, a seed that is none, or a function
    whose world has another setting than was asked for.
    """
    seed = seed_of(seed)
    if isinstance(name, Dataset):
        return Arrays(name, seed=seed, device=device, **dials)
    chosen = preset(name)
    if isinstance(chosen.task, type):
        world = chosen.task(seed=seed, device=device, **(chosen.dials | dials))
    else:
        world = _from_function(name, chosen.task, seed, device, chosen.dials | dials)
    world.name = resolve(name)
    if "distribution" in chosen.dials:
        world.distributions = (chosen.dials["distribution"],)
    return world


def _from_function(name: str, function: Callable[..., Task], seed: int, device, dials: dict) -> Task:
    world = _called(function, {"seed": seed, "device": device} | dials)
    there, wanted = world.device.type, torch.device(device).type
    if there != wanted:
        raise ValueError(f"task {name!r} is on {there!r}, not on {wanted!r}: its function must take device.")
    options = type(world.dials).make(f"task {name!r}", vars(world.dials) | dials)
    differ = [key for key, value in vars(options).items() if getattr(world.dials, key) != value]
    if differ:
        key = differ[0]
        raise ValueError(
            f"task {name!r} has {key} = {shown(getattr(world.dials, key))}, not {shown(getattr(options, key))}: "
            f"its function takes no parameter {key!r}, or its data have changed."
        )
    return world


def _called(function: Callable[..., Task], given: dict) -> Task:
    """What the function makes of those values that it takes. ValueError if that is no task."""
    takes = inspect.signature(function).parameters.values()
    if not any(each.kind is each.VAR_KEYWORD for each in takes):
        given = {key: value for key, value in given.items() if key in {each.name for each in takes}}
    world = function(**given)
    if not isinstance(world, Task):
        raise ValueError(f"{function.__module__}:{function.__qualname__} returns {shown(world)}, not a tasks.Task.")
    return world


@functools.cache
def _first_world(function: Callable[..., Task]) -> Task:
    return _called(function, {"seed": 0, "device": "cpu"})
