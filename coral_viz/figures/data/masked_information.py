"""Information under masks: the exact bits about every label in the visible tokens, over the share of hidden tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import matplotlib
import pandas as pd
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter

from coral_viz import style
from coral_viz.figures.layout import panel_grid
from coral_viz.figures.layout.canvas import describe, in_bits, picture

PANEL = 11.0  # lines of text
ALL = "all"


def over_ratios(task, *, read=None, n: int = 2000, seed: int = 0) -> pd.DataFrame:
    """``task.information`` as tokens are hidden one by one, in all modalities equally or in the first alone.

    Args:
        task: a ``factors`` task whose tokens are looks.
        read: an ``evaluation.MaskedReadout`` of a method that was trained on the task, to use in place of the task.
        n, seed: samples to average over, see ``task.information``; a readout has its own.

    Returns:
        Columns: ``masked`` (a modality, or all), ``ratio`` of its tokens that are hidden, ``label``, ``given`` (the
        modality whose tokens are used, or all), ``bits``, their standard ``error``, ``truth`` (bits in the latents),
        and ``n``.
    """
    names, rows = [modality.name for modality in task.modalities], []
    information = read.information if read else partial(task.information, n=n, seed=seed)
    tokens = task.modalities[0].shape[0]
    for masked in (ALL, names[0]):
        for hidden in range(tokens):
            mask = torch.arange(tokens) >= hidden
            left = information({name: mask for name in names if masked in (ALL, name)})
            for label, found in left.items():
                where = {"masked": masked, "ratio": hidden / tokens, "label": label, "n": read.n_test if read else n}
                where["truth"] = float(task.truth[label].information)
                told = zip([*names, ALL], [*found.alone, found.together])
                rows += [where | {"given": given, "bits": bits, "error": error} for given, (bits, error) in told]
    return pd.DataFrame(rows)


def under_mask(task, visible: Mapping[str, Any]) -> pd.DataFrame:
    """Bits about every label in the tokens that a mask leaves: a row per label, a column per modality alone, and all.

    Args:
        task: a ``factors`` task whose tokens are looks.
        visible: a mask, see ``tasks.visible``.
    """
    left = task.information(visible)
    rows = {label: [each.bits for each in (*left[label].alone, left[label].together)] for label in task.labels}
    columns = [*(modality.name for modality in task.modalities), ALL]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


@picture
def bits_under_masks(table: pd.DataFrame, labels: Sequence[str] = ("redundancy", "unique_1", "synergy")) -> Figure:
    """Share of each label's bits in the visible tokens, over the share of hidden ones; a panel per masked modality.

    Solid lines: all modalities together. Dashed: the first modality alone, if its share is neither 0 nor 1 throughout.
    Bands: plus and minus two standard errors.

    Args:
        table: as ``over_ratios`` makes it.
        labels: which labels.

    Raises:
        ValueError: a label that the table does not have, or none.
    """
    _check(table, labels)
    table = table[table["label"].isin(labels)]
    first, masks = table["given"].iloc[0], list(table["masked"].unique())
    lone = [label for label in labels if _apart(table[table["label"] == label], first)]
    colours = {label: style.label_style(label).colour for label in labels}
    key = [panel_grid.handle(style.label_style(label).name, i, colours[label]) for i, label in enumerate(labels)]
    key += [_alone(style.label_style(label).name, first, colours[label]) for label in lone]
    words = (
        "Bits that the visible tokens of all modalities hold, in shares of what the latents hold: exact posteriors, a "
        f"mean over n = {table['n'].iloc[0]} samples; bands: two standard errors."
    )
    figure, (line,) = panel_grid.panels((1, len(masks)), PANEL, words, left=panel_grid.numbers(), foot=2.8, key=key)
    for ax, masked in zip(line, masks):
        here = table[table["masked"] == masked]
        for i, label in enumerate(labels):
            rows = here[here["label"] == label]
            _curve(ax, rows[rows["given"] == ALL], panel_grid.look(i, colours[label]))
            if label in lone:
                _curve(ax, rows[rows["given"] == first], _dashed(colours[label]))
        ax.set_title(f"{_words(masked)} masked")
        ax.set(xlabel="tokens hidden", xlim=(-0.02, 0.92), ylim=(-0.03, 1.05))
        ax.xaxis.set_major_formatter(PercentFormatter(1, 0))
    line[0].set_ylabel("bits left")
    line[0].yaxis.set_major_formatter(PercentFormatter(1, 0))
    return describe(figure, _alt(table, labels))


@picture
def read_under_masks(
    exact: pd.DataFrame,
    read: Mapping[str, pd.DataFrame],
    labels: Sequence[str] = ("redundancy", "unique_1", "synergy"),
) -> Figure:
    """Share of each label's bits in the visible tokens, and in readouts of methods; a panel per label.

    Args:
        exact: ``over_ratios`` of the task.
        read: ``over_ratios`` with readouts, by the name of the method.
        labels: which labels.

    Raises:
        ValueError: a label that a table does not have, or none.
    """
    looks = {method: style.method_style(method) for method in read}
    lines: dict[str, dict[str, Any]] = {
        method: {"color": look.colour, "marker": look.marker, "ls": look.linestyle} for method, look in looks.items()
    }
    key = [Line2D([], [], color=style.INK, label="exact")]
    key += [Line2D([], [], label=look.label, **lines[method]) for method, look in looks.items()]
    samples = ", ".join(str(n) for n in sorted({int(table["n"].iloc[0]) for table in read.values()}))
    words = (
        "Bits in shares of what the latents hold, tokens of all modalities hidden alike. Exact: mean over n = "
        f"{exact['n'].iloc[0]} samples. Methods: a linear readout of the embedding, n = {samples}; below 0 where it is "
        "surer than right. Bands: two standard errors."
    )
    for table in (exact, *read.values()):
        _check(table, labels)
    figure, (panels,) = panel_grid.panels((1, len(labels)), PANEL, words, left=panel_grid.numbers(), foot=2.8, key=key)
    for ax, label in zip(panels, labels):
        for method, table in (("", exact), *read.items()):
            rows = table[(table["masked"] == ALL) & (table["given"] == ALL) & (table["label"] == label)]
            _curve(ax, rows, lines.get(method, {"color": style.INK}))
        panel_grid.title(ax, label, style.label_style(label).name)
        ax.set(xlabel="tokens hidden", xlim=(-0.02, 0.92), ylim=(-0.1, 1.05))
        ax.xaxis.set_major_formatter(PercentFormatter(1, 0))
    panels[0].set_ylabel("bits")
    panels[0].yaxis.set_major_formatter(PercentFormatter(1, 0))
    told = "; ".join(
        f"{name}: {', '.join(_at_half(table, label) for label in labels)}"
        for name, table in [("exact", exact), *((looks[method].label, table) for method, table in read.items())]
    )
    return describe(
        figure, f"Curves of bits over the share of tokens hidden, exact and as methods read. At half: {told}."
    )


def _check(table: pd.DataFrame, labels: Sequence[str]) -> None:
    missing = [label for label in labels if label not in set(table["label"])]
    if missing or not labels:
        raise ValueError(f"labels {missing} are not in the table, which has {', '.join(table['label'].unique())}.")


def _half(table: pd.DataFrame) -> pd.DataFrame:
    """What all tell together where about half of all tokens are hidden, by label."""
    rows = table[(table["masked"] == ALL) & (table["given"] == ALL)]
    return rows[rows["ratio"] == rows["ratio"].iloc[(rows["ratio"] - 0.5).abs().argmin()]].set_index("label")


def _at_half(table: pd.DataFrame, label: str) -> str:
    row = _half(table).loc[label]
    return f"{label.replace('_', ' ')} {in_bits(row['bits'], 2)} of {row['truth']:.2g} bits"


def _apart(rows: pd.DataFrame, first: str) -> bool:
    """Whether the first modality alone holds some of the bits, and not as many as all together."""
    alone, together = (rows.loc[rows["given"] == given, "bits"].sum() for given in (first, ALL))
    return 0 < alone < together * (1 - 1e-9)


def _curve(ax: Axes, rows: pd.DataFrame, looks: dict) -> None:
    share, error = rows["bits"] / rows["truth"], 2 * rows["error"] / rows["truth"]
    ax.plot(rows["ratio"], share, **looks)
    ax.fill_between(rows["ratio"], share - error, share + error, color=looks["color"], alpha=0.2, lw=0)


def _dashed(colour: str) -> dict:
    return {"color": colour, "ls": (0, (4, 2)), "lw": 0.8 * matplotlib.rcParams["lines.linewidth"]}


def _alone(name: str, first: str, colour: str):
    return panel_grid.handle(f"{name}, {_words(first)} alone", 0, colour, marker="", **_dashed(colour))


def _words(modality: str) -> str:
    return modality.replace("_", " ")


def _alt(table: pd.DataFrame, labels: Sequence[str]) -> str:
    told = ", ".join(_at_half(table, label) for label in labels)
    return (
        "Curves of the bits that visible tokens hold about each label, over the share of tokens hidden. With "
        f"{_half(table)['ratio'].iloc[0]:.0%} hidden in all modalities: {told}."
    )
