"""Estimates of the information in one's own data, made once before the first of several runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path

from coral_viz.runs.spec import RunSpec
from coral_viz.tasks import Dataset
from coral_viz.tasks.estimates import estimated


def stated(specs: Iterable[RunSpec], folder: Path) -> list[RunSpec]:
    """The same runs, with estimates for those on one's own data; estimates are cached in ``folder``."""
    made: dict[str, Dataset] = {}
    for spec in (specs := list(specs)):
        if spec.data is not None and spec.data.content not in made:
            made[spec.data.content] = estimated(spec.data, folder)
    return [spec if spec.data is None else dataclasses.replace(spec, data=made[spec.data.content]) for spec in specs]
