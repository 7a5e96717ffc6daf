"""The runs behind the numbers of a report: a row each, in groups that numbers link to."""

from __future__ import annotations

import re

import pandas as pd

from coral_viz import style
from coral_viz.publishing.report.page import Grid
from coral_viz.results import tables

SIZES = ("embedding_width", "parameters")
MADE = {"device": "device", "cpu": "CPU", "commit": "commit"}
SAME = ("width", "parameters", *MADE.values())
"""What has no column if it is the same of all runs."""

COMMIT = 10  # letters of a hash that tell commits apart


def group(method: str, knob: str, distribution: str) -> str:
    """What the runs of a method after one training distribution are called on the page."""
    return re.sub(r"[^a-z0-9]+", "-", f"runs-{method}-{knob}-{distribution}".lower()).strip("-")


def grid(timing: pd.DataFrame, table: pd.DataFrame) -> Grid:
    """Every run with its sizes, its time, and where it was made; the caption says what is the same of all runs."""
    sizes = table.drop_duplicates("run_id").set_index("run_id").reindex(columns=list(SIZES))
    runs = timing.join(sizes, on="run_id")
    order = style.method_order(tables.variants(runs))
    places = [order.index(pair) for pair in runs[tables.VARIANT].itertuples(index=False, name=None)]
    runs = runs.assign(place=places).sort_values(["place", "distribution", "seed"], kind="stable")
    columns = {
        "method": [style.method_style(*pair).label for pair in runs[tables.VARIANT].itertuples(index=False, name=None)],
        "trained on": list(runs["distribution"]),
        "seed": [f"{seed}" for seed in runs["seed"]],
        "run": list(runs["run_id"]),
        **{name.removeprefix("embedding_"): [_count(size) for size in runs[name]] for name in SIZES},
        "seconds": [f"{seconds:.1f}" for seconds in runs["seconds"]],
        **{MADE[name]: [_short(name, word) for word in runs[name]] for name in MADE if name in runs},
    }
    same = {name: words[0] for name, words in columns.items() if name in SAME and len(set(words)) == 1}
    shown = {name: words for name, words in columns.items() if name not in same}
    told = ", ".join(f"{name} {word}" for name, word in same.items() if word)
    caption = "Every run; a number above links to those that it rests on." + f" Of all: {told}." * bool(told)
    groups = tuple(group(run.method, run.knob, run.distribution) for run in runs.itertuples())
    return Grid.plain(caption, list(shown), list(map(list, zip(*shown.values()))))._replace(groups=groups)


def _count(size: float) -> str:
    """A number of things; "" where a run does not state it."""
    return "" if pd.isna(size) else f"{size:,.0f}"


def _short(name: str, value: str) -> str:
    """A commit by the beginning of its hash; whether files had changed since is kept."""
    if name != "commit":
        return value
    commit, dirty, _ = value.partition("-dirty")
    return commit[:COMMIT] + dirty
