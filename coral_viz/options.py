"""Named options with a meaning, a default and an allowed range.

In code, grid files and columns of tables, *dials* are settings of a task and *knobs* hyperparameters of a method.

An options class is a frozen dataclass whose fields are made by ``option``. Creating one checks every value, so an
unknown name or a value out of range raises an error before any work is done.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
import reprlib
from collections.abc import Sequence
from typing import Any, Self

import numpy as np

LIMIT = {int: 2**63, float: math.inf}
"""What numbers stay below: whole ones must fit into 64 bits."""

_ALWAYS = object()

WORDS = reprlib.Repr()
WORDS.maxlong, WORDS.maxstring, WORDS.maxother, WORDS.maxlist, WORDS.maxdict = 40, 80, 80, 20, 20


def option(
    default: float | bool | str | None,
    meaning: str,
    *,
    low: float = -math.inf,
    high: float = math.inf,
    choices: Sequence[str] = (),
    optional: bool = False,
    kind: type | None = None,
    former: object = _ALWAYS,
) -> Any:
    """A field of an options class.

    Args:
        default: its default value.
        meaning: its meaning, for help and docs.
        low, high: the closed range of a number.
        choices: the allowed values of a text.
        optional: whether None is allowed; ``meaning`` explains it.
        kind: its type, int, float, bool or str; by default that of ``default``, and float for None.
        former: for an option that was added later, the implicit value of earlier runs. At this value the option is no
            part of a run's id, so earlier runs keep theirs.
    """
    kind = kind or (float if default is None else type(default))
    allowed = {"low": low, "high": high, "choices": choices, "optional": optional, "kind": kind}
    return dataclasses.field(default=default, metadata={"meaning": meaning, "former": former, **allowed})


class Typed(str):
    """A value as the user typed it, to be converted to the type of its option."""

    def read(self, kind: type):
        """The value as this type; None for "None"; the text itself if it is no such value."""
        words = {"None": None} | ({"True": True, "False": False} if kind is bool else {})
        if self in words:
            return words[self]
        for number in {int: (int,), float: (int, float)}.get(kind, ()):
            with contextlib.suppress(ValueError):
                return number(self)
        return str(self)


@dataclasses.dataclass(frozen=True)
class Options:
    """Base of the options classes; subclasses are frozen dataclasses too."""

    def __post_init__(self):
        for field in dataclasses.fields(self):
            object.__setattr__(self, field.name, _checked(field, getattr(self, field.name)))

    @classmethod
    def make(cls, owner: str, values: dict) -> Self:
        """Build from a dict; ValueError naming ``owner``, the unknown names and the known ones."""
        known = [field.name for field in dataclasses.fields(cls)]
        unknown = [name for name in values if name not in known]
        if unknown:
            raise ValueError(f"{owner} has no setting {', '.join(map(repr, unknown))}; it has {', '.join(known)}.")
        try:
            return cls(**values)
        except ValueError as error:
            raise ValueError(f"{owner}: {error}") from None

    def identity(self) -> tuple[tuple[str, object], ...]:
        """(name, value) of every option that is part of a run's id (see ``option``)."""
        pairs = [(field, getattr(self, field.name)) for field in dataclasses.fields(self)]
        return tuple((f.name, value) for f, value in pairs if value != f.metadata["former"])

    @classmethod
    def former(cls) -> dict:
        """The former values of options that were added later, by name."""
        values = {field.name: field.metadata["former"] for field in dataclasses.fields(cls)}
        return {name: value for name, value in values.items() if value is not _ALWAYS}

    def resolved(self) -> dict:
        """Every option by name, with None replaced by the value that another option implies."""
        return dict(vars(self))

    @classmethod
    def describe(cls) -> list[dict]:
        """A row per option: name, default, allowed (in words), meaning."""
        return [
            {
                "name": field.name,
                "default": field.default,
                "allowed": _allowed(field.metadata),
                "meaning": field.metadata["meaning"],
            }
            for field in dataclasses.fields(cls)
        ]


def _checked(field, value):
    rule = field.metadata
    if isinstance(value, Typed):
        value = value.read(rule["kind"])
    if value is None and rule["optional"]:
        return None
    value = plain(value)
    kind = rule["kind"]
    if kind is float and (type(value) is float or (type(value) is int and abs(value) < LIMIT[int])):
        value = float(value) + 0.0  # -0.0 would be another run than 0.0
    inside = (
        type(value) is kind
        and (not rule["choices"] or value in rule["choices"])
        and (kind not in (int, float) or (rule["low"] <= value <= rule["high"] and abs(value) < LIMIT[kind]))
    )
    if not inside:
        limit = " that fits into 64 bits" * (kind is type(value) is int and abs(value) >= LIMIT[int])
        raise ValueError(f"{field.name} = {shown(value)} is not allowed; it takes {_allowed(rule)}{limit}.")
    return value


def plain(value):
    """A scalar of NumPy's as Python's own; anything else unchanged."""
    return value.item() if isinstance(value, np.generic) else value


def seed_of(value: Any, name: str = "seed") -> int:
    """A seed as an int; ValueError unless it is an integer of Python's or NumPy's from 0 to 2**62."""
    if isinstance(value, bool) or not (isinstance(value, int | np.integer) and 0 <= value <= 2**62):
        raise ValueError(f"{name} = {shown(value)} is not allowed; it takes a whole number from 0 to 2**62.")
    return int(value)


def shown(value: object) -> str:
    """A value as text for a message, shortened if it is long."""
    try:
        return WORDS.repr(value)
    except ValueError:  # of whole numbers that are too long to be written
        return f"<{type(value).__name__} of too many digits>"


def _allowed(rule) -> str:
    if rule["choices"]:
        words = " or ".join(map(str, rule["choices"]))
    elif rule["kind"] in (int, float):
        noun = "a whole number" if rule["kind"] is int else "a number"
        bounds = [
            f"{word} {rule[end]:g}" for end, word in (("low", "from"), ("high", "to")) if math.isfinite(rule[end])
        ]
        words = " ".join([noun, *bounds])
    else:
        words = {bool: "True or False", str: "a text"}[rule["kind"]]
    return f"{words}, or None" if rule["optional"] else words
