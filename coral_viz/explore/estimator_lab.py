"""Errors of estimators of atoms, and coverage of their intervals, from shipped benchmarks."""

from __future__ import annotations

from types import MappingProxyType

import ipywidgets

from coral_viz.explore import shipped
from coral_viz.explore.explorer import Explorer, choice, named
from coral_viz.figures.decomposition.estimator_bias import bias
from coral_viz.figures.decomposition.interval_coverage import coverage

COUNT, DIMENSION, NOISE = "error against n", "error against dimension", "error against noise"
HOLDS = "coverage of intervals"
TABLES = {
    COUNT: ("bench_estimators.csv", "truth"),
    DIMENSION: ("bench_dimensions.csv", "truth"),
    NOISE: ("bench_dimensions.csv", "truth"),
    HOLDS: ("bench_coverage.csv", "distribution"),
}
"""By picture: its grid, and the column that says where samples are from."""
OVER = {COUNT: "n", DIMENSION: "dimensions", NOISE: "noise"}


class Estimators(Explorer):
    """``explore.estimators()``: classifiers and k-means on samples with known atoms; intervals from counts."""

    NAME = "estimators"
    ONLY = MappingProxyType(
        {COUNT: ("estimators",), DIMENSION: ("estimators", "noise"), NOISE: ("estimators", "dimensions"), HOLDS: ()}
    )

    def controls(self):
        hidden = shipped.table("bench_dimensions.csv")
        estimators = shipped.table("bench_estimators.csv")["estimator"].unique()
        picture, source = choice("picture", TABLES, COUNT), choice("distribution", _offered(COUNT), _offered(COUNT)[0])

        def follow(change):
            """The grids have distributions of their own."""
            with self.following():
                kept, offered = source.value, _offered(picture.value)
                source.options = offered
                source.value = kept if kept in offered else offered[0]

        picture.observe(follow, "value")
        chosen = ipywidgets.SelectMultiple(
            options=tuple(estimators),
            value=tuple(estimators),
            rows=len(estimators),
            **named("estimators"),
        )
        return {
            "picture": picture,
            "distribution": source,
            "estimators": chosen,
            "dimensions": choice("dimensions", hidden["dimensions"].unique().tolist(), 32),
            "noise": choice("noise", hidden["noise"].unique().tolist(), 0.5),
        }

    def compute(self, settings):
        name, where = TABLES[settings["picture"]]
        table = shipped.table(name)
        table = table[table[where] == settings["distribution"]]
        if settings["picture"] == HOLDS:
            return table
        if not settings["estimators"]:
            raise ValueError("no estimator is chosen; choose one or more.")
        for held in {"dimensions", "noise"} & set(table) - {OVER[settings["picture"]]}:
            table = table[table[held] == settings[held]]
        return table[table["estimator"].isin(settings["estimators"])]

    def draw(self, computed, settings, look):
        if settings["picture"] == HOLDS:
            return coverage(computed, look=look)
        return bias(computed, OVER[settings["picture"]], look=look)

    def caption(self, computed, settings):
        n = computed["n"].max()
        if settings["picture"] == HOLDS:
            largest = computed[computed["n"] == n]
            return f"At n = {n:,}, intervals cover the truth in {largest['coverage'].min():.1%} or more."
        over = OVER[settings["picture"]]
        last = computed[computed[over] == computed[over].max()]
        errors = ", ".join(f"{row.estimator}: {row.mean_absolute_error:.3f}" for row in last.itertuples())
        return (
            f"Mean absolute error in bits at {over} = {last[over].iloc[0]:,}: {errors}. {COVERED[settings['picture']]}"
        )


COVERED = {
    COUNT: "The grid: five distributions in 32 dimensions, three n.",
    DIMENSION: "Only one dimension of each source is informative, the others are noise. n = 1,000.",
    NOISE: "Noise: standard deviation of a source over the distance between its two means. n = 1,000.",
}
"""What the grid of a picture covers."""


def _offered(picture: str) -> list[str]:
    name, where = TABLES[picture]
    return list(dict.fromkeys(shipped.table(name)[where]))
