"""A question with options, and how it is made of a right answer and many wrong ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from coral_viz import style

OPTIONS = 4
"""Answers to choose from."""
LABELS = tuple(style.ATOM_SYMBOLS.values())


@dataclass(frozen=True)
class Item:
    """A question with ``OPTIONS`` options.

    Attributes:
        question: in words.
        options: to choose from.
        answer: the right one of them.
        why: one sentence or two that give the reason.
        again: notebook and section to read after a wrong answer.
    """

    question: str
    options: tuple[str, ...]
    answer: str
    why: str
    again: str


def item(question: str, answer: str, wrong: Iterable[str], why: str, again: str, rng: np.random.Generator) -> Item:
    """An item with wrong options drawn from many, in a random order. ValueError if too few of them differ."""
    others = [option for option in dict.fromkeys(wrong) if option != answer]
    if len(others) < OPTIONS - 1:
        raise ValueError(f"{len(others)} wrong options of {question!r} differ; it takes {OPTIONS - 1}")
    options = [answer, *(others[i] for i in rng.permutation(len(others))[: OPTIONS - 1])]
    return Item(question, tuple(options[i] for i in rng.permutation(OPTIONS)), answer, why, again)


def listed(words: Iterable[str]) -> str:
    """Words with commas and a last "and"; "nothing" without any."""
    *some, last = [*words] or ["nothing"]
    return f"{', '.join(some)} and {last}" if some else last


def written(number: int, sign: str = "-") -> str:
    """A whole number with a minus that readers know; "+" as ``sign`` writes a plus, too."""
    return f"{number:{sign}d}".replace("-", "−")


def atoms_in_words(values) -> str:
    """Four numbers with their symbols, to two decimals."""
    return ", ".join(f"{symbol} {abs(float(value)):.2f}" for symbol, value in zip(LABELS, values))
