"""Questions with options to choose from, whose answer is revealed after the choice."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import ipywidgets

from coral_viz.explore import live
from coral_viz.teach.hints import folded


class Prediction:
    """A question as radio buttons with a button *Reveal*; without a kernel, a list of options with a folded answer.

    Attributes:
        choice: the radio buttons; ``choice.value`` is the option chosen, None before.
        words: what has been revealed, "" before.
    """

    def __init__(self, question: str, options: Sequence[str], answer: str, why: str):
        self.question, self.options, self.answer, self.why = question, tuple(options), answer, why
        self._ask()
        live.keep(self)

    def close(self) -> None:
        """Remove the widgets from the kernel and the page. Displayed again, the question starts anew."""
        self._closed = True
        live.close(self.view)

    def _ask(self) -> None:
        self._closed = False
        self.choice = ipywidgets.RadioButtons(
            options=self.options,
            value=None,
            description="Your guess",
            style={"description_width": "90px"},
            layout={"width": "auto"},
        )
        self.button = ipywidgets.Button(description="Reveal", tooltip="Reveal the answer to: " + self.question)
        self.button.on_click(self.reveal)
        self.told = ipywidgets.HTML()
        asked = ipywidgets.HTML(f"<p><b>Predict.</b> {escape(self.question)}</p>")
        self.view = ipywidgets.VBox([asked, self.choice, self.button, self.told])
        self.words = ""

    def reveal(self, button=None) -> None:
        """Say whether the choice was right, and why; before there is one, ask for it."""
        chosen = self.choice.value
        if chosen is None:
            self.words = "Choose an option first."
        elif chosen == self.answer:
            self.words = f"Yes. {self.why}"
        else:
            self.words = f"The answer is: {self.answer}. {self.why}"
        self.told.value = f'<p role="status">{escape(self.words)}</p>'

    def __repr__(self) -> str:
        return f"{self.question} ({' / '.join(self.options)}) Answer: {self.answer}. {self.why}"

    def _repr_html_(self) -> str:
        options = "".join(f"<li>{escape(option)}</li>" for option in self.options)
        answer = folded("Answer", f"{self.answer}. {self.why}")
        return f"<p><b>Predict.</b> {escape(self.question)}</p><ul>{options}</ul>{answer}"

    def _repr_mimebundle_(self, **kwargs) -> dict:
        if self._closed:
            self._ask()
        live.keep(self)
        shown = dict(self.view._repr_mimebundle_(**kwargs) or {})
        return shown | {"text/html": self._repr_html_(), "text/plain": repr(self)}


def predict(question: str, options: Sequence[str], answer: str, why: str) -> Prediction:
    """A question for the end of a cell.

    Args:
        question: what to guess before the next picture.
        options: two or more answers to choose from.
        answer: the right one of them.
        why: one or two sentences, shown with the answer.

    Raises:
        ValueError: fewer than two options, the same option twice, or an answer that is none of them.
    """
    if len(options) < 2 or len(set(options)) < len(options):
        raise ValueError(f"a prediction needs two or more different options, not {list(options)}.")
    if answer not in options:
        raise ValueError(f"the answer {answer!r} is none of the options {list(options)}.")
    return Prediction(question, options, answer, why)
