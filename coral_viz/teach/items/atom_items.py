"""Questions about atoms: of a new gate, of three informations, and of two orthogonal parts of an embedding."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from coral_viz import pid
from coral_viz.pid.information import informations
from coral_viz.teach.atom_guesses import Problem, problem
from coral_viz.teach.items.quiz_item import Item, atoms_in_words, item

SOURCES = {
    0.0: "independent fair coins",
    0.5: "fair coins that are equal in three of four cases",
    1.0: "fair coins that are always equal",
}
"""By the probability that source 2 is set to source 1."""

Sign = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
NUMBERS: dict[str, Sign] = {
    "a": lambda a, b, c: a,
    "b": lambda a, b, c: b,
    "−b": lambda a, b, c: -b,
    "ab": lambda a, b, c: a * b,
    "c": lambda a, b, c: c,
}
"""Numbers of a part, by the three signs that they are made of."""
FIRST, SECOND = ("a, a", "b, b", "a, b"), ("a, a", "b, b", "b, a", "−b, a", "ab, c", "c, c")
TARGETS = {"a": ("a",), "the pair (a, b)": ("a", "b"), "whether a = b": ("ab",)}


def of_a_gate(rng: np.random.Generator) -> Item:
    """Atoms of a gate without noise: every order of its numbers is an option, and so are the numbers of other gates."""
    drawn = problem(rng)
    asked = Problem(drawn.rule, drawn.copies, 0.0)
    possible = [pair for pair in np.ndindex(2, 2) if asked.p[pair].sum()]
    values = ", ".join(f"{asked.rule[2 * x1 + x2]} for ({x1}, {x2})" for x1, x2 in possible)
    true = asked.atoms.as_array().clip(0)
    bits = float(true.sum().round(6))
    wrong = [*itertools.permutations(true), *(bits * np.eye(4)), bits / 2 * np.array([1, 0, 0, 1])]
    question = f"X1 and X2 are {SOURCES[asked.copies]}; y is {values}. Which are the atoms (BROJA), in bits?"
    return item(question, atoms_in_words(true), map(atoms_in_words, wrong), _why_atoms(asked.p), "01, section 3", rng)


def _why_atoms(p: np.ndarray) -> str:
    """By which argument of notebook 01 the atoms of a gate without noise follow."""
    one, two, both = (float(bits) for bits in informations(p))
    if np.isclose(one, two):
        told = "Both sources are of the same use for every decision about y, so U1 = U2 = 0"
        rest = f"S = {both:.3f} − R"
    else:
        best, other = (1, 2) if one > two else (2, 1)
        told = f"Given x{best}, x{other} says nothing more about y, so U{other} = 0"
        rest = f"U{best} = {max(one, two):.3f} − R"
    return f"{told} and R = {min(one, two):.3f}; the sums give {rest}."


def of_informations(rng: np.random.Generator) -> Item:
    """Atoms of two parts from their informations and their redundancy; wrong options violate a sum."""
    r, u1, u2, s = (float(tenths) / 10 for tenths in rng.permutation(range(1, 9))[:4])
    true = pid.Atoms(r, u1, u2, s)
    one, two, both = true.information_1, true.information_2, true.information
    wrong = [(r, one, two, both), (r, u1, u2, both), (r, one, two, s), (r, u2, u1, s), (r, u1, u2, both - r)]
    question = (
        f"Classifiers find {one:.1f} bits about a label in the path shared, {two:.1f} in path 1 and {both:.1f} in both "
        f"together. {r:.1f} bits are leakage. Which are the atoms, with shared as source 1?"
    )
    why = f"Leakage is R, and R + U1 = {one:.1f}, R + U2 = {two:.1f}, R + U1 + U2 + S = {both:.1f}."
    answer = atoms_in_words(true.as_array())
    return item(question, answer, map(atoms_in_words, wrong), why, "04, section 3", rng)


def of_orthogonal_parts(rng: np.random.Generator) -> Item:
    """Atoms of two parts whose cosine is 0 for every sample, whatever they hold."""
    while True:
        first, second, target = (str(rng.choice(names)) for names in (FIRST, SECOND, list(TARGETS)))
        p = _table(first.split(", "), second.split(", "), TARGETS[target])
        one, two, both = (float(bits) for bits in informations(p))
        if both > 0.5:
            break
    true = pid.broja(p).as_array().clip(0)
    wrong = [*itertools.permutations(true), *(both * np.eye(4)), both / 2 * np.array([1, 0, 0, 1])]
    question = (
        f"The parts of an embedding are ({first}, 0, 0) and (0, 0, {second}), so their cosine is 0 for every sample. "
        f"a, b and c are independent fair signs, −1 or 1. Which atoms (BROJA) do the parts have about {target}?"
    )
    why = (
        f"A cosine of 0 says nothing about information. In bits, part 1 tells {one:.0f} about {target}, part 2 tells "
        f"{two:.0f}, and both together tell {both:.0f}."
    )
    return item(question, atoms_in_words(true), map(atoms_in_words, wrong), why, "05, section 1", rng)


def _table(*named) -> np.ndarray:
    """Probabilities of three variables, each a tuple of ``NUMBERS`` by their names, over all signs a, b and c."""
    signs = np.array(list(itertools.product((-1, 1), repeat=3))).T
    index = [np.unique([NUMBERS[name](*signs) for name in names], axis=1, return_inverse=True)[1] for names in named]
    p = np.zeros([each.max() + 1 for each in index])
    np.add.at(p, tuple(index), 1 / signs.shape[1])
    return p
