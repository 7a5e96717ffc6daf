"""The test of what was learned: questions follow from the seed, one option is right, the score says what to read."""

import re

import numpy as np
import pytest

from coral_viz import pid, teach
from coral_viz.teach.quizzes import OPTIONS, items

SEEDS = pytest.mark.parametrize("seed", range(12))


@SEEDS
def test_questions_follow_from_the_seed_and_have_one_right_option(seed):
    asked = items(seed)
    assert asked == items(seed)
    assert asked != items(seed + 1)
    assert len({item.question for item in asked}) == 10
    for item in asked:
        assert len(set(item.options)) == OPTIONS == len(item.options)
        assert item.options.count(item.answer) == 1


@SEEDS
def test_atoms_of_gates_are_those_of_the_solver(seed):
    for item in items(seed)[:4]:
        rule = np.array([int(y) for y in re.findall(r"(\d) for \(", item.question)]).reshape(2, 2)
        copies = 0.5 * ("three of four" in item.question) + 1.0 * ("always equal" in item.question)
        p = np.zeros((2, 2, 2))
        for x1, x2 in np.ndindex(2, 2):
            p[x1, x2, rule[x1, x2]] = (1 - copies) / 4 + copies / 2 * (x1 == x2)
        told = [float(number) for number in re.findall(r"\d\.\d\d", item.answer)]
        np.testing.assert_allclose(told, pid.broja(p).as_array(), atol=0.0051)


@SEEDS
def test_labels_that_a_loss_rewards_are_those_of_which_both_partners_hold_information(seed):
    for item in items(seed)[4:7]:
        first, second = re.search(r"partners: (.*) in view 1, and (.*) in view 2", item.question).groups()
        seen = [{1, 2} if "both" in words else {int(words[-1])} for words in (first, second)]
        rewarded = {"R"} | {f"U{m}" for m in seen[0] & seen[1]} | ({"S"} if seen[0] & seen[1] == {1, 2} else set())
        assert set(item.answer.split(", ")) == rewarded


@SEEDS
def test_labels_that_a_mask_leaves_are_those_whose_digits_it_shows(seed):
    for item in items(seed)[7:]:
        shown = re.search(r"strip 1 the digits of (.*), of strip 2 those of (.*)\. What", item.question).groups()
        names = [["r", "u1", "t1"], ["r", "u2", "t2"]]
        visible = [[name in words.split(", ") for name in row] for words, row in zip(shown, names)]
        expected = {"R"} if visible[0][0] or visible[1][0] else set()
        expected |= {f"U{m + 1}" for m in range(2) if visible[m][1]}
        expected |= {"S"} if visible[0][2] and visible[1][2] else set()
        assert set(item.answer.split(", ")) - {"none"} == expected


def test_the_score_names_what_is_wrong_and_what_to_read_again():
    test = teach.quiz(seed=2)
    test.score.click()
    assert test.words.startswith(
        "0 of 10 are right. Not yet: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10. Read again: 01, section 2;"
    )
    for item, choice in zip(test.items, test.choices):
        choice.value = item.answer
    test.score.click()
    assert test.words == "10 of 10 are right."
    test.choices[4].value = next(option for option in test.items[4].options if option != test.items[4].answer)
    test.score.click()
    assert test.words == "9 of 10 are right. Not yet: 5. Read again: 03, section 2."
    assert f'<p role="status">{test.words}</p>' == test.told.value


def test_without_a_kernel_answers_are_folded():
    html = teach.quiz()._repr_mimebundle_()["text/html"]
    question, _, answers = html.partition("<details>")
    assert question.count("<ul>") == 10
    assert answers.count("<li>") == 10
