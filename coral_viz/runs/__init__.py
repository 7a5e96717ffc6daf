"""Runs: specs, a store of finished runs, grids, and executors."""

from coral_viz.runs import grids, sweep_table, sweeps
from coral_viz.runs.executors import EXECUTORS, Outcome, alone, execute, one_thread, side_by_side
from coral_viz.runs.progress import watched
from coral_viz.runs.restore import restored
from coral_viz.runs.run import Result, initialised, measured, perform
from coral_viz.runs.spec import Budget, RunSpec
from coral_viz.runs.store import Store

__all__ = [
    "EXECUTORS",
    "Budget",
    "Outcome",
    "Result",
    "RunSpec",
    "Store",
    "alone",
    "execute",
    "grids",
    "initialised",
    "measured",
    "one_thread",
    "perform",
    "restored",
    "side_by_side",
    "sweep_table",
    "sweeps",
    "watched",
]
