"""A figure of a paper before it is drawn: its source, the function that draws it, and how its rows were measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure

from coral_viz.publishing.paper import words
from coral_viz.publishing.paper.sources import Source

Drawn = tuple[Figure, pd.DataFrame]


@dataclass(frozen=True)
class PlannedFigure:
    """A figure before it is drawn; ``draw(content, look)`` returns it with the rows that it shows.

    Attributes:
        name: of its files.
        source: of its data; None for a schematic.
        protocol: from the rows shown, the text that follows the figure's own caption.
        columns: its width in columns of the venue.
        core: whether it is drawn by default.
    """

    name: str
    source: Source | None
    draw: Callable[[object, Mapping], Drawn]
    protocol: Callable[[pd.DataFrame], str] = words.of_runs
    columns: int = 2
    core: bool = False


def shown(figure: Callable, select: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[pd.DataFrame, Mapping], Drawn]:
    """A drawing of the rows that ``select`` takes from a table."""

    def draw(table: pd.DataFrame, look: Mapping) -> Drawn:
        rows = select(table)
        return figure(rows, look=look), rows

    return draw


def measured(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of finished runs but those of their training curves."""
    return table[(table["split"] != "train") & (table["status"] == "done")]
