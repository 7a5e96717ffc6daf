"""Files and folders that are whole or not there: made in a hidden folder beside their place, renamed when done.

A process that is killed leaves its hidden folder behind. ``tidy`` removes those that no living process can still write
to: its writer held a lock, which the system gives back when a process ends. Where locks may not reach (the folder is
another machine's, or has no lock) it must have lain untouched for a day besides.
"""

from __future__ import annotations

import contextlib
import platform
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

LOCK = "LOCK"
DAY = 24 * 3600
UNFINISHED = re.compile(r"\..+-unfinished-.+|\.[0-9a-f]{16}-\w{8}|\.[\w-]+\.(parquet|npz)-\d+|\.shipping-\w{8}")
"""Names of what is unfinished; the last three are those that earlier versions gave."""

GARBLED = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What using JSON raises that is not what it should be."""


def utf8(path: str | Path) -> Path:
    """The path. ValueError if its name is no UTF-8: tables could not be written there."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise ValueError(f"the name {str(path)!r} is no UTF-8; choose another.") from None
    return Path(path)


@contextlib.contextmanager
def beside(place: Path) -> Iterator[Path]:
    """A hidden folder in the folder of ``place``, to make things in that take its name; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=f".{place.name}{_mark()}", dir=place.parent))
    try:
        with FileLock(folder / LOCK):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def at_work(place: Path) -> list[Path]:
    """The folders of ``beside(place)`` that processes hold now."""
    return [lock.parent for lock in place.parent.glob(f".{place.name}-unfinished-*/{LOCK}") if _held(lock)]


@contextlib.contextmanager
def replacing(place: str | Path) -> Iterator[Path]:
    """Where to write a file that takes the place of another once it is whole; if writing fails the other stays."""
    place = Path(place)
    tidy(place.parent)
    with beside(place) as folder:
        yield folder / place.name
        (folder / place.name).replace(place)


def tidy(folder: Path) -> None:
    """Remove what killed processes left of runs and tables in a folder (see above)."""
    for left in filter(lambda path: UNFINISHED.fullmatch(path.name), folder.iterdir()):
        with contextlib.suppress(OSError):
            if _stale(left):
                shutil.rmtree(left) if left.is_dir() else left.unlink()


def _mark() -> str:
    return f"-unfinished-{platform.node()}-"


def _stale(left: Path) -> bool:
    lock = left / LOCK
    told_by_lock = _mark() in left.name and lock.exists()
    if not told_by_lock and time.time() - left.stat().st_mtime < DAY:
        return False
    return not (lock.exists() and _held(lock))


def _held(lock: Path) -> bool:
    try:
        with FileLock(lock, timeout=0):
            return False
    except (Timeout, OSError, NotImplementedError):
        return True
