"""A task of one's own data: arrays in, samples and views out. What the data hold is not known; it can be estimated."""

from __future__ import annotations

import copy
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from coral_viz.pid import information
from coral_viz.tasks.augmentations import Dials, view
from coral_viz.tasks.checked import dataset
from coral_viz.tasks.dataset import Dataset, pieces
from coral_viz.tasks.estimates import estimated, table_metrics
from coral_viz.tasks.resplit import nominal_sizes, split_rows
from coral_viz.tasks.task import SPLITS, Batch, Task, check_split
from coral_viz.tasks.views import normalise

AT_HAND: weakref.WeakValueDictionary[str, Dataset] = weakref.WeakValueDictionary()
"""By the hash of their content, the data of all tasks that there are in this process."""

ORDER = 7  # stream of random numbers that says which samples come first


def from_arrays(
    modalities: Mapping[str, Any],
    labels: Mapping[str, Any],
    *,
    groups: Any = None,
    splits: Any = None,
    lengths: Mapping[str, Any] | None = None,
    masks: Mapping[str, Any] | None = None,
    kinds: Mapping[str, str] | None = None,
    missing: str = "refuse",
    copies: bool = False,
    name: str = "own",
    seed: int = 0,
    device="cpu",
    **dials,
) -> Arrays:
    """A task of these arrays: NumPy's (also memory-mapped), torch's or pandas', row i of each being sample i.

    Args:
        modalities: two to eight arrays by name. A *vector* has shape (n, d), a *sequence* (n, T, d), an *image*
            (n, C, H, W) or (n, H, W), bytes or floats in [0, 1].
        labels: (n,) by name: whole numbers, names or categories; or fractions, a continuous label.
        groups: (n,), which subject, video or writer a sample is of: no split divides them.
        splits: (n,) of "train", "probe" (or "valid") and "test"; None draws three, one and one fifth with ``seed``.
        lengths: by sequence, (n,), how many steps are there; the rest is padding, whatever it holds.
        masks: by sequence, bool (n, T), True where a step is there; instead of lengths.
        kinds: "vector", "sequence" or "image" by modality, where the shape does not say it: three axes are a sequence
            unless they hold bytes.
        missing: "mean" takes the training mean in the place of values that are NaN; "refuse" does not.
        copies: whether samples may equal others that lie in another split, as counts and symbols do by nature.
        name: what tables and figures call the data.
        seed: of the split.
        dials: settings of the augmentations, see ``augmentations.Dials``.

    Raises:
        ValueError: arrays of different lengths, or of a wrong shape or type; missing or infinite numbers; a label with
            missing values, a single class, a different class for every sample, or a class with fewer than 5 samples or
            absent from a split; groups or copies that a split divides; unknown names or settings. The message says
            what to do.
    """
    data = dataset(
        modalities,
        labels,
        groups=groups,
        splits=splits,
        lengths=lengths,
        masks=masks,
        kinds=kinds,
        missing=missing,
        copies=copies,
        name=name,
    )
    return Arrays(data, seed=seed, device=device, **dials)


class Rows(Batch):
    """n samples of a data set. ``inputs`` are read from the data when they are asked for, so data may exceed memory."""

    def __init__(self, look_up: Callable[[Tensor], list[Tensor]], *tensors: dict[str, Tensor]):
        held = zip(("look_up", "labels", "latents", "targets"), (look_up, *tensors), strict=True)
        for name, value in held:
            object.__setattr__(self, name, value)

    look_up: Callable[[Tensor], list[Tensor]]

    @property
    def inputs(self) -> list[Tensor]:
        """One tensor (n, ...) per modality, standardised; NaN where a step of a sequence is padding."""
        return self.look_up(self.latents["row"])

    def __len__(self) -> int:
        return len(self.latents["row"])

    def __getitem__(self, index) -> Rows:
        held = ({name: tensor[index] for name, tensor in t.items()} for t in (self.labels, self.latents, self.targets))
        return Rows(self.look_up, *held)


class Arrays(Task):
    """A task of one's own data, split with ``seed`` unless the data bring their splits. Made by ``from_arrays``.

    Vectors and sequences are standardised: each feature by its mean and standard deviation in the train split, without
    padded steps. Images are centred and scaled as ImageNet's.

    Attributes:
        data: the Dataset.
        rows: the samples of each split.
        truth: empty, as it is not known.
        held: by label, the estimated information in the data, if it was estimated (see ``estimates``).
    """

    dials: Dials
    DIALS = Dials
    distributions = ("",)

    def __init__(self, data: Dataset, *, seed: int = 0, device="cpu", **dials):
        self.dials = self.DIALS.make(f"task {data.name!r}", {"content": data.content} | data.augmentations | dials)
        if self.dials.content != data.content:
            raise ValueError(
                f"the data {data.name!r} are others (content {data.content}) than those asked for "
                f"({self.dials.content}); give the former data, or do the runs again."
            )
        AT_HAND[data.content] = data
        self.name, self.data, self.device = data.name, data, torch.device(device)
        self.modalities = list(data.modalities)
        self.labels = dict.fromkeys(data.labels, "")
        self.classes_of = {name: len(set(data.strata(name))) for name in data.labels}
        self.truth: dict = {}
        self.held: dict[str, dict[str, float]] = {}
        self.rows = split_rows(data, seed)
        self.scales = {
            modality.name: _scale(data.inputs[modality.name], data.present.get(modality.name), self.rows["train"])
            for modality in self.modalities
            if modality.kind != "image"
        }
        self._labels = {name: torch.from_numpy(data.strata(name)).to(self.device) for name in data.labels}
        self._targets = {
            name: torch.from_numpy(values).float().to(self.device)
            for name, values in data.labels.items()
            if not data.classes[name]
        }

    @property
    def sizes(self) -> dict[str, int]:
        """The approximate number of samples in each split, whatever the seed."""
        return nominal_sizes(self.data)

    def sample(self, n: int, split: str, seed: int) -> Rows:
        """n different samples of a split in random order; all of them if there are fewer."""
        check_split(split)
        if n < 1:
            raise ValueError(f"n = {n} samples cannot be drawn; ask for at least 1.")
        rows = np.random.default_rng([seed, ORDER, SPLITS.index(split)]).permutation(self.rows[split])[:n]
        index = torch.from_numpy(rows).to(self.device)
        labels, targets = ({k: v[index] for k, v in values.items()} for values in (self._labels, self._targets))
        return Rows(self._look_up, labels, {"row": index}, targets)

    def _look_up(self, rows: Tensor) -> list[Tensor]:
        return [normalise(x) if m.kind == "image" else x for m, x in zip(self.modalities, self._read(rows))]

    def _read(self, rows: Tensor) -> list[Tensor]:
        """Standardised vectors and sequences, and images (n, 3, S, S) in [0, 1], on the task's device."""
        return [
            torch.from_numpy(self._values(modality.name, rows.cpu().numpy())).to(self.device)
            for modality in self.modalities
        ]

    def _values(self, name: str, rows: np.ndarray) -> np.ndarray:
        values = self.data.inputs[name]
        x = values[rows].astype(np.float32)
        if name not in self.scales:
            x = x if x.ndim == 4 else x[:, None]
            x = x / 255 if values.dtype == np.uint8 else x
            return np.repeat(np.nan_to_num(x), 3 // x.shape[1], axis=1)
        mean, std = self.scales[name]
        x = np.nan_to_num((x - mean) / std)
        if name in self.data.present:
            x[~self.data.present[name][rows]] = np.nan
        return x

    def views(self, batch: Batch, generator: torch.Generator) -> tuple[list[Tensor], list[Tensor]]:
        """Two augmented views of the same samples, as ``augmentations`` makes them."""
        x = self._read(batch.latents["row"])
        both = [
            view(modality.kind, torch.cat([values, values]), generator, self.dials).chunk(2)
            for modality, values in zip(self.modalities, x)
        ]
        one, two = zip(*both)
        return list(one), list(two)

    def known(self, label: str) -> dict[str, float]:
        """The label's entropy in bits, an upper bound of what the data hold about it; and the estimates, if made."""
        shares = np.bincount(self.data.strata(label)) / len(self.data)
        most = float(information.entropy(shares))
        held = table_metrics(self.held.get(label, {}))
        return {"entropy": most} | {metric: min(value, most) for metric, value in held.items()}

    def estimated(self, folder: str | Path | None = None) -> Arrays:
        """The same task with the estimated information in its data, which its runs then state (see ``estimates``)."""
        return self.stating(estimated(self.data, folder))

    def stating(self, held: dict[str, dict[str, float]]) -> Arrays:
        """The same task, stating these estimates by label, as ``estimates.estimated`` returns them."""
        task = copy.copy(self)
        task.held = held
        return task

    def pieces(self, batch: Batch) -> Tensor | None:
        """The group of every sample, (n, 1); None if there are no groups, or a single one."""
        if self.data.groups is None:
            return None
        groups = self.data.groups[batch.latents["row"].cpu().numpy()]
        return torch.from_numpy(groups)[:, None] if len(set(groups)) > 1 else None


def _scale(values: np.ndarray, present: np.ndarray | None, train: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of every feature (d,) in the train split, float32; 1 for one that is constant."""
    chosen = np.zeros(len(values), bool)
    chosen[train] = True
    features = values.shape[-1]
    count, total, square = np.zeros(features), np.zeros(features), np.zeros(features)
    shift = np.nan_to_num(values[train[0]].reshape(-1, features)[0].astype(np.float64))
    for where, piece in pieces(values):
        steps = piece[chosen[where]].astype(np.float64)
        steps = steps[present[where][chosen[where]]] if present is not None else steps.reshape(-1, features)
        steps = steps - shift
        count += np.isfinite(steps).sum(0)
        total += np.nansum(steps, 0)
        square += np.nansum(steps**2, 0)
    mean = total / np.maximum(count, 1)
    std = np.sqrt(np.maximum(square / np.maximum(count, 1) - mean**2, 0))
    std[std <= 1e-7 * (np.abs(mean + shift) + 1e-30)] = 1.0
    return (mean + shift).astype(np.float32), std.astype(np.float32)
