"""Questions about learning: what a loss can reward, what a mask leaves, and what a linear probe reads."""

from __future__ import annotations

import itertools
import math
from collections.abc import Set

import numpy as np

from coral_viz.pid.information import entropy
from coral_viz.teach.items.quiz_item import LABELS, Item, item, listed

LATENTS = {1: ("r", "u1", "t1"), 2: ("r", "u2", "t2")}
"""What each modality, or strip, shows."""
NEEDS = {"R": {"r"}, "U1": {"u1"}, "U2": {"u2"}, "S": {"t1", "t2"}}
"""The latents that answer each label."""
SEEN = {(1,): "modality 1", (2,): "modality 2", (1, 2): "both modalities, fused"}
"""What a partner of a loss may see, in words."""
TRAININGS = ("unbiased", "biased", "relation")
RELATED = {"t1", "t2"}


def of_a_loss(rng: np.random.Generator) -> Item:
    """Labels whose information a contrastive loss can reward: those that follow from what partners share."""
    answers = sorted(LOSSES)
    answer = answers[rng.integers(len(answers))]
    training, first, second = LOSSES[answer][rng.integers(len(LOSSES[answer]))]
    question = (
        f"A contrastive loss has these partners: {SEEN[first]} in view 1, and {SEEN[second]} in view 2. Training is "
        f"{'on relation data' if training == 'relation' else training}. Which labels' information can this loss reward?"
    )
    again = "03, section 1" if training == "unbiased" else "02, section 4"
    return item(question, answer, _all_sets(), _why_rewarded(training, first, second), again, rng)


def common(training: str, first: tuple[int, ...], second: tuple[int, ...]) -> set[str]:
    """The latents that partners share, each a view of these modalities; in relation data only t2 - t1, as both."""
    if training == "relation":
        return RELATED if len(first) == len(second) == 2 else set()
    one, two = ({name for m in seen for name in LATENTS[m]} for seen in (first, second))
    if training == "biased":  # either tells the other
        return one & (two | RELATED) | two & (one | RELATED)
    return one & two


def _cases() -> dict[str, list[tuple]]:
    """Losses by the labels that they reward. After biased training fused partners may keep t1 alone, or t1 and t2."""
    found: dict[str, list[tuple]] = {}
    for training, first, second in itertools.product(TRAININGS, SEEN, SEEN):
        if training != "biased" or (1, 2) not in (first, second):
            answer = _sets(told(common(training, first, second)))
            found.setdefault(answer, []).append((training, first, second))
    return found


def told(latents: Set[str]) -> list[str]:
    """The labels that follow from these latents."""
    return [label for label in LABELS if NEEDS[label] <= latents]


def _why_rewarded(training: str, first: tuple[int, ...], second: tuple[int, ...]) -> str:
    if training == "relation":
        return "Views share t2 − t1 alone, so both partners must see both modalities."
    shared = common(training, first, second)
    as_equal = ", as t1 = t2" * (training == "biased" and shared >= RELATED)
    last = "What keeps t1 and t2 keeps the answer to S." if shared >= RELATED else "S needs both t1 and t2."
    return f"Partners share {listed(sorted(shared))}{as_equal}. {last}"


def of_a_mask(rng: np.random.Generator) -> Item:
    """Labels that can be told from the digits that a mask leaves of two strips."""
    visible = {m: [name for name in names if rng.random() < 0.6] for m, names in LATENTS.items()}
    left = set(itertools.chain(*visible.values()))
    one, two = map(listed, visible.values())
    question = f"Under a mask, strip 1 shows {one}; strip 2 shows {two}. Which labels can still be told?"
    why = "R needs r in either strip, U1 needs u1, U2 needs u2, and S needs both t1 and t2."
    return item(question, _sets(told(left)), _all_sets(), why, "06, section 1", rng)


def of_a_linear_probe(rng: np.random.Generator) -> Item:
    """Bits about a function of fair bits that an embedding holds, and that a linear probe reads: all of them or none.

    A monotone function of the number of ones is a threshold of a weighted sum. A function that has no correlation with
    the number of ones has none with any bit, so that the best weighted sum is a constant.
    """
    n, ones, held, read = LINEAR[rng.integers(len(LINEAR))]
    question = (
        f"An embedding holds {n} independent fair bits, one number each. A label is 1 if the number of ones among them "
        f"is {' or '.join(map(str, ones))}, else 0. How many bits about the label does it hold, and how many of them "
        "does a linear probe read?"
    )
    other = rng.choice(sorted({f"{each[2]:.2f}" for each in LINEAR} - {f"{held:.2f}"}))
    wrong = [f"{held:.2f} and {held - read:.2f}", "0.00 and 0.00", f"{other} and {other}"]
    why = "All bits are there, so the label is. " + (
        "No single bit is correlated with it, so a weighted sum finds nothing."
        if not read
        else "It depends on whether a weighted sum of them exceeds a threshold, and this a linear probe computes."
    )
    return item(question, f"{held:.2f} and {read:.2f}", wrong, why, "03, section 4", rng)


def _linear_cases() -> list[tuple[int, tuple[int, ...], float, float]]:
    """Bits, the numbers of ones for which the label is 1, the bits held about it, and those that are linear."""
    found = []
    for n in (2, 3, 4):
        p = np.array([math.comb(n, k) for k in range(n + 1)]) / 2**n
        for y in itertools.product((0, 1), repeat=n + 1):
            held = float(entropy(np.bincount(y, p)))
            monotone = abs(np.diff(y)).sum() == 1
            if monotone or (held and abs(np.cov(range(n + 1), y, aweights=p)[0, 1]) < 1e-12):
                ones = tuple(k for k in range(n + 1) if y[k])
                found.append((n, ones, held, held * monotone))
    return found


def _sets(labels) -> str:
    return ", ".join(labels) or "none"


def _all_sets() -> list[str]:
    return [_sets(chosen) for size in range(5) for chosen in itertools.combinations(LABELS, size)]


LOSSES, LINEAR = _cases(), _linear_cases()
