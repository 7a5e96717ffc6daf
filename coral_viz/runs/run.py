"""One run from spec to numbers: task, training, embedding, probe, tidy rows."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import pandas as pd
import torch
from torch import Tensor

from coral_viz import evaluation, methods, tasks, training
from coral_viz.results import provenance, schema
from coral_viz.runs.run_logs import Log
from coral_viz.runs.spec import RunSpec
from coral_viz.training import distributed
from coral_viz.training.devices import resolve

HISTORY_POINTS = 60
RETRIEVED = 1024


@dataclass(frozen=True)
class Result:
    """The result of a run: its tidy rows, the trained weights by name, and its provenance (``provenance.here``)."""

    rows: pd.DataFrame
    weights: dict[str, Tensor]
    provenance: dict[str, str] = field(default_factory=dict)


def perform(
    spec: RunSpec, device: str = "auto", progress: bool = False, recorder=None, log: Log | None = None
) -> Result | None:
    """Train a method and measure its embedding.

    With one thread, the same spec gives the same bytes on machines with the same type of CPU and the same versions (see
    ``provenance``). Others, and other devices, round differently.

    Args:
        spec: of the run.
        device: auto, cpu or cuda.
        progress: whether to show a progress bar.
        recorder: a ``replay.Recorder``, which does not change the run.
        log: for loss terms and results, such as ``run_logs.TensorBoard``; it does not change the run, either.

    Returns:
        The result. In distributed training all processes train, the first one measures, and the others return None.

    Raises:
        RuntimeError: the device has too little memory; the message says what to make smaller.
    """
    try:
        return _performed(spec, device, progress, recorder, log)
    except torch.OutOfMemoryError:
        batch = spec.budget.batch
        raise RuntimeError(
            f"{spec.words}: {device!r} ran out of memory with a batch of {batch}; "
            f"try a batch of {max(2, batch // 2)} (--batch; in a grid budget.batch), or fewer runs at once (--jobs)."
        ) from None
    finally:
        if log:
            log.close()


def _performed(spec: RunSpec, device: str, progress: bool, recorder, log: Log | None) -> Result | None:
    log = log if distributed.place()[0] == 0 else None
    task = spec.load_task(resolve(device))
    method = initialised(spec, task)
    size = sizes(method, task, spec)
    callbacks = recorder.begin(task, method) if recorder else None
    if log:
        log.begin(spec)
    history = trained(method, task, spec, progress=progress, callbacks=callbacks, log=log.terms if log else None)
    if recorder:
        recorder.end(history)
    if distributed.place()[0] > 0:
        return None
    rows = told(history, method, task, spec, size)
    if log:
        log.measured(rows)
    weights = {name: _own_copy(tensor) for name, tensor in sorted(method.state_dict().items())}
    return Result(rows, weights, provenance.here(task.device))


def _own_copy(tensor: Tensor) -> Tensor:
    """On the CPU, in memory of its own: files of weights hold none that share theirs, as tied layers do."""
    return tensor.detach().cpu().clone(memory_format=torch.contiguous_format)


def initialised(spec: RunSpec, task: tasks.Task) -> methods.Method:
    """The untrained method of a run, with weights drawn from the training seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(spec.training_seed)
        return methods.build(spec.method, task, **dict(spec.knobs))


def sizes(method: methods.Method, task: tasks.Task, spec: RunSpec) -> dict[str, int]:
    """The columns embedding_width, parameters and passes of the table.

    ValueError if the embedding does not have the width that was asked for.
    """
    parts = evaluation.embed(method, task.sample(2, "test", spec.seed))
    width, asked = sum(parts[name].shape[1] for name in method.whole), method.knobs.width
    if asked not in (None, width):
        raise ValueError(f"the whole embedding of {method.TITLE} has {width} numbers, not width = {asked}.")
    passes = spec.budget.steps * sum(method.passes(len(method.names)))
    return {"embedding_width": width, "parameters": method.parameter_count, "passes": passes}


def trained(method: methods.Method, task: tasks.Task, spec: RunSpec, **options) -> training.History:
    """Train a method with the run's budget; ``options`` are progress, callbacks and log of ``training.train``."""
    budget = spec.budget
    return training.train(
        method,
        task,
        steps=budget.steps,
        batch=budget.batch,
        lr=budget.lr,
        weight_decay=budget.weight_decay,
        samples=budget.samples,
        decay=budget.decay,
        seed=spec.training_seed,
        data_seed=spec.seed,
        **options,
    )


def measured(method: methods.Method, task: tasks.Task, spec: RunSpec) -> pd.DataFrame:
    """Rows of probes of a method in its current state (see ``evaluation.probe``).

    With more than two modalities there are also probes with missing modalities and retrieval across modalities, on new
    samples of the training distribution.
    """
    batches = [
        task.sample(spec.budget.probe_samples, "probe", spec.seed),
        task.sample(spec.budget.test_samples, "test", spec.seed),
    ]
    parts, parts_test = (evaluation.embed(method, batch) for batch in batches)
    labels, labels_test = ({name: batch.labels[name] for name in task.labels} for batch in batches)
    whole, pieces, seed = method.whole, task.pieces(batches[0]), spec.seed
    probed = evaluation.probe(
        parts, labels, parts_test, labels_test, whole=whole, pairs=method.pairs, pieces=pieces, seed=seed
    )
    rows = [probed]
    if spec.budget.probe == "paper":
        x, x_test = (torch.cat([z[name] for name in whole], 1) for z in (parts, parts_test))
        rows.append(evaluation.published_probe(x, x_test, labels, labels_test))
    if batches[0].targets:
        targets = [batch.targets for batch in batches]
        regressed = evaluation.regress(parts, targets[0], parts_test, targets[1], whole=whole, pieces=pieces, seed=seed)
        rows.append(regressed)
    if len(method.names) > 2:
        subsets = evaluation.embed_subsets(method, batches[1])
        asked = task.sample(RETRIEVED, "train", spec.seed + RETRIEVED)
        rows.append(
            evaluation.probe_subsets(parts, labels, subsets, labels_test, whole=whole, pieces=pieces, seed=seed)
        )
        rows.append(evaluation.retrieval(method, asked, compatible=task.compatible))
    return pd.concat(rows).assign(split="test", step=spec.budget.steps)


def told(history: training.History, method: methods.Method, task: tasks.Task, spec: RunSpec, size) -> pd.DataFrame:
    """All tidy rows of a run with a trained method; ``size`` is the result of ``sizes``."""
    found = measured(method, task, spec)
    rows = pd.concat([_training_rows(history, spec), _truth_rows(task, int(found["n"].max())), found])
    return _tidy(rows.assign(**size), spec)


def _training_rows(history: training.History, spec: RunSpec) -> pd.DataFrame:
    frame = history.frame(every=max(1, spec.budget.steps // HISTORY_POINTS))
    rows = frame.add_prefix("loss/").reset_index().melt("step", var_name="metric")
    return rows.assign(split="train", part="", label="", readout="", unit="nats", n=spec.budget.batch)


def _truth_rows(task: tasks.Task, n: int) -> pd.DataFrame:
    """What is known of every label beforehand: the truth, or what the data are estimated to hold; and chance."""
    rows = []
    for label in task.labels:
        row = {"label": label, "part": "data", "split": "test", "readout": "", "step": 0, "n": n}
        exact = task.truth.get(label)
        held = {"truth": float(exact.information)} if exact else task.known(label)
        rows += [row | {"metric": metric, "value": value, "unit": "bits"} for metric, value in held.items()]
        rows.append(row | {"metric": "chance", "value": 1 / task.classes_of[label], "unit": "share"})
    return pd.DataFrame(rows)


def _tidy(rows: pd.DataFrame, spec: RunSpec) -> pd.DataFrame:
    return schema.validate(
        rows.assign(
            run_id=spec.id,
            method=spec.method,
            task=spec.task,
            distribution=spec.distribution,
            seed=spec.seed,
            status="done",
            method_version=spec.method_version,
            knob=spec.knob,
            training_seed=spec.training_seed,
            seconds=math.nan,  # which the store knows, once the run is over
            table_version=schema.VERSION,
        )
    )
