"""The store of finished runs: one folder per run, named by its id.

A run is written to a hidden folder, which is renamed when it is complete. ``DONE`` holds the hash of every file, the
duration and the provenance. A damaged folder is neither used nor deleted: it is renamed and reported, and the run is
repeated. An unreadable folder, such as another user's, is an error, and nothing is changed. Permissions follow the
umask.

``finished``, ``damage`` and ``open`` hash all bytes of a run, including weights. This takes about a millisecond per
megabyte, less than reading the rows. Other methods assume that one of them was called.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import json
import operator
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import safetensors.torch
from pyarrow import parquet

from coral_viz import files
from coral_viz.results import provenance, schema
from coral_viz.runs.run import Result
from coral_viz.runs.spec import RunSpec

FILES = ("spec.json", "rows.parquet", "model.safetensors")
TIMING = ("seconds", "device")
FOREVER = 1e12
ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)


class Store:
    """A folder of runs. ValueError if it cannot be written; with ``to_write=False`` it need only exist.

    Leftovers of killed processes are removed if the folder is opened for writing.
    """

    def __init__(self, root: str | Path, *, to_write: bool = True):
        self.root = files.utf8(root)
        if not to_write:
            if not _is_folder(self.root):
                raise ValueError(f"there is no folder {str(root)!r} of runs.")
            return
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.root):
                pass
            files.tidy(self.root)
        except OSError as error:
            raise ValueError(f"cannot write to {str(self.root)!r}: {error.strerror}; choose another --out.") from None

    def specs(self) -> list[RunSpec]:
        """The specs in the folder, sorted by method, task, distribution, knob and seeds.

        Folders without a spec are ignored. Only ``open`` checks whether a run is complete.
        """
        found = []
        for path in self.root.glob("*/spec.json"):
            with contextlib.suppress(OSError, ValueError):
                found.append(RunSpec.from_canonical(path.read_text(encoding="utf-8")))
        found = [spec for spec in dict.fromkeys(found) if self.path(spec).is_dir()]
        place = operator.attrgetter("method", "task", "distribution", "knob", "seed", "training_seed")
        return sorted(found, key=place)

    def one(self, **wanted: object) -> RunSpec:
        """The only spec in the folder with these attributes, such as method, task, distribution, knob and seed.

        ValueError if there is none, or several.
        """
        found = [spec for spec in self.specs() if all(getattr(spec, name) == value for name, value in wanted.items())]
        if len(found) != 1:
            words = ", ".join(f"{name} = {value!r}" for name, value in wanted.items())
            raise ValueError(
                f"{str(self.root)!r} holds {len(found) or 'no'} runs with {words}; ask for one that is there."
            )
        return found[0]

    def open(self, run_id: str) -> RunSpec:
        """The spec of a complete run, by its id. ValueError if it is missing, damaged or outdated."""
        try:
            spec = RunSpec.from_canonical((self.root / run_id / "spec.json").read_text(encoding="utf-8"))
        except OSError as error:
            if error.errno in ABSENT:
                raise ValueError(f"there is no run {run_id!r} in {str(self.root)!r}.") from None
            raise self._unreadable(run_id, error) from None
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
        """Whether the run exists and is complete. ValueError if it cannot be read."""
        return self._fault(spec) == ""

    def damage(self, spec: RunSpec) -> str:
        """Why the run's folder cannot be used; "" if it can or if there is none. ValueError if it cannot be read."""
        return self._fault(spec) or ""

    def _fault(self, spec: RunSpec) -> str | None:
        """``damage`` of a run; None if there is no folder."""
        try:
            self.path(spec).lstat()
            return _fault(self.path(spec), spec)
        except OSError as error:
            if error.errno in ABSENT:
                return None
            raise self._unreadable(spec.id, error) from None

    def _unreadable(self, run_id: str, error: OSError) -> ValueError:
        reason = f"{error.strerror or error} ({error.filename or self.root / run_id})"
        return ValueError(
            f"run {run_id!r} cannot be read: {reason}; it was left as it is: make it readable, or move it."
        )

    def set_aside(self, spec: RunSpec) -> Path:
        """Rename a damaged folder to the first free ``<id>.broken-N`` and return its new path."""
        number = 1
        while (aside := self.root / f"{spec.id}.broken-{number}").exists():
            number += 1
        with contextlib.suppress(FileNotFoundError):  # another process did it just now
            self.path(spec).rename(aside)
        return aside

    def save(self, spec: RunSpec, result: Result, *, seconds: float, device: str) -> None:
        """Write the run atomically; a complete run that exists is kept.

        OSError if it cannot be written, such as to a full disk.
        """
        self.keep(spec, packed(spec, result, seconds=seconds, device=device))

    def keep(self, spec: RunSpec, held: Mapping[str, bytes]) -> None:
        """``save`` of a run that is packed (see ``packed``)."""
        try:
            with files.beside(self.path(spec)) as hidden:
                folder = hidden / "run"
                folder.mkdir()
                for name, data in held.items():
                    (folder / name).write_bytes(data)
                self._put(folder, spec)
        except OSError as error:
            reason = f"{error.strerror or error}; finished runs stay"
            raise OSError(f"run {spec.id} cannot be kept in {str(self.root)!r}: {reason}.") from None

    def _put(self, folder: Path, spec: RunSpec) -> None:
        """Give a whole folder its name, unless another process gave it to the same run meanwhile."""
        while (fault := self._fault(spec)) != "":
            if fault:
                self.set_aside(spec)
            try:
                return os.rename(folder, self.path(spec))
            except OSError:
                if not self.path(spec).exists():
                    raise

    def rows(self, spec: RunSpec) -> pd.DataFrame:
        """The tidy rows of a finished run, upgraded to the current columns."""
        return schema.upgraded(self.arrow(spec).to_pandas())

    def arrow(self, spec: RunSpec) -> pa.Table:
        """The rows as they were written, but with ``knob`` relative to current defaults, and with the run's seconds.

        They are an Arrow table, which is read in a fraction of the time of a data frame.
        """
        rows = parquet.ParquetFile(self.path(spec) / "rows.parquet").read()
        seconds = pa.repeat(float(self.timing(spec)["seconds"]), len(rows))
        knob, place = rows.schema.field("knob"), rows.schema.get_field_index("knob")
        rows = rows.set_column(place, knob, pa.repeat(pa.scalar(spec.knob, knob.type), len(rows)))
        return rows.drop_columns([name for name in rows.column_names if name == "seconds"]).append_column(
            "seconds", seconds
        )

    def weights(self, spec: RunSpec) -> dict:
        """The trained weights of a finished run, on the CPU."""
        return safetensors.torch.load_file(self.path(spec) / "model.safetensors")

    def timing(self, spec: RunSpec) -> dict:
        """``seconds`` and ``device`` of a finished run."""
        done = _done(self.path(spec))
        return {name: done[name] for name in TIMING}

    def provenance(self, spec: RunSpec) -> dict[str, str]:
        """The provenance of a finished run (see ``provenance.here``)."""
        return provenance.known(_done(self.path(spec)).get("provenance"))


def packed(spec: RunSpec, result: Result, *, seconds: float, device: str) -> dict[str, bytes]:
    """The files of a run by name, for ``Store.keep``; workers pack them, so that the caller only writes."""
    rows = io.BytesIO()
    result.rows.to_parquet(rows, index=False)
    weights = safetensors.torch.save(result.weights)  # its save_file neither follows the umask nor raises OSError
    held = dict(zip(FILES, (spec.canonical.encode(), rows.getvalue(), weights), strict=True))
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in held.items()}
    done = {"sha256": hashes, "seconds": round(seconds, 3), "device": device}
    done["provenance"] = provenance.known(result.provenance)
    return held | {"DONE": json.dumps(done).encode()}


def _fault(folder: Path, spec: RunSpec) -> str:
    """Why a folder cannot be used, in words; "" if it can. OSError if it cannot be read."""
    try:
        hashes = _done(folder)["sha256"]
        wrong = [name for name in FILES if _hash(folder / name) != hashes[name]]
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        return f"{Path(error.filename).name} is missing"
    except files.GARBLED:
        return "DONE cannot be read"
    if wrong:
        return f"{', '.join(wrong)} changed since it was written"
    if (folder / "spec.json").read_bytes() != spec.canonical.encode():
        return "spec.json is of another run"
    return ""


def _done(folder: Path) -> dict:
    """What ``DONE`` says. One of ``files.GARBLED`` if that is something else."""
    done = json.loads((folder / "DONE").read_text(encoding="utf-8"))
    words = [done["device"], *done.get("provenance", {}).values()]
    if not (all(isinstance(word, str) for word in words) and 0 <= done["seconds"] < FOREVER):
        raise ValueError("its DONE file holds values that no run writes")
    return done


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # of a name that is too long
        return False


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
