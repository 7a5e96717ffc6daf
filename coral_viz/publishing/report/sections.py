"""The content of the report by section: numbers, names and figures for ``page.html``."""

from __future__ import annotations

import importlib.metadata
import platform
import re
from collections.abc import Mapping

import pandas as pd

from coral_viz import style
from coral_viz.figures.comparison.overview import plain
from coral_viz.figures.layout.canvas import seeds_in_words
from coral_viz.publishing.report import reading, runs_made
from coral_viz.publishing.report.page import Cell, Grid, Illustration
from coral_viz.results import found, parts, provenance, references, tables
from coral_viz.results.metrics import BEST, LINEAR
from coral_viz.results.tables import VARIANT

PACKAGES = ("coral_viz", "torch", "scikit-learn", "numpy", "pandas", "matplotlib")
SAMPLES = ("questions", "samples")
HEADLINE = ("bits_kept", "found")
TITLES = {
    "accuracy": "What a linear probe reads",
    "subsets": "When modalities are missing",
    "retrieval": "Retrieval across modalities",
    "ranks": "Do methods differ?",
    "costs": "What synergy costs",
    "training": "Training",
}
FEW = 6  # names in a sentence


def content(
    table: pd.DataFrame,
    timing: pd.DataFrame,
    shown: Mapping[str, Illustration],
    failures: pd.DataFrame,
    settings: Mapping[str, object],
) -> dict:
    """The content of the page; arguments as for ``report.write``, and figures as they are shown."""
    trained_on, known = tables.distributions(table), set(references.references(table)["known"])
    sections = {title: _pages(name, shown) for name, title in TITLES.items()}
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {
        "objectives": _objectives(table),
        "task": ", ".join(table["task"].unique()),
        "modalities": tables.modalities(table),
        "distributions": ", ".join(filter(None, trained_on)),
        "seeds": sorted(table["seed"].unique()),
        "runs": len(timing),
        "duration": _duration(timing["seconds"].sum()),
        "samples": [shown[name] for name in SAMPLES if name in shown],
        "headline": [shown[name] for name in HEADLINE if name in shown],
        "kept": reading.kept(table),
        "bits": _bits(tables.bits_kept(table), found.found(table, readout=BEST), _by_seed(table)),
        "tiles": _pages("parts", shown),
        "leakage": reading.leakage(table),
        "between": _between(table, shown),
        "sections": sections | {"More pictures": _rest(shown)},
        "explains": {
            "exact": references.EXACT in known,
            "estimate": references.ESTIMATE in known,
            "entropy": references.ENTROPY in known,
            "pairs": parts.are(table, "pair").any(),
            "missing": parts.are(table, "given").any(),
            "biased": "biased" in trained_on,
            "relation": "relation" in trained_on,
        },
        "machines": ", ".join(timing["cpu"].unique()) if "cpu" in timing else "",
        "mixed": provenance.mixed(timing) if "cpu" in timing else "",
        "facts": _facts(table) | dict(settings),
        "times": _times(_with_knobs(timing, table)),
        "runs_made": runs_made.grid(_with_knobs(timing, table), table),
        "failed": _failed(_with_knobs(failures, table)) if len(failures) else Grid("", [], []),
        "versions": {"Python": platform.python_version()} | versions,
    }


def _objectives(table: pd.DataFrame) -> str:
    """The methods by name; many are counted."""
    names = [style.method_style(*variant).label for variant in style.method_order(tables.variants(table))]
    return ", ".join(names) if len(names) <= FEW else f"{len(names)} objectives, from {names[0]} to {names[-1]}"


# --- bits kept ----------------------------------------------------------------------------------------------------


def _by_seed(table: pd.DataFrame) -> pd.Series:
    """By cell of ``_bits`` the bits of every seed, as words."""
    rows = tables.beside_truth(table, part="all", readout=BEST).sort_values("seed", kind="stable")
    said = rows.assign(words=[f"seed {seed}: {value:z.2f}" for seed, value in zip(rows["seed"], rows["value"])])
    return said.groupby([*VARIANT, "distribution", "label"])["words"].agg(", ".join)


def _bits(summary: pd.DataFrame, counts: pd.DataFrame, by_seed: pd.Series) -> Grid:
    """Bits kept as a table: estimate, interval, n, and in how many seeds found; the linear readout's of few methods."""
    columns = [
        (distribution, label)
        for distribution in tables.distributions(summary)
        for label in tables.labels(summary[summary["distribution"] == distribution])
    ]
    key = [*VARIANT, "distribution", "label", "readout"]
    cells = summary.set_index(key)
    cells["found"] = counts.assign(readout=BEST).set_index(key).apply(_found, axis=1)
    cells["seeds"] = by_seed.reindex(cells.index.droplevel("readout")).to_numpy()
    held = references.mean(summary, ["distribution", "label"]).set_index(["distribution", "label"])
    variants = style.method_order(tables.variants(summary))
    with_linear = len(variants) <= FEW
    head = [_column(*column, held.loc[column]) for column in columns]
    rows = [
        [Cell(style.method_style(*variant).label), *(_cell(cells, (*variant, *at), with_linear) for at in columns)]
        for variant in variants
    ]
    words = f"Bits kept: best readout; {seeds_in_words(summary)}{' Below it the linear readout.' * with_linear}"
    words += f" Found: {found.says(BEST)}." * bool(cells["n"].max() > 1)
    return Grid(words, [Cell("method"), *head], rows)


def _column(distribution: str, label: str, held: pd.Series) -> Cell:
    """A label's symbol; below it the training distribution, and the bits that the data hold."""
    words = f"of {references.bits(held).removesuffix('s').removesuffix(' bit')}"
    if held["held_low"] < held["held_high"]:
        words += f" ({held['held_low']:z.2f} to {held['held_high']:z.2f})"
    return Cell(style.label_style(label).symbol, tuple(filter(None, (distribution, words))))


def _cell(cells: pd.DataFrame, key: tuple[str, ...], with_linear: bool) -> Cell:
    if (*key, BEST) not in cells.index:
        return Cell("–")
    best = cells.loc[(*key, BEST)]
    notes = [f"{best['low']:z.2f} to {best['high']:z.2f}", best["found"]] if best["n"] > 1 else []
    notes += [f"n = {best['n']}"] if best["n"] != cells["n"].max() else []
    if with_linear and (*key, LINEAR) in cells.index:
        notes.append(f"linear {cells.loc[(*key, LINEAR), 'estimate']:z.2f}")
    method, knob, distribution, _ = key
    group = runs_made.group(method, knob, distribution)
    return Cell(f"{best['estimate']:z.2f}", tuple(notes), runs=group, hover=best["seeds"])


def _found(row: pd.Series) -> str:
    """In how many seeds, with the interval in percent."""
    return f"found {found.in_words(row)} ({100 * row['low']:.0f} to {100 * row['high']:.0f} %)"


# --- pictures -----------------------------------------------------------------------------------------------------


def _between(table: pd.DataFrame, shown: Mapping[str, Illustration]) -> list[dict]:
    """Pictures of which two parts hold what, by method: bars and dots; embeddings of most parts first."""
    names = [name for name in shown if name.startswith("where_") and not name.endswith("_dots")]
    pairs = table[parts.are(table, "pair")].groupby("method")["part"].nunique()
    of = {f"where_{plain(method)}": method for method in table["method"].unique()}
    return [
        {
            "title": style.method_style(of.get(name, name.removeprefix("where_"))).label.split(" (")[0],
            "bars": [shown[name]],
            "dots": [shown[dots] for dots in (f"{name}_dots",) if dots in shown],
        }
        for name in sorted(names, key=lambda name: -pairs.get(of.get(name), 0))
    ]


def _pages(name: str, shown: Mapping[str, Illustration]) -> list[Illustration]:
    """One named picture, with the pages that go on with it."""
    return [picture for each, picture in shown.items() if _stem(each) == name]


def _rest(shown: Mapping[str, Illustration]) -> list[Illustration]:
    """Pictures that no other section shows."""
    placed = {*SAMPLES, *HEADLINE, "parts", *TITLES}
    return [picture for name, picture in shown.items() if _stem(name) not in placed and not name.startswith("where_")]


def _stem(name: str) -> str:
    """A picture's name without the number of its page."""
    return re.sub(r"_\d+$", "", name)


# --- runs ---------------------------------------------------------------------------------------------------------


def _facts(table: pd.DataFrame) -> dict[str, object]:
    """What was trained, by name."""
    tested = table.loc[table["split"] == "test", "n"]
    count = tables.modalities(table)
    facts = {
        "task": ", ".join(table["task"].unique()),
        "training distributions": ", ".join(filter(None, tables.distributions(table))),
        "seeds": ", ".join(map(str, sorted(table["seed"].unique()))),
        "training steps": ", ".join(map(str, sorted(table.groupby("run_id")["step"].max().unique()))),
        "test samples per number": " to ".join(dict.fromkeys(f"{n:,}" for n in (tested.min(), tested.max()))),
    }
    told: dict[str, object] = {name: value for name, value in facts.items() if value}
    return told | ({"modalities": count} if count else {})


def _times(timed: pd.DataFrame) -> Grid:
    rows = []
    for variant in style.method_order(tables.variants(timed)):
        own = tables.of_variant(timed, variant)
        seconds, devices = own["seconds"], ", ".join(sorted(own["device"].unique()))
        name = style.method_style(*variant).label
        rows.append([name, f"{len(own)}", f"{seconds.mean():.1f}", _duration(seconds.sum()), devices])
    return Grid.plain("Training and measuring.", ["method", "runs", "seconds a run", "in all", "device"], rows)


def _failed(runs: pd.DataFrame) -> Grid:
    """The failed runs with their reasons."""
    rows = [
        [style.method_style(run.method, run.knob).label, run.distribution, f"{run.seed}", run.reason]
        for run in runs.itertuples()
    ]
    return Grid.plain("They have no numbers above.", ["method", "trained on", "seed", "reason"], rows)


def _with_knobs(runs: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Add the column ``knob``, which the table knows by run id."""
    knobs = table.drop_duplicates("run_id").set_index("run_id")["knob"]
    return runs.assign(knob=runs["run_id"].map(knobs).fillna(""))


def _duration(seconds: float) -> str:
    """Seconds as people say them."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.1f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
