"""Which pictures tell the story of a table, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from coral_viz import style
from coral_viz.figures.kept import bits_kept
from coral_viz.figures.parts import matrix
from coral_viz.figures.probe import accuracy
from coral_viz.figures.training import curves
from coral_viz.figures.where import dots, stacked


def overview(table: pd.DataFrame, *, look: Mapping | None = None) -> dict[str, Figure]:
    """Every picture that the table has numbers for, by name.

    Args:
        table: a valid tidy table.
        look: rcParams, ``style.paper(columns=2)`` if None.

    Returns:
        bits_kept, accuracy, parts, training; and where_<method> and where_<method>_dots for each method with a
        decomposition between its parts.
    """
    look = look or style.paper(columns=2)
    done = table[table["status"] == "done"]
    pairs = done[done["part"].str.contains("|", regex=False)]
    pictures = {
        name: draw(done, look=look)
        for name, draw, has in (
            ("bits_kept", bits_kept, done["metric"] == "bits"),
            ("accuracy", accuracy, done["metric"] == "balanced_accuracy"),
            ("parts", matrix, done["metric"] == "bits"),
            ("training", curves, done["split"] == "train"),
        )
        if has.any()
    }
    for method in pairs["method"].unique():
        own = done[done["method"] == method]
        pictures[f"where_{method}"] = stacked(own, look=look)
        pictures[f"where_{method}_dots"] = dots(own, look=look)
    return pictures
