import json

import pytest

from coral_viz import explore, pid, teach
from coral_viz.figures.decomposition.atom_bars import bars
from coral_viz.figures.layout.display import show
from coral_viz.teach.exercises import EXERCISES, NotYet, registry

ASKED = ("Which atom?", ("redundancy", "synergy"), "synergy", "One coin tells nothing.")
XOR = pid.gates.gate("XOR")

ANSWERS = {  # by exercise: right answers, and wrong ones with a word that the sentence about them must hold
    "hidden_by_co_information": (
        ["RDNXOR", pid.gates.gate("RDNXOR"), "PWUNQ"],
        [("AND", "-0.189"), ("UNQ", "redundancy"), ("NOGATE", "NOGATE")],
    ),
    "lattice_node": (["{12}{13}", "{1, 2} {1, 3}", "{31}{21}"], [("{1}{23}", "group"), ("12,13", "written")]),
    "atoms_of_eight_classes": (
        [(0, 0, 3, 0)],
        [((0, 0, 2, 0), "2 bits"), ((3, 0, 0, 0), "which modality"), (3, "Four")],
    ),
    "half_the_bits": ([2.6], [(0.15, "100%"), (5.0, "half")]),
    "relation_of_half_a_bit": ([0.11, 0.89], [(0.5, "1.00 bits"), (1.0, "same")]),
    "loss_of_collapse": ([5.541, 5.54], [(7.994, "nats"), (4.852, "other vectors"), (5.545, "itself")]),
    "common_to_views": (
        [{"r", "u1", "u2", "t1", "t2"}],
        [("r", "t1"), (["r", "phase"], "new phases"), ("x", "Choose")],
    ),
    "enough_samples": ([1024], [(1000, "256"), (5000, "more")]),
    "atoms_from_informations": (
        [(0.7, 0.5, 0.2, 0.2)],
        [((0.7, 0.5, 0.2, 0.4), "I12"), ((0.7, 0.9, 0.2, 0.2), "Source 1"), ((0.5, 0.7, 0.4, 0), "given"), (1, "Four")],
    ),
    "orthogonal_copy": (
        [[[0, 1], [-1, 0]], [[0, -3], [3, 0]], [[0, 1e-4], [-1e-4, 0]]],
        [
            ([[float("nan"), 1], [1, 0]], "finite"),
            ([[1, 0], [0, 1]], "1.00"),
            ([[0, 0], [0, 0]], "loses"),
            ([1, 0], "2 x 2"),
        ],
    ),
    "told_by_a_misled_classifier": ([-2, -2.0], [(2, "less"), (-1.386, "nats"), (-3, "frequency"), (0.25, "ratio")]),
    "free_for_the_hinge": ([-1, -0.3], [(0.3, "hinge penalty"), (0, "both penalties"), (-2, "between")]),
    "tokens_kept": ([2], [(6, "hidden"), (3, "whole")]),
    "hidden_in_view_1": ([6, 6.0], [(12, "both"), (8, "Whose")]),
    "runs_of_a_grid": ([50, 50.0], [(10, "every seed"), (25, "every seed")]),
    "width_of_a_paired_interval": ([0, 0.0], [(0.2, "seed by seed")]),
    "found_by_chance": ([2, 2.0], [(38, "exclude"), (5, "5 of 100")]),
    "only_all_three": (
        [[[[0.25, 0], [0, 0.25]], [[0, 0.25], [0.25, 0]]], [[[0, 1], [1, 0]], [[1, 0], [0, 1]]]],
        [([[[1, 0], [0, 0]], [[0, 0], [0, 1]]], "x2 and x3"), ([[[1, 1], [1, 1]]] * 2, "0.00"), ([[1, 0]], "axes")],
    ),
    "parity_of_five": ([-3, -3.0], [(3, "prevail"), (1, "count")]),
    "a_fourth_number": (
        [lambda a, b, c: a * b * c, lambda a, b, c: -2 * a * b * c, lambda a, b, c: a + b + c == 1 or a + b + c == -3],
        [(lambda a, b, c: a * b, "sign"), (lambda a, b, c: a + b + c, "weighted sum"), (1, "callable")],
    ),
    "column_in_points": ([234, 234.0], [(486, "both columns"), (3.25, "72 points")]),
    "type_in_print": ([4, 4.0], [(16, "shrinks"), (8, "multiplied")]),
    "most_about_a_rare_class": ([0.469, 0.47], [(1, "equally frequent"), (0.325, "nats"), (0.9, "entropy")]),
    "band_of_an_estimate": (
        [(0.5, 1.2), [0.5, 1.2]],
        [((0.7, 1.2), "dashed"), (0.5, "pair"), ((0.4, 0.6), "four lower ends"), ((1.2, 0.5), "four lower ends")],
    ),
}


def test_every_exercise_has_answers_here():
    assert set(ANSWERS) == set(EXERCISES)


@pytest.mark.parametrize("name", ANSWERS)
def test_right_answers_are_praised_with_a_reason(name):
    for answer in ANSWERS[name][0]:
        verdict = teach.check(answer, name)
        assert verdict.passed, verdict.words
        assert len(verdict.words) > 30
        assert repr(verdict).startswith("Right. ")


@pytest.mark.parametrize("name", ANSWERS)
def test_wrong_answers_are_told_what_is_missing(name):
    for answer, word in ANSWERS[name][1]:
        verdict = teach.check(answer, name)
        assert not verdict.passed
        assert word in verdict.words


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("rubbish", [None, ..., "rubbish", object(), [], float("nan"), {"a": 1}])
def test_whatever_is_given_there_is_a_sentence(name, rubbish):
    verdict = teach.check(rubbish, name)
    assert not verdict.passed
    assert verdict.words.endswith((".", "?"))
    if rubbish is None or rubbish is ...:
        assert "No answer" in verdict.words


def test_an_app_is_not_told_to_run_a_cell(monkeypatch):
    monkeypatch.delenv("VOILA_KERNEL_ID", raising=False)
    assert teach.check(None, "tokens_kept").words.endswith("run the cell again.")
    monkeypatch.setenv("VOILA_KERNEL_ID", "1234")
    assert "compare it with the solution" in teach.check(None, "tokens_kept").words


def test_unknown_exercises_are_named():
    verdict = teach.check(1, "nonsense")
    assert not verdict.passed
    assert "'nonsense'" in verdict.words
    assert "lattice_node" in verdict.words


def test_verdicts_are_announced_and_escaped(monkeypatch):
    def picky(value):
        raise NotYet("<b>no</b>")

    monkeypatch.setitem(EXERCISES, "picky", picky)
    shown = teach.check(1, "picky")._repr_html_()
    assert 'role="status"' in shown
    assert "Not yet." in shown
    assert "&lt;b&gt;no&lt;/b&gt;" in shown


def test_exercises_register_by_their_names(monkeypatch):
    monkeypatch.setattr(registry, "EXERCISES", {})

    @registry.exercise
    def mine(value):
        return "Well."

    assert dict(registry.EXERCISES) == {"mine": mine}


def test_a_prediction_asks_for_a_choice_before_it_reveals():
    asked = teach.predict(*ASKED)
    assert asked.words == ""
    asked.button.click()
    assert asked.words.startswith("Choose an option")
    assert "synergy" not in asked.told.value


@pytest.mark.parametrize(("choice", "begins"), [("synergy", "Yes. "), ("redundancy", "The answer is: synergy. ")])
def test_a_prediction_tells_whether_the_choice_was_right_and_why(choice, begins):
    asked = teach.predict(*ASKED)
    asked.choice.value = choice
    asked.button.click()
    assert asked.words == begins + ASKED[3]
    assert f'<p role="status">{asked.words}</p>' == asked.told.value


def test_a_prediction_answers_the_option_that_was_chosen():
    asked = teach.predict(*ASKED, replies={"redundancy": "Neither coin tells anything."})
    asked.choice.value = "redundancy"
    asked.button.click()
    assert asked.words == "Neither coin tells anything. The answer is: synergy. One coin tells nothing."
    asked.choice.value = "synergy"
    asked.button.click()
    assert asked.words == "Yes. One coin tells nothing."


@pytest.mark.parametrize("make", [lambda: show(bars({"XOR": pid.broja(XOR)})), lambda: explore.gates(gate="XOR")])
def test_the_picture_that_answers_appears_with_the_answer(make):
    asked = teach.predict(*ASKED, shows=make())
    picture = asked.shows[0].view if hasattr(asked.shows[0], "view") else None
    asked.button.click()
    assert len(asked.view.children) == 4, "before there is a choice"
    asked.choice.value = "redundancy"
    for _ in range(2):
        asked.button.click()
        *_, last = asked.view.children
        assert len(asked.view.children) == 5
        assert last is picture or "<img" in last.value
    question, _, answer = asked._repr_mimebundle_()["text/html"].partition("<details>")
    assert "<img" not in question
    assert "<img" in answer.partition("</details>")[0]
    asked.close()
    assert picture is None or picture.comm is not None, "it belongs to the cell that made it"


def test_a_reply_to_no_wrong_option_is_refused():
    with pytest.raises(ValueError, match=r"a reply to 'synergy', which is none of the wrong options \['redundancy'\]"):
        teach.predict(*ASKED, replies={"synergy": "Yes."})


def test_a_prediction_says_all_without_widgets():
    asked = teach.predict("Is 1 < 2?", ("yes", "no"), "yes", "It is.")
    bundle = asked._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert "Is 1 &lt; 2?" in bundle["text/html"]
    assert bundle["text/html"].index("<li>no</li>") < bundle["text/html"].index("<details>")
    for words in (bundle["text/plain"], repr(asked)):
        assert all(word in words for word in ("Is 1 < 2?", "yes / no", "Answer: yes.", "It is."))
    json.dumps(bundle)


def test_controls_of_a_prediction_have_names():
    asked = teach.predict(*ASKED)
    assert asked.choice.description
    assert ASKED[0] in asked.button.tooltip


@pytest.mark.parametrize("options", [(), ("synergy",), ("synergy", "synergy"), ("redundancy", "unique")])
def test_a_prediction_without_its_answer_is_refused(options):
    with pytest.raises(ValueError, match=r"options|answer"):
        teach.predict("Which?", options, "synergy", "So.")


def test_a_hint_is_folded_and_escaped():
    hint = teach.hint("Try 1 < 2.")
    assert repr(hint) == "Hint: Try 1 < 2."
    assert hint._repr_html_().startswith("<details>")
    assert "Try 1 &lt; 2." in hint._repr_html_()


def test_an_empty_hint_is_refused():
    with pytest.raises(ValueError, match="words"):
        teach.hint(" ")
