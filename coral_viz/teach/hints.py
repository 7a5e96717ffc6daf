"""A folded hint in plain HTML, which works without a kernel."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Hint:
    """``text``, folded behind the word Hint."""

    text: str

    def __repr__(self) -> str:
        return f"Hint: {self.text}"

    def _repr_html_(self) -> str:
        return folded("Hint", self.text)


def hint(text: str) -> Hint:
    """A hint for the end of a notebook cell. ValueError if it is empty."""
    if not text.strip():
        raise ValueError("a hint needs words.")
    return Hint(text)


def folded(title: str, text: str) -> str:
    """HTML that shows ``title`` and, once opened, ``text``; both are plain text."""
    return f"<details><summary><b>{escape(title)}</b></summary><p>{escape(text)}</p></details>"
