"""The style of all figures: widths of venues, type sizes, and colours, hatches and markers of atoms and methods.

Looks are dictionaries of matplotlib rcParams, made by pure functions; nothing global changes. Colours of atoms and of
families of methods are distinct under all common colour-vision deficiencies, and hatches, markers and line styles make
the same distinctions without colour. In greyscale, families are light or dark, and methods of equal lightness differ in
their markers.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace

from cycler import cycler
from matplotlib.colors import to_hex, to_rgb

WIDTHS = {
    "icml": (3.25, 6.75),
    "aistats": (3.25, 6.75),
    "uai": (3.25, 6.75),
    "cvpr": (3.25, 6.875),
    "aaai": (3.3, 6.975),
    "neurips": (5.5,),
    "iclr": (5.5,),
    "tmlr": (6.5,),
    "jmlr": (6.0,),
}
"""Inches of one and of two columns; one-column venues have one width."""

SANS = {"font.family": ["DejaVu Sans"], "mathtext.fontset": "dejavusans"}
SERIF = {"font.family": ["STIXGeneral"], "mathtext.fontset": "stix"}
"""The two faces: both come with matplotlib, so that a picture is the same whichever fonts a machine has."""

CAPTIONS = "captions"
"""The one key of a look that is no rcParam: "none" where the small print belongs to the text around the figure."""

INK, MUTED, FAINT, PAPER = "#1a1a1a", "#5f6368", "#dcdee1", "#ffffff"

ATOM_COLOURS = {"redundancy": "#222222", "unique_1": "#4477AA", "unique_2": "#EE6677", "synergy": "#7A21DD"}
ATOM_HATCHES = {"redundancy": "", "unique_1": "////", "unique_2": "\\\\\\\\", "synergy": "...."}
ATOM_MARKERS = {"redundancy": "o", "unique_1": "<", "unique_2": ">", "synergy": "D"}
ATOM_NAMES = {"redundancy": "Redundancy", "unique_1": "Unique 1", "unique_2": "Unique 2", "synergy": "Synergy"}
ATOM_SYMBOLS = {"redundancy": "R", "unique_1": "U1", "unique_2": "U2", "synergy": "S"}
THIRD, PAIRWISE = "#997700", "#A66BE8"  # what is unique to a third modality; the synergy of two among several
DEEP_UNIQUE = "#1c2f4d"  # the dark end of a scale through the colour of unique 1
PALE_SYNERGY, DEEP_SYNERGY = "#cdb9f3", "#35086e"  # the ends of a scale through the colour of synergy

PETROFF6 = ("#5790fc", "#f89c20", "#e42536", "#964a8b", "#9c9ca1", "#7a21dd")
"""Petroff (arXiv 2107.02270): six colours in an order in which every prefix stays distinguishable."""

FAMILIES = ("#2dd2b4", "#e1a500", "#960f00", "#3c3ca5", "#b4b4ff", "#5a2d5a", "#b4b45a")
"""A colour per family of methods. No two of them, and none of them and a colour of an atom, look alike."""

READABLE = 4.5
"""The contrast that letters have with paper at least (WCAG 2.2, level AA)."""


def contrast(colour: str, other: str = PAPER) -> float:
    """The contrast of two colours as WCAG 2.2 defines it, from 1 to 21."""
    dark, light = sorted(map(_luminance, (colour, other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    linear = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour))
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear))


def lettering(colour: str) -> str:
    """The colour that letters have where marks have this one: as much darker as makes them readable on paper."""
    red, green, blue = to_rgb(colour)
    shades = (to_hex((share * red, share * green, share * blue)) for share in (1 - i / 50 for i in range(50)))
    return next(shade for shade in (colour, *shades) if contrast(shade) >= READABLE)


LETTERS = {colour: lettering(colour) for colour in (*ATOM_COLOURS.values(), THIRD, PAIRWISE, *PETROFF6, *FAMILIES)}
"""By the colours of marks, those of letters."""

SPARE_MARKERS = ("X", "P", "h", "p", "*", "8")
LINE_STYLES = ("-", "--", ":", "-.", (0, (1, 1)), (0, (5, 1)))


@dataclass(frozen=True)
class LabelStyle:
    """The name, short symbol and colour of a label."""

    name: str
    symbol: str
    colour: str


def label_style(label: str) -> LabelStyle:
    """The style of ``redundancy``, ``unique_m``, ``synergy`` or ``synergy_ij``; other labels keep their names, in ink.

    With more than three modalities, colours of unique information repeat; names and symbols do not.
    """
    kind, _, index = label.partition("_")
    if kind not in ("redundancy", "unique", "synergy") or (index and not index.isdecimal()):
        return LabelStyle(label, label, INK)
    unique = (ATOM_COLOURS["unique_1"], ATOM_COLOURS["unique_2"], THIRD)
    colours = {
        "redundancy": ATOM_COLOURS["redundancy"],
        "unique": unique[(int(index or 1) - 1) % len(unique)],
        "synergy": PAIRWISE if index else ATOM_COLOURS["synergy"],
    }
    return LabelStyle(f"{kind.capitalize()} {index}".strip(), kind[0].upper() + index, colours[kind])


@dataclass(frozen=True)
class MethodStyle:
    """The display name, colour, marker and line style of a method."""

    label: str
    colour: str
    marker: str
    linestyle: str | tuple = "-"

    @property
    def face(self) -> str:
        """The colour inside of a mark: of the first method of a family its own, of others none, as lines are broken."""
        return self.colour if self.linestyle == "-" else PAPER


PAIRS, SELF, FUSED, DUAL, FACTORED, TOGETHER, REBUILT = FAMILIES
"""One colour per family of objectives: modalities against each other two by two; a modality against itself too; subsets
against their fusion; a shared and unique paths; information split by bounds; all modalities at once; the input rebuilt
from what is visible of it."""

METHODS = {
    ("cross", ""): MethodStyle("Cross", PAIRS, "o"),
    ("cmc", ""): MethodStyle("CMC", PAIRS, "<", "--"),
    ("clip_ib", ""): MethodStyle("CLIP+IB", PAIRS, ">", ":"),
    ("cross_self", ""): MethodStyle("Cross+Self", SELF, "s"),
    ("simclr", ""): MethodStyle("SimCLR", SELF, "P", "--"),
    ("comm", ""): MethodStyle("CoMM", FUSED, "^"),
    ("infmasking", ""): MethodStyle("InfMasking", FUSED, "v", "--"),
    ("confu", ""): MethodStyle("ConFu", FUSED, "P", ":"),
    ("coral", ""): MethodStyle("COrAL (hinge)", DUAL, "D"),
    ("coral", "orthogonality=squared"): MethodStyle("COrAL (squared)", DUAL, "d", "--"),
    ("disentangled_ssl", ""): MethodStyle("DisentangledSSL", DUAL, "X", ":"),
    ("factorcl", ""): MethodStyle("FactorCL", FACTORED, "X"),
    ("symile", ""): MethodStyle("Symile", TOGETHER, "o"),
    ("gated_symile", ""): MethodStyle("Gated Symile", TOGETHER, "*", (0, (3, 1, 1, 1))),
    ("gram", ""): MethodStyle("GRAM", TOGETHER, "s", "--"),
    ("triangle", ""): MethodStyle("TRIANGLE", TOGETHER, "p", ":"),
    ("pmrl", ""): MethodStyle("PMRL", TOGETHER, "8", (0, (3, 1, 1, 1, 1, 1))),
    ("ovaib", ""): MethodStyle("OVA-IB", TOGETHER, "h", "-."),
    ("ovaib", "beta=0.1"): MethodStyle("OVA-IB (beta=0.1)", TOGETHER, ">", (0, (1, 1))),
    ("ovaib", "beta=0.0"): MethodStyle("OVA-IB (beta=0)", TOGETHER, "<", (0, (5, 1))),
    ("mae", ""): MethodStyle("MAE", REBUILT, "d"),
}
"""Styles by (method, knob), family by family, in the order in which pictures list them."""


def method_style(method: str, knob: str = "") -> MethodStyle:
    """The style of a method with hyperparameters ``knob`` that differ from its defaults ("" for none).

    Methods and hyperparameters outside of the palette get a style computed from their names. It is the same in all
    figures, but two of them may share a colour or a marker.
    """
    if (method, knob) in METHODS:
        return METHODS[method, knob]
    code = zlib.crc32(f"{method} {knob}".encode())
    marker, line = SPARE_MARKERS[code % len(SPARE_MARKERS)], LINE_STYLES[code % len(LINE_STYLES)]
    known = METHODS.get((method, ""))
    if known:
        return replace(known, label=f"{known.label.split(' (')[0]} ({knob})", marker=marker, linestyle=line)
    title = method.rpartition(":")[2]  # of an import path, the class
    label = f"{title} ({knob})" if knob else title
    return MethodStyle(label, FAMILIES[code // 7 % len(FAMILIES)], marker, line)


def method_order(variants) -> list[tuple[str, str]]:
    """Distinct (method, knob) pairs in the palette's order, variants after their method; then others by name."""
    known = list(METHODS)

    def place(pair):
        kin = [at for at, name in enumerate(known) if name == pair or (name[0] == pair[0] and pair not in METHODS)]
        return max(kin, default=len(known)), pair not in METHODS, pair

    return sorted(set(variants), key=place)


def paper(venue: str = "icml", columns: int = 1, *, serif: bool = False, captions: str = "inside") -> dict:
    """The look of a figure in a paper: exact column width in inches, 7.5 pt type, editable fonts.

    Args:
        venue: a key of ``WIDTHS``, upper or lower case.
        columns: 1 or 2; a one-column venue only has 1.
        serif: a Times typeface (STIX), like the venues' text, in place of DejaVu Sans.
        captions: "none" leaves the small print out of figures, which carry it as ``figure.small_print``.

    Raises:
        ValueError: unknown venue or place of captions, or more columns than the venue has.
    """
    if venue.lower() not in WIDTHS:
        raise ValueError(f"unknown venue {venue!r}; choose one of {', '.join(WIDTHS)}")
    widths = WIDTHS[venue.lower()]
    if columns not in range(1, len(widths) + 1):
        raise ValueError(f"{venue} has {len(widths)} column width(s), so columns cannot be {columns!r}")
    if captions not in ("inside", "none"):
        raise ValueError(f"captions can be inside or none, not {captions!r}")
    look = _look(width=widths[columns - 1], points=7.5, dpi=300) | (SERIF if serif else {})
    return look | {CAPTIONS: captions} if captions == "none" else look


def screen() -> dict:
    """The look of a figure in a notebook or a web page: 8.5 inches wide, 10 pt type."""
    return _look(width=8.5, points=10, dpi=110)


def beside() -> dict:
    """The look of a figure with controls beside it: 6.25 inches wide, 9 pt type, dots for half as wide again."""
    return _look(width=6.25, points=9, dpi=144)


def talk() -> dict:
    """The look of a figure on a slide of 13.33 by 7.5 inches: as wide as the slide's text, 15 pt type."""
    return _look(width=12.3, points=15, dpi=110)


def _look(width: float, points: float, dpi: int) -> dict:
    """Every length grows with the type size, so that a picture keeps its proportions from paper to slide."""
    unit = points / 10
    return {
        "figure.figsize": (width, 0.6 * width),
        "figure.dpi": dpi,
        "figure.facecolor": PAPER,
        "figure.constrained_layout.use": True,
        "savefig.dpi": "figure",
        "savefig.bbox": None,
        "pdf.fonttype": 42,
        "ps.fonttype": 42,
        "svg.fonttype": "path",
        "text.hinting": "none",
        "svg.hashsalt": "coral_viz",
        **SANS,
        "font.size": points,
        "axes.titlesize": points,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.labelsize": points,
        "xtick.labelsize": 0.93 * points,
        "ytick.labelsize": points,
        "legend.fontsize": 0.93 * points,
        "legend.frameon": False,
        "legend.handlelength": 1.2,
        "text.color": INK,
        "axes.labelcolor": INK,
        "axes.edgecolor": MUTED,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.linewidth": 0.8 * unit,
        "xtick.major.width": 0.8 * unit,
        "ytick.major.width": 0.8 * unit,
        "xtick.major.size": 3 * unit,
        "ytick.major.size": 3 * unit,
        "lines.linewidth": 1.6 * unit,
        "lines.markersize": 6 * unit,
        "hatch.linewidth": 0.7 * unit,
        "patch.linewidth": 0.8 * unit,
        "axes.prop_cycle": cycler(color=PETROFF6),
    }
