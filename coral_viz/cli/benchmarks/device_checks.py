"""Whether a device computes what the CPU does: the doctor's self-tests, and the tests marked ``cuda``."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd

from coral_viz.cli import doctor
from coral_viz.cli.benchmarks.device_scale import Scale
from coral_viz.cli.benchmarks.unit_log import Found

ROOT = Path(__file__).parents[3]
TESTS = ROOT / "tests" / "cuda"
LONGEST = 240
"""Seconds after which the tests are ended."""


def self_tests() -> Found:
    """The doctor's: decomposing, computing, training, drawing."""
    tests = {"decomposing": doctor.decomposes} | doctor.TRAINING_TESTS
    checks = [doctor.self_test(name, test, "train") for name, test in tests.items()]
    rows = [{"test": c.name, "outcome": "passed" if c.well else "failed", "words": c.found} for c in checks]
    return _told(rows)


def marked_tests(scale: Scale) -> Found:
    """The tests marked ``cuda``, in a process of their own; they stand beside the package, in its repository."""
    if not TESTS.is_dir():
        return Found(f"there are no tests in {TESTS}; call this from a checkout of the repository", failed=True)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", str(TESTS), "-m", "cuda", "-q", "-W", "default"]
        command += ["-p", "no:cacheprovider", "--device", scale.device, "-k", scale.tests, f"--junit-xml={report}"]
        try:
            said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LONGEST).stdout
        except subprocess.TimeoutExpired:
            return Found(f"the tests took more than {LONGEST} s and were ended", failed=True)
        if not report.is_file():
            return Found(f"the tests did not run: {said[-500:]}", failed=True)
        return _told([_outcome(case) for case in ElementTree.parse(report).iter("testcase")])


def _outcome(case: ElementTree.Element) -> dict:
    """A test's name, whether it passed, its seconds, and what its failure says."""
    row = {"test": case.get("name"), "outcome": "passed", "seconds": float(case.get("time", "nan")), "words": ""}
    for kind in ("failure", "error", "skipped"):
        if (found := case.find(kind)) is not None:
            row |= {"outcome": kind, "words": f"{found.get('message', '')}\n{found.text or ''}"[:2000]}
    return row


def _told(rows: list[dict]) -> Found:
    broken = [row["test"] for row in rows if row["outcome"] not in ("passed", "skipped")]
    words = f"{len(rows) - len(broken)} of {len(rows)} passed"
    return Found(
        words + (f"; not {', '.join(broken)}" if broken else ""), {"checks": pd.DataFrame(rows)}, failed=bool(broken)
    )
