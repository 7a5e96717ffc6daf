"""Which methods differ: mean ranks over seeds with Nemenyi's critical difference, label by label."""

from __future__ import annotations

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from coral_viz import style
from coral_viz.figures.layout import marks, strip
from coral_viz.figures.layout.canvas import describe, picture, text_at
from coral_viz.results import tables
from coral_viz.results.metrics import LINEAR
from coral_viz.results.rank_tests import RankTest, friedman

Tests = dict[tuple[str, str], RankTest]


@picture(
    short="Mean ranks of methods over seeds, 1 being the best; methods whose bars do not meet differ (Nemenyi).",
    long="Mean ranks of methods over seeds by {metric} of the whole embedding, 1 being the best. Bars reach half a "
    "critical difference (Nemenyi, 95 %) to either side: methods whose bars do not meet differ. Above: the p-value of "
    "Friedman's test that all are alike.",
)
def rank_differences(table: pd.DataFrame, metric: str = "balanced_accuracy", readout: str = LINEAR) -> Figure:
    """Mean rank in each panel of a training distribution and label, with bars of half the critical difference.

    Raises:
        ValueError: the table holds no such measure of a whole embedding, or as ``rank_tests.friedman``.
    """
    rows = tables.select(table, metric=metric, readout=readout, part="all")
    tests = {key: friedman(group) for key, group in rows.groupby(["distribution", "label"])}
    summary = pd.concat([test.ranks.assign(distribution=d, label=label) for (d, label), test in tests.items()])
    worst = int(summary.groupby(["distribution", "label"]).size().max())
    counts = sorted({test.n for test in tests.values()})
    words = f"Ranks in n = {' or '.join(map(str, counts))} seeds; bars: half of Nemenyi's 95% critical difference."
    bar = Line2D([], [], label="half a critical difference", color=style.MUTED, alpha=0.5)
    figure, panels, variants = strip.strip(
        summary,
        strip.label_columns(summary),
        reference="Friedman",
        axis="mean rank",
        small_print=words,
        key=[*marks.key({"mean rank": True}, intervals=False), bar],
        above=[_p(test) for test in tests.values()],
        ticks=[("1", f"{worst}")],
    )
    for (distribution, label), ax in panels.items():
        colour, test = style.label_style(label).colour, tests[distribution, label]
        _ranks(ax, strip.on_lines(test.ranks, variants), strip.on_lines(test.each, variants), test, colour)
        text_at(ax, _p(test), (0, 1), (0, strip.SUBTITLE), color=style.MUTED)
    return describe(figure, _alt(tests), metric=metric.replace("_", " "))


def _ranks(ax: Axes, rows: pd.DataFrame, each: pd.DataFrame, test: RankTest, colour: str) -> None:
    """A dot per method on its bar, a tick per seed; the axis runs from the best rank to the worst."""
    half = test.critical_difference / 2
    rows = rows.assign(estimate=rows["rank"], low=(rows["rank"] - half).clip(1), high=rows["rank"] + half)
    rows["high"] = rows["high"].clip(upper=len(rows))
    marks.dots(ax, rows, each.rename(columns={"rank": "value"}), colour)
    ax.set_xlim(1, len(rows))
    ax.set_xticks([1, len(rows)], ["1", f"{len(rows)}"])
    ax.axvline(1, color=style.FAINT, lw=0.75 * matplotlib.rcParams["lines.linewidth"], zorder=1)


def _p(test: RankTest) -> str:
    return "p < .001" if test.p < 0.001 else f"p = {test.p:.3f}".replace("0.", ".")


def _alt(tests: Tests) -> str:
    parts = []
    for (distribution, label), test in tests.items():
        names = [style.method_style(row.method, row.knob).label for row in test.ranks.itertuples()]
        ranks = ", ".join(f"{name} {rank:.2f}" for name, rank in zip(names, test.ranks["rank"]))
        parts.append(
            f"{label} {tables.after(distribution)}, critical difference {test.critical_difference:.2f}: {ranks}"
        )
    return f"Dot plot of mean ranks, 1 being the best. {'; '.join(parts)}."
