"""Tables of a paper, in LaTeX (booktabs) to set and as CSV to count with: accuracies by method, cells of ablations.

A table is as wide as the text: intervals stand below their means. The best mean of a column is bold, and those within
noise of it are underlined, if more is known to be better. Of results of one's own, every metric has a table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import pandas as pd

from coral_viz import style
from coral_viz.figures.sweep import sweep_data, sweep_words
from coral_viz.publishing.paper import sweep_pictures, words
from coral_viz.publishing.paper.sources import MAIN, Source, Sources
from coral_viz.publishing.paper.sweep_choice import DEFAULTS, SweepChoice
from coral_viz.results import found, intervals, metrics, own_results, statistics, tables
from coral_viz.results.metrics import LINEAR, Metric

KEY = ["line", "group", "label"]
"""What tells the cells of a table apart."""

SPLIT = (
    "Where a label is learned with some seeds only, (k/n) counts the seeds in which a linear probe finds more than "
    "half of its information."
)

MARKED = (
    "Bold: the best of a column; underlined: within noise of it (p > 0.05 by a t test paired by seed, with Holm's "
    "correction over the column). Below a mean: half its interval, or [low, high] where the scale ends it."
)

SPECIAL = str.maketrans(
    {c: f"\\{c}" for c in "&%$#_{}"}
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\^{}"}
    | {"±": r"$\pm$", "−": "$-$", "<": "$<$", ">": "$>$"}
)
LEVEL = 0.05
LONG = 30  # letters
SMALL = r"\fontsize{6}{7}\selectfont "


@dataclass(frozen=True)
class LatexTable:
    """A table: its name, the LaTeX of its body, its rows as CSV has them, its caption."""

    name: str
    body: list[str]
    rows: pd.DataFrame
    caption: str

    @property
    def latex(self) -> str:
        """A float across the text, with the caption and the label ``tab:NAME``."""
        head = ["\\begin{table*}[t]", f"\\caption{{{escaped(self.caption)}}}", f"\\label{{tab:{self.name}}}"]
        head += ["\\centering\\footnotesize\\setlength{\\tabcolsep}{2pt}"]
        return "\n".join([*head, *self.body, "\\end{table*}"]) + "\n"


@dataclass(frozen=True)
class PlannedTable:
    """A table before it is made, by ``make(content)`` with the content of its source."""

    name: str
    source: Source
    make: Callable[[pd.DataFrame], LatexTable]


def plan(sources: Sources, choice: SweepChoice = DEFAULTS) -> Iterator[PlannedTable]:
    """Every table of the set, including those whose source is missing; of sweeps what is chosen."""
    yield PlannedTable("table_accuracy", sources.named[MAIN], accuracy)
    for name, source in sources.sweeps.items():
        for called, metric in sweep_pictures.metrics_of(name, source.content, choice.metric).items():
            make = partial(ablation, name=f"ablation_{called}", metric=metric, choice=choice)
            yield PlannedTable(f"table_ablation_{called}", source, make)


def accuracy(table: pd.DataFrame) -> LatexTable:
    """Balanced accuracy of a linear probe of the whole embedding: a line per method, a column per kind of training and
    label. ValueError if the table holds none."""
    rows = tables.select(table, metric="balanced_accuracy", part="all", readout=LINEAR)
    variants = style.method_order(tables.variants(rows))
    names = {variant: style.method_style(*variant).label for variant in variants}
    lines = [names[variant] for variant in rows[tables.VARIANT].itertuples(index=False, name=None)]
    rows = rows.assign(line=lines, group=rows["distribution"])
    summary = tables.summarise(rows, [*tables.VARIANT, "distribution", "line", "group", "label"])
    says = "Balanced accuracy in % of a linear probe of the whole embedding, mean over seeds."
    groups = {name: tables.labels(summary[summary["group"] == name]) for name in tables.distributions(summary)}
    return _latex_table("accuracy", summary, list(names.values()), groups, says, rows, table)


def ablation(
    table: pd.DataFrame, name: str = "ablation", metric: str = "balanced_accuracy", choice: SweepChoice = DEFAULTS
) -> LatexTable:
    """The same for a sweep: a row per configuration, named by its differences from the baseline, a column per label.

    Args:
        table: a sweep's table, or results of one's own.
        name: what the LaTeX label calls it.
        metric: of the whole embedding, by its default readout; of results of one's own, as the file states it.
        choice: its base is the configuration to compare with.
    """
    rows = sweep_data.measured(table, metric, None, "all")
    base, names, known = sweep_data.baseline(rows), sweep_data.settings(rows), metrics.of(rows)
    base |= choice.based(table)
    rows = rows.assign(line=sweep_data.named(rows, list(dict.fromkeys(["method", *names])), base), group="")
    rows["label"] = rows["label"].mask(rows["label"] == "", known.title)
    summary = tables.summarise(rows, ["line", "group", "label"])
    told = ", ".join(sweep_words.based_in_words(base))
    says = f"{known.title[:1].upper()}{known.title[1:]}{' in %' * known.in_percent}"
    says += f"{_asked(table, known)}, mean over seeds."
    says += f" A line is named by its differences from the baseline ({told})." if told else ""
    lines = sorted(summary["line"].unique(), key=lambda line: not sweep_words.is_baseline(line))
    return _latex_table(name, summary, lines, {"": tables.labels(summary)}, says, rows, table)


def _asked(table: pd.DataFrame, metric: Metric) -> str:
    """Of what the metric is; of results of one's own that is not known."""
    if own_results.are_own(table):
        return ""
    read = f" by {metrics.READOUTS[metric.readout].asked}" if metric.readout else ""
    return f"{' of a linear probe' if metric.readout == LINEAR else read} of the whole embedding"


def _latex_table(
    name: str, summary: pd.DataFrame, lines: list[str], groups: dict, says: str, rows: pd.DataFrame, table: pd.DataFrame
) -> LatexTable:
    known = metrics.of(rows)
    marked = bool(known.bound)  # which of two values of another metric is better is not known
    standing = _standing(rows) if marked else pd.DataFrame(columns=[*KEY, "standing"])
    summary = summary.merge(_counts(rows, table), how="left", on=KEY).merge(standing, how="left", on=KEY)
    split = (summary["found"].gt(0) & summary["found"].lt(summary["of"])).any()
    says = " ".join([says, *[MARKED] * marked, *[SPLIT] * bool(split)])
    cells = {tuple(cell[KEY]): (_mean(cell, known), _below(cell, known)) for _, cell in summary.iterrows()}
    columns = [(group, label) for group, labels in groups.items() for label in labels]
    body = [[line, *(cells.get((line, *column), ("", "")) for column in columns)] for line in lines]
    caption = f"{says} {words.of_runs(rows)}"
    ordered = summary.sort_values("line", key=lambda names: names.map(lines.index), kind="stable")
    ordered = ordered.drop(columns="group").rename(columns={"line": "name"})
    return LatexTable(name, booktabs(groups, body), ordered, caption)


def _standing(rows: pd.DataFrame) -> pd.DataFrame:
    """Whether the mean of each cell is the best of its column, or within noise of it: KEY + standing, "" of others.

    A column in which all are the best has none.
    """
    found = []
    for (group, label), column in rows.groupby(["group", "label"], sort=False):
        means = column.groupby("line", sort=False)["value"].mean()
        best = means.index[(means - means.max()).abs() < 5e-4]
        within = set(best) if len(best) == len(means) else _within_noise(column, means.idxmax())
        for line in means.index if len(best) < len(means) else []:
            found.append((line, group, label, "best" if line in best else "noise" if line in within else ""))
    return pd.DataFrame(found, columns=[*KEY, "standing"])


def _within_noise(column: pd.DataFrame, best: str) -> set[str]:
    """The lines that a paired t test with Holm's correction does not tell from the best one."""
    shared = column[column["seed"].isin(column.loc[column["line"] == best, "seed"])]
    if shared["line"].nunique() < 2:
        return set()
    pairs = statistics.paired(shared, {"line": best})
    return set(pairs.loc[pairs["p_holm"] > LEVEL, "line"])


def _counts(rows: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """In how many seeds each cell's label was found: KEY + found, of, found_low, found_high; no rows without truth."""
    names = {"n": "of", "low": "found_low", "high": "found_high"}
    if not (table["metric"] == "truth").any():
        return pd.DataFrame(columns=[*KEY, "found", *names.values()])
    runs = rows.drop_duplicates("run_id")[["run_id", "line", "group"]]
    counts = found.found(table.drop(columns=["line", "group"], errors="ignore").merge(runs, on="run_id"), KEY)
    return counts.rename(columns=names).drop(columns="share")


def booktabs(groups: dict[str, list[str]], body: list[list]) -> list[str]:
    """Lines of LaTeX that ``\\usepackage{booktabs}`` sets: a column for names, then one per label, under their groups.

    Args:
        groups: labels by the group's name; a single group without a name has no line of its own.
        body: a name, and per label what stands in its line and what stands below it, if anything does; names are
            escaped, cells are set as they are. Names longer than ``LONG`` are broken.
    """
    count = sum(map(len, groups.values()))
    names = "p{0.36\\textwidth}" if max(len(name) for name, *_ in body) > LONG else "l"
    lines = [
        f"\\begin{{tabular*}}{{\\textwidth}}{{@{{}}{names}@{{\\extracolsep{{\\fill}}}}{'r' * count}@{{}}}}",
        "\\toprule",
    ]
    if any(groups):
        spans = [f"\\multicolumn{{{len(labels)}}}{{c}}{{{escaped(name)}}}" for name, labels in groups.items()]
        lines += [f" & {' & '.join(spans)} \\\\", _rules(groups)]
    heads = [escaped(style.label_style(label).symbol) for labels in groups.values() for label in labels]
    lines += [f" & {' & '.join(heads)} \\\\", "\\midrule"]
    for name, *cells in body:
        has_below = any(below for _, below in cells)
        lines.append(f"{escaped(name)} & {' & '.join(cell for cell, _ in cells)} \\\\{'[-0.4ex]' * has_below}")
        if has_below:
            below = [f"{{{SMALL}{below}}}" if below else "" for _, below in cells]
            lines.append(f" & {' & '.join(below)} \\\\[0.5ex]")
    return [*lines, "\\bottomrule", "\\end{tabular*}"]


def _rules(groups: dict[str, list[str]]) -> str:
    """A short rule under the name of every group."""
    rules, start = [], 2
    for labels in groups.values():
        rules.append(f"\\cmidrule(lr){{{start}-{start + len(labels) - 1}}}")
        start += len(labels)
    return " ".join(rules)


def _mean(cell: pd.Series, known: Metric) -> str:
    """The mean, a share in %: bold, underlined or neither, and seeds where they disagree."""
    mean = escaped(known.text(cell["estimate"]))
    mean = {"best": f"\\textbf{{{mean}}}", "noise": f"\\underline{{{mean}}}"}.get(cell["standing"], mean)
    split = f"({cell['found']:.3g}/{cell['of']:g})" if 0 < cell["found"] < cell["of"] else ""
    return f"{mean} {{{SMALL}{split}}}" if split else mean


def _below(cell: pd.Series, known: Metric) -> str:
    """Its interval, in the same unit."""
    if not known.in_percent:
        low, high = (known.text(cell[end]) for end in ("low", "high"))
        return "" if low == high else f"[{low}, {high}]"
    return escaped(intervals.beside(cell["estimate"], cell["low"], cell["high"]).strip())


def escaped(text: str) -> str:
    """Text as LaTeX sets it."""
    return text.translate(SPECIAL)
