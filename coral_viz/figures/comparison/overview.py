"""The figures of a table, by name."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping
from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from coral_viz import style
from coral_viz.figures.comparison.accuracy import accuracy
from coral_viz.figures.comparison.bits_kept import bits_kept
from coral_viz.figures.comparison.costs import costs
from coral_viz.figures.comparison.found_counts import found_counts
from coral_viz.figures.comparison.modality_subsets import subsets
from coral_viz.figures.comparison.part_atoms import dots, stacked
from coral_viz.figures.comparison.part_bits import matrix
from coral_viz.figures.comparison.rank_differences import rank_differences
from coral_viz.figures.comparison.retrieval import retrieval
from coral_viz.figures.course.loss_curves import curves
from coral_viz.results import parts, tables
from coral_viz.results.metrics import BEST, LINEAR
from coral_viz.results.resampling import FEWEST_SEEDS
from coral_viz.results.tables import VARIANT

PAGE = 6  # methods that one picture with a block per method holds at most


def overview(
    table: pd.DataFrame, *, look: Mapping | None = None, only: Collection[str] | None = None
) -> dict[str, Figure]:
    """Every figure that the table has numbers for, by name.

    Args:
        table: a valid tidy table.
        look: rcParams, ``style.paper(columns=2)`` if None.
        only: names of those to draw, all if None.

    Returns:
        bits_kept, accuracy, found, subsets and retrieval; ranks, for at least three methods and five seeds; costs, for
        several methods whose runs state them; parts and training, continued in parts_2, training_2 and so on; and
        where_<method> and where_<method>_dots for each method with a decomposition between its parts (see ``plain``).
    """
    look = look or style.paper(columns=2)
    plan = _plan(table[table["status"] == "done"])
    return {name: draw(look=look) for name, draw in plan.items() if only is None or name in only}


def _plan(done: pd.DataFrame) -> dict[str, Callable[..., Figure]]:
    """What draws each picture."""
    whole, missing = parts.are(done, "whole"), parts.are(done, "given")
    plan: dict[str, Callable[..., Figure]] = {
        name: partial(draw, done)
        for name, draw, has in (
            ("bits_kept", bits_kept, whole & (done["metric"] == "bits")),
            ("accuracy", accuracy, whole & (done["metric"] == "balanced_accuracy")),
            ("found", found_counts, whole & (done["metric"] == "bits") & (done["readout"] == LINEAR)),
            ("subsets", subsets, missing & (done["metric"] == "balanced_accuracy")),
            ("retrieval", retrieval, done["metric"] == "mAP"),
        )
        if has.any()
    }
    read = done[whole & (done["metric"] == "balanced_accuracy") & (done["readout"] == LINEAR)]
    if _are_ranked(read):
        plan["ranks"] = partial(rank_differences, read)
    priced = read[(read["label"] == "synergy") & (read["distribution"] == "biased")]
    if len(tables.variants(priced)) > 1 and priced[["parameters", "seconds"]].notna().all(axis=None):
        plan["costs"] = partial(costs, priced)
    plan |= _pages("parts", matrix, done, (done["readout"] == BEST) & (done["metric"] == "bits"))
    plan |= _pages("training", curves, done, done["split"] == "train")
    for method in done.loc[parts.are(done, "pair"), "method"].unique():
        own = done[done["method"] == method]
        name = f"where_{plain(method)}"
        plan |= {name: partial(stacked, own), f"{name}_dots": partial(dots, own)}
    return plan


def plain(method: str) -> str:
    """A method's name as a part of a file's: an import path has a colon and dots."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", method)


def _are_ranked(read: pd.DataFrame) -> bool:
    """Whether in every panel three methods or more share five seeds or more."""
    runs = read.drop_duplicates([*VARIANT, "distribution", "label", "seed"])
    panels = [panel.groupby("seed").size() for _, panel in runs.groupby(["distribution", "label"])]
    return bool(panels) and all(sizes.max() > 2 and (sizes == sizes.max()).sum() >= FEWEST_SEEDS for sizes in panels)


def _pages(name: str, draw: Callable, done: pd.DataFrame, has: pd.Series) -> dict[str, Callable[..., Figure]]:
    """What draws the methods that the mask ``has`` rows of, as evenly as possible on pages of at most ``PAGE``."""
    variants = style.method_order(tables.variants(done[has]))
    pages = math.ceil(len(variants) / PAGE)
    starts = [len(variants) * page // pages for page in range(pages + 1)] if pages else []
    names = [name, *(f"{name}_{page}" for page in range(2, pages + 1))]
    return {
        name: partial(draw, pd.concat([tables.of_variant(done, variant) for variant in variants[start:stop]]))
        for name, start, stop in zip(names, starts, starts[1:])
    }
