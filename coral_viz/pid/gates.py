"""Named distributions of two sources and a target from the literature, as arrays p[x1, x2, y].

Every gate is a list of equally likely outcomes, or a rule on uniform bits. ``known`` holds its BROJA atoms in closed
form. As ``dit`` distributions: ``pid.to_dit(gates.gate("AND"))``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Gate:
    """A named distribution.

    Attributes:
        rule: what it computes, in words.
        outcomes: equally likely triples (x1, x2, y), repeated where more likely.
        known: BROJA redundancy, unique_1, unique_2, synergy in bits.
    """

    rule: str
    outcomes: tuple[tuple[int, int, int], ...]
    known: tuple[float, float, float, float]

    @property
    def p(self) -> np.ndarray:
        """The distribution, shape (n1, n2, ny)."""
        outcomes = np.array(self.outcomes)
        p = np.zeros(outcomes.max(0) + 1)
        np.add.at(p, tuple(outcomes.T), 1.0 / len(outcomes))
        return p

    @property
    def correlates(self) -> bool:
        """Whether its sources can be correlated: they have the same values, all pairs of which occur."""
        sources = self.p.sum(-1)
        return sources.shape[0] == sources.shape[1] and bool((sources > 0).all())


def names() -> list[str]:
    """The names of all gates."""
    return list(GATES)


def gate(name: str, *, noise: float = 0.0, correlation: float = 0.0) -> np.ndarray:
    """A gate as probabilities p[x1, x2, y], optionally disturbed.

    Args:
        name: one of ``names()``.
        noise: probability in [0, 1] that the target is replaced by a fresh uniform draw from its values.
        correlation: probability in [0, 1] that source 2 is set to the value of source 1 before the gate acts. Only for
            gates whose target is a function of two sources with the same values, all pairs of which occur.

    Raises:
        ValueError: unknown name, a number outside [0, 1], or a gate whose sources cannot be correlated.
    """
    if name not in GATES:
        raise ValueError(f"There is no gate {name!r}; there are {', '.join(GATES)}.")
    for label, value in (("noise", noise), ("correlation", correlation)):
        if not 0 <= value <= 1:
            raise ValueError(f"{label} must lie within [0, 1], not {value}.")
    p = GATES[name].p
    if correlation:
        p = _correlated(name, p, correlation)
    return (1 - noise) * p + noise * p.sum(-1, keepdims=True) / p.shape[-1]


def _correlated(name: str, p: np.ndarray, correlation: float) -> np.ndarray:
    """Mix the distribution of the sources with one on their diagonal, keeping the rule p(y|x1,x2)."""
    sources = p.sum(-1)
    if not GATES[name].correlates:
        raise ValueError(f"The sources of {name} cannot be correlated: not every pair of their values occurs.")
    mixed = (1 - correlation) * sources + correlation * np.diag(sources.sum(1))
    return p * (mixed / sources)[..., None]


def _rule(target: Callable[..., int], split: Callable[..., tuple[int, int]], bits: int) -> tuple:
    """Outcomes of a rule on uniform bits: ``split`` makes the two sources of them, ``target`` the target."""
    return tuple((*split(*row), target(*row)) for row in np.ndindex(*(2,) * bits))


def _pair(x1: int, x2: int) -> tuple[int, int]:
    return x1, x2


_AND = 0.75 * math.log2(4 / 3)

GATES = {
    "RDN": Gate("one bit, seen by both sources", ((0, 0, 0), (1, 1, 1)), (1, 0, 0, 0)),
    "UNQ": Gate("the target is source 1", _rule(lambda a, b: a, _pair, 2), (0, 1, 0, 0)),
    "XOR": Gate("the target says whether the sources differ", _rule(lambda a, b: a ^ b, _pair, 2), (0, 0, 0, 1)),
    "AND": Gate("the target is 1 if both sources are", _rule(lambda a, b: a & b, _pair, 2), (_AND, 0, 0, 0.5)),
    "OR": Gate("the target is 1 if either source is", _rule(lambda a, b: a | b, _pair, 2), (_AND, 0, 0, 0.5)),
    "SUM": Gate("the target is the sum of two bits", _rule(lambda a, b: a + b, _pair, 2), (0.5, 0, 0, 1)),
    "COPY": Gate("the target is both bits", _rule(lambda a, b: 2 * a + b, _pair, 2), (0, 1, 1, 0)),
    "PWUNQ": Gate(
        "in each draw one source, at random, shows the target bit; the other is blank",
        ((0, 1, 0), (0, 2, 1), (1, 0, 0), (2, 0, 1)),
        (0.5, 0, 0, 0.5),
    ),
    "RDNXOR": Gate(
        "a shared bit and the XOR of two private ones",
        _rule(lambda r, a, b: 2 * (a ^ b) + r, lambda r, a, b: (2 * a + r, 2 * b + r), 3),
        (1, 0, 0, 1),
    ),
    "RDNUNQXOR": Gate(
        "a shared bit, a private bit of each source and an XOR: one bit of every atom",
        _rule(
            lambda r, a, b, u, v: 8 * (a ^ b) + 4 * r + 2 * u + v,
            lambda r, a, b, u, v: (4 * a + 2 * r + u, 4 * b + 2 * r + v),
            5,
        ),
        (1, 1, 1, 1),
    ),
    "RND": Gate(
        "the target is a fair coin that ignores both sources",
        tuple((a, b, y) for a in (0, 1) for b in (0, 1) for y in (0, 1)),
        (0, 0, 0, 0),
    ),
    "SUBTLE": Gate(
        "two dependent bits, both of them the target",
        ((0, 0, 0), (0, 1, 1), (1, 1, 2)),
        (math.log2(3) - 4 / 3, 2 / 3, 2 / 3, 0),
    ),
}
