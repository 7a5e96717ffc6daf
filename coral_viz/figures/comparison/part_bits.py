"""Information of each part of an embedding about each label: a heat map of bits for every method."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from coral_viz import style
from coral_viz.figures.layout import face
from coral_viz.figures.layout.canvas import MARGIN, canvas, describe, mean_of, picture, text_at
from coral_viz.results import parts, references, tables
from coral_viz.results.metrics import BEST
from coral_viz.results.parts import part_title
from coral_viz.results.tables import VARIANT

ROW, TITLE, HEADER = 1.35, 1.9, 4.3  # lines of text: a part, a method's name, what stands above the first block
EMPTY = "#f2f3f5"  # a tile without bits
SIZES = 0.8, 0.93  # of numbers in tiles, in type sizes: as large as tiles allow
PARTS = ("all", "fused", "shared", "unique_1", "unique_2", "modality_1", "modality_2")
BY = [*VARIANT, "distribution", "part", "label"]


@picture(
    short="Bits of each part of each embedding about each label; the deeper the colour, the larger the share.",
    long="Bits of each part of each embedding about each label (best readout, mean over "
    "seeds). The deeper the colour, the larger the share of {held}; whole: all parts together.",
)
def matrix(table: pd.DataFrame) -> Figure:
    """I(part; label) in bits (best readout, mean over seeds): a block of rows per method, of columns per distribution.

    A tile has the colour of its label; the larger the share of the truth, the deeper the colour. Joined parts
    ("a+b") and embeddings of only some modalities ("all(a)") are left out.

    Raises:
        ValueError: the table holds no bits by the best readout, or no truth beside them.
    """
    rows = tables.beside_truth(table, readout=BEST)
    rows = rows[parts.are(rows, "whole", "single")]
    summary = tables.summarise(rows, BY).merge(references.mean(rows, BY), on=BY)
    summary["share"] = references.share(summary["estimate"], summary["truth"], summary["known"])
    variants = style.method_order(tables.variants(summary))
    blocks = {variant: tables.in_order(tables.of_variant(summary, variant)["part"], PARTS) for variant in variants}
    labels = {name: tables.labels(summary[summary["distribution"] == name]) for name in tables.distributions(summary)}
    figure, grid = _grid(blocks, labels, summary["n"].max())
    tile_width = _tile_width(blocks, labels)
    size = float(np.clip(0.85 * tile_width / face.width("0.00"), *SIZES)) * matplotlib.rcParams["font.size"]
    for (variant, names), line in zip(blocks.items(), grid):
        for distribution, ax in zip(labels, line):
            here = tables.of_variant(summary, variant)
            _cells(ax, here[here["distribution"] == distribution], names, labels[distribution], size)
        line[0].set_title(style.method_style(*variant).label)
        line[0].set_yticks(range(len(names)), list(map(part_title, names)))
    for (distribution, names), ax in zip(labels.items(), grid[0]):
        wide = ax is not grid[0, 0] and face.width(distribution, weight="bold") > tile_width * len(names)
        _head(ax, distribution, names, summary, wide)
    exact = references.in_words(summary) == references.EXACT
    return describe(figure, _alt(summary), held="the truth" if exact else "what the data may hold")


def _grid(blocks: dict, labels: dict, seeds: int) -> tuple[Figure, np.ndarray]:
    heights = [len(names) for names in blocks.values()]
    words = f"Bits of each part about each label: {mean_of(seeds)}, best readout, held-out lower bound."
    figure = canvas(ROW * sum(heights) + TITLE * len(heights) + HEADER, words)
    widths = [len(names) for names in labels.values()]
    return figure, figure.subplots(len(blocks), len(labels), squeeze=False, height_ratios=heights, width_ratios=widths)


def _tile_width(blocks: dict, labels: dict) -> float:
    """Type sizes that a tile is wide."""
    beside = face.widest(part_title(part) for names in blocks.values() for part in names) + 1.6 * len(labels)
    return (face.letters() - 2 * MARGIN - beside) / sum(map(len, labels.values()))


def _cells(ax: Axes, summary: pd.DataFrame, parts: list[str], labels: list[str], size: float) -> None:
    """A tile and its bits for every part (downwards) and label (across)."""
    ax.set(xlim=(-0.5, len(labels) - 0.5), ylim=(len(parts) - 0.5, -0.5), xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    for row in summary.itertuples():
        x, y = labels.index(row.label), parts.index(row.part)
        fill = tile(row.label, np.clip(row.share, 0, 1) if row.truth else 0.0)
        ax.add_patch(Rectangle((x - 0.47, y - 0.46), 0.94, 0.92, facecolor=fill, lw=0))
        ax.text(x, y, f"{row.estimate:z.2f}", ha="center", va="center", color=ink_on(fill), size=size)


def tile(label: str, share: float) -> np.ndarray:
    """From the empty tile's grey (share 0) to the label's colour (share 1), as RGB in [0, 1]."""
    empty, full = np.array(to_rgb(EMPTY)), np.array(to_rgb(style.label_style(label).colour))
    return empty + share * (full - empty)


def ink_on(fill: np.ndarray) -> str:
    """White or the dark ink, whichever has the higher contrast to a filling (WCAG 2.2, relative luminance)."""
    light, ink = _luminance(fill) + 0.05, _luminance(np.array(to_rgb(style.INK))) + 0.05
    return style.PAPER if 1.05 / light >= light / ink else style.INK


def _luminance(rgb: np.ndarray) -> float:
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def _head(ax: Axes, distribution: str, labels: list[str], summary: pd.DataFrame, wide: bool) -> None:
    """The training distribution, and below it the symbol and truth of each label.

    A name wider than its tiles begins left of them.
    """
    exact = references.in_words(summary) == references.EXACT
    corner, side = ((1, 1), "right") if wide else ((0, 1), "left")
    text_at(ax, distribution, corner, (0, 5.0), ha=side, weight="bold").set_in_layout(not wide)
    for i, label in enumerate(labels):
        truth = summary.loc[(summary["distribution"] == distribution) & (summary["label"] == label), "truth"].mean()
        about = "" if exact else "~"
        above, look = ((i + 0.5) / len(labels), 1), style.label_style(label)
        symbol = text_at(ax, look.symbol, above, (0, 3.7), ha="center", color=look.colour, weight="bold")
        symbol.set_in_layout(not distribution)  # which else keeps the room above
        text_at(ax, f"of {about}{truth:.3g}", above, (0, 2.55), ha="center", color=style.MUTED)


def _alt(summary: pd.DataFrame) -> str:
    """For each method, distribution and label: the part with most bits."""
    single = summary[summary["part"] != "all"]
    most = single.loc[single.groupby([*VARIANT, "distribution", "label"], sort=False)["estimate"].idxmax()]
    words = []
    for row in most.itertuples():
        method = style.method_style(row.method, row.knob).label
        of = ", ".join(filter(None, [method, row.distribution, row.label]))
        words.append(f"{of}: {row.part} {row.estimate:z.2f}")
    return f"Heat map of the bits of each part of each embedding about each label. Most bits: {'; '.join(words)}."
