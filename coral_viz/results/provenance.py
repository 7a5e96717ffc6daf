"""Provenance of a run: processors, versions, and the commit of this package.

It is no part of a run's id. But the same spec gives the same bytes only with the same provenance: other types of CPU
and other versions round differently, and training amplifies the differences.
"""

from __future__ import annotations

import functools
import json
import platform
import subprocess
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

import coral_viz
from coral_viz import files

if TYPE_CHECKING:
    import torch

FIELDS = ("cpu", "gpu", "python", "torch", "numpy", "coral_viz", "commit")
UNKNOWN = "unknown"
ROOT = Path(coral_viz.__file__).parents[1]


def here(device: torch.device | str = "cpu") -> dict[str, str]:
    """The provenance of runs made by this process, by ``FIELDS``.

    cpu is the model and the instruction set that torch uses; gpu is the model of a CUDA ``device``, else ""; commit is
    Git's hash, with "-dirty" if files have changed since, or "unknown" in an installed package.
    """
    import torch  # whoever only reads tables needs none

    device = torch.device(device)
    return {
        "cpu": _cpu(),
        "gpu": torch.cuda.get_device_name(device) if device.type == "cuda" else "",
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "numpy": np.__version__,
        "coral_viz": coral_viz.__version__,
        "commit": _commit(),
    }


def known(said: Mapping[str, str] | None) -> dict[str, str]:
    """``FIELDS`` of a run's provenance; "unknown" where it states none, as in older runs."""
    return {name: (said or {}).get(name, UNKNOWN) for name in FIELDS}


def mixed(made: pd.DataFrame) -> str:
    """A sentence that says in which of ``FIELDS`` the runs in ``made``, a row each, differ; "" if they do not."""
    told = [f"{name} {_counted(made[name])}" for name in FIELDS if name in made and made[name].nunique() > 1]
    if not told:
        return ""
    return f"Not all runs were made alike: {'; '.join(told)}. The same run can come out otherwise on another."


def packed(made: Mapping[str, Mapping[str, str]]) -> str:
    """Provenance by run id as one text, equal ones written once."""
    different = sorted({json.dumps(said, sort_keys=True) for said in made.values()})
    which = {run_id: different.index(json.dumps(said, sort_keys=True)) for run_id, said in made.items()}
    return json.dumps({"made": [json.loads(text) for text in different], "runs": which})


def unpacked(text: str | None) -> dict[str, dict[str, str]]:
    """The inverse of ``packed``; {} for None. ValueError for other texts."""
    if text is None:
        return {}
    try:
        said = json.loads(text)
        made = [known({str(name): str(value) for name, value in one.items()}) for one in said["made"]]
        return {run_id: made[number] for run_id, number in said["runs"].items()}
    except files.GARBLED as error:
        raise ValueError(f"what its runs were made with cannot be read: {error}") from None


def _counted(values: pd.Series) -> str:
    counts = values.replace("", "none").value_counts()
    return ", ".join(f"{value} ({count} run{'s' * (count != 1)})" for value, count in counts.items())


@functools.cache
def _cpu() -> str:
    import torch

    return f"{_model()} ({torch.backends.cpu.get_cpu_capability()})"


def _model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        named = _said("sysctl", "-n", "machdep.cpu.brand_string") if platform.system() == "Darwin" else ""
        return named or platform.processor() or platform.machine()


@functools.cache
def _commit() -> str:
    """Of the repository whose top the package lies in, or that it was installed from."""
    git = ("git", "-C", str(ROOT))
    if (ROOT / ".git").exists():
        return _said(*git, "describe", "--always", "--dirty", "--exclude=*", "--abbrev=12") or UNKNOWN
    try:
        source = json.loads(metadata.distribution("coral_viz").read_text("direct_url.json") or "{}")
        return source["vcs_info"]["commit_id"][:12]
    except (metadata.PackageNotFoundError, KeyError):
        return UNKNOWN


def _said(*command: str) -> str:
    """What a command prints; "" where it cannot."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
