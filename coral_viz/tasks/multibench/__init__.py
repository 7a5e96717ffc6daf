"""MultiBench (arXiv 2107.07502) and MM-IMDb from their own files, as the papers on CoMM, InfMasking and COrAL use them.

``tasks.load("mosi", path=...)`` builds the task of a file. Splits, encoders and augmentations are those of the papers;
their budgets and results are in ``protocols``. As in the papers, readouts are fitted to training and validation data
together. Unlike them, we fit all scaling to training data only, so that nothing leaks from the test data, and padding
is masked.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from coral_viz.options import option, shown
from coral_viz.tasks import augmentations
from coral_viz.tasks.arrays import Arrays
from coral_viz.tasks.dataset import Dataset
from coral_viz.tasks.multibench import affect, clinic, films, protocols, touch

SPEECH = {"vision": "affect", "text": "affect", "audio": "affect"}
WIDE = {"dim": 512, "width": None, "hidden": 512, "projection": 256, "heads": 8}
NARROW = {"dim": 40, "width": None, "hidden": 512, "projection": 256, "heads": 8}
SQUARE = {"dim": 128, "width": None, "hidden": 512, "projection": 256, "heads": 8}


@dataclass(frozen=True)
class Published:
    """How a set is published.

    Attributes:
        file: the name of its file or folder.
        read: a reader, (path, name, modalities) -> Dataset.
        modalities: the papers' two, then the third of experiments with three.
        encoders: by modality; the usual one of its kind where none is named.
        network: hyperparameters of the network, for every method that has them.
        raw: whether inputs are left unscaled.
    """

    file: str
    read: Callable[[Path, str, Sequence[str]], Dataset]
    modalities: tuple[str, ...]
    encoders: dict[str, str]
    network: dict[str, int | None]
    raw: bool = False


SETS = {
    "mosi": Published("mosi_data.pkl", affect.read, ("vision", "text", "audio"), SPEECH, NARROW, raw=True),
    "mosei": Published("mosei_senti_data.pkl", affect.read, ("vision", "text", "audio"), SPEECH, NARROW, raw=True),
    "humor": Published("humor.pkl", affect.read, ("vision", "text", "audio"), SPEECH, NARROW, raw=True),
    "sarcasm": Published("sarcasm.pkl", affect.read, ("vision", "text", "audio"), SPEECH, NARROW, raw=True),
    "mimic": Published(
        "im.pk", clinic.read, ("tabular", "timeseries"), {"tabular": "feature tokens", "timeseries": "recurrent"}, WIDE
    ),
    "contact": Published(
        "triangle_real_data",
        touch.read,
        ("image", "proprio", "force"),
        {"proprio": "perceptron", "force": "convolutions"},
        WIDE,
        raw=True,
    ),
    "pose": Published(
        "triangle_real_data", touch.read, ("image", "force"), {"force": "convolution tokens"}, SQUARE, raw=True
    ),
    "mmimdb": Published("mmimdb", films.read, ("image", "plot"), {}, WIDE),
}
"""By name: MOSI, MOSEI, UR-FUNNY, MUStARD, MIMIC, Vision & Touch's two tasks and MM-IMDb."""


@dataclass(frozen=True)
class Dials(augmentations.Dials):
    """Settings of MultiBench's sets, with the papers' augmentations as defaults."""

    set: str = option("mosi", "which set of MultiBench; fixed by the name of the task", choices=tuple(SETS))
    path: str = option("", "the set's file, or the folder of its files")
    modalities: int = option(2, "number of modalities: 2, or 3 if the papers have such experiments", low=2, high=3)
    feature_drop: float = option(0.0, augmentations.FEATURE_DROP, low=0.0, high=1.0)


class MultiBench(Arrays):
    """A set of MultiBench with its published splits. Readouts are fitted to training and validation samples."""

    DIALS = Dials

    def __init__(self, *, seed: int = 0, device="cpu", **dials):
        asked = Dials.make("task 'multibench'", dials)
        super().__init__(dataset_of(asked.path, asked.set, asked.modalities), seed=seed, device=device, **dials)
        self.rows["probe"] = np.sort(np.concatenate([self.rows["train"], self.rows["probe"]]))
        if SETS[asked.set].raw:
            self.scales = {key: (np.zeros_like(mean), np.ones_like(std)) for key, (mean, std) in self.scales.items()}

    @property
    def sizes(self) -> dict[str, int]:
        """The number of samples in each split; that of probe data includes the training samples."""
        sizes = super().sizes
        return sizes | {"probe": sizes["train"] + sizes["probe"]}


def dataset_of(path: str | Path, name: str | None = None, modalities: int = 2) -> Dataset:
    """The checked data set of a file or folder.

    Args:
        path: the file or folder.
        name: one of SETS; None for the one that the file's name says.
        modalities: 2 or 3.

    Raises:
        ValueError: a file that is missing, unknown, truncated, of another format or edition, or that holds code; or a
            third modality where there is none. The message says what to do.
        ModuleNotFoundError: Vision & Touch without h5py.
    """
    path = Path(path)
    name = name or recognised(path)
    published = SETS.get(name or "")
    if published is None:
        known = ", ".join(dict.fromkeys(each.file for each in SETS.values()))
        raise ValueError(f"{path} is none of MultiBench's files; they are called {known}.")
    path = path / published.file if path.name != published.file and (path / published.file).exists() else path
    if not str(path) or not path.exists() or (path.is_dir() and published.read in (affect.read, clinic.read)):
        raise ValueError(
            f"no {published.file} is found at {shown(str(path))}; say path=, the place of this file, which you get as "
            "https://github.com/pliang279/MultiBench says."
        )
    if modalities > len(published.modalities):
        raise ValueError(f"task {name!r} has 2 modalities, {' and '.join(published.modalities)}, not {modalities}.")
    return _read(path, name, published.modalities[:modalities], path.stat().st_mtime_ns)


@functools.lru_cache(maxsize=1)
def _read(path: Path, name: str, modalities: tuple[str, ...], changed: int) -> Dataset:
    published = SETS[name]
    data = published.read(path, name, modalities)
    encoders = (dataclasses.replace(m, encoder=published.encoders.get(m.name, "")) for m in data.modalities)
    return dataclasses.replace(data, modalities=tuple(encoders))


def recognised(path: str | Path) -> str | None:
    """The one of SETS that a file's or folder's name belongs to, or None; for Vision & Touch, contact."""
    return next((name for name, published in SETS.items() if published.file == Path(path).name), None)


__all__ = ["SETS", "MultiBench", "dataset_of", "protocols", "recognised"]
