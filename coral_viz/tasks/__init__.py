"""Tasks: multimodal data whose redundant, unique and synergistic information is known in bits, and one's own data."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch

from coral_viz.options import Options, seed_of, shown
from coral_viz.registries import Registry
from coral_viz.tasks import data_files
from coral_viz.tasks.arrays import AT_HAND, Arrays, from_arrays
from coral_viz.tasks.dataset import Dataset
from coral_viz.tasks.digits import Digits
from coral_viz.tasks.factors import Factors
from coral_viz.tasks.multibench import SETS, MultiBench, protocols
from coral_viz.tasks.real_data import DigitHalves, IndianPines, MultipleFeatures, Rotations, SixOrNine, Watch
from coral_viz.tasks.resplit import nominal_sizes, whole_budget
from coral_viz.tasks.task import Batch, Modality, Task
from coral_viz.tasks.trifeature import Trifeature

__all__ = [
    "AT_HAND",
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
    """What a task's name stands for, and the defaults of its runs.

    Attributes:
        task: a subclass of Task, or a function that returns a Task (see ``load``).
        dials: settings that differ from the defaults of the class.
        network: hyperparameters of the network, for every method that has them.
        budget: fields of ``runs.Budget``.
    """

    task: Callable[..., Task]
    dials: dict = field(default_factory=dict)
    network: dict = field(default_factory=dict)
    budget: dict = field(default_factory=dict)

    @property
    def options(self) -> type[Options]:
        """The class of the task's settings."""
        return getattr(self.task, "DIALS", None) or type(_first(self.task).dials)


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
    """The name of a task, or its path if the name is an alias; of one's own data, the data set itself.

    A string may also be the path of a data file, which is read (see ``data_files``).
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
    """Whether a run's task is a data set of the user's, which no name leads to."""
    return "content" in dials and ":" not in task and task not in names()


def is_read(name: str) -> bool:
    """Whether a task of this package reads its samples from a file or from another package, which may be missing."""
    known = REGISTRY[name].task if name in REGISTRY else None
    return isinstance(known, type) and issubclass(known, Arrays)


def preset(name: str | Dataset) -> Preset:
    """The preset of a task's name; that of one's own data has a budget that uses all samples.

    Raises:
        ValueError: an unknown name; the message lists the known ones.
    """
    if isinstance(name, Dataset):
        return Preset(Arrays, budget=whole_budget(nominal_sizes(name)))
    return _TASKS.get(name)


def load(name: str | Dataset, *, seed: int = 0, device="cpu", **dials) -> Task:
    """Build a task.

    Args:
        name: a task's name, the path of a subclass of Task or of a function that returns a Task, an alias of a path,
            the path of a data file, or one's own data. A function is called with those of ``seed``, ``device`` and
            ``dials`` that are among its parameters.
        seed: draws what the task leaves to chance: its encoding, images or split.
        device: where its samples live.
        dials: settings of the task (see its ``Dials``); they override those of a preset.

    Returns:
        The task. Its ``name`` is the given one, or the path if that is an alias.

    Raises:
        ValueError: an unknown task or setting, a value out of range, a bad seed, or a function that returns a task with
            other settings than the given ones.
    """
    seed = seed_of(seed)
    name = opened(name) if isinstance(name, str) else name
    if isinstance(name, Dataset):
        return Arrays(name, seed=seed, device=device, **dials)
    chosen = preset(name)
    if isinstance(chosen.task, type):
        built = chosen.task(seed=seed, device=device, **(chosen.dials | dials))
    else:
        built = _from_function(name, chosen.task, seed, device, chosen.dials | dials)
    built.name = resolve(name)
    if "distribution" in chosen.dials:
        built.distributions = (chosen.dials["distribution"],)
    return built


def _from_function(name: str, function: Callable[..., Task], seed: int, device, dials: dict) -> Task:
    built = _called(function, {"seed": seed, "device": device} | dials)
    there, wanted = built.device.type, torch.device(device).type
    if there != wanted:
        raise ValueError(f"task {name!r} is on {there!r}, not on {wanted!r}: its function must take device.")
    options = type(built.dials).make(f"task {name!r}", vars(built.dials) | dials)
    differ = [key for key, value in vars(options).items() if getattr(built.dials, key) != value]
    if differ:
        key = differ[0]
        raise ValueError(
            f"task {name!r} has {key} = {shown(getattr(built.dials, key))}, not {shown(getattr(options, key))}: "
            f"its function takes no parameter {key!r}, or its data have changed."
        )
    return built


def _called(function: Callable[..., Task], given: dict) -> Task:
    """What the function makes of those values that it takes. ValueError if that is no task."""
    takes = inspect.signature(function).parameters.values()
    if not any(each.kind is each.VAR_KEYWORD for each in takes):
        given = {key: value for key, value in given.items() if key in {each.name for each in takes}}
    built = function(**given)
    if not isinstance(built, Task):
        raise ValueError(f"{function.__module__}:{function.__qualname__} returns {shown(built)}, not a tasks.Task.")
    return built


@functools.cache
def _first(function: Callable[..., Task]) -> Task:
    return _called(function, {"seed": 0, "device": "cpu"})
