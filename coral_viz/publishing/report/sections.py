"""What the report says, section by section; every section yields HTML."""

from __future__ import annotations

import importlib.metadata
import platform
import re
from collections.abc import Iterator, Mapping
from html import escape

import pandas as pd
from matplotlib.figure import Figure

from coral_viz import style
from coral_viz.figures.layout.canvas import caption_of, seeds_in_words
from coral_viz.publishing.report import page, reading
from coral_viz.results import found, parts, provenance, tables
from coral_viz.results.metrics import BEST, LINEAR
from coral_viz.results.tables import VARIANT

PACKAGES = ("coral_viz", "torch", "scikit-learn", "numpy", "pandas", "matplotlib")
PLACED = ("bits_kept", "found", "parts", "accuracy", "subsets", "retrieval", "training")  # in sections of their own
FEW = 6  # names in a sentence, and pictures between parts that stand unfolded
MEASURED = (
    "<b>Bits kept</b> are I(embedding; label): the entropy of the label minus the log-loss of a readout on held-out "
    "data. This is a lower bound: information that no readout finds is not counted. The bound of a part may exceed "
    "that of the whole embedding, because a readout can find more among fewer features. The bound of an overconfident "
    "readout may be negative. A negative bound means no more than 0.",
    "<b>Readouts.</b> Linear: logistic regression. Best: logistic regression or a small neural network, whichever has "
    "the lower log-loss on held-out probe data. If only the best finds it, information is not linearly readable.",
    "<b>Truth</b> is I(all modalities; label), exact, from the distribution that generates the data. The information "
    "about each label is a single atom: redundant, unique to one modality, or synergistic.",
)
PAIRED = (
    "<b>Between parts</b>: the same decomposition with two parts of the embedding as sources. Information in both "
    "parts is leakage. Information that only both together hold is in neither part alone."
)
WITHHELD = (
    "<b>Missing modalities.</b> The probe is fitted with all modalities. If a missing modality makes it impossible to "
    "compute a part of the embedding, the mean of that part over the probe data replaces it."
)
BIASED = (
    "<b>Biased training</b> data have only samples whose synergy label is 1, so they hold 0 bits about that label. "
    "Accuracy on synergy then measures how well in-distribution samples are distinguished from others."
)
RELATION = "<b>Relation training</b> data hold synergy: only the relation between modalities is informative."
MACHINES = (
    "Repeated on the same kind of CPU with the same versions, a run gives the same bytes. Elsewhere numbers are "
    "rounded differently, and training can amplify the differences."
)
INTERVALS = (
    "<b>Intervals</b> are Student t-intervals over seeds. They include the variation of data, initial weights and "
    "batches, but not the choice of the task and its settings."
)


def opening(table: pd.DataFrame, timing: pd.DataFrame, failed: pd.DataFrame) -> Iterator[str]:
    """Title, what was run in one sentence, and whether anything failed."""
    yield "<h1>What each embedding kept, in bits</h1>"
    names = [style.method_style(*variant).label for variant in style.method_order(tables.variants(table))]
    who = ", ".join(names) if len(names) <= FEW else f"{len(names)} objectives, from {names[0]} to {names[-1]}"
    seeds, shown = table["seed"].nunique(), ", ".join(tables.distributions(table))
    yield (
        f'<p class="lede">{escape(who)}, trained on the task {_task(table)} ({escape(shown)}), '
        f"{seeds} seed{'s' * (seeds > 1)} each: {len(timing)} runs, {_duration(timing['seconds'].sum())} of computing. "
        "How much of the redundant, unique and synergistic information of the data does each embedding keep?</p>"
    )
    if len(failed):
        yield f'<p class="failed">{len(failed)} of the runs failed; <a href="#failed">why</a>.</p>'


def _task(table: pd.DataFrame) -> str:
    """The task's name and, where the table tells, its number of modalities."""
    name, count = ", ".join(table["task"].unique()), tables.modalities(table)
    return f"<i>{escape(name)}</i>" + (f" of {count} modalities" if count else "")


def headline(table: pd.DataFrame, figures: Mapping[str, Figure]) -> Iterator[str]:
    """The bits kept: picture, words, numbers."""
    yield from _pictures(figures, ["bits_kept", "found"])
    yield from map(page.paragraph, reading.kept(table))
    yield _numbers(tables.bits_kept(table), found.found(table, readout=BEST))


def _numbers(summary: pd.DataFrame, counts: pd.DataFrame) -> str:
    """Bits kept as a table: estimate, interval, n, and in how many seeds found; the linear readout's of few methods."""
    columns = [
        (distribution, label)
        for distribution in tables.distributions(summary)
        for label in tables.labels(summary[summary["distribution"] == distribution])
    ]
    key = [*VARIANT, "distribution", "label", "readout"]
    cells = summary.set_index(key)
    cells["found"] = counts.assign(readout=BEST).set_index(key).apply(_found, axis=1)
    truth = summary.groupby(["distribution", "label"])["truth"].mean()
    variants = style.method_order(tables.variants(summary))
    with_linear = len(variants) <= FEW
    head = ["method"] + [_column(*column, truth[column]) for column in columns]
    rows = [
        [
            escape(style.method_style(*variant).label),
            *(_cell(cells, (*variant, *column), with_linear) for column in columns),
        ]
        for variant in variants
    ]
    words = f"Bits kept: best readout; {seeds_in_words(summary)}{' Below it the linear readout.' * with_linear}"
    words += f" Found: {found.says(BEST)}." * bool(cells["n"].max() > 1)
    return page.grid(words, head, rows)


def _column(distribution: str, label: str, truth: float) -> str:
    symbol = escape(style.label_style(label).symbol)
    return f"{symbol}<small>{escape(distribution)}<br>of {truth:.3g}</small>"


def _cell(cells: pd.DataFrame, key: tuple[str, ...], with_linear: bool) -> str:
    if (*key, BEST) not in cells.index:
        return "–"
    best = cells.loc[(*key, BEST)]
    notes = [f"{best['low']:z.2f} to {best['high']:z.2f}"] if best["n"] > 1 else []
    notes += [best["found"]] if best["n"] > 1 else []
    notes += [f"n = {best['n']}"] if best["n"] != cells["n"].max() else []
    if with_linear and (*key, LINEAR) in cells.index:
        notes.append(f"linear {cells.loc[(*key, LINEAR), 'estimate']:z.2f}")
    return f"{best['estimate']:z.2f}<small>{'<br>'.join(notes)}</small>"


def _found(row: pd.Series) -> str:
    """In how many seeds, with the interval in percent."""
    return f"found {found.in_words(row)} ({100 * row['low']:.0f} to {100 * row['high']:.0f} %)"


def where(table: pd.DataFrame, figures: Mapping[str, Figure]) -> Iterator[str]:
    """Which part holds what, as tiles, bars and (folded) dots; embeddings of most parts first."""
    names = [name for name in figures if name.startswith("where_") and not name.endswith("_dots")]
    tiles = _pages("parts", figures)
    if not tiles and not names:
        return
    yield page.heading("Where it is kept")
    yield from _pictures(figures, tiles)
    if words := reading.leakage(table):
        yield page.paragraph(words)
    pairs = table[parts.are(table, "pair")].groupby("method")["part"].nunique()
    for name in sorted(names, key=lambda name: -pairs.get(name.removeprefix("where_"), 0)):
        dots = page.folded("The same as dots, with intervals and seeds", "".join(_pictures(figures, [f"{name}_dots"])))
        shown = "".join([*_pictures(figures, [name]), dots])
        yield shown if len(names) <= FEW else page.folded(f"Between the parts of {_method(name)}", shown)


def shown(title: str, name: str, figures: Mapping[str, Figure]) -> Iterator[str]:
    """One named picture, with the pages that go on with it, under its own heading, if there is one."""
    if name in figures:
        yield page.heading(title)
        yield from _pictures(figures, _pages(name, figures))


def rest(figures: Mapping[str, Figure]) -> Iterator[str]:
    """Pictures that no other section shows."""
    others = [name for name in figures if _stem(name) not in PLACED and not name.startswith("where_")]
    if others:
        yield page.heading("More pictures")
        yield from _pictures(figures, others)


def _stem(name: str) -> str:
    """A picture's name without the number of its page."""
    return re.sub(r"_\d+$", "", name)


def _method(name: str) -> str:
    """The method that a picture between parts is of."""
    return style.method_style(name.removeprefix("where_").removesuffix("_dots")).label.split(" (")[0]


def _pages(name: str, figures: Mapping[str, Figure]) -> list[str]:
    return [found for found in figures if _stem(found) == name]


def _pictures(figures: Mapping[str, Figure], names: list[str]) -> Iterator[str]:
    for name in names:
        if name in figures:
            figure = figures[name]
            yield page.picture(name, getattr(figure, "alt", ""), caption_of(figure).short, figure.get_size_inches())


def measured(table: pd.DataFrame, timing: pd.DataFrame) -> Iterator[str]:
    """What the numbers mean, of what the table holds; and which machines made the runs, where ``timing`` says so."""
    yield page.heading("What was measured, and how")
    trained_on = tables.distributions(table)
    held = {
        PAIRED: parts.are(table, "pair").any(),
        WITHHELD: parts.are(table, "given").any(),
        BIASED: "biased" in trained_on,
        RELATION: "relation" in trained_on,
    }
    items = [*MEASURED, *(words for words, is_held in held.items() if is_held), INTERVALS, *_machines(timing)]
    yield "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"


def _machines(timing: pd.DataFrame) -> Iterator[str]:
    if "cpu" not in timing:
        return
    cpus = ", ".join(timing["cpu"].unique())
    words = f"The runs were made on: {cpus}. {MACHINES} {provenance.mixed(timing)}"
    yield f"<b>Machines.</b> {escape(words.strip())}"


def trained(table: pd.DataFrame, timing: pd.DataFrame, settings: Mapping[str, object]) -> Iterator[str]:
    """The task, its settings, and the time it took."""
    yield page.heading("What was trained, and how long it took")
    tested = table.loc[table["split"] == "test", "n"]
    count = tables.modalities(table)
    facts = {
        "task": ", ".join(table["task"].unique()),
        "training distributions": ", ".join(tables.distributions(table)),
        "seeds": ", ".join(map(str, sorted(table["seed"].unique()))),
        "training steps": ", ".join(map(str, sorted(table.groupby("run_id")["step"].max().unique()))),
        "test samples per number": " to ".join(dict.fromkeys(f"{n:,}" for n in (tested.min(), tested.max()))),
    }
    yield page.pairs(facts | ({"modalities": count} if count else {}) | dict(settings))
    timed, rows = _with_knobs(timing, table), []
    for variant in style.method_order(tables.variants(timed)):
        own = tables.of_variant(timed, variant)
        seconds, devices = own["seconds"], ", ".join(sorted(own["device"].unique()))
        name = escape(style.method_style(*variant).label)
        rows.append([name, f"{len(own)}", f"{seconds.mean():.1f}", _duration(seconds.sum()), escape(devices)])
    yield page.grid("Training and measuring.", ["method", "runs", "seconds a run", "in all", "device"], rows)


def _with_knobs(runs: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Add the column ``knob``, which the table knows by run id."""
    knobs = table.drop_duplicates("run_id").set_index("run_id")["knob"]
    return runs.assign(knob=runs["run_id"].map(knobs).fillna(""))


def failed(failed: pd.DataFrame, table: pd.DataFrame) -> Iterator[str]:
    """The failed runs with their reasons."""
    if failed.empty:
        return
    yield '<h2 id="failed">Failed runs</h2>'
    rows = [
        [
            escape(style.method_style(run.method, run.knob).label),
            escape(run.distribution),
            f"{run.seed}",
            escape(run.reason),
        ]
        for run in _with_knobs(failed, table).itertuples()
    ]
    yield page.grid("They have no numbers above.", ["method", "trained on", "seed", "reason"], rows, kind="words")


def again(command: str) -> Iterator[str]:
    """The command, the files and the versions."""
    yield page.heading("Make it again")
    yield f"<pre>{escape(command)}</pre>"
    versions = {"Python": platform.python_version()} | {name: importlib.metadata.version(name) for name in PACKAGES}
    words = ", ".join(f"{name} {version}" for name, version in versions.items())
    files = ", ".join(f'<a href="{name}">{name}</a>' for name in ("results.parquet", "results.csv", "timing.csv"))
    yield f"<footer><p>The numbers behind this page: {files}.</p><p>{escape(words)}.</p></footer>"


def _duration(seconds: float) -> str:
    """Seconds as people say them."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.1f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
