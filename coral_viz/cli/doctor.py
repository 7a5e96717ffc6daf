"""``python -m coral_viz doctor``: is this machine ready? It reports versions, runs a self-test, and says what to fix.

Checks are required or optional. The packages of an extra are required if its main package is installed, and optional
otherwise: without torch, only the decomposition is tested.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

from coral_viz import extras

AND_REDUNDANCY = 0.311278  # 3/4 log2(4/3) bits
ABSENT = "not installed"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Check:
    """One check: its name, whether it passed, what was found, and how to fix it."""

    name: str
    well: bool
    found: str
    fix: str = ""
    required: bool = True


def main() -> int:
    """Print the report; returns 1 if a required check failed, else 0."""
    failed = False
    for check in report():
        mark = "ok  " if check.well else "FAIL" if check.required else "none"
        print(f"{mark}  {check.name:<14} {check.found}")
        if not check.well:
            print(f"      {'to fix:' if check.required else 'if you want it:'} {check.fix}")
            failed |= check.required
    print("Something is missing; see above." if failed else "All is well.")
    return int(failed)


def report() -> Iterator[Check]:
    """All checks, performed one by one: Python, packages, device, disk, browser, self-tests."""
    yield python()
    yield from packages()
    yield disk(Path.cwd())
    yield browser()
    yield self_test("decomposing", decomposes, "")
    if importlib.util.find_spec("torch"):
        for name, test in TRAINING_TESTS.items():
            yield self_test(name, test, "train")


def python() -> Check:
    """Python 3.11 or newer."""
    new_enough = sys.version_info >= (3, 11)
    return Check("python", new_enough, platform.python_version(), "install Python 3.11 or newer")


def packages() -> Iterator[Check]:
    """Whether every requirement is installed in an allowed version; an extra that is not installed is one line."""
    try:
        wanted = extras.requirements()
    except importlib.metadata.PackageNotFoundError:
        yield Check("coral_viz", False, "on the path, but not installed", "`pip install .` in its folder")
        return
    for extra, adds in wanted.items():
        if extra and package(Requirement(extras.MAIN[extra])).found == ABSENT:
            yield Check(f"[{extra}]", False, ABSENT, extras.install(extra), required=False)
        else:
            yield from (package(each, extra) for each in adds)


def package(wanted: Requirement, extra: str = "") -> Check:
    """Whether a package is installed in an allowed version; ``extra`` is the extra that it belongs to."""
    words = f"{wanted.name} {wanted.specifier} is needed"
    try:
        version = importlib.metadata.version(wanted.name)
    except importlib.metadata.PackageNotFoundError:
        return Check(wanted.name, False, ABSENT, f"{words}: {extras.install(extra)}")
    allowed = wanted.specifier.contains(version, prereleases=True)
    return Check(wanted.name, allowed, version, f"{words}: pip install '{wanted.name}{wanted.specifier}'")


def disk(folder: Path) -> Check:
    """Whether results can be written to the current folder, and 1 GB is free."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"coral_viz")
    except OSError as error:
        fix = "call it in a folder that you may write to, or give --out one"
        return Check("disk", False, f"{folder} cannot be written ({error.strerror})", fix)
    free = shutil.disk_usage(folder).free / 1e9
    return Check("disk", free > 1, f"{free:.0f} GB free in {folder}", "free at least 1 GB")


def browser() -> Check:
    """Chromium, which only the browser tests need."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    fix = "install Chromium, for instance `apt-get install chromium`; only the browser tests use it"
    return Check("chromium", found is not None, found or "not found", fix, required=False)


def self_test(name: str, test: Callable[[], str], extra: str) -> Check:
    """Run a test; any exception is a failure, perhaps of a package of its extra."""
    start = time.perf_counter()
    try:
        found = test()
    except Exception as error:
        return Check(name, False, f"{type(error).__name__}: {error}", f"bring what it needs: {extras.install(extra)}")
    return Check(name, True, f"{found} ({time.perf_counter() - start:.1f} s)")


def computes() -> str:
    """The device that ``--device auto`` uses."""
    import torch

    from coral_viz.training.devices import resolve

    found = resolve("auto")
    name = torch.cuda.get_device_name(found) if found.type == "cuda" else f"{torch.get_num_threads()} threads"
    total = torch.arange(5.0, device=found).sum().item()
    if total != 10:
        raise ArithmeticError(f"0 + 1 + 2 + 3 + 4 is {total} on {found}")
    return f"{found.type}, {name}"


def decomposes() -> str:
    """The solver finds the redundancy of AND, with a certificate."""
    from coral_viz import pid

    atoms = pid.broja(pid.gates.gate("AND"), coupling=True)
    redundancy, gap = float(atoms.redundancy), float(atoms.gap)
    if abs(redundancy - AND_REDUNDANCY) > gap + 1e-6:
        raise ArithmeticError(f"the redundancy of AND is {redundancy:.6f}, not {AND_REDUNDANCY}")
    return f"redundancy of AND {redundancy:.6f} bits, certified to {gap:.0e}"


def trains() -> str:
    """A few steps of a small Cross lower its loss."""
    from coral_viz import methods, runs, tasks, training

    task = tasks.load("factors")
    with runs.one_thread():
        method = methods.build("cross", task)
        history = training.train(method, task, steps=30, batch=64, samples=1024, progress=False)
    loss = history.frame(every=10).sum(axis=1)
    if not loss.iloc[-1] < loss.iloc[0]:
        raise ArithmeticError(f"the loss went from {loss.iloc[0]:.2f} to {loss.iloc[-1]:.2f}")
    return f"30 steps took the loss from {loss.iloc[0]:.2f} to {loss.iloc[-1]:.2f}"


def draws() -> str:
    """A figure renders to a picture."""
    from coral_viz.figures import schematic
    from coral_viz.figures.layout.display import show

    return f"a figure of {len(show(schematic()).png) / 1000:.0f} kB"


TRAINING_TESTS = {"computing on": computes, "training": trains, "drawing": draws}
