"""Guess the atoms: random gates are what they say, and every guess is scored and told what is wrong with it."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from coral_viz import pid, style, teach
from coral_viz.teach.atom_guesses import RULES, Problem, judged, problem

AND = Problem((0, 0, 0, 1), 0.0, 0.0)
FIRST = 0.75 * math.log2(4 / 3)


@pytest.mark.parametrize("name", ["AND", "XOR", "OR", "UNQ"])
@pytest.mark.parametrize(("copies", "noise"), [(0.0, 0.0), (0.5, 0.5), (1.0, 0.0)])
def test_a_problem_is_the_gate_that_it_names(name, copies, noise):
    rule = tuple(int(y) for y in pid.gates.gate(name).argmax(-1).ravel())
    mine = Problem(rule, copies, noise)
    np.testing.assert_allclose(mine.p, pid.gates.gate(name, noise=noise, correlation=copies), atol=1e-12)
    assert mine.atoms.information == pytest.approx(pid.broja(mine.p).information)


def test_problems_follow_from_the_seed_and_differ():
    drawn = [[problem(rng) for _ in range(30)] for rng in map(np.random.default_rng, (1, 1, 2))]
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(set(drawn[0])) > 15
    assert len(RULES) == 14
    assert all(float(one.atoms.information) > 0 for one in drawn[0]), "the target varies"


def test_a_guess_is_judged_atom_by_atom():
    assert judged(AND, pid.Atoms(FIRST, 0.0, 0.0, 0.5)).startswith(
        "4 of 4 atoms are within 0.1 bits: R 0.31 (you: 0.31)"
    )
    wrong = judged(AND, pid.Atoms(0.0, 0.31, 0.31, 0.19))
    assert wrong.startswith("0 of 4 atoms")
    assert "A sum" not in wrong, "it could be another measure's"
    assert "your R + U1 is 0.00, but I(X1;Y) = 0.31" in judged(AND, pid.Atoms(0.0, 0.0, 0.0, 0.81))


def test_every_gate_is_scored_once_and_the_next_one_begins_at_zero():
    game = teach.guess_atoms(seed=3)
    first = game.asked
    for name, each in game.sliders.items():
        each.value = max(0.0, float(getattr(first.atoms, name)))
    game.score.click()
    assert game.right == [True]
    assert game.score.disabled
    assert game.words.startswith("4 of 4")
    assert "So far: 1 of 1 gates." in game.told.value
    assert 'alt="' in game.told.value
    game.next.click()
    assert (game.words, game.told.value, game.score.disabled) == ("", "", False)
    assert [each.value for each in game.sliders.values()] == [0.0] * 4
    game.score.click()
    assert len(game.right) == 2


def test_without_a_kernel_the_gate_and_a_folded_answer_stand_in():
    game = teach.guess_atoms()
    html = game._repr_mimebundle_()["text/html"]
    question, _, answer = html.partition("<b>Answer</b>")
    assert "p(y = 1 | x1, x2)" in question
    assert "<img" not in question
    assert "<img" in answer
    assert "Answer: R " in repr(game)


def test_sliders_are_the_four_atoms_with_names():
    rows = [SimpleNamespace(**widget.get_state()) for widget in teach.guess_atoms().sliders.values()]
    assert [row.tooltip for row in rows] == list(style.ATOM_NAMES.values())
    assert all((row.min, row.max) == (0.0, 1.0) for row in rows)
