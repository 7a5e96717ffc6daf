"""Guess the atoms of random gates with four sliders; guesses are scored against the exact atoms."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property
from html import escape

import ipywidgets
import numpy as np

from coral_viz import pid, style
from coral_viz.explore import live
from coral_viz.explore.explorer import slider, with_number_box
from coral_viz.explore.presenter import html_widget
from coral_viz.figures.decomposition.atom_bars import bars
from coral_viz.figures.layout.display import Shown, show
from coral_viz.pid.information import informations
from coral_viz.teach.hints import disclosed
from coral_viz.teach.question import Question

CLOSE = 0.1
"""Bits by which a guessed atom may be off."""
RULES = [rule for rule in itertools.product((0, 1), repeat=4) if len(set(rule)) > 1]
"""Every function of two bits that is not constant: y of (0, 0), (0, 1), (1, 0), (1, 1)."""
COPIES, NOISES = (0.0, 0.5, 1.0), (0.0, 0.5)
OFTEN, RARELY = (0.45, 0.45, 0.1), (2 / 3, 1 / 3)
"""How often each is drawn: of sources that are always equal, one gate has shown all there is."""


@dataclass(frozen=True)
class Problem:
    """A gate of two fair bits whose atoms are to be guessed.

    Attributes:
        rule: y by the pair of sources, as in ``RULES``.
        copies: probability that source 2 is set to source 1.
        noise: probability that the target is replaced by a fair coin.
    """

    rule: tuple[int, ...]
    copies: float
    noise: float

    @cached_property
    def p(self) -> np.ndarray:
        """Probabilities p[x1, x2, y]."""
        sources = (1 - self.copies) * np.full((2, 2), 0.25) + self.copies * np.eye(2) / 2
        given = (1 - self.noise) * np.eye(2)[np.reshape(self.rule, (2, 2))] + self.noise / 2
        return sources[..., None] * given

    @cached_property
    def atoms(self) -> pid.Atoms:
        """Its BROJA atoms, in bits."""
        return pid.broja(self.p)


def problem(rng: np.random.Generator) -> Problem:
    """A random rule, correlation of the sources and noise, whose target is not constant."""
    while True:
        rule = RULES[rng.integers(len(RULES))]
        drawn = Problem(rule, float(rng.choice(COPIES, p=OFTEN)), float(rng.choice(NOISES, p=RARELY)))
        if drawn.copies < 1 or rule[0] != rule[-1]:
            return drawn


def judged(asked: Problem, guess: pid.Atoms) -> str:
    """The verdict on a guess, with the sums that it violates."""
    told, right = [], 0
    for name, symbol in style.ATOM_SYMBOLS.items():
        mine, true = float(getattr(guess, name)), float(getattr(asked.atoms, name))
        right += abs(mine - true) <= CLOSE
        told.append(f"{symbol} {true:z.2f} (you: {mine:.2f})")
    words = f"{right} of 4 atoms are within {CLOSE} bits: {', '.join(told)}."
    sums = (
        ("R + U1", guess.redundancy + guess.unique_1, "I(X1;Y)"),
        ("R + U2", guess.redundancy + guess.unique_2, "I(X2;Y)"),
        ("R + U1 + U2 + S", guess.information, "I(X1,X2;Y)"),
    )
    broken = [
        f"your {names} is {float(mine):.2f}, but {what} = {float(true):.2f}"
        for (names, mine, what), true in zip(sums, informations(asked.p))
        if abs(mine - true) > 2 * CLOSE
    ]
    return f"{words} A sum does not hold: {'; '.join(broken)}." if broken else words


class AtomGuesses(Question):
    """A sequence of gates, each with four sliders, a button *Score* and a button *Next gate*.

    Attributes:
        asked: the current gate.
        words: the verdict on the guess, "" before.
        right: for every gate scored so far, whether all four atoms were close enough.
    """

    def __init__(self, seed: int):
        self.seed = seed
        self._begin()
        live.keep(self)

    def _begin(self) -> None:
        self._rng, self.right = np.random.default_rng(self.seed), list[bool]()
        self.table, self.told = html_widget(), html_widget()
        self.sliders = {name: slider(title, 0.0, 0.0, 1.0, 0.01) for name, title in style.ATOM_NAMES.items()}
        self.score, self.next = (
            ipywidgets.Button(description=words, tooltip=words) for words in ("Score", "Next gate")
        )
        self.score.on_click(self.check)
        self.next.on_click(self.draw)
        buttons = ipywidgets.HBox([self.score, self.next])
        controls = ipywidgets.VBox([*map(with_number_box, self.sliders.values()), buttons])
        shown = ipywidgets.HBox([self.table, controls], layout={"flex_flow": "row wrap"})
        self.view = ipywidgets.VBox([shown, self.told])
        self.draw()

    def draw(self, button=None) -> None:
        """The next gate, with sliders at 0."""
        self.asked, self.words = problem(self._rng), ""
        self.table.value, self.told.value, self.score.disabled = _table(self.asked), "", False
        for each in self.sliders.values():
            each.value = 0.0

    def check(self, button=None) -> None:
        """Score the guess once, and show it beside the truth."""
        guess = pid.Atoms(*(each.value for each in self.sliders.values()))
        self.words, self.score.disabled = judged(self.asked, guess), True
        self.right.append(bool(np.abs(guess.as_array() - self.asked.atoms.as_array()).max() <= CLOSE))
        so_far = f"So far: {sum(self.right)} of {len(self.right)} gates."
        compared = _picture({"your guess": guess, "truth": self.asked.atoms})
        self.told.value = f'<p role="status">{escape(f"{self.words} {so_far}")}</p>{compared._repr_html_()}'

    def __repr__(self) -> str:
        values = ", ".join(f"{symbol} {getattr(self.asked.atoms, n):z.2f}" for n, symbol in style.ATOM_SYMBOLS.items())
        return f"Guess the atoms of a gate. {_in_words(self.asked)} Answer: {values} bits."

    def _repr_html_(self) -> str:
        return f"{_table(self.asked)}{disclosed('Answer', _picture({'truth': self.asked.atoms})._repr_html_())}"


def guess_atoms(seed: int = 1) -> AtomGuesses:
    """Random gates whose atoms are to be guessed, for the end of a cell; ``seed`` determines which."""
    return AtomGuesses(seed)


def _picture(atoms: dict[str, pid.Atoms]) -> Shown:
    return show(bars(atoms, look=style.beside()))


def _in_words(asked: Problem) -> str:
    noise = f" With probability {asked.noise:g} a fair coin replaces y." * bool(asked.noise)
    copies = ("X1 and X2 are independent fair coins.", "X2 always equals X1.")
    some = f"X1 and X2 are fair coins; with probability {asked.copies:g} X2 is set to X1."
    return {0.0: copies[0], 1.0: copies[1]}.get(asked.copies, some) + noise


def _table(asked: Problem) -> str:
    """The gate as a table, a row per pair of sources that occurs, and its three informations behind a title."""
    rows = [
        f"<tr><td>{x1}</td><td>{x2}</td><td>{asked.p[x1, x2].sum():g}</td>"
        f"<td>{asked.p[x1, x2, 1] / asked.p[x1, x2].sum():g}</td></tr>"
        for x1, x2 in np.ndindex(2, 2)
        if asked.p[x1, x2].sum()
    ]
    head = "<tr><th>x1</th><th>x2</th><th>p(x1, x2)</th><th>p(y = 1 | x1, x2)</th></tr>"
    names = ("I(X1;Y)", "I(X2;Y)", "I(X1,X2;Y)")
    sums = ", ".join(f"{name} = {float(bits):.3f}" for name, bits in zip(names, informations(asked.p)))
    return (
        f'<div style="max-width: 560px; margin-right: 24px"><p><b>Guess the atoms.</b> {_in_words(asked)}</p>'
        f"<table>{head}{''.join(rows)}</table>{disclosed('Help', f'<p>{sums} bits.</p>')}</div>"
    )
