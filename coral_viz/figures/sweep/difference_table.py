"""Paired differences of configurations from their baseline as a table in Markdown."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from coral_viz.figures.sweep import sweep_data
from coral_viz.results import statistics


def difference_table(rows: pd.DataFrame, base: Mapping[str, object], titles: Mapping[str, str]) -> str:
    """A row per configuration and a column per title: mean paired differences with 95 % t-intervals, and how many.

    Differences whose interval excludes 0 are bold. Configurations that give the baseline's numbers with every seed are
    left out: what they change has no effect there.

    Args:
        rows: of a sweep's table, one quantity a label.
        base: the baseline's settings by name.
        titles: the columns to show: the head of each by its label.

    Raises:
        ValueError: as ``statistics.paired``, or no configuration that differs from the baseline.
    """
    pairs = statistics.paired(rows[rows["label"].isin(list(titles))], base, by=["label"])
    pairs = pairs.assign(cell=sweep_data.named(pairs, list(base), base))
    pairs = pairs[(pairs["estimate"] != 0).groupby(pairs["cell"]).transform("any")]
    if pairs.empty:
        raise ValueError("no configuration differs from the baseline; compare others")
    cells = {key: _cell(row) for key, row in pairs.set_index(["cell", "label"]).iterrows()}
    head = f"| configuration | n | {' | '.join(titles.values())} |\n|:--|--:|{'--:|' * len(titles)}"
    lines = [
        f"| {cell} | {_counts(own['n'])} | {' | '.join(cells.get((cell, label), '') for label in titles)} |"
        for cell, own in pairs.groupby("cell", sort=False)
    ]
    found = f"{pairs['found'].sum()} of {len(pairs)} differences are significant. n: seeds."
    return "\n".join([head, *lines, "", found])


def _cell(difference: pd.Series) -> str:
    words = f"{difference['estimate']:+.3f} [{difference['low']:+.3f}, {difference['high']:+.3f}]"
    return f"**{words}**" if difference["found"] else words


def _counts(n: pd.Series) -> str:
    return " to ".join(map(str, sorted({n.min(), n.max()})))
