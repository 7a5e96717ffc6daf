"""Grids: which runs a sweep is made of, read from a few lines of TOML.

Every key of a grid holds one value or a list. The runs are all combinations, with the same seeds in each, so that
configurations can be compared seed by seed. ``training_seeds`` trains several times on the data of each seed. A grid
with ``[[part]]`` tables is the union of its parts, each of which inherits the keys above it. Settings that are left out
have the task's defaults.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from coral_viz.options import plain, shown
from coral_viz.runs.spec import RunSpec
from coral_viz.tasks import Dataset, Task, opened

KEYS = ("about", "method", "task", "like", "seeds", "training_seeds", "knobs", "dials", "budget", "tuning", "part")
OF_PARTS = KEYS[:-2]
SETTINGS = ("knobs", "dials", "budget")
MANY = 10_000
SEEDS = (51, 52, 53, 54, 55)
TUNING = (901, 902, 903, 904, 905)
"""Seeds that are used for tuning only."""


@dataclass(frozen=True)
class Grid:
    """The runs of a sweep.

    Attributes:
        name: of the grid.
        specs: a RunSpec for every run.
        about: the question that it answers.
        tuning: whether it serves to choose settings, on seeds that are used for tuning only.
    """

    name: str
    about: str
    specs: tuple[RunSpec, ...]
    tuning: bool = False

    @functools.cached_property
    def varied(self) -> list[str]:
        """Names of the hyperparameters, settings and fields of the budget that differ among the runs of a method."""
        seen: dict[str, set] = {}
        for spec in self.specs:
            for name, value in spec.settings.items():
                seen.setdefault(name, set()).add((spec.method, value))
        methods = {spec.method for spec in self.specs}
        return [name for name, values in seen.items() if len(values) > len({m for m, _ in values} & methods)]

    def shard(self, text: str) -> Grid:
        """The shard "i/n", every n-th run from the i-th on. ValueError for other texts."""
        said = re.fullmatch(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,8})", text)
        first, count = map(int, said.groups()) if said else (1, 0)
        if first > count:
            raise ValueError(f"shard {shown(text)} cannot be read: write i/n with 1 <= i <= n, such as 2/4.")
        return dataclasses.replace(self, specs=self.specs[first - 1 :: count])


def read(path: str | Path, *, many: bool = False) -> Grid:
    """The grid in a TOML file, named after the file. ValueError as ``make``, or if the file is missing or no TOML."""
    path = Path(path)
    try:
        keys = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"cannot read the grid {str(path)!r}: {error.strerror}.") from None
    except RecursionError:
        raise ValueError(f"{str(path)!r} is no grid: it is nested too deeply.") from None
    except ValueError as error:  # TOML's, Unicode's, and whole numbers' that are too long
        raise ValueError(f"{str(path)!r} is no TOML: {error}.") from None
    return make(keys, name=path.stem, many=many)


def make(keys: dict, *, name: str = "grid", many: bool = False) -> Grid:
    """A grid from its keys.

    Args:
        keys: ``method`` (required), ``task`` (default factors), ``like`` (level; see ``recipes``), ``seeds`` (51 to
            55), ``training_seeds`` (the seed itself), ``knobs``, ``dials`` and ``budget`` (dicts by name), ``about`` (a
            sentence), ``part`` (a list of dicts with the same keys) and ``tuning``. Grids with ``tuning = true`` use
            seeds from 901 to 905, which no other grid may use.
        name: of the grid.
        many: whether it may have more than 10 000 runs.

    Raises:
        ValueError: an unknown key, method, task, setting or value; no run; the same run twice; or too many runs.
    """
    parts = keys.get("part", [{}])
    if not (isinstance(parts, list | tuple) and all(isinstance(part, dict) for part in parts)):
        raise ValueError(
            f"grid {name!r}: part = {shown(parts)} must be tables of keys, each under a [[part]] of its own."
        )
    _check_keys(keys, name, KEYS)
    for part in parts:
        _check_keys(part, name, OF_PARTS)
    parts = [_merged(keys, part) for part in parts]
    count = sum(_count(part) for part in parts)
    if count == 0:
        raise ValueError(f"grid {name!r} holds no run: a key holds an empty list, or no method is named.")
    if count > MANY and not many:
        raise ValueError(f"grid {name!r} holds {count:,} runs, more than {MANY:,}; say --yes (many=True) to mean it.")
    specs = [spec for part in parts for spec in _specs(part)]
    if twice := [spec for spec, again in itertools.pairwise(sorted(specs, key=lambda s: s.id)) if spec == again]:
        raise ValueError(f"grid {name!r} holds a run twice: {twice[0].words}; parts and lists must not overlap.")
    tuning = keys.get("tuning", False)
    _check_tuning(specs, tuning, name)
    return Grid(name, str(keys.get("about", "")), tuple(specs), tuning)


def _check_tuning(specs: Sequence[RunSpec], tuning: object, name: str) -> None:
    """ValueError unless a grid that tunes, and no other, uses the seeds that are kept for that."""
    if not isinstance(tuning, bool):
        raise ValueError(f"grid {name!r}: tuning = {shown(tuning)} must be true or false.")
    wrong = sorted({spec.seed for spec in specs if (spec.seed in TUNING) != tuning})
    kept = ", ".join(map(str, TUNING))
    if wrong and tuning:
        raise ValueError(f"grid {name!r} is for tuning, but seed {wrong[0]} is not; choose among {kept}.")
    if wrong:
        raise ValueError(f"grid {name!r}: seed {wrong[0]} is used for tuning, as are {kept}; choose another.")


def _merged(keys: dict, part: dict) -> dict:
    """A part's keys over the grid's own; of knobs, dials and budget name by name."""
    both = {key: value for key, value in keys.items() if key != "part"} | part
    return both | {key: keys.get(key, {}) | part.get(key, {}) for key in SETTINGS}


def _check_keys(level: dict, name: str, known: Sequence[str]) -> None:
    if unknown := [key for key in level if key not in known]:
        where = f"grid {name!r}" if "part" in known else f"a part of grid {name!r}"
        raise ValueError(f"{where} has no key {', '.join(map(repr, unknown))}; it takes {', '.join(known)}.")
    for key in SETTINGS:
        if not isinstance(level.get(key, {}), dict):
            raise ValueError(
                f"grid {name!r}: {key} = {shown(level[key])} must name settings, such as {key}.NAME = [...]."
            )
    for key, kinds in (("method", str), ("task", str | Task | Dataset), ("like", str)):
        if wrong := [value for value in _listed(level.get(key, [])) if not isinstance(value, kinds)]:
            raise ValueError(f"grid {name!r}: {key} {shown(wrong[0])} is no name.")
    for key in ("seeds", "training_seeds"):
        if wrong := [seed for seed in _listed(level.get(key, [])) if type(plain(seed)) is not int]:
            raise ValueError(f"grid {name!r}: {key[:-1]} {shown(wrong[0])} is no whole number.")


def _count(part: dict) -> int:
    lists = [part.get("method", []), part.get("task", "factors"), part.get("seeds", SEEDS)]
    lists += [part.get("training_seeds", [None]), part.get("like", "level")]
    return math.prod(len(_listed(values)) for values in [*lists, *(v for key in SETTINGS for v in part[key].values())])


def _specs(part: dict) -> list[RunSpec]:
    """All combinations of a part, the seeds innermost."""
    names = [(kind, name) for kind in SETTINGS for name in part[kind]]
    values = [_listed(part[kind][name]) for kind, name in names]
    specs = []
    sources = [task if isinstance(task, Task) else opened(task) for task in _listed(part.get("task", "factors"))]
    places = [_listed(part.get("method", [])), sources, _listed(part.get("like", "level"))]
    for method, task, like in itertools.product(*places):
        for chosen in itertools.product(*values):
            every: dict[str, Any] = {kind: {n: v for (k, n), v in zip(names, chosen) if k == kind} for kind in SETTINGS}
            every["like"] = like
            seeds = itertools.product(_listed(part.get("seeds", SEEDS)), _listed(part.get("training_seeds", [None])))
            specs += [RunSpec.make(method, task, seed, training_seed=again, **every) for seed, again in seeds]
    return specs


def _listed(value) -> list:
    return list(value) if isinstance(value, list | tuple | range | np.ndarray) else [value]
