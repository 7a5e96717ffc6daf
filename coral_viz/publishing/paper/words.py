"""Captions: what a figure shows, followed by how it was measured, n and the interval, all read from its data."""

from __future__ import annotations

import pandas as pd

from coral_viz.figures.layout.canvas import seeds_in_words
from coral_viz.results import own_results, schema, tables

READOUTS = (
    " Readouts: linear is logistic regression, best is that or a small neural network, whichever has the lower "
    "log-loss on held-out data; bits are the label's entropy less the log-loss on test data that no readout has seen."
)


def of_runs(rows: pd.DataFrame) -> str:
    """Task, training, seeds and test samples of tidy rows; how many seeds a cell has, and the interval."""
    return f"{_protocol(rows)} {seeds_in_words(_cells(rows))}"


def of_means(rows: pd.DataFrame) -> str:
    """The same for a figure without intervals."""
    seeds = seeds_in_words(_cells(rows)).split(";")[0]
    return f"{_protocol(rows)} {seeds}; no interval is drawn, the tables have them."


def _protocol(rows: pd.DataFrame) -> str:
    runs = rows.drop_duplicates("run_id")
    if own_results.are_own(rows):
        return f"Protocol: as in the table of results; {len(runs)} run{'s' * (len(runs) != 1)}."
    steps, tested = rows.groupby("run_id")["step"].max(), rows.loc[rows["split"] == "test", "n"]
    count, kinds = tables.modalities(rows), " or ".join(filter(None, tables.distributions(runs)))
    seeds = ", ".join(map(str, sorted(runs["seed"].unique())))
    return (
        f"Protocol: task {', '.join(runs['task'].unique())}{f' of {count} modalities' if count else ''}, trained "
        f"{f'on {kinds} samples ' if kinds else ''}for {_span(steps)} steps, seeds {seeds} (each with its own "
        f"{'data' if kinds else 'split of the data'}, initial weights and batches, the same for all methods); measured "
        f"on {_span(tested)} test samples.{READOUTS if rows['readout'].any() else ''} "
        f"{len(runs)} run{'s' * (len(runs) != 1)}."
    )


def of_estimators(rows: pd.DataFrame) -> str:
    """Samples and seeds of the benchmark of estimators."""
    each = rows.groupby("n")["seeds"].max()
    told = ", ".join(f"n = {seeds} at {size:,} samples" for size, seeds in each.items())
    return (
        f"Protocol: {rows['truth'].nunique()} distributions whose atoms are known exactly; estimates from fresh "
        f"samples with a seed each ({told}); interval: ± 1 standard error over seeds."
    )


def of_coverage(rows: pd.DataFrame) -> str:
    """Samples and distributions of the benchmark of intervals."""
    return (
        f"Protocol: {rows['distribution'].nunique()} distributions whose atoms are known exactly; n = "
        f"{_span(rows['samples'])} fresh samples of each size, each with its own 95 % interval; no interval is drawn "
        "around a coverage."
    )


def of_solver(rows: pd.DataFrame) -> str:
    """Tables and repetitions of the benchmark of the solver."""
    return (
        f"Protocol: CPU time of one thread, all solvers in one run on one machine; median over n = {_span(rows['n'])} "
        f"random tables and {_span(rows['repetitions'])} repetitions; no interval."
    )


def of_maps(points: pd.DataFrame) -> str:
    """Runs and samples of embedding maps."""
    runs = ", ".join(
        f"{title} ({run_id})" for title, run_id in points.groupby("title", sort=False)["run_id"].first().items()
    )
    samples = points.groupby("title").size()
    return (
        f"Protocol: whole embeddings of n = {_span(samples)} test samples of one trained method each: {runs}; "
        f"{points['how'].iloc[0]}; one seed, so no interval."
    )


def of_tokens(tokens: pd.DataFrame) -> str:
    """The run and the sample whose masks are shown."""
    return (
        f"Protocol: n = 1 training sample, seen by run {tokens['run_id'].iloc[0]} at the end of training; no interval."
    )


def of_nothing(rows: pd.DataFrame) -> str:
    """The protocol of a schematic, which has no measurements."""
    return "A schematic: it shows no results, so there is no n and no interval."


def _cells(rows: pd.DataFrame) -> pd.DataFrame:
    """Seeds and interval of every cell: runs that differ in nothing but the seed; a sweep's table has settings."""
    runs = rows.drop_duplicates("run_id")
    settings = [name for name in runs if name not in schema.COLUMNS]
    by = ["method", "task", "distribution", "knob", *settings]
    firsts = runs.assign(status="done", value=0.0).astype(dict.fromkeys(by, "str"))
    return tables.summarise(firsts.drop_duplicates([*by, "seed"]), by)


def _span(numbers: pd.Series) -> str:
    return " to ".join(dict.fromkeys(f"{number:,}" for number in (numbers.min(), numbers.max())))
