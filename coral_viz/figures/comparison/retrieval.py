"""Retrieval across modalities: how well a query modality ranks its right partners among those of all samples."""

from __future__ import annotations

import matplotlib
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from coral_viz import style
from coral_viz.figures.layout import marks, strip
from coral_viz.figures.layout.canvas import describe, picture, seeds_in_words, text_at
from coral_viz.results import tables
from coral_viz.results.tables import VARIANT

SHOWN = {"recall@1": ("o", -0.27), "recall@5": ("s", 0.0), "recall@10": ("D", 0.27), "mAP": ("o", 0.0)}
"""Marker of a metric, and how far below its method's line it stands, in lines."""

RIGHT = {"compatible": "any", "": "own"}
"""Which partners are right, by the label of the rows: any that training could pair, or only a sample's own."""

SEEN = 0.05
"""The least mean average precision that can be told from none on an axis from 0 to 1."""

CHANCE = "chance/"
BY = [*VARIANT, "distribution", "label", "metric"]


@picture(
    short="Retrieval: how well a query of one modality ranks its partners among those of all samples.",
)
def retrieval(table: pd.DataFrame) -> Figure:
    """Recall@1, @5, @10 and mean average precision in %, means over query modalities; a row per method.

    A panel for recall and one for mAP. Right partners are any that training could pair, or only those of the same
    sample. If no method finds the latter, because many samples are alike, a sentence replaces their panels. Dots: means
    over seeds; ticks: seeds; bars: intervals; dotted lines: a random order.

    Raises:
        ValueError: the table holds no retrieval with its chance level.
    """
    done = tables.select(table)
    found, chance = (_over_anchors(done, prefix) for prefix in ("", CHANCE))
    if found.empty or chance.empty:
        raise ValueError("the table holds no retrieval with its chance level")
    found, own = _seen(found)
    summary = tables.summarise(found, BY)
    summary = summary.assign(low=summary["low"].clip(0), high=summary["high"].clip(upper=1))
    random = chance.groupby(["distribution", "label", "metric"])["value"].mean()
    columns = {name: _panels(found[found["distribution"] == name]) for name in tables.distributions(found)}
    words = (
        "Recall (R): share of queries with a right partner among the first 1, 5 or 10; mAP: mean average precision; in "
        "%, mean over query modalities. Right partners: any, those that training could pair; own, those of the same "
        f"sample. {_unseen(own, chance)}{seeds_in_words(summary)}"
    )
    figure, panels, variants = strip.strip(
        summary,
        columns,
        reference="random",
        axis="%",
        small_print=words,
        key=_key(summary),
        head=_head,
        of="measure",
        above=[_range(random[panel]) for panel in random.index.droplevel("metric").unique()],
        ticks=[("0", "100")],
    )
    for (distribution, label), ax in panels.items():
        here, seeds = (strip.panel_rows(rows, distribution, label) for rows in (summary, found))
        _scale(ax, random[distribution, label], _head(label).colour)
        for metric in here["metric"].unique():
            marker, drop = SHOWN[metric]
            dots, ticks = (strip.on_lines(rows[rows["metric"] == metric], variants, drop) for rows in (here, seeds))
            marks.dots(ax, dots, ticks, _head(label).colour, marker=marker, filled=metric != "recall@5")
    return describe(figure, _alt(summary, random))


def _over_anchors(done: pd.DataFrame, prefix: str) -> pd.DataFrame:
    """A row per run, metric and panel, the mean over anchors; the label is the panel: a measure and what is right."""
    rows = done[done["metric"].isin([prefix + metric for metric in SHOWN])]
    metric = rows["metric"].str.removeprefix(prefix)
    panel = metric.str.replace("@.*", "", regex=True) + ", " + rows["label"].replace(RIGHT).astype("str")
    rows = rows.assign(metric=metric, label=panel)
    return rows.groupby([*BY, "run_id", "seed", "training_seed", "status"], as_index=False, sort=False)["value"].mean()


def _seen(found: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows with a panel, and those of own partners that no method finds where any are asked for, too."""
    is_own = found["label"].str.endswith(RIGHT[""])
    precision = found[is_own & (found["metric"] == "mAP")].groupby([*VARIANT, "distribution"])["value"].mean()
    unseen = is_own & (not is_own.all() and precision.max() < SEEN)
    return found[~unseen], found[unseen]


def _unseen(own: pd.DataFrame, chance: pd.DataFrame) -> str:
    """What the panels of own partners would show."""
    means = own[own["metric"] == "mAP"].groupby([*VARIANT, "distribution"])["value"].mean()
    if means.empty:
        return ""
    random = chance.loc[(chance["metric"] == "mAP") & chance["label"].isin(own["label"]), "value"].mean()
    ends = " to ".join(dict.fromkeys(f"{100 * end:.1f}" for end in (means.min(), means.max())))
    return f"Own partners are not shown: mAP {ends} %, in random order {100 * random:.1f} %. "


def _panels(rows: pd.DataFrame) -> list[str]:
    return tables.in_order(
        rows["label"], [f"{name}, {right}" for right in RIGHT.values() for name in ("recall", "mAP")]
    )


def _head(panel: str) -> style.LabelStyle:
    """Dark where only a sample's own partners are right, in another colour where any are that training could pair."""
    return style.LabelStyle(panel, panel, style.INK if panel.endswith(RIGHT[""]) else style.DUAL)


def _key(summary: pd.DataFrame) -> list[Artist]:
    size = matplotlib.rcParams["lines.markersize"]
    dots = {"ls": "", "ms": 0.8 * size, "mec": style.MUTED, "mew": size / 6}
    return [
        Line2D([], [], marker="o", mfc=style.MUTED, label="R@1, mAP", **dots),
        Line2D([], [], marker="s", mfc=style.PAPER, label="R@5", **dots),
        Line2D([], [], marker="D", mfc=style.MUTED, label="R@10", **dots),
        *marks.key({}, intervals=summary["n"].max() > 1),
    ]


def _scale(ax: Axes, random: pd.Series, colour: str) -> None:
    """From 0 to 100 %, with dotted lines at what each metric of the panel is in random order."""
    text_at(ax, _range(random), (0, 1), (0, strip.SUBTITLE), color=style.MUTED)
    for value in random:
        ax.axvline(value, color=colour, ls=":", lw=0.6 * matplotlib.rcParams["lines.linewidth"], zorder=1)
    ax.set_xlim(0, 1)
    ax.set_xticks([0, 1], ["0", "100"])


def _range(shares: pd.Series) -> str:
    ends = dict.fromkeys(f"{float(f'{100 * value:.2g}'):g}" for value in (shares.min(), shares.max()))
    return f"{'–'.join(ends)} %"


def _alt(summary: pd.DataFrame, random: pd.Series) -> str:
    parts = []
    for key, rows in summary.groupby(["distribution", "label", "metric"], sort=False):
        means = ", ".join(
            f"{style.method_style(row.method, row.knob).label} {row.estimate:.0%}" for row in rows.itertuples()
        )
        name = f"{key[2]} ({key[1].split(', ')[1]})"
        parts.append(f"{name} {tables.after(key[0])}, random {random[key]:.1%}: {means}")
    return f"Dot plot of retrieval across modalities. {'; '.join(parts)}."
