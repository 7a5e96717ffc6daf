"""Accuracy of a probe with missing modalities: a tile for every method, label and set of given modalities."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.transforms import ScaledTranslation, Transform

from coral_viz import style
from coral_viz.figures.comparison.accuracy import ceiling
from coral_viz.figures.comparison.part_bits import EMPTY, ink_on, tile
from coral_viz.figures.layout import face, strip
from coral_viz.figures.layout.canvas import describe, mean_of, picture, text_at
from coral_viz.results import parts, references, tables
from coral_viz.results.tables import VARIANT

BY = [*VARIANT, "distribution", "label", "part"]
TILE, DOTS = 0.8, 0.95  # type sizes: the numbers of tiles, the height of a modality's line of dots
Given = tuple[str, ...]


@picture(
    short="Balanced accuracy of a linear probe, fitted with all modalities, on data with missing modalities.",
    long="Balanced accuracy in % of a linear probe that was fitted with all modalities, on test data of which only "
    "those with a dark dot are given (means over seeds). Grey: chance; full colour: the most that the label allows.",
)
def subsets(table: pd.DataFrame) -> Figure:
    """Balanced accuracy in % of one linear probe, fitted with every modality, on data in which only some are given.

    A panel per training distribution and label, a row per method, a tile per set of modalities, named by the dots
    below it. The colour goes from grey at chance to the label's own at the accuracy that the truth in bits allows.

    Raises:
        ValueError: the table holds no accuracy with missing modalities, or no chance or truth beside it.
    """
    rows = tables.select(table, metric="balanced_accuracy")
    rows = rows[parts.are(rows, "given")]
    if rows.empty:
        raise ValueError("the table holds no probe of embeddings with missing modalities")
    summary = tables.summarise(rows, BY).merge(_limits(table), on=["distribution", "label"])
    given = _in_order({part: parts.parse(part).names for part in summary["part"].unique()})
    modalities = list(dict.fromkeys(name for names in given.values() for name in names))
    words = "Balanced accuracy in % of a linear probe fitted with all modalities, on test data with only some; "
    words += f"{mean_of(summary['n'].max())}."
    figure, panels, variants = strip.strip(
        summary,
        strip.label_columns(summary),
        reference="chance",
        axis="",
        small_print=words,
        key=_key(),
        above=[f"{100 * chance:.3g} %" for chance in summary["chance"]],
        beside=[_modality(name) for name in modalities],
        narrowest=(face.width("100", TILE) + 0.1) * len(given),
        footer=DOTS * len(modalities) + 1.0,
    )
    for (distribution, label), ax in panels.items():
        here = strip.panel_rows(summary, distribution, label)
        _tiles(ax, strip.on_lines(here, variants), list(given))
        text_at(ax, f"{100 * here['chance'].iloc[0]:.3g} %", (0, 1), (0, strip.SUBTITLE), color=style.MUTED)
        _dots(ax, list(given.values()), modalities)
        if ax.get_yticklabels():
            _name_dots(ax, modalities)
    return describe(figure, _alt(summary, given))


def _limits(table: pd.DataFrame) -> pd.DataFrame:
    """Columns distribution, label, chance, best: the accuracies between which a probe of the label lies."""
    chance = tables.select(table, metric="chance").groupby(["distribution", "label"])["value"].mean()
    limits = references.by_label(table).assign(chance=chance).reset_index()
    exact = limits["known"] == references.EXACT
    best = [ceiling(row.truth, round(1 / row.chance)) for row in limits.itertuples()]
    return limits[["distribution", "label", "chance"]].assign(best=np.where(exact, best, 1.0))


def _in_order(given: dict[str, Given]) -> dict[str, Given]:
    """Modalities by part, the fewest given first."""
    return dict(sorted(given.items(), key=lambda pair: (len(pair[1]), pair[1])))


def _key() -> list:
    dot = {"ls": "", "marker": "o", "ms": 0.6 * matplotlib.rcParams["lines.markersize"], "mec": "none"}
    return [
        Patch(facecolor=EMPTY, label="chance"),
        Patch(facecolor=style.MUTED, label="most that the label allows"),
        Line2D([], [], mfc=style.INK, label="modality given", **dot),
        Line2D([], [], mfc=style.FAINT, label="modality missing", **dot),
    ]


def _tiles(ax: Axes, here: pd.DataFrame, columns: list[str]) -> None:
    ax.set(xlim=(-0.5, len(columns) - 0.5), xticks=[])
    ax.spines["bottom"].set_visible(False)
    size = TILE * matplotlib.rcParams["font.size"]
    for row in here.itertuples():
        x = columns.index(row.part)
        fill = tile(row.label, float(np.clip((row.estimate - row.chance) / max(row.best - row.chance, 1e-9), 0, 1)))
        ax.add_patch(Rectangle((x - 0.47, row.y - 0.44), 0.94, 0.88, facecolor=fill, lw=0))
        ax.text(x, row.y, f"{100 * row.estimate:.0f}", ha="center", va="center", color=ink_on(fill), size=size)


def _dots(ax: Axes, columns: list[Given], modalities: list[str]) -> None:
    """Below every tile a dot per modality, dark where it is given."""
    points = matplotlib.rcParams["font.size"]
    looks = {"clip_on": False, "ms": 0.42 * points, "mec": "none"}
    for m, name in enumerate(modalities):
        x = np.arange(len(columns))
        is_given = np.array([name in names for names in columns])
        for here, colour in ((is_given, style.INK), (~is_given, style.FAINT)):
            ax.plot(x[here], np.zeros(here.sum()), "o", color=colour, transform=_below(ax, m), **looks)


def _below(ax: Axes, m: int) -> Transform:
    """Across, the tiles; downwards, the line of the dots of modality m."""
    shift = ScaledTranslation(0, -DOTS * (m + 0.7) * matplotlib.rcParams["font.size"] / 72, ax.figure.dpi_scale_trans)
    return ax.get_xaxis_transform() + shift


def _name_dots(ax: Axes, modalities: list[str]) -> None:
    for m, name in enumerate(modalities):
        words = _modality(name)
        place = (0, 0), (-strip.ASIDE, -DOTS * (m + 0.7))
        text_at(ax, words, *place, ha="right", va="center", color=style.MUTED).set_in_layout(True)


def _modality(name: str) -> str:
    return name.replace("_", " ")


def _alt(summary: pd.DataFrame, given: dict[str, Given]) -> str:
    sentences = []
    for (distribution, label, part), rows in summary.groupby(["distribution", "label", "part"], sort=False):
        means = ", ".join(
            f"{style.method_style(row.method, row.knob).label} {row.estimate:.0%}" for row in rows.itertuples()
        )
        names = " and ".join(name.replace("_", " ") for name in given[part])
        sentences.append(f"{label} {tables.after(distribution)} from {names}: {means}")
    return f"Tiles of linear-probe balanced accuracy when only some modalities are given. {'; '.join(sentences)}."
