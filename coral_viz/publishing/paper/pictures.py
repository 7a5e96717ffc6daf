"""Which figures a paper shows: each a figure function, its source, and the words on how its rows were measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from math import ceil

import pandas as pd

from coral_viz import figures, style
from coral_viz.figures.comparison.beyond_pairs import relation
from coral_viz.figures.comparison.overview import PAGE
from coral_viz.figures.decomposition.interval_coverage import coverages
from coral_viz.figures.decomposition.solver_speed import speed, times
from coral_viz.figures.sweep import synergy_tradeoff
from coral_viz.publishing.paper import opened, sweep_pictures, words
from coral_viz.publishing.paper.planned_figure import Drawn, PlannedFigure, measured, shown
from coral_viz.publishing.paper.sources import MAIN, Source, Sources
from coral_viz.publishing.paper.sweep_choice import DEFAULTS, SweepChoice
from coral_viz.results import parts, tables
from coral_viz.results.metrics import LINEAR


def plan(sources: Sources, choice: SweepChoice = DEFAULTS) -> Iterator[PlannedFigure]:
    """Every figure of the set, including those whose source is missing; of sweeps what is chosen."""
    yield PlannedFigure("schematic", None, _schematic, words.of_nothing, core=True)
    yield from _main(sources.named[MAIN])
    for name, source in sources.sweeps.items():
        yield from sweep_pictures.plan(name, source, choice)
    yield from _opened(sources.named["runs"])
    yield from _benchmarks(sources.named)
    yield from _beyond_two(sources.named)


# --- the task, and what methods keep ----------------------------------------------------------------------------------


def _schematic(content, look: Mapping) -> Drawn:
    return figures.schematic(look=look), pd.DataFrame()


def _main(source: Source) -> Iterator[PlannedFigure]:
    yield PlannedFigure("bits_kept", source, shown(figures.bits_kept, measured), core=True)
    yield PlannedFigure("parts", source, shown(figures.matrix, _with_parts), words.of_means, core=True)
    for number, variants in enumerate(_pages(source.content), 1):
        select = partial(_of_variants, variants=variants)
        yield PlannedFigure(f"parts_of_all_{number}", source, shown(figures.matrix, select), words.of_means)
    yield PlannedFigure("between_parts", source, shown(figures.dots, _shared))
    trade = partial(synergy_tradeoff.trade, part="all", readout=LINEAR)
    yield PlannedFigure("synergy_against_unique", source, shown(trade, _traded), words.of_means, columns=1, core=True)


def _with_parts(table: pd.DataFrame) -> pd.DataFrame:
    """The methods whose embeddings have parts that are no modality's; all methods, if none has."""
    rows = measured(table)
    own = {text for text in rows["part"].unique() if parts.parse(text).kind == "single" and not parts.modality(text)}
    variants = style.method_order(tables.variants(rows[rows["part"].isin(own)]))
    return _of_variants(table, variants) if variants else rows


def _pages(table: pd.DataFrame | None) -> list[list[tuple[str, str]]]:
    """The variants of a table on as few pages as possible, as even as possible; one page if there is no table."""
    variants = [] if table is None else style.method_order(tables.variants(measured(table)))
    count = max(1, ceil(len(variants) / PAGE))
    return [variants[len(variants) * page // count : len(variants) * (page + 1) // count] for page in range(count)]


def _of_variants(table: pd.DataFrame, variants: list[tuple[str, str]]) -> pd.DataFrame:
    rows = measured(table)
    return pd.concat([tables.of_variant(rows, variant) for variant in variants])


def _shared(table: pd.DataFrame) -> pd.DataFrame:
    """The first variant, in the order of pictures, that has a shared part beside others."""
    rows = measured(table)
    pairs = rows[parts.are(rows, "pair")]
    found = tables.variants(pairs[[parts.parse(text).names[0] == "shared" for text in pairs["part"]]])
    if not found:
        raise ValueError("no method of the table has a shared part beside others")
    return tables.of_variant(rows, style.method_order(found)[0])


def _traded(table: pd.DataFrame) -> pd.DataFrame:
    """Runs without a knob turned, after the last kind of training that tells unique information and synergy."""
    rows = measured(table)
    rows = rows[rows["knob"] == ""]
    kinds = rows["label"].str.split("_").str[0].groupby(rows["distribution"]).agg(set)
    both = [name for name in tables.distributions(rows) if {"unique", "synergy"} <= kinds[name]]
    if not both:
        raise ValueError(
            "no run of the table at the default hyperparameters has bits of unique information and of synergy"
        )
    return rows[rows["distribution"] == both[-1]]


# --- trained methods --------------------------------------------------------------------------------------------------


def _opened(source: Source) -> Iterator[PlannedFigure]:
    for label in tables.LABELS:
        if label != "unique_2":
            draw = partial(opened.maps, label=label)
            yield PlannedFigure(f"map_{label}", source, draw, words.of_maps)
    for method in ("coral", "infmasking"):
        yield PlannedFigure(f"masks_{method}", source, partial(opened.masks, method=method), words.of_tokens)


# --- benchmarks -------------------------------------------------------------------------------------------------------


def _benchmarks(named: Mapping[str, Source]) -> Iterator[PlannedFigure]:
    yield PlannedFigure("estimators", named["estimators"], shown(figures.bias, _all), words.of_estimators, core=True)
    yield PlannedFigure("coverage", named["coverage"], shown(coverages, _all), words.of_coverage, columns=1)
    yield PlannedFigure("solver", named["solver"], shown(speed, times), words.of_solver, columns=1, core=True)


def _all(table: pd.DataFrame) -> pd.DataFrame:
    return table


# --- more than two modalities -----------------------------------------------------------------------------------------


def _beyond_two(named: Mapping[str, Source]) -> Iterator[PlannedFigure]:
    yield PlannedFigure("xnor_relation", named["xnor"], shown(relation, measured), core=True)
    yield PlannedFigure("modalities_bits_kept", named["modalities"], shown(figures.bits_kept, measured), core=True)
    yield PlannedFigure("modalities_missing", named["modalities"], shown(figures.subsets, _found), _of_found)


CHANCE = 0.02
"""By how much an accuracy must exceed chance, for a label to be drawn."""


def _found(table: pd.DataFrame) -> pd.DataFrame:
    """Runs without a knob turned, of the labels that some method reads from some modalities above chance."""
    rows = measured(table)
    rows = rows[rows["knob"] == ""]
    by = ["distribution", "label"]
    read = rows[(rows["metric"] == "balanced_accuracy") & parts.are(rows, "given")]
    best = read.groupby([*by, "method", "part"])["value"].mean().groupby(by).max()
    above = best - rows[rows["metric"] == "chance"].groupby(by)["value"].mean() > CHANCE
    lost = set(above.index[~above]) & set(best.index)
    kept = rows[[pair not in lost for pair in rows[by].itertuples(index=False, name=None)]]
    kept.attrs["lost"] = [f"{style.label_style(label).name} {tables.after(name)}" for name, label in sorted(lost)]
    return kept


def _of_found(rows: pd.DataFrame) -> str:
    lost = ", ".join(rows.attrs.get("lost", []))
    return f"{f'Not shown, at chance from all modalities: {lost}. ' if lost else ''}{words.of_means(rows)}"
