"""``manifest.json`` of what ships: by name, the command that made its files and the hash of each.

All is checked before a file is written or deleted: every path, links followed, is that of a file in one of ``FOLDERS``,
and no file has two names. Files are made aside and take their places together, the manifest last. Only one process at a
time ships to a folder: of two that add to one manifest, one would lose its entry.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from coral_viz import __version__, files

FILE = "manifest.json"
FOLDERS = ("figures", "replays", "results", "runs")
"""Where files may lie."""


@contextlib.contextmanager
def aside(data: Path) -> Iterator[Path]:
    """A folder to make files in, on the disk of ``data`` and gone afterwards; what killed ones left goes, too.

    ValueError, before anything is made, if ``data`` cannot be written, its manifest is not what it should be, or
    another process ships to it now.
    """
    entries(data)
    place = data / "shipping"
    with contextlib.ExitStack() as stack:
        try:
            data.mkdir(parents=True, exist_ok=True)
            files.tidy(data)
            folder = stack.enter_context(files.beside(place))
        except OSError as error:
            raise ValueError(f"cannot write to {str(data)!r}: {error.strerror}; choose another --data.") from None
        if files.at_work(place) != [folder]:
            raise ValueError(f"another process ships to {str(data)!r} now; wait until it has ended.")
        yield folder


def put(made: Iterable[Path], folder: Path, data: Path, *, name: str, command: str) -> list[Path]:
    """Move files from the folder aside to the same places in ``data``, as all that ``name`` has; returns their paths.

    Files that the name had and has no more are deleted. ValueError, before anything is moved, if the manifest is not
    what it should be, or if a file would lie outside, or be another name's.
    """
    known = entries(data)
    hashes = {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in made}
    _check(data, hashes)
    owners = {file: other for other, entry in known.items() if other != name for file in _files(entry)}
    if taken := [file for file in hashes if file in owners]:
        raise ValueError(f"{str(data / taken[0])!r} belongs to {owners[taken[0]]!r} already; choose another name.")
    stale = _files(known.get(name, {})) - set(hashes) - set(owners)
    known[name] = {"command": command, "version": __version__, "sha256": hashes}
    (folder / FILE).write_text(json.dumps(dict(sorted(known.items())), indent=2) + "\n", encoding="utf-8")
    paths = [data / file for file in hashes]
    for place in paths:
        place.parent.mkdir(parents=True, exist_ok=True)
    for file, place in zip(hashes, paths):
        os.replace(folder / file, place)
    for place in (data / file for file in sorted(stale)):
        place.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # it holds others, or has gone
            place.parent.rmdir()
    os.replace(folder / FILE, data / FILE)
    return paths


def entries(data: Path) -> dict[str, dict]:
    """What the manifest says by name, nothing if there is none. ValueError if it is not what it should be."""
    path = data / FILE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, RecursionError, ValueError) as error:
        raise ValueError(f"the manifest {str(path)!r} cannot be read: {error}.") from None
    mapped = isinstance(found, dict) and all(isinstance(entry, dict) for entry in found.values())
    if not mapped or not all(isinstance(entry.get("sha256", {}), dict) for entry in found.values()):
        raise ValueError(f"{str(path)!r} is no manifest: it must map every name to its command, version and sha256.")
    for entry in found.values():
        _check(data, _files(entry))
    return found


def _files(entry: dict) -> set[str]:
    return set(entry.get("sha256", {}))


def _check(data: Path, named: Iterable[str]) -> None:
    for file in named:
        if not _is_inside(data, file):
            folders = f"{', '.join(FOLDERS[:-1])} or {FOLDERS[-1]}"
            raise ValueError(f"{file!r} does not name a file in {folders} of {str(data)!r}; nothing has changed.")


def _is_inside(data: Path, file: str) -> bool:
    """Whether it names a file, there or not, in one of the folders, and no link leads elsewhere."""
    parts, place = PurePosixPath(file).parts, data / file
    if len(parts) < 2 or parts[0] not in FOLDERS or ".." in parts:
        return False
    try:
        inside = place.resolve().is_relative_to(data.resolve())
        return inside and not stat.S_ISDIR(place.stat().st_mode)
    except FileNotFoundError:
        return inside
    except (OSError, RuntimeError, ValueError):  # too long a name, links in a circle, a file for a folder, a zero byte
        return False
