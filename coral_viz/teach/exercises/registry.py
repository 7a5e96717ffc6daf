"""The registry of exercises, and how they reject an answer."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

EXERCISES: dict[str, Callable[[object], str]] = {}
"""By name: a function of the answer that returns why it is right, or raises ``NotYet``."""

CLOSE = 5e-3


class NotYet(Exception):
    """Raised for a wrong answer, with a hint to the learner."""


def exercise(function: Callable[[object], str]) -> Callable[[object], str]:
    """Register a function of the answer under its own name."""
    EXERCISES[function.__name__] = function
    return function


def close(value, wanted, within: float = CLOSE) -> bool:
    """Whether numbers agree, to two decimals by default."""
    return bool(np.allclose(value, wanted, rtol=0, atol=within))


def in_words(atoms) -> str:
    """Atoms in words."""
    symbols = ("R", "U1", "U2", "S")
    return ", ".join(f"{symbol} {value:.3f}" for symbol, value in zip(symbols, atoms.as_array()))
