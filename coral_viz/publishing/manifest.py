"""``manifest.json`` of the shipped data: by name, the command that made the files and the hash of each.

Before a file is written or deleted, everything is checked: every path, after following links, is a file in one of
``FOLDERS``, and belongs to one name only. Files are made in a temporary folder and moved together, the manifest last.
Only one process at a time ships to a folder; otherwise two could overwrite each other's entries.
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
    """A context with a temporary folder on the disk of ``data``; leftovers of killed processes are removed, too.

    Raises:
        ValueError: ``data`` cannot be written, its manifest is not valid, or another process is shipping to it.
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
    """Move files from the temporary folder to the same places in ``data``, as all files of ``name``; returns paths.

    Other files of the name are deleted.

    Raises:
        ValueError: before anything is moved, if the manifest is not valid, or if a file would be outside of ``data`` or
            belongs to another name.
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
    """The entries of the manifest by name; empty if there is none. ValueError if it is not valid."""
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
