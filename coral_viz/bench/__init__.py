"""Benchmarks: ratios measured in one run on one machine, written as a table with their protocol.

A benchmark imports what it needs when it runs; their names cost the command line nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from coral_viz.extras import load

if TYPE_CHECKING:
    import pandas as pd

BENCHMARKS = {
    "training": ("training", "run"),
    "pid": ("pid", "run"),
    "estimators": ("estimators", "run"),
    "dimensions": ("estimators", "dimensions"),
    "coverage": ("estimators", "coverage"),
    "trifeature": ("trifeature", "run"),
    "sweeps": ("sweeps", "run"),
    "explorers": ("explorers", "run"),
}
"""By name: module and function."""


def run(what: str, out: str | Path, *, quick: bool = False) -> pd.DataFrame:
    """Run one benchmark; it writes its csv to the folder ``out`` (made if absent) and returns it."""
    if what not in BENCHMARKS:
        raise ValueError(f"benchmark {what!r} does not exist; choose one of {', '.join(BENCHMARKS)}.")
    module, function = BENCHMARKS[what]
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    return getattr(load(f"coral_viz.bench.{module}"), function)(out, quick=quick)
