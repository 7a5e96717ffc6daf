"""The faces that draw words, from the files that matplotlib brings, and how wide words are in them.

Lengths are in type sizes. Which fonts a machine has installed changes nothing: words are measured and drawn with the
files named here, whatever else the font manager knows under their names.
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
    """How many type sizes wide the look is."""
    return 72 * matplotlib.rcParams["figure.figsize"][0] / matplotlib.rcParams["font.size"]


def pin(figure: Figure) -> None:
    """Let every word of a figure be drawn with the file of its face; other families stay as matplotlib finds them."""
    for text in figure.findobj(Text):
        _pin(text.get_fontproperties())


def width(words: str, size: float = 1.0, weight: str = "normal") -> float:
    """How wide words of a size are in the look's face; of several lines, the widest.

    The sum of what letters take: kerning, which moves few of them closer, is left out.
    """
    file = _file(matplotlib.rcParams["font.family"][0], weight)
    return size * max(sum(_advance(letter, file) for letter in line) for line in words.split("\n"))


def widest(words: Iterable[str], size: float = 1.0, weight: str = "normal") -> float:
    """The width of the widest of several; 0 of none."""
    return max((width(each, size, weight) for each in words), default=0.0)


def wrap(words: str, room: float, size: float = 1.0) -> str:
    """Words on as few lines as fit into a room; a single word that is wider has a line of its own."""
    lines = [""]
    for word in words.split(" "):
        longer = f"{lines[-1]} {word}".lstrip(" ")
        if lines[-1] and width(longer, size) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return "\n".join(lines)


def columns(entries: Sequence[str], room: float, beside: float, size: float = 1.0) -> int:
    """How many columns a key has, each as wide as its widest entry and what stands ``beside`` it, on the fewest lines.

    matplotlib fills columns one by one, downwards.
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
