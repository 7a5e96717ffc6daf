"""Two settings at once: a heat map of means, with the interaction of both effects in every tile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from coral_viz.figures.comparison.part_bits import ink_on, tile
from coral_viz.figures.layout import face, panel_grid
from coral_viz.figures.layout.canvas import SPACED, describe, picture
from coral_viz.figures.sweep import sweep_data, sweep_words
from coral_viz.results import metrics, statistics, tables
from coral_viz.results.metrics import Metric

ROW = 3.4  # lines of text: a tile
SMALL = 0.82  # of what stands below a mean, in type sizes, where tiles are wide enough


@picture(
    short="{measured} over {settings}, and the interaction of both.",
    long="{measured} over {settings}{of}, means over seeds. Below a mean: the interaction, by how much it differs from "
    "the sum of both effects, with its 95 % interval, paired by seed; bold where that excludes 0.",
)
def heat(
    table: pd.DataFrame,
    settings: Sequence[str],
    *,
    base: Mapping[str, object] | None = None,
    metric: str = "balanced_accuracy",
    readout: str | None = None,
    part: str = "all",
    labels: Sequence[str] | None = None,
    name: str = "",
) -> Figure:
    """A panel per label, the first setting across and the second downwards, all other settings at the base.

    Labels that every run keeps completely have a sentence in place of a panel, unless they are in ``labels``.

    Args:
        table: a sweep's table.
        settings: two of its settings.
        base, metric, readout, part, labels, name: as ``configuration_rows.cells``.

    Raises:
        ValueError: not two settings, several methods, or as ``configuration_rows.cells``.
    """
    if len(set(settings)) != 2:
        raise ValueError(f"a heat map has two settings, not {', '.join(settings)}")
    across, down = settings
    base = {**sweep_data.baseline(table), **(base or {})}
    rows = sweep_data.held(sweep_data.measured(table, metric, readout, part, labels), settings, base)
    if rows["method"].nunique() > 1:
        raise ValueError("a heat map is of one method; hold one")
    rows = rows.dropna(subset=list(settings))
    shown, kept = metrics.of(rows), sweep_data.whole(rows) if labels is None else {}
    rows = rows[~rows["label"].isin(kept)]
    summary = sweep_data.summary(rows, ["label", across, down])
    effects = _interactions(rows, {name: base.get(name) for name in settings})
    levels = {name: sorted(rows[name].unique(), key=_order) for name in settings}
    names, written = tables.labels(rows), [sweep_words.plain(level) for level in levels[down]]
    words = sweep_words.small_print(rows.assign(reference=np.nan), summary, readout, part) + sweep_words.not_shown(
        kept, shown
    )
    words += (
        f" Below a mean: interaction against {', '.join(sweep_words.value_in_words(n, base[n]) for n in settings)}."
    )
    left = face.widest(written) + 3.0
    shape = len(names), 1
    figure, grid = panel_grid.panels(shape, ROW * len(written), words, left=left, foot=2.8, between=2.2)
    wide = face.widest(_effect(row, shown) for _, row in effects.iterrows()) if len(effects) else 1.0
    small = min(SMALL, 0.9 * panel_grid.panel_width(1, left) / len(levels[across]) / wide)
    for label, ax in zip(names, grid[:, 0]):
        _tiles(
            ax, summary[summary["label"] == label], effects[effects["label"] == label], levels, settings, shown, small
        )
        ax.set_xticks(range(len(levels[across])), [sweep_words.plain(level) for level in levels[across]])
        ax.set_yticks(range(len(written)), written)
        ax.set(xlabel=sweep_words.setting_in_words(across), ylabel=sweep_words.setting_in_words(down))
        panel_grid.title(ax, label, panel_grid.named([label], 100, "bold")[0])
    told = sweep_words.measured_in_words(rows, readout, part, name)
    told["settings"] = " and ".join(map(sweep_words.setting_in_words, settings))
    return describe(figure, _alt(summary, effects, settings, shown, told["measured"]), **told)


def _interactions(rows: pd.DataFrame, base: Mapping[str, object]) -> pd.DataFrame:
    """``statistics.interactions`` of every label; none where no run is at the base."""
    try:
        return statistics.interactions(rows, base, ["label"])
    except ValueError:
        return pd.DataFrame(columns=["label", *base, "estimate"])


def _order(level: object) -> tuple:
    return isinstance(level, str), level


def _tiles(
    ax: Axes,
    summary: pd.DataFrame,
    effects: pd.DataFrame,
    levels: Mapping,
    settings: Sequence[str],
    metric: Metric,
    small: float,
) -> None:
    """A tile per configuration; the deeper its colour, the higher its mean among those of the panel."""
    across, down = settings
    ax.set(xlim=(-0.5, len(levels[across]) - 0.5), ylim=(len(levels[down]) - 0.5, -0.5))
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    known = {(row[across], row[down]): row for _, row in effects.iterrows()}
    low, high = summary["estimate"].min(), summary["estimate"].max()
    for _, cell in summary.iterrows():
        x, y = levels[across].index(cell[across]), levels[down].index(cell[down])
        fill = tile(cell["label"], 0.15 + 0.7 * (cell["estimate"] - low) / max(high - low, 1e-9))
        ax.add_patch(Rectangle((x - 0.48, y - 0.46), 0.96, 0.92, facecolor=fill, lw=0))
        look: dict[str, Any] = {"ha": "center", "va": "center", "color": ink_on(fill)}
        effect = known.get((cell[across], cell[down]))
        ax.text(x, y - (0.25 if effect is not None else 0), metric.text(cell["estimate"]), **look)
        if effect is not None:
            weight = "bold" if effect["found"] else "normal"
            size = small * matplotlib.rcParams["font.size"]
            ax.text(x, y + 0.17, _effect(effect, metric), size=size, weight=weight, linespacing=SPACED, **look)


def _effect(effect: pd.Series, metric: Metric) -> str:
    """An interaction with its interval, below it, as "+3.1" and "[-2.0, 8.2]"; without one where there is none."""
    times, digits = (100, 1) if metric.in_percent else (1, 2)
    text = f"{times * effect['estimate']:+z.{digits}f}"
    if not np.isnan(effect["low"]):
        text += f"\n[{times * effect['low']:z.{digits}f}, {times * effect['high']:z.{digits}f}]"
    return text.replace("-", "\u2212")


def _alt(summary: pd.DataFrame, effects: pd.DataFrame, settings: Sequence[str], metric: Metric, measured: str) -> str:
    def where(row: pd.Series) -> str:
        return f"{row['label']} at {', '.join(sweep_words.value_in_words(name, row[name]) for name in settings)}"

    told = [f"{where(cell)}: {metric.text(cell['estimate'])}" for _, cell in summary.iterrows()]
    strong = [
        f"{where(row)}: {_effect(row, metric)}".replace("\n", " ") for _, row in effects.iterrows() if row["found"]
    ]
    return f"Heat map of {measured}. {'; '.join(told)}. Interactions found: {'; '.join(strong) or 'none'}."
