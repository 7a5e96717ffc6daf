"""A sweep as a markdown table: a row per configuration with the accuracy of a linear probe and its paired differences.

The baseline has the default of every setting. Other configurations (in code *cells*) are compared with it seed by seed.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from coral_viz import methods, style
from coral_viz.results import found, intervals, multiplicity, statistics, tables
from coral_viz.results.metrics import LINEAR
from coral_viz.runs import sweep_table
from coral_viz.runs.spec import usual_settings

GROUP = ["method", "task", "distribution"]
"""Cells are compared within groups that agree in these columns."""

UNIQUE = "unique"  # the mean over modalities of what is unique to each
SCORE = "own score"  # mean average precision of retrieval by it, over modalities asked for


def grid_table(table: pd.DataFrame) -> str:
    """Balanced accuracy of a linear probe on the whole embedding in %, of every cell, and paired differences.

    Args:
        table: a sweep's table (``runs.sweep_table``).

    Returns:
        A markdown table (mean ± half the 95 % t-interval of each label, below it in how many seeds it was found
        where they disagree, and of retrieval where it was measured, n, difference in synergy, in what is unique and in
        retrieval, with intervals) and sentences that say so, and where runs were made with different things. ValueError
        where no run measured it.
    """
    rows = tables.select(table, metric="balanced_accuracy", part="all", readout=LINEAR)
    rows = pd.concat([rows, _retrieved(table)])
    settings = sweep_table.settings(table)
    rows = rows.assign(cell=rows.groupby([*GROUP, *settings], sort=False, dropna=False).ngroup())
    baseline = {group: _baseline(group, settings) for group in _distinct(rows, GROUP)}
    cells = rows.drop_duplicates("cell").set_index("cell")
    turned = {number: _turned(cell, baseline[tuple(cell[GROUP])]) for number, cell in cells.iterrows()}
    accuracy = tables.summarise(rows, ["cell", "label"]).set_index(["cell", "label"])
    against = _differences(rows, [number for number, names in turned.items() if not names])
    labels = tables.labels(rows)
    compared = [label for label in COMPARED if label in set(against["label"])]
    heads = [*map(_symbol, labels), "n", *(f"{_symbol(label)} minus baseline" for label in compared)]
    lines = [f"| | {' | '.join(heads)} |", f"|:--|{'--:|' * len(heads)}"]
    against = against.set_index(["cell", "label"])
    counts = _counts(table, cells.reset_index()[["cell", *GROUP, *settings]])
    for number in _in_order(cells, turned):
        shown = [_text(accuracy, number, label, percent) + _text(counts, number, label, below) for label in labels]
        shown += [str(accuracy.loc[number, "n"].max())]
        shown += [_text(against, number, label, _points) for label in compared]
        lines.append(f"| {_named(cells.loc[number], cells, turned[number])} | {' | '.join(shown)} |")
    words = [_explained(labels, accuracy, against, baseline), sweep_table.mixed(table)]
    words.insert(1, found.SPLIT if any(below(count) for _, count in counts.iterrows()) else "")
    return "\n".join([*lines, "", " ".join(filter(None, words))]) + "\n"


def _counts(table: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """``found.found`` of every cell and label, indexed by them; none where no bits were measured."""
    by = ["cell", "label"]
    if not (table["metric"] == "truth").any():
        return pd.DataFrame(columns=by).set_index(by)
    keys = [name for name in cells if name != "cell"]
    return found.found(table.merge(cells, on=keys), by).set_index(by)


def below(count: pd.Series) -> str:
    """The number of seeds in which a label was found, on a separate line; "" if in all or in none."""
    return f"<br>({words})" if (words := found.where_split(count)) else ""


LEVEL = 0.05  # of tests with Holm's correction
COMPARED = ("synergy", UNIQUE, SCORE)


def _retrieved(table: pd.DataFrame) -> pd.DataFrame:
    """A row per run: its mean average precision over the modalities asked for; none where it was not measured."""
    rows = table[(table["metric"] == "mAP") & (table["label"] == "compatible")]
    means = rows.groupby("run_id")["value"].mean()
    runs = rows.drop_duplicates("run_id")
    return runs.assign(label=SCORE, value=runs["run_id"].map(means))


def _symbol(label: str) -> str:
    return label if label == SCORE else style.label_style(label).symbol


def percent(cell: pd.Series) -> str:
    """Mean and interval in % (see ``intervals.in_words``)."""
    return intervals.in_words(cell["estimate"], cell["low"], cell["high"])


def _points(difference: pd.Series) -> str:
    """A difference in points with its interval, bold where found and large enough to be seen, † also by Holm."""
    estimate = f"{100 * difference['estimate']:+z.1f}"
    if difference["found"] and float(estimate):
        estimate = f"**{estimate}**{'†' if difference['p_holm'] <= LEVEL else ''}"
    if np.isnan(difference["low"]):
        return estimate
    return f"{estimate} [{100 * difference['low']:z.1f}, {100 * difference['high']:z.1f}]"


def _text(summary: pd.DataFrame, cell: int, label: str, words) -> str:
    return words(summary.loc[cell, label]) if (cell, label) in summary.index else ""


def _baseline(group: tuple, settings: list[str]) -> dict[str, object]:
    usual = usual_settings(*group)
    return {name: usual.get(name) for name in settings}


def _distinct(rows: pd.DataFrame, columns: list[str]) -> list[tuple]:
    return list(rows[columns].drop_duplicates().itertuples(index=False, name=None))


def _turned(cell: pd.Series, baseline: Mapping[str, object]) -> dict[str, object]:
    """The settings of a cell that differ from the baseline (None where its method lacks one)."""
    same = {name: pd.isna(cell[name]) if value is None else cell[name] == value for name, value in baseline.items()}
    return {name: cell[name] for name in baseline if not same[name]}


def _differences(rows: pd.DataFrame, bases: list[int]) -> pd.DataFrame:
    """``statistics.paired`` of every cell with the baseline of its group; empty where a sweep has none."""
    rows = rows[rows["label"].isin(COMPARED) | rows["label"].str.startswith("unique_")]
    rows = rows.assign(label=rows["label"].where(rows["label"].isin(COMPARED), UNIQUE))
    rows = rows.groupby([*GROUP, "cell", "seed", "status", "label"], as_index=False)["value"].mean()
    found = []
    for _, group in rows.groupby(GROUP):
        base = [number for number in bases if (group["cell"] == number).any()]
        if base and group["cell"].nunique() > 1:
            found.append(statistics.paired(group, {"cell": base[0]}, ["label"]))
    if not found:
        return pd.DataFrame(columns=["cell", "label"])
    family = pd.concat(found)
    return family.assign(p_holm=multiplicity.holm(family["p"]))


def _in_order(cells: pd.DataFrame, turned: Mapping[int, dict]) -> list[int]:
    """Group by group, each led by its baseline; else in the order of the table."""
    groups = _distinct(cells, GROUP)
    return sorted(turned, key=lambda number: (groups.index(tuple(cells.loc[number, GROUP])), bool(turned[number])))


def _named(cell: pd.Series, cells: pd.DataFrame, turned: Mapping[str, object]) -> str:
    """A cell in words: what varies of its group, and the settings that differ from the baseline."""
    words = {"method": methods.get(cell["method"]).TITLE, "task": cell["task"], "distribution": cell["distribution"]}
    group = [words[name] for name in GROUP if cells[name].nunique() > 1]
    return ": ".join([*([", ".join(group)] if group else []), _said(turned) or "baseline"])


def _said(settings: Mapping[str, object]) -> str:
    values = {name: f"{value:g}" if isinstance(value, float) else value for name, value in settings.items()}
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in values.items() if value is not None)


def _explained(labels: list[str], accuracy: pd.DataFrame, against: pd.DataFrame, baseline: Mapping[tuple, dict]) -> str:
    said = [
        "Balanced accuracy of a linear probe on the whole embedding in %: mean over n seeds ± half the 95 % "
        "t-interval, or [low, high] where the scale ends it."
    ]
    if SCORE in labels:
        said[0] = said[0].replace(" in %", f" in %, and mean average precision of retrieval by the method's {SCORE}")
    if len(against):
        unique = [style.label_style(label).symbol for label in labels if label.startswith("unique_")]
        mean = f"; U is the mean of {', '.join(unique)}" if unique else ""
        said += [f"Minus baseline: differences in points, paired by seed, with 95 % t-intervals{mean}."]
        found = against["found"] & (against["estimate"].abs() >= 5e-4)
        said += ["Bold differences are significant: this interval excludes 0, and they do not round to 0."]
        said += [
            f"These are {found.sum()} of {len(against)}. †: {(found & (against['p_holm'] <= LEVEL)).sum()} of them with"
        ]
        said += [f"p <= {LEVEL} by a paired t test with Holm's correction for all {len(against)} comparisons."]
    else:
        said += ["No configuration has the default of every setting, so nothing is compared."]
    distinct = {_said(settings): methods.get(method).TITLE for (method, *_), settings in baseline.items()}
    for words, title in distinct.items():
        said += [f"Baseline{f' of {title}' if len(distinct) > 1 else ''}: {words}."] if words else []
    return " ".join(said)
