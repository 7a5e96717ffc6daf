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
        return disclosed("Hint", f"<p>{escape(self.text)}</p>")


def hint(text: str) -> Hint:
    """A hint for the end of a notebook cell. ValueError if it is empty."""
    if not text.strip():
        raise ValueError("a hint needs words.")
    return Hint(text)


def disclosed(title: str, html: str) -> str:
    """HTML that shows ``title``, plain text, and, once opened, ``html``."""
    return f"<details><summary><b>{escape(title)}</b></summary>{html}</details>"
