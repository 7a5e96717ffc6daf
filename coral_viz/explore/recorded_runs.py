"""Learning curves of a sweep's recorded trainings, for the explorer of sweeps."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from coral_viz.explore.sweep_results import SweepResults
from coral_viz.figures.course.moment import RECORDED
from coral_viz.figures.sweep import sweep_data
from coral_viz.figures.sweep.recorded_curves import recorded
from coral_viz.runs import replay
from coral_viz.runs.sweeps import RECORDINGS


def drawn(rows: pd.DataFrame, base: Mapping, settings: Mapping, *, timed: bool, look: Mapping) -> Figure:
    """A line per level of the setting that varies, all others at the base; ``settings`` are those of the explorer.

    The measure is bits or, for any that was not recorded, accuracy. ValueError if no such run is recorded.
    """
    runs = sweep_data.held(rows, [settings["vary"]], base).drop_duplicates("run_id").set_index("run_id")
    paths = [Path(settings["store"], RECORDINGS, f"{run_id}.npz") for run_id in runs.index]
    found = [path for path in paths if settings["store"] and path.is_file()]
    if not found:
        command = SweepResults(settings["grid"], settings["store"]).command
        raise ValueError(
            f"no training of these runs is recorded; record them: {command} --record, and name its folder."
        )
    measure = settings["measure"].split(", ")[0]
    seen = {"metric": measure if measure in [known.name for known in RECORDED] else "balanced_accuracy"}
    seen |= {"labels": [settings["label"]] if settings["label"] else None}
    seen |= {"seconds": runs["seconds"].to_dict() if timed else None}
    replays = [_loaded(path, path.stat().st_mtime_ns) for path in found]
    return recorded(replays, settings["vary"], **seen, look=look)


@lru_cache(maxsize=128)
def _loaded(path: Path, written: int) -> replay.Replay:
    return replay.load(path)
