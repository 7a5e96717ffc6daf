"""Estimates of the information in data whose truth is not known, made once before the first of several runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from pathlib import Path

from coral_viz import tasks
from coral_viz.runs.spec import RunSpec
from coral_viz.tasks.estimates import estimated, path


def stated(specs: Iterable[RunSpec], folder: Path, say: Callable[[str], None] = print) -> list[RunSpec]:
    """The same runs, with estimates of the information in data whose truth is not known.

    Args:
        specs: the runs.
        folder: where estimates are cached.
        say: told before each data set is estimated, which may take minutes.
    """
    made: dict[object, dict] = {}
    return [_stated(spec, folder, made, say) for spec in specs]


def _stated(spec: RunSpec, folder: Path, made: dict, say) -> RunSpec:
    content = dict(spec.dials).get("content")
    if content is None or spec.held or spec.preset is tasks.OWN:
        return spec
    if content not in made:
        loaded = spec.load_task()
        if not isinstance(loaded, tasks.Arrays):
            return spec
        if not path(loaded.data, folder).exists():
            say(f"Estimating the information that {loaded.name!r} holds about {', '.join(loaded.labels)}; once.")
        made[content] = estimated(loaded.data, folder)
    return dataclasses.replace(spec, held=made[content])
