"""Questions with options to choose from, whose answer, and the picture that shows it, are revealed after the choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from types import MappingProxyType
from typing import Protocol, runtime_checkable

import ipywidgets

from coral_viz.explore import live
from coral_viz.explore.presenter import html_widget
from coral_viz.teach.hints import disclosed
from coral_viz.teach.question import Question


@runtime_checkable
class Explored(Protocol):
    """An explorer or explorable: its widget, and what a notebook displays of it."""

    view: ipywidgets.Widget

    def _repr_mimebundle_(self, **kwargs) -> dict: ...


class Drawn(Protocol):
    """What a notebook displays as HTML, such as a picture of ``display.show`` or a table."""

    def _repr_html_(self) -> str: ...


NONE: Mapping[str, str] = MappingProxyType({})
ASKED = 4
"""What stands before the answer's picture: the question, the options, the button, the answer."""


class Prediction(Question):
    """A question as radio buttons with a button *Reveal*; without a kernel, a list of options with a folded answer.

    Attributes:
        choice: the radio buttons; ``choice.value`` is the option chosen, None before.
        words: what has been revealed, "" before.
    """

    def __init__(
        self,
        question: str,
        options: Sequence[str],
        answer: str,
        why: str,
        replies: Mapping[str, str] = NONE,
        shows: Sequence[Drawn | Explored] = (),
    ):
        self.question, self.options, self.answer, self.why = question, tuple(options), answer, why
        self.replies, self.shows = replies, shows
        self._begin()
        live.keep(self)

    def close(self) -> None:
        """Remove the widgets from the kernel and the page. Displayed again, the question starts anew."""
        self.view.children = self.view.children[:ASKED]  # an explorer is closed with the cell that made it
        super().close()

    def _begin(self) -> None:
        self.choice = ipywidgets.RadioButtons(
            options=self.options,
            value=None,
            description="Your guess",
            tooltip="Your guess",
            style={"description_width": "90px"},
            layout={"width": "auto"},
        )
        self.button = ipywidgets.Button(description="Reveal", tooltip="Reveal the answer to: " + self.question)
        self.button.on_click(self.reveal)
        self.told = html_widget()
        asked = html_widget(f"<p><b>Predict.</b> {escape(self.question)}</p>")
        self.view = ipywidgets.VBox([asked, self.choice, self.button, self.told])
        self.words = ""

    def reveal(self, button=None) -> None:
        """Answer the choice, say why, and show the picture; before there is a choice, ask for one."""
        chosen = self.choice.value
        if chosen is None:
            self.words = "Choose an option first."
        elif chosen == self.answer:
            self.words = f"Yes. {self.why}"
        else:
            self.words = f"{self.replies.get(chosen, '')} The answer is: {self.answer}. {self.why}".lstrip()
        self.told.value = f'<p role="status">{escape(self.words)}</p>'
        if chosen is not None and len(self.view.children) == ASKED:
            self.view.children += tuple(map(_moving, self.shows))

    def __repr__(self) -> str:
        return f"{self.question} ({' / '.join(self.options)}) Answer: {self.answer}. {self.why}"

    def _repr_html_(self) -> str:
        options = "".join(f"<li>{escape(option)}</li>" for option in self.options)
        answer = f"<p>{escape(f'{self.answer}. {self.why}')}</p>{''.join(map(_still, self.shows))}"
        return f"<p><b>Predict.</b> {escape(self.question)}</p><ul>{options}</ul>{disclosed('Answer', answer)}"


def _moving(shown: Drawn | Explored) -> ipywidgets.Widget:
    """What answers as a widget: an explorer's own, or what is displayed."""
    if isinstance(shown, Explored):
        shown._repr_mimebundle_()  # built anew if it was closed
        return shown.view
    return html_widget(shown._repr_html_())


def _still(shown: Drawn | Explored) -> str:
    """What answers as HTML that needs no kernel."""
    return shown._repr_mimebundle_()["text/html"] if isinstance(shown, Explored) else shown._repr_html_()


def predict(
    question: str,
    options: Sequence[str],
    answer: str,
    why: str,
    *,
    replies: Mapping[str, str] = NONE,
    shows: Drawn | Explored | Sequence[Drawn | Explored] = (),
) -> Prediction:
    """A question for the end of a cell.

    Args:
        question: what to guess before the answer is shown.
        options: two or more answers to choose from.
        answer: the right one of them.
        why: one or two sentences, shown with the answer.
        replies: by a wrong option, a sentence for those who chose it.
        shows: the picture, table or explorer that answers, or several; they appear on *Reveal*.

    Raises:
        ValueError: fewer than two options, the same option twice, an answer that is none of them, or a reply to
            something else than a wrong option.
    """
    if len(options) < 2 or len(set(options)) < len(options):
        raise ValueError(f"a prediction needs two or more different options, not {list(options)}.")
    if answer not in options:
        raise ValueError(f"the answer {answer!r} is none of the options {list(options)}.")
    wrong = [option for option in options if option != answer]
    if unknown := [option for option in replies if option not in wrong]:
        raise ValueError(f"there is a reply to {unknown[0]!r}, which is none of the wrong options {wrong}.")
    answering = shows if isinstance(shows, Sequence) else [shows]
    return Prediction(question, options, answer, why, replies, answering)
