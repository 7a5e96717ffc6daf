"""Questions about numbers: a paired interval, differences that are significant by chance, and the O-information."""

from __future__ import annotations

import numpy as np

from coral_viz import pid
from coral_viz.results import intervals
from coral_viz.teach.items.quiz_item import Item, item, listed, written


def of_an_interval(rng: np.random.Generator) -> Item:
    """A mean paired difference, and whether its interval excludes 0: seeds agree on it, or contradict each other."""
    shift = int(rng.choice([-4, -3, -2, 2, 3, 4]))
    differences = shift + int(rng.choice([0, 9])) * rng.permutation([-1, 0, 1])
    first = rng.integers(55, 65) + rng.permutation([0, 9, 18])
    low, high = intervals.student(differences / 100)
    excludes = bool(low > 0 or high < 0)
    one, two, told = (listed(map(written, values)) for values in (first, first + differences, differences))
    question = (
        f"With three seeds, configuration A reaches {one} %, and B, with the same seeds, {two} %. What is the mean "
        "paired difference B − A, in points, and does its 95 % interval exclude 0?"
    )
    wrong = [_difference(sign * shift, says) for sign in (-1, 1) for says in (True, False)]
    agree = "all the same, so the interval is as narrow as can be, however much seeds differ"
    why = f"B − A is {told}: {agree if excludes else 'of both signs, so the mean may well be 0'}."
    return item(question, _difference(shift, excludes), wrong, why, "07, section 3", rng)


def _difference(mean: int, excludes: bool) -> str:
    return f"{written(mean, '+')}, it {'excludes' if excludes else 'includes'} 0"


def of_chance(rng: np.random.Generator) -> Item:
    """How many of k intervals exclude 0 if no hyperparameter has an effect."""
    k, level = int(rng.choice([20, 60, 80, 100, 140, 200])), int(rng.choice([90, 95]))
    expected = k * (100 - level) // 100
    question = (
        f"No hyperparameter has any effect, and you compute {k} differences. How many of their {level} % intervals "
        "exclude 0, on average?"
    )
    wrong = [f"{number:g}" for number in (k - expected, expected / 2, 2 * expected, 0, level)]
    why = f"A {level} % interval misses the true value, here 0, in {100 - level} of 100 cases."
    return item(question, f"{expected}", wrong, why, "07, section 3", rng)


def of_o_information(rng: np.random.Generator) -> Item:
    """Total and dual total correlation of M bits with even parity, or of M copies, and their difference."""
    m, copied = int(rng.choice([4, 6, 7])), bool(rng.random() < 0.3)
    ones = np.indices((2,) * m).sum(0)
    p = (np.isin(ones, (0, m)) if copied else ones % 2 == 0).astype(float)
    total, dual, difference = (
        round(of(p)) for of in (pid.total_correlation, pid.dual_total_correlation, pid.o_information)
    )
    about = "are copies of one fair coin" if copied else f"have even parity, and any {m - 1} of them are independent"
    question = f"{m} bits {about}. Which are total correlation, dual total correlation and O-information, in bits?"
    pairs = ((dual, total), (m - 1, m - 1), (1, 1), (1, m), (m, 1))
    why = (
        "Coded together, the copies save all bits but one; all of them share that one."
        if copied
        else "Coded together, the bits save one; each of them is determined by the others, so they share all but one."
    )
    wrong = (_correlations(one, two, one - two) for one, two in pairs)
    return item(question, _correlations(total, dual, difference), wrong, why, "08, section 1", rng)


def _correlations(total: int, dual: int, difference: int) -> str:
    return f"TC {total}, DTC {dual}, O-information {written(difference)}"
