"""MM-IMDb: a film's poster and the text of its plot, and which of 23 genres it belongs to.

A folder with ``split.json`` (train, dev, test: lists of ids) and ``dataset/ID.json`` (plot, genres) and
``dataset/ID.jpeg``. The published runs encode both by frozen CLIP networks, which are no part of this package: here
the poster is an image of 64 pixels and the plot a vector of hashed words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from coral_viz.files import GARBLED
from coral_viz.options import shown
from coral_viz.tasks.checked import dataset
from coral_viz.tasks.dataset import Dataset

SIZE, WORDS = 64, 1024
SPLITS = {"train": "train", "dev": "probe", "test": "test"}
GENRES = [
    "drama",
    "comedy",
    "romance",
    "thriller",
    "crime",
    "action",
    "adventure",
    "horror",
    "documentary",
    "mystery",
    "sci-fi",
    "music",
    "fantasy",
    "family",
    "biography",
    "war",
    "history",
    "animation",
    "musical",
    "western",
    "sport",
    "short",
    "film-noir",
]


def read(path: Path, name: str, modalities: Sequence[str]) -> Dataset:
    """The set as a checked data set, one label a genre; of several plots the first.

    ValueError in one sentence for a folder of another form.
    """
    ids = _json(path / "split.json")
    if not isinstance(ids, dict) or not set(SPLITS) <= set(ids):
        raise ValueError(f"{path / 'split.json'} has no lists train, dev and test; get MM-IMDb's.")
    films = [(split, str(film)) for split in SPLITS for film in ids[split]]
    if strange := [film for _, film in films if not re.fullmatch(r"[\w-]+", film)]:
        raise ValueError(f"{path / 'split.json'} has the id {shown(strange[0])}; ids take letters, digits, _ and -.")
    told = [_json(path / "dataset" / f"{film}.json") for _, film in films]
    genres = [{genre.lower() for genre in film.get("genres", ())} for film in told]
    made = {
        "image": lambda: np.stack([_poster(path / "dataset" / f"{film}.jpeg") for _, film in films]),
        "plot": lambda: _hashed([_first(film.get("plot", "")) for film in told]),
    }
    return dataset(
        {key: made[key]() for key in modalities},
        {genre: np.array([genre in of for of in genres]).astype(int) for genre in GENRES},
        splits=np.array([SPLITS[split] for split, _ in films]),
        copies=True,
        name=name,
    )


def _json(path: Path) -> dict:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ValueError(f"{path} is not there; get MM-IMDb's folder, with split.json and dataset/.") from None
    except GARBLED:
        raise ValueError(f"{path} is no JSON; download it again.") from None


def _first(plots: object) -> str:
    return str(plots[0]) if isinstance(plots, list) and plots else str(plots)


def _poster(path: Path) -> np.ndarray:
    """Bytes (3, 64, 64): the whole poster, squeezed."""
    from PIL import Image

    try:
        with Image.open(path) as poster:
            return np.asarray(poster.convert("RGB").resize((SIZE, SIZE))).transpose(2, 0, 1)
    except OSError as error:
        raise ValueError(f"{path} is no picture ({type(error).__name__}); download it again.") from None


def _hashed(plots: list[str]) -> np.ndarray:
    """How often words occur, (n, 1024), each counted in one of 1024 places, scaled to length 1."""
    from sklearn.feature_extraction.text import HashingVectorizer

    return HashingVectorizer(n_features=WORDS, stop_words="english").transform(plots).toarray().astype(np.float32)
