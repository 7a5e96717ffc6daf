"""Where runs are kept: one folder each, named by the run's id, complete or set aside.

A run is written under a temporary name and renamed when whole; ``DONE``, written last, holds the hash of every file.
A folder that is not what it says is never used and never deleted: it is renamed and named, and the run is done again.
``finished``, ``damage`` and ``open`` each hash every byte of a run, weights too: about a millisecond a megabyte, less
than reading the rows takes. ``rows``, ``weights`` and ``timing`` trust that one of them was asked.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import os
import shutil
import tempfile
from pathlib import Path

import pandas as pd
import safetensors.torch

from coral_viz.runs.run import Result
from coral_viz.runs.spec import RunSpec

FILES = ("spec.json", "rows.parquet", "model.safetensors")
TIMING = ("seconds", "device")


class Store:
    """A folder of runs. Raises ValueError at once if it cannot be written; ``to_write=False`` asks only that it exist.

    A folder that is only read may be one that ships and belongs to somebody else.
    """

    def __init__(self, root: str | Path, *, to_write: bool = True):
        self.root = Path(root)
        if not to_write:
            if not _is_folder(self.root):
                raise ValueError(f"there is no folder {str(root)!r} of runs.")
            return
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.root):
                pass
        except OSError as error:
            raise ValueError(f"cannot write to {str(self.root)!r}: {error.strerror}; choose another --out.") from None

    def specs(self) -> list[RunSpec]:
        """The specs in the folder, by method, task, distribution, knob and seed. Folders without one are passed over.

        Whether a run is whole is asked when it is used, by ``open``.
        """
        found = []
        for path in self.root.glob("*/spec.json"):
            with contextlib.suppress(OSError, ValueError):
                found.append(RunSpec.from_canonical(path.read_text()))
        found = [spec for spec in dict.fromkeys(found) if self.path(spec).is_dir()]
        return sorted(found, key=lambda spec: (spec.method, spec.task, spec.distribution, spec.knob, spec.seed))

    def open(self, run_id: str) -> RunSpec:
        """The spec of a whole run, by its id. ValueError in one sentence if it is missing, damaged or outdated."""
        try:
            spec = RunSpec.from_canonical((self.root / run_id / "spec.json").read_text())
        except OSError:
            raise ValueError(f"there is no run {run_id!r} in {str(self.root)!r}.") from None
        except ValueError as error:
            raise ValueError(f"run {run_id!r} cannot be used: {error}.") from None
        if spec.id != run_id:
            raise ValueError(f"run {run_id!r} cannot be used: spec.json is of another run.")
        if damage := self.damage(spec):
            raise ValueError(f"run {run_id!r} is damaged: {damage}; make it again.")
        return spec

    def path(self, spec: RunSpec) -> Path:
        return self.root / spec.id

    def finished(self, spec: RunSpec) -> bool:
        """Whether the run is there and whole."""
        return self.path(spec).is_dir() and not self.damage(spec)

    def damage(self, spec: RunSpec) -> str:
        """Why the run's folder cannot be used, in words; "" if it can or if there is none."""
        folder = self.path(spec)
        if not folder.exists():
            return ""
        try:
            done = json.loads((folder / "DONE").read_text())
            hashes, _ = done["sha256"], [done[name] for name in TIMING]
            wrong = [name for name in FILES if _hash(folder / name) != hashes[name]]
        except FileNotFoundError as error:
            return f"{Path(error.filename).name} is missing"
        except (OSError, ValueError, KeyError, TypeError):
            return "DONE cannot be read"
        if wrong:
            return f"{', '.join(wrong)} changed since it was written"
        if (folder / "spec.json").read_text() != spec.canonical:
            return "spec.json is of another run"
        return ""

    def set_aside(self, spec: RunSpec) -> Path:
        """Rename a damaged folder to the first free ``<id>.broken-N`` and return its new path."""
        number = 1
        while (aside := self.root / f"{spec.id}.broken-{number}").exists():
            number += 1
        return self.path(spec).rename(aside)

    def save(self, spec: RunSpec, result: Result, *, seconds: float, device: str) -> None:
        """Write the run; after this call it is finished, before it there is no trace of it."""
        folder = Path(tempfile.mkdtemp(prefix=f".{spec.id}-", dir=self.root))
        try:
            (folder / "spec.json").write_text(spec.canonical)
            result.rows.to_parquet(folder / "rows.parquet", index=False)
            safetensors.torch.save_file(result.weights, folder / "model.safetensors")
            timing = {"seconds": round(seconds, 3), "device": device}
            hashes = {name: _hash(folder / name) for name in FILES}
            (folder / "DONE").write_text(json.dumps({"sha256": hashes} | timing))
            folder.chmod(0o755)
            if self.damage(spec):
                self.set_aside(spec)
            self._put(folder, self.path(spec))
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _put(self, folder: Path, place: Path) -> None:
        """Rename a folder, in the place of one that is there, or that another process puts there at the same time."""
        with tempfile.TemporaryDirectory(prefix=f".{place.name}-", dir=self.root) as old:
            for number in itertools.count():
                with contextlib.suppress(FileNotFoundError):
                    os.replace(place, Path(old) / str(number))
                try:
                    return os.replace(folder, place)
                except OSError:
                    if not place.exists():
                        raise

    def rows(self, spec: RunSpec) -> pd.DataFrame:
        """The tidy rows of a finished run."""
        return pd.read_parquet(self.path(spec) / "rows.parquet")

    def weights(self, spec: RunSpec) -> dict:
        """The trained weights of a finished run, on the CPU."""
        return safetensors.torch.load_file(self.path(spec) / "model.safetensors")

    def timing(self, spec: RunSpec) -> dict:
        """``seconds`` and ``device`` of a finished run."""
        done = json.loads((self.path(spec) / "DONE").read_text())
        return {name: done[name] for name in TIMING}


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # of a name that is too long
        return False


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
