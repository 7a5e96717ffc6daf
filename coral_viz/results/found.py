"""Found or not: the number of seeds whose embedding keeps a label, where training finds all of it or nothing.

The mean over seeds of such a label is far from every run. A label counts as found if the whole embedding keeps more
than half of its exact information, or on one's own data, of its estimated information.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import betaincinv

from coral_viz.results import references, tables
from coral_viz.results.metrics import LINEAR

SHARE = 0.5
"""Of a label's exact information, above which it counts as found: one threshold for every task, label and method."""

BY = (*tables.VARIANT, "distribution", "label")


def found(
    table: pd.DataFrame, by: Sequence[str] = BY, *, readout: str = LINEAR, confidence: float = 0.95
) -> pd.DataFrame:
    """The number of seeds whose whole embedding keeps more than half of a label.

    If a seed was trained several times, it counts with the share of trainings that found the label, as trainings with
    one seed are not independent.

    Args:
        table: a valid table.
        by: columns that distinguish the groups.
        readout: linear or best, the one that must find the label.
        confidence: of the two-sided interval, in (0, 1).

    Returns:
        ``by`` + found (k), n (seeds), share (k / n), low, high (exact interval of Clopper and Pearson, Biometrika 26,
        1934).

    Raises:
        ValueError: as ``tables.beside_truth`` and ``tables.by_seed``; confidence out of range.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    rows, by = tables.beside_truth(table, part="all", readout=readout), list(by)
    share = references.share(rows["value"], rows["truth"], rows["known"])
    rows = tables.by_seed(rows.assign(value=(share > SHARE).astype(float)), by)
    counts = rows.groupby(by, sort=False, dropna=False)["value"].agg(found="sum", n="size").reset_index()
    low, high = exact_interval(counts["found"], counts["n"], confidence)
    return counts.assign(share=counts["found"] / counts["n"], low=low, high=high)


def exact_interval(found, n, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Low and high of Clopper and Pearson's interval of a share, given ``found`` of ``n``."""
    found, n = np.asarray(found, float), np.asarray(n, float)
    tail = (1 - confidence) / 2
    with np.errstate(invalid="ignore"):
        low, high = betaincinv(found, n - found + 1, tail), betaincinv(found + 1, n - found, 1 - tail)
    return np.where(found <= 0, 0.0, low), np.where(found >= n, 1.0, high)


def says(readout: str) -> str:
    """The explanation of the counts below a table or a figure."""
    return f"more than half of the label's bits by the {readout} readout; 95% exact binomial interval over seeds"


def where_split(row: pd.Series) -> str:
    """A row of ``found`` as "1/5: 1 to 72", the interval in %; "" if the label was found in all seeds or in none."""
    if row["found"] in (0, row["n"]):
        return ""
    return f"{row['found']:.3g}/{row['n']:g}: {100 * row['low']:.0f} to {100 * row['high']:.0f}"


SPLIT = (
    "Where a label is learned with some seeds only, (k/n: low to high) counts the seeds in which a linear probe finds "
    "more than half of its information, with the exact 95 % interval of k/n in %."
)
"""What ``where_split`` says, below a table."""


def in_words(row: pd.Series) -> str:
    """A row of ``found`` as "4 of 5"."""
    return f"{row['found']:.3g} of {row['n']:g}"
