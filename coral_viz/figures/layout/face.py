"""Typefaces of text, from matplotlib's own font files, and the width of text.

Lengths are in type sizes. Installed fonts have no effect: text is measured and drawn with matplotlib's files, even if
the font manager knows others with the same names.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font, weight_dict
from matplotlib.ft2font import LoadFlags
from matplotlib.text import Text

FILES = {
    "DejaVu Sans": ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSans-BoldOblique"),
    "STIXGeneral": ("STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic", "STIXGeneralBolIta"),
}
"""By family: upright, bold, slanted, bold and slanted."""
BOLD = 600
EM = 100
"""Points at which letters are measured, unhinted."""


def letters() -> float:
    """The width of the look in type sizes."""
    return 72 * matplotlib.rcParams["figure.figsize"][0] / matplotlib.rcParams["font.size"]


def pin(figure: Figure) -> None:
    """Draw all text of a figure with matplotlib's font files; other font families are not changed."""
    for text in figure.findobj(Text):
        _pin(text.get_fontproperties())


def width(words: str, size: float = 1.0, weight: str = "normal") -> float:
    """The width of text in the look's typeface; of several lines, that of the widest.

    It is the sum of the letters' widths, without kerning.
    """
    file = _file(matplotlib.rcParams["font.family"][0], weight)
    return size * max(sum(_advance(letter, file) for letter in line) for line in words.split("\n"))


def widest(words: Iterable[str], size: float = 1.0, weight: str = "normal") -> float:
    """The width of the widest of several; 0 of none."""
    return max((width(each, size, weight) for each in words), default=0.0)


def wrap(words: str, room: float, size: float = 1.0) -> str:
    """Break text into as few lines as possible of at most this width; a wider word has a line of its own."""
    lines = [""]
    for word in words.split(" "):
        longer = f"{lines[-1]} {word}".lstrip(" ")
        if lines[-1] and width(longer, size) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return "\n".join(lines)


def columns(entries: Sequence[str], room: float, beside: float, size: float = 1.0) -> int:
    """The number of columns of a key that needs the fewest lines.

    Every column is as wide as its widest entry plus ``beside``. matplotlib fills columns one by one, downwards.
    """
    for count in range(len(entries), 1, -1):
        stacks = np.array_split(np.array(entries, object), count)
        if sum(beside + widest(stack, size) for stack in stacks) <= room:
            return count
    return 1


def _pin(prop: FontProperties) -> None:
    if prop.get_family()[0] in FILES:
        prop.set_file(_path(prop.get_family()[0], prop.get_weight(), prop.get_style()))


@functools.cache
def _path(family: str, weight: str | int, slant: str = "normal") -> str:
    bold = (weight_dict[weight] if isinstance(weight, str) else weight) >= BOLD
    name = FILES[family][bold + 2 * (slant != "normal")]
    return str(Path(matplotlib.get_data_path(), "fonts", "ttf", f"{name}.ttf"))


@functools.cache
def _file(family: str, weight: str) -> str:
    return _path(family, weight) if family in FILES else findfont(FontProperties(family=family, weight=weight))


@functools.cache
def _advance(letter: str, file: str) -> float:
    font = get_font(file)
    font.set_size(EM, 72)
    return font.load_char(ord(letter), flags=LoadFlags.NO_HINTING).linearHoriAdvance / 65536 / EM
