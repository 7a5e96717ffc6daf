"""Arrays in an npz file that ends with a hash of its other bytes. A file that was changed is not parsed.

The hash is the comment of the archive, so ``numpy.load`` can open the file, too.
"""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from coral_viz import files

STAMP = b"sha256:"
SIZE = len(STAMP) + 64


def write(path: Path, arrays: Mapping[str, ArrayLike]) -> None:
    """Write the file atomically; the same arrays give the same bytes."""
    with files.replacing(path) as unfinished:
        unfinished.write_bytes(in_bytes(arrays))


def in_bytes(arrays: Mapping[str, ArrayLike]) -> bytes:
    """The content of the file."""
    packed = io.BytesIO()
    np.savez_compressed(packed, **{name: np.asarray(values, order="C") for name, values in arrays.items()})  # type: ignore[arg-type]  # no array is called allow_pickle
    with zipfile.ZipFile(packed, "a") as archive:
        archive.comment = bytes(SIZE)  # room for the stamp, whose length is hashed with the rest
    body = packed.getvalue()[:-SIZE]
    return body + _stamp(body)


def read(path: Path) -> dict[str, np.ndarray]:
    """The arrays by name. ValueError (without the file's name) if the file was changed or has other content."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - SIZE))
        stamp = file.read()
        if not stamp.startswith(STAMP):  # another's file, which may be large, is not read
            raise ValueError("it does not end in the hash of what was written")
        file.seek(0)
        body = file.read(size - SIZE)
    if stamp != _stamp(body):
        raise ValueError("it has changed since it was written")
    try:
        with np.load(io.BytesIO(body + stamp), allow_pickle=False) as held:
            return {name: held[name] for name in held.files}
    except Exception as error:  # of zipfile, zlib and numpy, which have many kinds
        raise ValueError(f"it holds something else than arrays ({type(error).__name__})") from None


def _stamp(body: bytes) -> bytes:
    return STAMP + hashlib.sha256(body).hexdigest().encode()
