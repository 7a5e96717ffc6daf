"""A test of what was learned: ten questions about new gates, losses and masks, generated from a seed and scored."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import ipywidgets
import numpy as np

from coral_viz import style
from coral_viz.explore import live
from coral_viz.explore.presenter import html_widget
from coral_viz.teach.atom_guesses import Problem, problem
from coral_viz.teach.hints import disclosed
from coral_viz.teach.question import Question

OPTIONS = 4
"""Answers to choose from."""
LABELS = tuple(style.ATOM_SYMBOLS.values())
SEEN = {(1,): "modality 1", (2,): "modality 2", (1, 2): "both modalities, fused"}
"""What a partner of a loss may see, in words."""


@dataclass(frozen=True)
class Item:
    """A question with ``OPTIONS`` options, the right one of them, and what to read again after a wrong answer."""

    question: str
    options: tuple[str, ...]
    answer: str
    again: str


def items(seed: int) -> list[Item]:
    """Ten different questions: four gates, three losses, three masks."""
    rng = np.random.default_rng(seed)
    return [item for make, count in ((_gate, 4), (_loss, 3), (_mask, 3)) for item in _different(make, count, rng)]


def _different(make: Callable[[np.random.Generator], Item], count: int, rng: np.random.Generator) -> list[Item]:
    found: dict[str, Item] = {}
    while len(found) < count:
        item = make(rng)
        found[item.question] = item
    return list(found.values())


def _item(question: str, answer: str, wrong: list[str], again: str, rng: np.random.Generator) -> Item:
    """An item with wrong options drawn from many, in a random order."""
    others = [option for option in dict.fromkeys(wrong) if option != answer]
    chosen = [others[i] for i in rng.permutation(len(others))[: OPTIONS - 1]]
    options = [answer, *chosen]
    return Item(question, tuple(options[i] for i in rng.permutation(len(options))), answer, again)


def _gate(rng: np.random.Generator) -> Item:
    """Atoms of a gate without noise: every order of its numbers is an option, and so are the numbers of other gates."""
    asked = problem(rng)
    asked = Problem(asked.rule, asked.copies, 0.0)
    values = ", ".join(f"{y} for {pair}" for y, pair in zip(asked.rule, itertools.product((0, 1), repeat=2)))
    sources = {0.0: "independent fair coins", 0.5: "fair coins that are equal in three of four cases"}
    about = sources.get(asked.copies, "fair coins that are always equal")
    true = asked.atoms.as_array().clip(0)
    bits = float(true.sum().round(6)) or 1.0
    wrong = [*itertools.permutations(true), *(bits * np.eye(4)), bits / 2 * np.array([1, 0, 0, 1])]
    question = f"X1 and X2 are {about}; y is {values}. Which are the atoms (BROJA), in bits?"
    return _item(question, _atoms(true), [_atoms(values) for values in wrong], "01, section 2", rng)


def _loss(rng: np.random.Generator) -> Item:
    """Labels that a contrastive loss rewards after unbiased training: those that both partners can tell."""
    first, second = ((*SEEN,)[i] for i in rng.integers(len(SEEN), size=2))
    both = set(first) & set(second)
    rewarded = ("R", *(f"U{m}" for m in (1, 2) if m in both), *["S"] * (both == {1, 2}))
    question = (
        f"A contrastive loss has these partners: {SEEN[first]} in view 1, and {SEEN[second]} in view 2. Training is "
        "unbiased. Of which labels does the loss reward information?"
    )
    return _item(question, _sets(rewarded), _all_sets(), "03, section 2", rng)


def _mask(rng: np.random.Generator) -> Item:
    """Labels that can be told from the digits that a mask leaves of two strips."""
    visible = [tuple(name for name in names if rng.random() < 0.6) for names in (("r", "u1", "t1"), ("r", "u2", "t2"))]
    left = set(itertools.chain(*visible))
    told = ("R",) * ("r" in left) + tuple(f"U{m}" for m in (1, 2) if f"u{m}" in left)
    told += ("S",) * ({"t1", "t2"} <= left)
    shown = [", ".join(names) or "nothing" for names in visible]
    question = f"A mask leaves of strip 1 the digits of {shown[0]}, of strip 2 those of {shown[1]}. What can be told?"
    return _item(question, _sets(told), _all_sets(), "06, section 1", rng)


def _atoms(values) -> str:
    return ", ".join(f"{symbol} {abs(float(value)):.2f}" for symbol, value in zip(LABELS, values))


def _sets(labels: tuple[str, ...]) -> str:
    return ", ".join(labels) or "none"


def _all_sets() -> list[str]:
    return [_sets(chosen) for size in range(5) for chosen in itertools.combinations(LABELS, size)]


class Quiz(Question):
    """Ten questions as radio buttons, and a button *Score*.

    Attributes:
        items: the questions.
        choices: the radio buttons of each.
        words: the score and what to read again, "" before.
    """

    def __init__(self, seed: int):
        self.items = items(seed)
        self._begin()
        live.keep(self)

    def _begin(self) -> None:
        self.words = ""
        looks = {"style": {"description_width": "90px"}, "layout": {"width": "auto"}}
        self.choices = [
            ipywidgets.RadioButtons(options=item.options, value=None, description=f"answer {i}", tooltip="", **looks)
            for i, item in enumerate(self.items, 1)
        ]
        asked = [html_widget(f"<p><b>{i}.</b> {escape(item.question)}</p>") for i, item in enumerate(self.items, 1)]
        self.score = ipywidgets.Button(description="Score", tooltip="Score the answers")
        self.score.on_click(self.check)
        self.told = html_widget()
        rows = [part for pair in zip(asked, self.choices) for part in pair]
        self.view = ipywidgets.VBox([*rows, self.score, self.told])

    def check(self, button=None) -> None:
        """Count right answers, name the others, and say what to read again."""
        wrong = [i for i, (item, choice) in enumerate(zip(self.items, self.choices)) if choice.value != item.answer]
        self.words = f"{len(self.items) - len(wrong)} of {len(self.items)} are right."
        if wrong:
            again = dict.fromkeys(self.items[i].again for i in wrong)
            numbers = ", ".join(str(i + 1) for i in wrong)
            self.words += f" Not yet: {numbers}. Read again: {'; '.join(again)}."
        self.told.value = f'<p role="status">{escape(self.words)}</p>'

    def __repr__(self) -> str:
        told = (f"{item.question} ({' / '.join(item.options)}) Answer: {item.answer}." for item in self.items)
        return "\n".join(f"{i}. {words}" for i, words in enumerate(told, 1))

    def _repr_html_(self) -> str:
        listed = "".join(
            f"<li>{escape(item.question)}<ul>{''.join(f'<li>{escape(o)}</li>' for o in item.options)}</ul></li>"
            for item in self.items
        )
        answers = "".join(f"<li>{escape(item.answer)} ({escape(item.again)})</li>" for item in self.items)
        return f"<ol>{listed}</ol>{disclosed('Answers', f'<ol>{answers}</ol>')}"


def quiz(seed: int = 1) -> Quiz:
    """Ten questions for the end of a course; another ``seed`` gives others."""
    return Quiz(seed)
