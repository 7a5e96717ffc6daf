"""Tables of a paper, in LaTeX (booktabs) to set and as CSV to count with: accuracies by method, cells of ablations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd

from coral_viz import style
from coral_viz.figures.layout.canvas import seeds_in_words
from coral_viz.figures.sweep import sweep_data
from coral_viz.publishing.paper import words
from coral_viz.publishing.paper.sources import MAIN, Source, Sources
from coral_viz.results import found, tables
from coral_viz.results.metrics import LINEAR

KEY = ["line", "group", "label"]
"""What tells the cells of a table apart."""

SPLIT = "Where seeds disagree, (k/n) counts those in which a linear readout finds more than half of the label's bits."

SPECIAL = str.maketrans(
    {c: f"\\{c}" for c in "&%$#_{}"} | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\^{}"}
)


@dataclass(frozen=True)
class LatexTable:
    """A table: its LaTeX, its rows as CSV has them, its caption."""

    latex: str
    rows: pd.DataFrame
    caption: str


@dataclass(frozen=True)
class PlannedTable:
    """A table to be: ``make(content)`` of its source."""

    name: str
    source: Source
    make: Callable[[pd.DataFrame], LatexTable]


def plan(sources: Sources) -> Iterator[PlannedTable]:
    """Every table of the set, also those whose source is not there."""
    yield PlannedTable("table_accuracy", sources.named[MAIN], accuracy)
    for name, source in sources.sweeps.items():
        yield PlannedTable(f"table_ablation_{name}", source, ablation)


def accuracy(table: pd.DataFrame) -> LatexTable:
    """Balanced accuracy of a linear probe of the whole embedding: a line per method, a column per kind of training and
    label. ValueError if the table holds none."""
    rows = tables.select(table, metric="balanced_accuracy", part="all", readout=LINEAR)
    variants = style.method_order(tables.variants(rows))
    names = {variant: style.method_style(*variant).label for variant in variants}
    lines = [names[variant] for variant in rows[tables.VARIANT].itertuples(index=False, name=None)]
    rows = rows.assign(line=lines, group=rows["distribution"])
    summary = tables.summarise(rows, [*tables.VARIANT, "distribution", "line", "group", "label"])
    says = "Balanced accuracy in % of a linear probe of the whole embedding, mean over seeds ± half the interval."
    groups = {name: tables.labels(summary[summary["group"] == name]) for name in tables.distributions(summary)}
    return _latex_table(summary, list(names.values()), groups, says, rows, table)


def ablation(table: pd.DataFrame) -> LatexTable:
    """The same for a sweep: a row per configuration, named by its differences from the baseline, a column per label."""
    rows = sweep_data.measured(table, "balanced_accuracy", LINEAR, "all")
    base, names = sweep_data.baseline(rows), sweep_data.settings(rows)
    rows = rows.assign(line=sweep_data.named(rows, list(dict.fromkeys(["method", *names])), base), group="")
    summary = tables.summarise(rows, ["line", "group", "label"])
    told = ", ".join(sweep_data.based_in_words(base))
    says = (
        "Balanced accuracy in % of a linear probe of the whole embedding, mean over seeds ± half the interval. A line "
        f"is named by its differences from the baseline ({told})."
    )
    lines = sorted(summary["line"].unique(), key=lambda line: not sweep_data.is_baseline(line))
    return _latex_table(summary, lines, {"": tables.labels(summary)}, says, rows, table)


def _latex_table(
    summary: pd.DataFrame, lines: list[str], groups: dict, says: str, rows: pd.DataFrame, table: pd.DataFrame
) -> LatexTable:
    columns = [(group, label) for group, labels in groups.items() for label in labels]
    summary = summary.merge(_counts(rows, table), how="left", on=KEY)
    cells = summary.set_index(KEY)
    if (cells["found"].gt(0) & cells["found"].lt(cells["of"])).any():
        says = f"{says} {SPLIT}"
    body = [
        [line, *(_cell(cells.loc[line, *column]) if (line, *column) in cells.index else "" for column in columns)]
        for line in lines
    ]
    notes = f"% {says} {seeds_in_words(summary)}"
    latex = "\n".join([notes, *booktabs(groups, body)]) + "\n"
    ordered = summary.sort_values("line", key=lambda names: names.map(lines.index), kind="stable")
    ordered = ordered.drop(columns="group").rename(columns={"line": "name"})
    return LatexTable(latex, ordered, f"{says} {words.of_runs(rows)}")


def _counts(rows: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """In how many seeds each cell's label was found: KEY + found, of, found_low, found_high; no rows without truth."""
    names = {"n": "of", "low": "found_low", "high": "found_high"}
    if not (table["metric"] == "truth").any():
        return pd.DataFrame(columns=[*KEY, "found", *names.values()])
    runs = rows.drop_duplicates("run_id")[["run_id", "line", "group"]]
    counts = found.found(table.drop(columns=["line", "group"], errors="ignore").merge(runs, on="run_id"), KEY)
    return counts.rename(columns=names).drop(columns="share")


def booktabs(groups: dict[str, list[str]], body: list[list[str]]) -> list[str]:
    """Lines of LaTeX that ``\\usepackage{booktabs}`` sets: a column for names, then one per label, under their groups.

    Args:
        groups: labels by the group's name; a single group without a name has no line of its own.
        body: a name and a cell per label; names are escaped, cells are set as they are.
    """
    count = sum(map(len, groups.values()))
    lines = [f"\\begin{{tabular}}{{l{'r' * count}}}", "\\toprule"]
    if any(groups):
        spans = [f"\\multicolumn{{{len(labels)}}}{{c}}{{{_escaped(name)}}}" for name, labels in groups.items()]
        lines += [f" & {' & '.join(spans)} \\\\", _rules(groups)]
    heads = [_escaped(style.label_style(label).symbol) for labels in groups.values() for label in labels]
    lines += [f" & {' & '.join(heads)} \\\\", "\\midrule"]
    lines += [f"{_escaped(name)} & {' & '.join(cells)} \\\\" for name, *cells in body]
    return [*lines, "\\bottomrule", "\\end{tabular}"]


def _rules(groups: dict[str, list[str]]) -> str:
    """A short rule under the name of every group."""
    rules, start = [], 2
    for labels in groups.values():
        rules.append(f"\\cmidrule(lr){{{start}-{start + len(labels) - 1}}}")
        start += len(labels)
    return " ".join(rules)


def _cell(cell: pd.Series) -> str:
    """Mean and half the interval in %; no interval where there are too few seeds for one. Seeds where they disagree."""
    half = 50 * (cell["high"] - cell["low"])
    text = f"{100 * cell['estimate']:.1f}" + ("" if pd.isna(half) else f" $\\pm$ {half:.1f}")
    return text + (f" ({cell['found']:.3g}/{cell['of']:g})" if 0 < cell["found"] < cell["of"] else "")


def _escaped(text: str) -> str:
    return text.translate(SPECIAL)
