"""A test of what was learned: ten questions that no notebook has shown, generated from a seed and scored."""

from __future__ import annotations

from html import escape

import ipywidgets

from coral_viz.explore import live
from coral_viz.explore.presenter import html_widget
from coral_viz.teach.hints import disclosed
from coral_viz.teach.items import items
from coral_viz.teach.question import Question


class Quiz(Question):
    """Ten questions as radio buttons, and a button *Score*.

    Attributes:
        items: the questions.
        choices: the radio buttons of each.
        words: the score, and of wrong answers what is right, why, and what to read again; "" before.
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
        """Count right answers; of each wrong one, say what is right, why, and what to read again."""
        given = [choice.value for choice in self.choices]
        right = sum(value == item.answer for value, item in zip(given, self.items))
        wrong = [
            f"{i}: {item.answer}. {item.why} Read again: {item.again}."
            for i, (value, item) in enumerate(zip(given, self.items), 1)
            if value not in (None, item.answer)
        ]
        score = [f"{right} of {len(self.items)} are right."]
        if open_ones := [str(i) for i, value in enumerate(given, 1) if value is None]:
            score.append(f"Not answered: {', '.join(open_ones)}.")
        self.words = " ".join([*score, *wrong])
        listed = "".join(f"<li>{escape(words)}</li>" for words in wrong)
        self.told.value = f'<div role="status"><p>{escape(" ".join(score))}</p><ul>{listed}</ul></div>'

    def __repr__(self) -> str:
        told = (f"{item.question} ({' / '.join(item.options)}) Answer: {item.answer}." for item in self.items)
        return "\n".join(f"{i}. {words}" for i, words in enumerate(told, 1))

    def _repr_html_(self) -> str:
        listed = "".join(
            f"<li>{escape(item.question)}<ul>{''.join(f'<li>{escape(o)}</li>' for o in item.options)}</ul></li>"
            for item in self.items
        )
        answers = "".join(f"<li>{escape(f'{item.answer}. {item.why} ({item.again})')}</li>" for item in self.items)
        return f"<ol>{listed}</ol>{disclosed('Answers', f'<ol>{answers}</ol>')}"


def quiz(seed: int = 1) -> Quiz:
    """Ten questions for the end of a course; another ``seed`` gives others."""
    return Quiz(seed)
