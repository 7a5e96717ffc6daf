"""More than two modalities: shared information beyond pairs, methods that find it, and scores that depend on signs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from coral_viz import style
from coral_viz.figures.layout import marks, strip
from coral_viz.figures.layout.canvas import SPACED, canvas, describe, picture, seeds_in_words, text_at
from coral_viz.results import tables
from coral_viz.results.metrics import READOUTS
from coral_viz.results.tables import VARIANT

GROUPS = {
    "redundancy": "r",
    "unique": "u",
    "synergy": "relation of all",
    "pairs": "relations of pairs",
    "all": "together",
}
"""How groups of latents are named; whatever is not among them keeps its own name."""

SCORE = "its own score"
MAP, SIGNS = 13.5, 9.5  # heights in lines of text
SAME = 1e-6  # of a score's range: what counts as no change


# --- what there is ----------------------------------------------------------------------------------------------------


@picture
def information_map(shared: Mapping[str, tuple[float, float]], *, reach: float = 0.4) -> Figure:
    """Total against dual total correlation, and their difference, the O-information, in bits.

    Args:
        shared: (total correlation, dual total correlation) of variables, by what they are; groups of latents, as a
            task's ``structure`` has them, get the names and colours of their labels.
        reach: bits for which the axes have room at least.

    Raises:
        ValueError: nothing to draw, or a number that is negative or not finite.
    """
    numbers = np.array(list(shared.values()), dtype=float).reshape(-1, 2).round(9)
    if not len(numbers) or not np.isfinite(numbers).all() or numbers.min() < 0:
        raise ValueError(f"a map needs correlations, finite and 0 or more, not {dict(shared)}.")
    shared = dict(zip(shared, map(tuple, numbers.tolist())))
    words = (
        "Total correlation (TC), dual total correlation (DTC) and their difference, the O-information: positive where "
        "redundancy prevails, negative where synergy does. Exact, in bits."
    )
    figure = canvas(MAP, words)
    plane, balance = figure.subplots(1, 2, width_ratios=[0.75, 1])
    _plane(plane, shared, 1.5 * max(numbers.max(), reach))
    _balance(balance, {name: total - dual for name, (total, dual) in shared.items()}, reach)
    told = [f"{_group(name)} {total:z.2f} and {dual:z.2f}" for name, (total, dual) in shared.items()]
    return describe(figure, f"Map of total and dual total correlation in bits. {'; '.join(told)}.")


def _group(name: str) -> str:
    return GROUPS.get(name, name)


def _colour(name: str) -> str:
    return style.PAIRWISE if name == "pairs" else style.label_style(name).colour


def _plane(ax: Axes, shared: Mapping[str, tuple[float, float]], end: float) -> None:
    """A point per place, named after all that lie there; the line on which the O-information is 0."""
    ax.plot([0, end], [0, end], color=style.MUTED, ls=":", lw=matplotlib.rcParams["axes.linewidth"])
    ax.set(xlim=(0, end), ylim=(0, end), xlabel="TC, bits", ylabel="DTC, bits", box_aspect=1)
    ax.locator_params(nbins=4)
    text_at(ax, "synergy", (0, 1), (0.5, -0.4), color=style.MUTED, style="italic", va="top")
    text_at(ax, "redundancy", (1, 0), (-0.5, 1.8), color=style.MUTED, style="italic", ha="right")
    points = matplotlib.rcParams["font.size"]
    for place in dict.fromkeys(shared.values()):
        here = [name for name, other in shared.items() if other == place]
        ax.plot(*place, "o", color=_colour(here[0]), clip_on=False, zorder=3)
        side, shift = ("left", 0.5) if place[0] < 0.2 * end else ("center", 0)
        looks: dict[str, Any] = {"ha": side, "va": "bottom", "color": _colour(here[0]), "linespacing": SPACED}
        offset: dict[str, Any] = {"xytext": (shift * points, 0.55 * points), "textcoords": "offset points"}
        ax.annotate(",\n".join(map(_group, here)), place, **offset, **looks)


def _balance(ax: Axes, differences: Mapping[str, float], least: float) -> None:
    """A bar per group: to the right where redundancy prevails, to the left where synergy does."""
    y, values = range(len(differences)), np.array(list(differences.values()))
    ax.barh(y, values, height=0.55, color=[_colour(name) for name in differences])
    ax.axvline(0, color=style.MUTED, lw=matplotlib.rcParams["axes.linewidth"])
    reach = 1.45 * max(np.abs(values).max(), least)
    ax.set(xlim=(-reach, reach), ylim=(len(differences) - 0.4, -0.6), xlabel="O-information, bits")
    ax.set_yticks(y, [_group(name) for name in differences])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    for place, value in enumerate(values):
        words, side = f" {value:+z.2f} ".replace("-", "−").replace("+0.00", "0.00"), "right" if value < 0 else "left"
        ax.text(value, place, words, ha=side, va="center", color=style.MUTED)


# --- who finds it -----------------------------------------------------------------------------------------------------


@picture(
    short="Three measures of whether a relation of all modalities was kept.",
    long="Three measures of whether a method keeps a relation of three modalities that no two of them show. Own "
    "score: mean average precision for one modality as query among the pairs of the other two, where all pairs that "
    "can occur in training are matches; mean over queries; dotted: random order. Readouts: share of the exact bits "
    "that a linear and the best readout find in the whole embedding. Dots: means over seeds; ticks: seeds; bars: "
    "intervals.",
)
def relation(table: pd.DataFrame, label: str = "synergy") -> Figure:
    """Three measures of whether a method kept the relation, a row per method.

    Retrieval by the method's own score (mean average precision over query modalities; all partners that can occur in
    training are matches), and the share of the exact bits of ``label`` that a linear and the best readout find.

    Args:
        table: tidy rows of one task and training distribution with three modalities or more.
        label: the label of whether the relation holds.

    Raises:
        ValueError: the table holds no retrieval, no bits of the label, or rows of several tasks or distributions.
    """
    kinds = table[["task", "distribution"]].drop_duplicates()
    if len(kinds) != 1:
        raise ValueError(f"one task and training distribution can be drawn at a time, not {len(kinds)}.")
    seeds, random = _three_answers(table, label), _at_random(table)
    summary = _within(tables.summarise(seeds, [*VARIANT, "asked"]))
    variants = style.method_order(tables.variants(summary))
    words = (
        "Own score: mean average precision; right are all partners that training could pair; dotted: random order. "
        f"Readouts: bits of the relation found in the embedding, in % of the truth. {seeds_in_words(summary)}"
    )
    figure = canvas(strip.ROW * len(variants) + 3.5, words, marks.key({}, intervals=summary["n"].max() > 1))
    found = [readout for readout in READOUTS.values() if readout.asked in set(summary["asked"])]
    filled = {SCORE: True} | {readout.asked: readout.filled for readout in found}
    for ax, asked in zip(figure.subplots(1, len(filled), sharey=True), filled):
        here, ticks = (strip.on_lines(rows[rows["asked"] == asked], variants) for rows in (summary, seeds))
        colour = style.INK if asked == SCORE else style.label_style(label).colour
        marks.dots(ax, here, ticks, colour, filled=filled[asked])
        _share_axis(ax, asked, len(variants), random if asked == SCORE else 0.0)
    figure.axes[0].set_yticks(range(len(variants)), [style.method_style(*variant).label for variant in variants])
    return describe(figure, _relation_alt(summary, random))


def _three_answers(table: pd.DataFrame, label: str) -> pd.DataFrame:
    """A row per run and measure, as shares."""
    bits = tables.beside_truth(table, part="all", label=label)
    asked = bits["readout"].map({readout.name: readout.asked for readout in READOUTS.values()})
    bits = bits.assign(value=bits["value"] / bits["truth"], asked=asked)
    return pd.concat([_found(table, VARIANT).assign(asked=SCORE), bits], ignore_index=True)


def _share_axis(ax: Axes, title: str, count: int, random: float) -> None:
    ax.set_title(title)
    ax.set(xlim=(0, 1), ylim=(count - 0.45, -0.55))
    ax.set_xticks([0, 0.5, 1], ["0", "50", "100 %"])
    ax.hlines(range(count), 0, 1, color=style.FAINT, lw=0.5, zorder=0)
    ax.axvline(random, color=style.MUTED, ls=":", lw=0.6 * matplotlib.rcParams["lines.linewidth"], zorder=1)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)


def _relation_alt(summary: pd.DataFrame, random: float) -> str:
    parts = []
    for asked, rows in summary.groupby("asked", sort=False):
        told = [
            f"{style.method_style(row.method, row.knob).label} {max(row.estimate, 0):.0%}" for row in rows.itertuples()
        ]
        parts.append(f"{asked}: {', '.join(told)}")
    return f"Dot plots of which methods kept the relation; own score in random order {random:.0%}. {'; '.join(parts)}."


# --- with more modalities ---------------------------------------------------------------------------------------------


@picture
def by_count(table: pd.DataFrame, lines: Sequence[str] = VARIANT) -> Figure:
    """Retrieval by a method's own score, a panel per number of modalities, a line per method or setting.

    Args:
        table: a sweep's rows, with a column ``count`` besides the tidy ones.
        lines: the columns whose values distinguish the lines, such as beta and temperature.

    Raises:
        ValueError: one of the columns is missing, a line holds a seed twice, or the table holds no retrieval of what
            training could pair.
    """
    if missing := [name for name in ("count", *lines) if name not in table]:
        raise ValueError(f"the table lacks the column(s) {', '.join(missing)}.")
    seeds, random = _found(table, ["count", *lines]), _at_random(table)
    summary = _within(tables.summarise(seeds, ["count", *lines]))
    named = _settings(seeds[[*lines]])
    words = (
        "Retrieval by the method's own score: mean average precision; right are all partners that training could pair; "
        f"dotted: random order; no dot: not run. {seeds_in_words(summary)}"
    )
    figure = canvas(strip.ROW * len(named) + 3.5, words, marks.key({}, intervals=summary["n"].max() > 1))
    counts = sorted(seeds["count"].unique())
    for ax, count in zip(figure.subplots(1, len(counts), sharey=True, squeeze=False)[0], counts):
        here, ticks = (
            rows.assign(y=[list(named).index(setting) for setting in _tuples(rows[[*lines]])])
            for rows in (each[each["count"] == count] for each in (summary, seeds))
        )
        marks.dots(ax, here, ticks, style.TOGETHER)
        _share_axis(ax, f"{count} modalities", len(named), random)
    figure.axes[0].set_yticks(range(len(named)), list(named.values()))
    means = zip(summary["count"], _tuples(summary[[*lines]]), summary["estimate"])
    told = [f"{mean:.0%} ({named[setting]}, {count} modalities)" for count, setting, mean in means]
    return describe(figure, f"Dot plots of retrieval by a method's own score: {'; '.join(told)}.")


def _settings(rows: pd.DataFrame) -> dict[tuple, str]:
    """The distinct rows in the order of their lines, and how each line is named."""
    distinct = set(_tuples(rows))
    if list(rows) == VARIANT:
        return {variant: style.method_style(*variant).label for variant in style.method_order(distinct)}
    return {row: ", ".join(f"{name} {value}" for name, value in zip(rows, row)) for row in sorted(distinct)}


def _tuples(rows: pd.DataFrame) -> list[tuple]:
    return list(rows.itertuples(index=False, name=None))


def _found(table: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """A row per run: columns ``by``, seed, status, and as value the mean average precision over query modalities."""
    rows = tables.select(table, metric="mAP", label="compatible")
    return rows.groupby([*by, "run_id", "seed", "training_seed", "status"], as_index=False, sort=False)["value"].mean()


def _at_random(table: pd.DataFrame) -> float:
    """Mean average precision of a random order."""
    return float(tables.select(table, metric="chance/mAP", label="compatible")["value"].mean())


def _within(summary: pd.DataFrame) -> pd.DataFrame:
    """Intervals of shares, which end at 0 and 1."""
    return summary.assign(low=summary["low"].clip(0), high=summary["high"].clip(upper=1))


# --- signs ------------------------------------------------------------------------------------------------------------


@picture
def signs(degrees: np.ndarray, scores: Mapping[str, np.ndarray]) -> Figure:
    """Scores while one embedding is rotated away from the others; half a turn is a change of sign.

    Args:
        degrees: angles of rotation, (n,), with 0 and 180 among them.
        scores: (n,) each, higher is better, by name: a panel each, on scales of their own.

    Raises:
        ValueError: no scores, numbers of another shape, or 0 or 180 degrees missing.
    """
    degrees = np.asarray(degrees, dtype=float)
    curves = {name: np.asarray(values, dtype=float) for name, values in scores.items()}
    if not curves or any(values.shape != degrees.shape for values in curves.values()):
        raise ValueError(f"every score needs one number for each of the {degrees.size} angles.")
    if not {0, 180} <= set(degrees):
        raise ValueError("the angles must include 0 and 180 degrees: the same sign and the opposite one.")
    words = "Score of one sample while one of its embeddings is rotated; hollow: 0°; filled: 180°, the opposite sign. "
    words += "Scales differ."
    figure, told = canvas(SIGNS, words), []
    for ax, (name, values) in zip(figure.subplots(1, len(curves), squeeze=False)[0], curves.items()):
        before, after = values[degrees == 0][0], values[degrees == 180][0]
        blind = abs(after - before) <= SAME * np.ptp(values)
        _curve(ax, degrees, values, (before, after), style.TOGETHER if blind else style.INK)
        ax.set_title(f"{name}\n{'blind to signs' if blind else 'sees signs'}", linespacing=SPACED)
        told.append(f"{name} from {before:z.2f} to {after:z.2f}")
    return describe(figure, f"Line charts of scores when one embedding changes its sign: {'; '.join(told)}.")


def _curve(ax: Axes, degrees: np.ndarray, values: np.ndarray, ends: tuple[float, float], colour: str) -> None:
    ax.axhline(ends[0], color=style.MUTED, ls=":", lw=0.6 * matplotlib.rcParams["lines.linewidth"])
    ax.plot(degrees, values, color=colour)
    ax.plot([0], ends[:1], "o", mec=colour, mfc=style.PAPER, clip_on=False, zorder=3)
    ax.plot([180], ends[1:], "o", color=colour, clip_on=False, zorder=3)
    ax.locator_params(axis="y", nbins=3)
    ax.set_xticks([0, 180], ["0", "180°"])
    ax.set(xlim=(0, 360), xlabel="rotated by")
