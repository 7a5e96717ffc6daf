"""Recordings of a training: losses, and at about a dozen steps probe results and a map of the embedding.

Recording does not change training's random numbers, so the recorded run equals the run itself. A recording is one small
file; to show it, neither the network nor a training is needed.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from coral_viz import evaluation, methods, tasks
from coral_viz.results import metrics
from coral_viz.runs import stamped
from coral_viz.runs.executors import one_thread
from coral_viz.runs.run import initialised, trained
from coral_viz.runs.spec import RunSpec
from coral_viz.training import History
from coral_viz.training.devices import resolve

LOSS_POINTS = 60
"""How often losses are kept, evenly in the logarithm of the step; each is the mean since the one before."""

RECORDED = ("bits", "balanced_accuracy")
"""Metrics that are kept."""

PROBED = 2048
"""Samples that readouts are fitted to, and as many that they are tested on, at every recorded step."""


@dataclass(frozen=True)
class Replay:
    """A recorded run.

    Attributes:
        spec: of the run.
        losses: in nats, a column per term, indexed by step.
        probes: columns step, label, metric (bits by the best readout, balanced_accuracy by the linear one) and value,
            of the whole embedding; step 0 is before training.
        truth: by label, in bits.
        chance: by label, the accuracy of guessing.
        maps: (steps, n, 2), the whole embedding of n test samples on two fixed axes, the first principal components at
            the last step.
        explained: the shares of variance on the two axes at the last step.
        labels: by label, (n,), of the samples in ``maps``.
    """

    spec: RunSpec
    losses: pd.DataFrame
    probes: pd.DataFrame
    truth: dict[str, float]
    chance: dict[str, float]
    maps: np.ndarray
    explained: tuple[float, float]
    labels: dict[str, np.ndarray]

    @property
    def steps(self) -> list[int]:
        """The recorded steps, from 0 to the last, one per map."""
        return sorted(set(self.probes["step"]))


class Recorder:
    """Records one training of a run, at step 0 and at about ``points`` steps that are evenly spaced in their logarithm.

    ``begin`` returns callbacks for ``training.train``, and ``end`` takes the losses; then ``replay`` is the recording,
    with maps of ``samples`` samples. ValueError for fewer than two points or three samples.
    """

    replay: Replay

    def __init__(self, spec: RunSpec, points: int = 12, samples: int = 300):
        if points < 2 or samples < 3:
            raise ValueError(f"points = {points} and samples = {samples}: a recording takes at least 2 and 3.")
        self.spec, self.samples = spec, samples
        self.kept = recorded_steps(spec.budget.steps, points)
        self.probes: list[pd.DataFrame] = []
        self.embeddings: list[np.ndarray] = []

    def begin(self, task: tasks.Task, method: methods.Method) -> dict[int, Callable]:
        """Record the untrained method; returns the callbacks. ValueError if the truth of a label is not known."""
        if unknown := [label for label in task.labels if label not in task.truth]:
            raise ValueError(
                f"a recording states the exact truth of every label, and that of {unknown[0]!r} is unknown."
            )
        self.task = task
        self.fitted, self.test = (task.sample(PROBED, split, self.spec.seed) for split in ("probe", "test"))
        self._keep(0, method)
        return {1: lambda step, now: self._keep(step, now) if step in self.kept else None}

    def end(self, history: History) -> None:
        """Complete the recording when the training has ended."""
        maps, explained = _on_last_axes(self.embeddings)
        self.replay = Replay(
            spec=self.spec,
            losses=_thinned(history.frame(), recorded_steps(self.spec.budget.steps, LOSS_POINTS)),
            probes=pd.concat(self.probes, ignore_index=True),
            truth={label: float(self.task.truth[label].information) for label in self.task.labels},
            chance={label: 1 / self.task.classes_of[label] for label in self.task.labels},
            maps=maps,
            explained=explained,
            labels={label: self.test.labels[label][: self.samples].cpu().numpy() for label in self.task.labels},
        )

    def packed(self) -> bytes:
        """The file of the recording."""
        return stamped.in_bytes(_arrays(self.replay))

    def _keep(self, step: int, method: methods.Method) -> None:
        """Probes of the whole embedding, and the embedding of the first test samples."""
        whole, whole_test = (_whole(method, batch) for batch in (self.fitted, self.test))
        labels, labels_test = ({name: b.labels[name] for name in self.task.labels} for b in (self.fitted, self.test))
        pieces, seed = self.task.pieces(self.fitted), self.spec.seed
        rows = evaluation.probe({"all": whole}, labels, {"all": whole_test}, labels_test, pieces=pieces, seed=seed)
        rows = metrics.meant(rows[rows["metric"].isin(RECORDED)])
        self.probes.append(rows[["label", "metric", "value"]].assign(step=step))
        self.embeddings.append(whole_test[: self.samples].cpu().double().numpy())


def record(spec: RunSpec, points: int = 12, samples: int = 300, device: str = "auto") -> Replay:
    """Train a run and return its recording. Arguments and errors as for ``Recorder``."""
    recorder = Recorder(spec, points, samples)
    task = spec.load_task(resolve(device))
    method = initialised(spec, task)
    callbacks = recorder.begin(task, method)
    recorder.end(trained(method, task, spec, progress=False, callbacks=callbacks))
    return recorder.replay


def recorded_steps(steps: int, points: int) -> set[int]:
    """About ``points`` different steps from 1 to the last, evenly spaced in their logarithm."""
    return set(np.unique(np.geomspace(1, steps, points).round().astype(int)).tolist())


def _thinned(losses: pd.DataFrame, steps: set[int]) -> pd.DataFrame:
    """Means of the rows up to each of ``steps``, since the one before."""
    ends = np.array(sorted(steps))
    return losses.groupby(ends[np.searchsorted(ends, losses.index)]).mean().rename_axis("step")


def _whole(method: methods.Method, batch: tasks.Batch) -> Tensor:
    parts = evaluation.embed(method, batch)
    return torch.cat([parts[name] for name in method.whole], 1)


def _on_last_axes(embeddings: list[np.ndarray]) -> tuple[np.ndarray, tuple[float, float]]:
    """Each embedding, centred by its own mean, on the first two principal axes of the last one."""
    centred = [z - z.mean(0) for z in embeddings]
    _, values, axes = np.linalg.svd(centred[-1], full_matrices=False)
    shares = values**2 / (values**2).sum()
    return np.stack([z @ axes[:2].T for z in centred]), (float(shares[0]), float(shares[1]))


# --- files ------------------------------------------------------------------------------------------------------------


HELD = {
    "spec": ("U", ()),
    "losses/step": ("i", ("loss",)),
    "losses/terms": ("U", ("term",)),
    "losses/values": ("f", ("loss", "term")),
    "probes/step": ("i", ("probe",)),
    "probes/value": ("f", ("probe",)),
    "probes/label": ("U", ("probe",)),
    "probes/metric": ("U", ("probe",)),
    "labels/names": ("U", ("label",)),
    "labels/truth": ("f", ("label",)),
    "labels/chance": ("f", ("label",)),
    "labels/classes": ("u", ("label", "sample")),
    "maps": ("f", ("step", "sample", "axis")),
    "explained": ("f", ("axis",)),
}
"""What a file holds: by name, the kind of values and what each dimension counts."""


def save(replay: Replay, folder: str | Path) -> Path:
    """Write ``<run id>.npz``, some tens of kilobytes, and return its path; maps in float16."""
    path = Path(folder) / f"{replay.spec.id}.npz"
    path.parent.mkdir(parents=True, exist_ok=True)
    stamped.write(path, _arrays(replay))
    return path


def _arrays(replay: Replay) -> dict[str, ArrayLike]:
    """What a file holds, see ``HELD``."""
    names = list(replay.labels)
    return {
        "spec": replay.spec.canonical,
        "losses/step": replay.losses.index.to_numpy(np.int64),
        "losses/terms": list(replay.losses.columns),
        "losses/values": replay.losses.to_numpy(np.float32),
        "probes/step": replay.probes["step"].to_numpy(np.int64),
        "probes/value": replay.probes["value"].to_numpy(float),
        "probes/label": replay.probes["label"].to_numpy(str),
        "probes/metric": replay.probes["metric"].to_numpy(str),
        "labels/names": names,
        "labels/truth": [replay.truth[name] for name in names],
        "labels/chance": [replay.chance[name] for name in names],
        "labels/classes": np.stack([replay.labels[name] for name in names]).astype(np.uint8),
        "maps": replay.maps.astype(np.float16),
        "explained": replay.explained,
    }


def load(path: str | Path) -> Replay:
    """Read a recording. ValueError in one sentence if it is missing, damaged, outdated or has another run's name."""
    path = Path(path)
    try:
        if not path.is_file():
            raise FileNotFoundError
        replay = _read(stamped.read(path))
    except FileNotFoundError:
        raise ValueError(f"there is no recording {str(path)!r}.") from None
    except OSError as error:
        raise ValueError(f"the recording {str(path)!r} cannot be read: {error.strerror or error}.") from None
    except ValueError as error:
        raise ValueError(f"the recording {str(path)!r} is damaged: {error}; record it again.") from None
    if replay.spec.id != path.stem:
        raise ValueError(f"the recording {str(path)!r} is of another run; call it {replay.spec.id}.npz.")
    return replay


def _read(held: dict[str, np.ndarray]) -> Replay:
    if fault := _fault(held):
        raise ValueError(fault)
    terms, names, classes = held["losses/terms"].tolist(), held["labels/names"].tolist(), held["labels/classes"]
    return Replay(
        spec=RunSpec.from_canonical(str(held["spec"])),
        losses=pd.DataFrame(held["losses/values"], pd.Index(held["losses/step"], name="step"), terms),
        probes=pd.DataFrame({name: held[f"probes/{name}"] for name in ("label", "metric", "value", "step")}),
        truth=dict(zip(names, held["labels/truth"].tolist())),
        chance=dict(zip(names, held["labels/chance"].tolist())),
        maps=held["maps"].astype(float),
        explained=tuple(held["explained"].tolist()),
        labels=dict(zip(names, classes)),
    )


def _fault(held: dict[str, np.ndarray]) -> str:
    """Why arrays are no recording, in words; "" if they are."""
    if lacking := [name for name in HELD if name not in held]:
        return f"it lacks {lacking[0]!r}"
    if unknown := [name for name in held if name not in HELD]:
        return f"it holds {unknown[0]!r}, which no recording has"
    sizes = {"axis": 2, "step": len(np.unique(held["probes/step"]))}
    for name, (kind, counted) in HELD.items():
        shape = held[name].shape
        if held[name].dtype.kind != kind or len(shape) != len(counted):
            return f"{name!r} holds {held[name].dtype} of shape {shape}"
        if wrong := [what for what, size in zip(counted, shape) if sizes.setdefault(what, size) != size]:
            return f"{name!r} is of shape {shape}, which does not fit the number of each {wrong[0]}, {sizes[wrong[0]]}"
        if kind == "f" and not np.isfinite(held[name]).all():
            return "it holds numbers that are not finite"
    names, steps, metrics = (held[name].tolist() for name in ("labels/names", "probes/step", "probes/metric"))
    measured = set(zip(steps, held["probes/label"].tolist(), metrics))
    if len(measured) < sizes["probe"] or len(set(names)) < sizes["label"]:
        return "it measures something twice"
    if measured != set(itertools.product(set(steps), names, set(metrics))):
        return "it does not measure every label at every step"
    return ""


def gather(specs: Iterable[RunSpec], folder: Path, sources: Iterable[Path]) -> list[Path]:
    """The files of these runs' recordings in ``folder``, completed if necessary.

    Valid files stay. Others are copied from the first of the folders ``sources`` that has them, and what is still
    missing is recorded now, with one thread.
    """
    paths = {folder / f"{spec.id}.npz": spec for spec in specs}
    for path, spec in paths.items():
        if _is_whole(path):
            continue
        found = [source / path.name for source in sources if _is_whole(source / path.name)]
        with one_thread():
            save(load(found[0]) if found else record(spec), folder)
    return list(paths)


def _is_whole(path: Path) -> bool:
    try:
        return bool(load(path))
    except ValueError:
        return False
