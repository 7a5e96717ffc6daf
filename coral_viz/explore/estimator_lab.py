"""Estimator lab: how far estimates of atoms lie from the truth, and how often intervals hold it, from shipped grids."""

from __future__ import annotations

import ipywidgets

from coral_viz.explore import shipped
from coral_viz.explore.base import LABEL_WIDTH, Explorer, choice
from coral_viz.figures.bias import bias
from coral_viz.figures.coverage import coverage

ERROR, HOLDS = "error against the truth", "how often intervals hold the truth"


class Estimators(Explorer):
    """``explore.estimators()``: classifiers and k-means on samples whose atoms are known; intervals on counts."""

    NAME = "estimators"

    def controls(self):
        errors, held = shipped.table("bench_estimators.csv"), shipped.table("bench_coverage.csv")
        estimators, truths = errors["estimator"].unique(), list(errors["truth"].unique())
        worlds = list(dict.fromkeys(held["distribution"]))
        picture, world = choice("picture", [ERROR, HOLDS], ERROR), choice("samples from", truths, truths[0])

        def follow(change):
            """The two grids have distributions of their own."""
            with self.following():
                world.options = truths if picture.value == ERROR else worlds

        picture.observe(follow, "value")
        chosen = ipywidgets.SelectMultiple(
            options=tuple(estimators),
            value=tuple(estimators),
            description="estimators",
            rows=len(estimators),
            style={"description_width": LABEL_WIDTH},
        )
        return {"picture": picture, "world": world, "estimators": chosen}

    def compute(self, settings):
        if settings["picture"] == HOLDS:
            table = shipped.table("bench_coverage.csv")
            return table[table["distribution"] == settings["world"]]
        if not settings["estimators"]:
            raise ValueError("no estimator is chosen; choose one or more.")
        table = shipped.table("bench_estimators.csv")
        return table[(table["truth"] == settings["world"]) & table["estimator"].isin(settings["estimators"])]

    def draw(self, computed, settings, look):
        return (bias if settings["picture"] == ERROR else coverage)(computed, look=look)

    def caption(self, computed, settings):
        largest = computed[computed["n"] == computed["n"].max()]
        if settings["picture"] == HOLDS:
            return (
                f"At n = {largest['n'].iloc[0]:,}, intervals hold the truth in {largest['coverage'].min():.1%} or more."
            )
        errors = ", ".join(f"{row.estimator}: {row.mean_absolute_error:.3f}" for row in largest.itertuples())
        return f"Mean absolute error in bits at n = {largest['n'].iloc[0]:,} samples: {errors}."
