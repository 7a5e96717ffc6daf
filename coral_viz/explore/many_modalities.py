"""More than two modalities: shared information beyond pairs, and results of methods from shipped tables."""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import Any

import ipywidgets
import pandas as pd

from coral_viz import figures, tasks
from coral_viz.explore import shipped
from coral_viz.explore.explorer import Explorer, choice, named, slider
from coral_viz.figures.comparison.beyond_pairs import information_map, relation
from coral_viz.results import schema

THERE, FOUND, WITHHELD = "shared information", "methods that find the relation", "with missing modalities"
TABLES = {"xnor": "xnor.parquet", "factors": "modalities.parquet"}
"""Shipped results of three modalities, by task."""

ROOM = {"tokens": 1, "features": 160}
"""A token that holds every latent there can be; what is shared does not depend on it."""


class Beyond(Explorer):
    """``explore.beyond()``: the information map of any number of modalities; results of methods for three."""

    NAME = "beyond"
    ONLY = MappingProxyType({THERE: ("count", "classes", "rho", "pairs"), FOUND: (), WITHHELD: ()})
    MORE = ("classes", "pairs")

    def controls(self):
        start: Any = tasks.load("xnor")
        dials = {
            "task": choice("task", TABLES, "xnor"),
            "count": slider("modalities, M", start.count, 2, 8, 1),
            "classes": slider("classes of a latent, K", start.classes, 2, 8, 1),
            "rho": slider("rho: relation holds", start.rho, 0.0, 1.0, 0.05),
            "pairs": ipywidgets.Checkbox(value=False, indent=False, **named("pairs are related, too", "initial")),
        }

        def follow(change):
            """Set the dials to those of the task whose results ship."""
            task = _related(change["new"])
            with self.following():
                dials["count"].value, dials["classes"].value = task.count, task.classes
                dials["rho"].value, dials["pairs"].value = task.rho, False

        def fit(change):
            """Two modalities have no pairs beside all of them."""
            with self.following():
                dials["pairs"].disabled = change["new"] == 2
                dials["pairs"].value = dials["pairs"].value and change["new"] > 2

        dials["task"].observe(follow, "value")
        dials["count"].observe(fit, "value")
        return {"picture": choice("picture", self.ONLY, THERE), **dials}

    def compute(self, settings):
        return _shared(**_dials(settings)) if settings["picture"] == THERE else _measured(settings["task"])

    def draw(self, computed, settings, look):
        if settings["picture"] == THERE:
            always = _shared(**_dials(settings) | {"rho": 1.0})
            return information_map(computed, reach=max(map(max, always.values())), look=look)
        return (relation if settings["picture"] == FOUND else figures.subsets)(computed, look=look)

    def caption(self, computed, settings):
        if settings["picture"] == THERE:
            total, dual = computed["all"]
            return (
                f"All together: {total:.2f} bits of total correlation less {dual:.2f} of dual make {total - dual:z.2f} "
                "of O-information. It is a difference: at 0 both may be absent, or equally large."
            )
        if settings["picture"] == WITHHELD:
            return "Three modalities. No two of them hold the relation, so a missing modality removes it completely."
        return "Three modalities. A score uses no labels; a readout is fitted to them, so it may find more."


def _dials(settings: dict) -> dict:
    return {name: value for name, value in settings.items() if name != "picture"}


def _related(task: str, **dials):
    """A task whose training pairs are related."""
    chosen: dict[str, Any] = {"distribution": "biased", "count": 3} | ROOM | dials
    return tasks.load(task, **chosen)


@lru_cache(maxsize=64)
def _shared(task: str, count: int, classes: int, rho: float, pairs: bool) -> dict[str, tuple[float, float]]:
    """Total and dual total correlation in training by group of latents, those of all pairs added up."""
    related = _related(task, count=count, classes=classes, rho=rho, amplitude_pairs=float(pairs))
    rows = pd.DataFrame([row for row in related.structure if row["split"] == "train"])
    rows["group"] = rows["group"].where(~rows["group"].str.startswith("synergy_"), "pairs")
    sums = rows.groupby("group", sort=False)[["total_correlation", "dual_total_correlation"]].sum()
    return dict(zip(sums.index, sums.itertuples(index=False, name=None)))


@lru_cache
def _measured(task: str) -> pd.DataFrame:
    """What methods kept of the relation, in the shipped results of three modalities."""
    table = schema.validate(shipped.table(TABLES[task]))
    return table[table["label"].isin(["synergy", "compatible"])]
