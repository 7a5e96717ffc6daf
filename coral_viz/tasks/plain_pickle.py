"""Pickles of arrays and plain containers, read without running code from the file.

Unpickling can call any function that a file names. This reader accepts only NumPy's arrays, scalars and dtypes, and
Python's own containers, strings and numbers.
"""

from __future__ import annotations

import collections
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy._core import multiarray, numeric

from coral_viz.options import shown


def _encode(text: str, encoding: str = "latin1") -> bytes:
    """Bytes as Python 2 wrote them."""
    if encoding not in ("latin1", "latin-1"):
        raise pickle.UnpicklingError(f"text encoded as {shown(encoding)}")
    return text.encode("latin1")


ALLOWED: dict[tuple[str, str], Any] = {
    ("_codecs", "encode"): _encode,
    ("builtins", "bytearray"): bytearray,
    ("builtins", "complex"): complex,
    ("builtins", "frozenset"): frozenset,
    ("builtins", "set"): set,
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("numpy", "dtype"): np.dtype,
    ("numpy", "ndarray"): np.ndarray,
}
for _core in ("numpy.core", "numpy._core"):
    ALLOWED[f"{_core}.multiarray", "_reconstruct"] = multiarray._reconstruct
    ALLOWED[f"{_core}.multiarray", "scalar"] = multiarray.scalar
    ALLOWED[f"{_core}.numeric", "_frombuffer"] = getattr(numeric, "_frombuffer")  # noqa: B009, without a type
"""What a pickle may name, by module and name."""


class _Plain(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        try:
            return ALLOWED[module.replace("__builtin__", "builtins"), name]
        except KeyError:
            raise _Code(f"{module}.{name}") from None


class _Code(pickle.UnpicklingError):
    """The name of something that is no plain data."""


def load(path: str | Path) -> Any:
    """The content of a pickle. ValueError if it holds code, is truncated or is no pickle."""
    with Path(path).open("rb") as file:
        return _loaded(path, file)


def load_array(path: str | Path) -> np.ndarray:
    """The array of a .npy file, with plain objects in it or without; ValueError as ``load``."""
    with Path(path).open("rb") as file:
        try:
            version = np.lib.format.read_magic(file)
            read: Callable = {(1, 0): np.lib.format.read_array_header_1_0}.get(
                version, np.lib.format.read_array_header_2_0
            )
            dtype = read(file)[2]
        except ValueError as error:
            raise ValueError(f"{path} is no .npy file, or is cut short ({error}).") from None
        if dtype.hasobject:
            return _loaded(path, file)
        file.seek(0)
        return np.load(file, allow_pickle=False)


def _loaded(path: str | Path, file: IO[bytes]) -> Any:
    try:
        return _Plain(file, encoding="latin1").load()
    except _Code as error:
        raise ValueError(
            f"{path} names {shown(str(error))}, which could run code when the file is opened; only arrays and plain "
            "containers are read: save the data again as these."
        ) from None
    except Exception as error:  # whatever bytes that are no pickle lead to
        raise ValueError(f"{path} is cut short or no pickle ({type(error).__name__}); download it again.") from None
