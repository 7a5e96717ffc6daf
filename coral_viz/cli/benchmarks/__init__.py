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
    "training": ("step_times", "run"),
    "pid": ("solver_times", "run"),
    "estimators": ("estimator_errors", "run"),
    "dimensions": ("estimator_errors", "dimensions"),
    "coverage": ("estimator_errors", "coverage"),
    "trifeature": ("image_times", "run"),
    "sweeps": ("sweep_times", "run"),
    "explorers": ("explorer_times", "run"),
    "real": ("real_estimates", "run"),
    "cuda": ("device_bench", "run"),
}
"""By name: module and function."""


def run(what: str, out: str | Path, *, quick: bool = False, **options) -> pd.DataFrame:
    """Run one benchmark; it writes its table to the folder ``out`` (made if absent) and returns it.

    ``options``: what the benchmark takes besides.
    """
    if what not in BENCHMARKS:
        raise ValueError(f"benchmark {what!r} does not exist; choose one of {', '.join(BENCHMARKS)}.")
    module, function = BENCHMARKS[what]
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    return getattr(load(f"coral_viz.cli.benchmarks.{module}"), function)(out, quick=quick, **options)
