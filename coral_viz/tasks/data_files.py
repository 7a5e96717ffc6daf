"""A data set of one's own in files: one .npz, or a folder with a ``task.toml``.

In an .npz, arrays with two axes or more are modalities. Others are labels, except ``groups``, ``splits`` and
``lengths_NAME``. In a ``task.toml``, every source names a file in the folder: .npy, .npz (with ``key``), .csv or
.parquet (with ``columns`` or ``column``), or a folder of images, taken in the order of their names. Reading runs no
code from the files, and no path may lead out of the folder.
"""

from __future__ import annotations

import dataclasses
import fnmatch
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from coral_viz.options import shown
from coral_viz.tasks import augmentations
from coral_viz.tasks.checked import dataset
from coral_viz.tasks.dataset import Dataset

LISTING = "task.toml"
IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp")
KEYS = ("name", "missing", "copies", "modalities", "labels", "groups", "splits", "augmentations")
OF_SOURCE = ("file", "key", "column", "columns", "kind", "lengths")


def is_path(name: str) -> bool:
    """Whether a task's name is a path: it ends in .npz, or leads to a folder with a task.toml."""
    return name.endswith(".npz") or (Path(name) / LISTING).is_file() or Path(name).name == LISTING


def read(path: str | Path) -> Dataset:
    """The data set in an .npz, or in a folder with a task.toml.

    Raises:
        ValueError: a file is missing, damaged, of another kind, outside the folder, or holds Python objects; a key is
            unknown; or as ``tasks.from_arrays``.
    """
    path = Path(path)
    if path.suffix == ".npz":
        return _of_npz(path)
    folder = path.parent if path.name == LISTING else path
    listing = _listing(folder / LISTING)
    _check_keys(listing, KEYS, LISTING)
    modalities = _table(listing, "modalities")
    sources = {name: _source(source, f"modality {name!r}") for name, source in modalities.items()}
    arrays = {name: _values(folder, source, f"modality {name!r}") for name, source in sources.items()}
    lengths = {name: source["lengths"] for name, source in sources.items() if "lengths" in source}
    labels = {name: _column(folder, source, f"label {name!r}") for name, source in _table(listing, "labels").items()}
    made = dataset(
        arrays,
        labels,
        lengths={name: _column(folder, source, f"the lengths of {name!r}") for name, source in lengths.items()},
        kinds={name: source["kind"] for name, source in sources.items() if "kind" in source},
        groups=_column(folder, listing["groups"], "groups") if "groups" in listing else None,
        splits=_column(folder, listing["splits"], "splits") if "splits" in listing else None,
        missing=listing.get("missing", "refuse"),
        copies=listing.get("copies", False) is True,
        name=listing.get("name", _name(folder.resolve().name)),
    )
    return dataclasses.replace(made, augmentations=_augmentations(listing))


def _of_npz(path: Path) -> Dataset:
    arrays = _npz(path)
    lengths = {key.removeprefix("lengths_"): arrays.pop(key) for key in list(arrays) if key.startswith("lengths_")}
    groups, splits = (arrays.pop(key, None) for key in ("groups", "splits"))
    modalities = {key: values for key, values in arrays.items() if values.ndim > 1}
    labels = {key: values for key, values in arrays.items() if values.ndim == 1}
    return dataset(modalities, labels, lengths=lengths, groups=groups, splits=splits, name=_name(path.stem))


def _name(stem: str) -> str:
    """A file's name as the name of data, what is not allowed in it replaced."""
    kept = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "_-") else "-" for letter in stem)
    return (kept if kept[:1].isalpha() else f"data-{kept}")[:40]


# --- task.toml --------------------------------------------------------------------------------------------------------


def _listing(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"cannot read {str(path)!r}: {error.strerror}.") from None
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{str(path)!r} is no TOML: {error}.") from None


def _table(listing: Mapping[str, Any], key: str) -> dict[str, Any]:
    table = listing.get(key, {})
    if not isinstance(table, dict):
        raise ValueError(f"{LISTING}: {key} = {shown(table)} must be a table of names, such as [{key}.NAME].")
    return table


def _augmentations(listing: Mapping[str, Any]) -> dict[str, float]:
    """Settings by name, checked; the hash of the content is no one's to say."""
    table = _table(listing, "augmentations")
    known = [row["name"] for row in augmentations.Dials.describe() if row["name"] != "content"]
    _check_keys(table, tuple(known), f"{LISTING}: augmentations")
    checked = augmentations.Dials.make(f"{LISTING}: augmentations", table)
    return {name: getattr(checked, name) for name in table}


def _source(source: Any, what: str) -> dict[str, Any]:
    """A file's name alone, or a table with ``file``."""
    source = {"file": source} if isinstance(source, str) else source
    if not isinstance(source, dict) or not isinstance(source.get("file"), str):
        raise ValueError(f"{LISTING}: {what} is {shown(source)}; it takes a table with file = '...'.")
    _check_keys(source, OF_SOURCE, what)
    return source


def _check_keys(table: Mapping[str, Any], known: tuple[str, ...], what: str) -> None:
    if unknown := [key for key in table if key not in known]:
        raise ValueError(f"{what} has no key {shown(unknown[0])}; it takes {', '.join(known)}.")


def _inside(folder: Path, name: str, what: str) -> Path:
    """The path of a file, if it lies in the folder, links followed."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ValueError(f"{what} is in {shown(name)}, outside the folder of {LISTING}; put the file into it.")
    if not path.exists():
        raise ValueError(f"{what} is in {shown(name)}, but there is no such file beside {LISTING}.")
    return path


# --- files ------------------------------------------------------------------------------------------------------------


def _column(folder: Path, source: Any, what: str) -> np.ndarray:
    values = _values(folder, _source(source, what), what)
    return values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values


def _values(folder: Path, source: Mapping[str, Any], what: str) -> np.ndarray:
    """The array of a source, memory-mapped where that is possible."""
    path = _inside(folder, source["file"], what)
    if path.is_dir():
        return _pictures(path)
    if path.suffix == ".npy":
        return _mapped(path)
    if path.suffix == ".npz":
        arrays = _npz(path)
        if (key := source.get("key", next(iter(arrays), ""))) not in arrays:
            raise ValueError(f"{what}: {path.name} has no key {shown(key)}; it has {', '.join(arrays)}.")
        return arrays[key]
    if path.suffix in (".csv", ".parquet"):
        return _cells(path, source, what)
    raise ValueError(
        f"{what} is in {path.name!r}; files end in .npy, .npz, .csv or .parquet, or are folders of images."
    )


def _npz(path: Path) -> dict[str, np.ndarray]:
    """All arrays of an .npz by key."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
            return {key: held[key] for key in held.files}
    except Exception as error:  # a damaged archive raises what its pieces raise
        raise _unreadable(path, error) from None


def _mapped(path: Path) -> np.ndarray:
    """The array of an .npy, memory-mapped."""
    try:
        return np.load(path, allow_pickle=False, mmap_mode="r")
    except (ValueError, OSError, EOFError) as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: Exception) -> ValueError:
    if isinstance(error, FileNotFoundError):
        return ValueError(f"there is no file {str(path)!r}.")
    if "pickle" in str(error).lower():
        return ValueError(
            f"{str(path)!r} holds Python objects, which can run code; save arrays of numbers or of names."
        )
    return ValueError(f"{str(path)!r} cannot be read, as if it were damaged or cut off: {_first(error)}.")


def _cells(path: Path, source: Mapping[str, Any], what: str) -> np.ndarray:
    """Columns of a table: one by ``column``, several by ``columns``, names or patterns such as "pixel_*"."""
    try:
        with path.open("rb") as file:
            table = pd.read_csv(file) if path.suffix == ".csv" else pd.read_parquet(file)
    except Exception as error:  # of several parsers
        raise _unreadable(path, error) from None
    wanted = [source["column"]] if "column" in source else source.get("columns")
    if not (isinstance(wanted, list) and wanted and all(isinstance(name, str) for name in wanted)):
        raise ValueError(f"{what} is in a table; say column = 'name', or columns = ['name', 'pixel_*'].")
    names = [str(name) for name in table.columns]
    chosen = list(dict.fromkeys(name for pattern in wanted for name in fnmatch.filter(names, pattern)))
    if absent := [pattern for pattern in wanted if not fnmatch.filter(names, pattern)]:
        raise ValueError(f"{what}: {path.name} has no column {shown(absent[0])}; it has {shown(names)}.")
    table.columns = pd.Index(names)
    return table[chosen[0]].to_numpy() if "column" in source else table[chosen].to_numpy()


def _pictures(folder: Path) -> np.ndarray:
    """The images of a folder in the order of their names, bytes (n, 3, H, W)."""
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in IMAGES)
    if not paths:
        raise ValueError(f"the folder {folder.name!r} has no images; they end in {', '.join(IMAGES)}.")
    size, images = None, []
    for path in paths:
        try:
            with Image.open(path) as image:
                pixels = np.asarray(image.convert("RGB"))
        except (OSError, ValueError, Image.DecompressionBombError) as error:
            raise _unreadable(path, error) from None
        size = size or pixels.shape
        if pixels.shape != size:
            first, other = (f"{shape[1]} x {shape[0]}" for shape in (size, pixels.shape))
            raise ValueError(f"{path.name} has {other} pixels, {paths[0].name} has {first}; resize images to one size.")
        images.append(pixels.transpose(2, 0, 1))
    return np.stack(images)


def _first(error: Exception) -> str:
    """The first line of what an error says."""
    return str(error).partition("\n")[0]
