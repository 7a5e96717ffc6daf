"""Recorded runs at the same time of training, so that methods are compared at equal seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from coral_viz.results import metrics
from coral_viz.runs.replay import Replay


def at_seconds(replays: Sequence[Replay], seconds: Mapping[str, float], at: float | None = None) -> pd.DataFrame:
    """What probes find in every run after the same time, for ``statistics.paired`` and figures.

    Between recorded steps, a measure is interpolated linearly in the logarithm of the step. All steps of a run are
    assumed to take equally long.

    Args:
        replays: recordings (see ``replay``).
        seconds: the duration of each run by its id (``Store.timing``).
        at: the time in seconds; None for the duration of the shortest run.

    Returns:
        Columns run_id, method, knob, task, distribution, seed, training_seed, label, metric, value, unit, status and
        seconds, with a row per run, label and recorded metric.

    Raises:
        ValueError: no recording, a run whose duration is not given, or a time that is after the end of a run or before
            its first recorded step.
    """
    if not replays:
        raise ValueError("there is no recording to compare.")
    if untimed := [replay.spec.id for replay in replays if replay.spec.id not in seconds]:
        raise ValueError(f"seconds says nothing of run {untimed[0]!r}; give those of every recording.")
    shortest = min(seconds[replay.spec.id] for replay in replays)
    at = shortest if at is None else at
    if not 0 < at <= shortest:
        raise ValueError(f"at = {at:g} seconds must be above 0 and at most {shortest:g}, where the shortest run ends.")
    return pd.concat([_of_run(replay, seconds[replay.spec.id], at) for replay in replays], ignore_index=True)


def _of_run(replay: Replay, duration: float, at: float) -> pd.DataFrame:
    spec, step = replay.spec, replay.steps[-1] * at / duration
    probes = replay.probes[replay.probes["step"] > 0].sort_values("step", kind="stable")
    if step < probes["step"].min():
        raise ValueError(f"after {at:g} seconds run {spec.id!r} had not reached its first recorded step.")
    rows = [
        (label, metric, float(np.interp(np.log(step), np.log(own["step"]), own["value"])), metrics.named(metric).unit)
        for (label, metric), own in probes.groupby(["label", "metric"], sort=False)
    ]
    named: dict[str, object] = {"run_id": spec.id, "method": spec.method, "knob": spec.knob, "task": spec.task}
    named |= {"distribution": spec.distribution, "seed": spec.seed, "training_seed": spec.training_seed}
    told = pd.DataFrame(rows, columns=["label", "metric", "value", "unit"])
    return told.assign(status="done", seconds=at, **named)
