"""The part of an embedding that a row of the table is about: the text in its column ``part``, parsed once.

=============  ==========================================================
text           what it says
=============  ==========================================================
``all``        the whole embedding
``all(a,b)``   the whole embedding where only modalities a and b are given
``a``          the part a alone
``a+b``        the parts a and b joined
``a|b``        the parts a and b as the two sources of a decomposition
``data``       the data themselves
(empty)        no part, as of a loss
=============  ==========================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import pandas as pd

Kind = Literal["none", "data", "whole", "given", "single", "joined", "pair"]
WORDS: dict[str, Kind] = {"": "none", "data": "data", "all": "whole"}
MARKS = "+|(),"  # what the language is written with
NUMBERED = re.compile(r"(?:modality|unique)_(\d+)")
OWN = re.compile(r"^unique_(\d+)$")


@dataclass(frozen=True)
class Part:
    """A part: its kind, and the names of the parts that it consists of, or of the given modalities.

    ``str`` gives its text. ValueError for a name that the text cannot represent.
    """

    kind: Kind
    names: tuple[str, ...] = ()

    def __post_init__(self):
        for name in self.names:
            if name in WORDS or set(name) & set(MARKS):
                words = ", ".join(map(repr, WORDS))
                raise ValueError(f"{name!r} cannot name a part: it must be none of {words} and hold none of {MARKS}")
        if self.kind == "pair" and len(self.names) != 2:
            raise ValueError(f"{str(self)!r} is no decomposition: it takes two parts, not {len(self.names)}")

    def __str__(self) -> str:
        match self.kind:
            case "given":
                return f"all({','.join(self.names)})"
            case "pair":
                return "|".join(self.names)
            case "single" | "joined":
                return "+".join(self.names)
            case _:
                return next(text for text, kind in WORDS.items() if kind == self.kind)

    @property
    def title(self) -> str:
        """The part in words; ``unique_1`` is *path 1*, as *unique 1* is an atom and a label."""
        names = [OWN.sub(r"path \1", name).replace("_", " ") for name in self.names]
        match self.kind:
            case "whole":
                return "whole"
            case "given":
                return f"whole, given {' and '.join(names)}"
            case "pair":
                return " and ".join(names)
            case _:
                return "+".join(names) or str(self)


@lru_cache(maxsize=1024)
def parse(text: str) -> Part:
    """The part that a text of the table names. ValueError for a text that names none."""
    if text in WORDS:
        return Part(WORDS[text])
    if text.startswith("all(") and text.endswith(")"):
        return Part("given", tuple(text[4:-1].split(",")))
    if "|" in text:
        return Part("pair", tuple(text.split("|")))
    return joined(text.split("+"))


def joined(names: Iterable[str]) -> Part:
    """One part, or several joined."""
    names = tuple(names)
    return Part("joined" if len(names) > 1 else "single", names)


def part_title(text: str) -> str:
    """A part in words, from its text."""
    return parse(text).title


def are(rows: pd.DataFrame, *kinds: Kind) -> pd.Series:
    """Which rows are about parts of these kinds, as a mask."""
    return rows["part"].isin([text for text in rows["part"].unique() if parse(text).kind in kinds])


def modality(name: str) -> int | None:
    """The number of the modality that a part or label belongs to; None if it belongs to no single one."""
    found = NUMBERED.fullmatch(name)
    return int(found[1]) if found else None
