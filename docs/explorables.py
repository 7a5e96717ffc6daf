"""The explorables as pages of their own: ``python docs/explorables.py`` writes ``docs/explorables/NAME.html`` again.

A page opens from a file, without an installation, a kernel or a network.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

from coral_viz import explore

FOLDER = Path(__file__).parent / "explorables"

ABOUT = {
    "gates": (
        "Four atoms of a gate",
        "Two sources X1 and X2 tell about a target Y. Drag a square to make a pair of source values likelier, press a "
        "target value to flip it, and see how much of the information is redundant (R), unique (U1, U2) and "
        "synergistic (S).",
    ),
    "unique": (
        "What unique information means",
        "A source has unique information if it is of more use than the other for some decision about Y. Drag the two "
        "ROC points: where their hull lies above the curve of one source, the other is of more use.",
    ),
    "lattice": (
        "The redundancy lattice",
        "Each node is a way in which sources provide information: {1}{23} means that source 1 provides it, and that "
        "sources 2 and 3 together provide it, too. Pick a node to see which atoms sum to its redundancy.",
    ),
}
"""By explorable: the title of its page, and what it shows."""


def page(name: str) -> str:
    """The page of an explorable, with links to the others."""
    title, words = ABOUT[name]
    others = " · ".join(f'<a href="{other}.html">{escape(ABOUT[other][0])}</a>' for other in ABOUT if other != name)
    header = f"<header><h1>{escape(title)}</h1><p>{escape(words)}</p></header>"
    footer = f"<footer><p>{others} · coral_viz: the line beside the picture opens this view in a notebook.</p></footer>"
    return getattr(explore, name)().page(header, footer)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in ABOUT:
        (FOLDER / f"{name}.html").write_text(page(name), encoding="utf-8")
