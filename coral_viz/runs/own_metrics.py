"""A metric of one's own: a function of embeddings, which is computed for the finished runs of a sweep.

Its rows join the table, so explorers, figures and statistics have the metric under the name of the function. ::

    def effective_rank(parts, labels):
        z = parts["all"] - parts["all"].mean(0)
        shares = torch.linalg.svdvals(z).softmax(0)
        return float((-shares * shares.log()).sum().exp())
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import pandas as pd
import torch

from coral_viz import evaluation
from coral_viz.options import shown
from coral_viz.registries import Registry
from coral_viz.results import metrics, schema
from coral_viz.runs.executors import one_thread
from coral_viz.runs.restore import restored
from coral_viz.runs.spec import RunSpec
from coral_viz.runs.store import Store

OwnMetric = Callable[[Mapping, Mapping], float | Mapping[str, float]]
"""A function of the parts of the embedding of n test samples, (n, width) by name, the whole as "all", and of their
labels, (n,) by name. It returns a number, or numbers by label. An attribute ``unit`` may be "bits", "nats" or "share".
"""


def _function(entry: object) -> OwnMetric:
    if not callable(entry):
        raise TypeError(f"{shown(entry)} is no function")
    return entry


_REGISTRY: Registry[OwnMetric] = Registry("metric", {}, _function)


def named(metric: str | OwnMetric) -> tuple[str, OwnMetric]:
    """Name and function of a metric, which may be an import path, "module:function".

    ValueError if it cannot be imported, or has the name of a metric of the package or an unknown unit.
    """
    function = _REGISTRY.get(metric) if isinstance(metric, str) else metric
    name, unit = getattr(function, "__name__", ""), getattr(function, "unit", "")
    if not name.isidentifier() or name in metrics.METRICS:
        raise ValueError(f"a metric cannot be called {name!r}; give its function a name of its own.")
    if unit not in (units := schema.COLUMNS["unit"].words):
        raise ValueError(f"the unit of {name} is {shown(unit)}; it may be {', '.join(map(repr, units))}.")
    return name, function


def add(table: pd.DataFrame, store: Store, metric: str | OwnMetric) -> pd.DataFrame:
    """A sweep's table with further rows: the metric of every run, on the test samples of the run.

    Rows that it had of this metric are replaced. ValueError as ``named`` and ``Store.open``, if a method has changed
    since its run, or if the metric is no finite number or about a label that there is not.
    """
    name, function = named(metric)
    table, attrs = table[table["metric"] != name], table.attrs
    found = [_of_run(own.iloc[[0]], store.open(str(run_id)), store, name, function) for run_id, own in _runs(table)]
    joined = pd.concat([table, *found], ignore_index=True)
    joined.attrs = attrs
    return joined


def _runs(table: pd.DataFrame):
    plain = table.copy(deep=False)
    plain.attrs = {}  # or pandas copies them for every run
    return plain.groupby("run_id", sort=False)


def _of_run(row: pd.DataFrame, spec: RunSpec, store: Store, name: str, function: OwnMetric) -> pd.DataFrame:
    """The rows of one run, which otherwise are as one of its rows."""
    task, method = restored(spec, store)
    batch = task.sample(spec.budget.test_samples, "test", spec.seed)
    with one_thread():
        parts = evaluation.embed(method, batch)
        value = function(parts | {"all": torch.cat([parts[part] for part in method.whole], 1)}, dict(batch.labels))
    by_label = dict(value) if isinstance(value, Mapping) else {"": value}
    if wrong := [label for label in by_label if label not in ("", *task.labels)]:
        raise ValueError(f"{name} is about {shown(wrong[0])}; the labels are {', '.join(task.labels)}.")
    said = {"split": "test", "part": "all", "readout": "", "metric": name, "unit": getattr(function, "unit", "")}
    said |= {"step": spec.budget.steps, "n": len(batch)}
    rows = [row.assign(**said, label=label, value=_number(number, name, spec)) for label, number in by_label.items()]
    return pd.concat(rows)


def _number(value: object, name: str, spec: RunSpec) -> float:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{name} of {spec.words} is {shown(value)}; a metric is a finite number, or several by label.")
    return number
