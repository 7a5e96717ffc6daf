"""The test of what was learned as a widget: it counts, says what is wrong and why, and shows nothing before."""

from coral_viz import teach


def wrong(item):
    return next(option for option in item.options if option != item.answer)


def test_the_score_tells_of_every_wrong_answer_what_is_right_and_why():
    test = teach.quiz(seed=2)
    for item, choice in zip(test.items, test.choices):
        choice.value = item.answer
    test.score.click()
    assert test.words == "10 of 10 are right."
    item = test.items[4]
    test.choices[4].value = wrong(item)
    test.score.click()
    assert test.words == f"9 of 10 are right. 5: {item.answer}. {item.why} Read again: {item.again}."
    assert test.told.value.startswith('<div role="status"><p>9 of 10 are right.</p><ul><li>5: ')


def test_answers_that_are_not_given_are_not_told():
    test = teach.quiz(seed=2)
    test.score.click()
    assert test.words == "0 of 10 are right. Not answered: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10."
    test.choices[0].value = wrong(test.items[0])
    test.score.click()
    assert test.words.startswith("0 of 10 are right. Not answered: 2, 3, 4, 5, 6, 7, 8, 9, 10. 1: ")
    assert test.items[1].why not in test.words


def test_without_a_kernel_answers_are_folded():
    html = teach.quiz()._repr_mimebundle_()["text/html"]
    question, _, answers = html.partition("<details>")
    assert question.count("<ul>") == 10
    assert answers.count("<li>") == 10
