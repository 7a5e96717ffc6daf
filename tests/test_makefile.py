"""What `make` installs, and which torch: with a Python in place of the real one that installs nothing and notes calls.

It is asked whether torch is there, and answers as a test wants; it resolves versions to ``numpy==2.1.0``.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CPU = "--index-url https://download.pytorch.org/whl/cpu"
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")

PRETENDER = """#!/bin/sh
echo $* >> "$NOTES/calls"
case "$*" in
*"import sys"*) exit "$TOO_OLD";;
"-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && touch "$3/bin/pip";;
*"pip show --quiet torch") exit "$NO_TORCH";;
*"--requirement /dev/stdin") cat > "$NOTES/installed";;
*"uv pip compile"*) while [ "$1" != -o ]; do shift; done; echo numpy==2.1.0 > "$2"; echo nvidia-nccl-cu12==1 >> "$2";;
esac
"""


@pytest.fixture
def make(tmp_path):
    """Calls make in a copy of what it reads; ``torch``: whether one is there."""
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    python = tmp_path / "pretender"
    python.write_text(PRETENDER)
    python.chmod(0o755)

    path = {"PATH": os.environ["PATH"]}  # alone: what `make test TORCH=cpu` was told is not for these

    def call(*words, torch=False, too_old=False):
        told = {"NOTES": str(tmp_path), "NO_TORCH": str(int(not torch)), "TOO_OLD": str(int(too_old))}
        (tmp_path / "calls").write_text("")
        command = ["make", f"PYTHON={python}", *words]
        done = subprocess.run(command, cwd=tmp_path, env=told | path, capture_output=True, text=True, check=False)
        assert (done.returncode == 0) != too_old, done.stderr
        return (tmp_path / "calls").read_text().splitlines()

    return call


def test_a_bare_machine_gets_exactly_the_pins_once(make, tmp_path):
    calls = make("tour", "ARGS=--quick")
    assert "-m venv .venv" in calls
    assert (tmp_path / "installed").read_text() == (ROOT / "requirements.txt").read_text()
    assert calls[-1] == "-m coral_viz tour --quick"
    assert not any("--index-url" in call for call in calls)
    assert make("tour") == ["-m coral_viz tour"]
    os.utime(tmp_path / "requirements.txt", (2**33, 2**33))
    assert any("--requirement" in call for call in make("tour"))


def test_a_torch_that_is_named_is_the_pinned_one_from_that_index_and_comes_first(make, tmp_path):
    calls = make("tour", "TORCH=cpu")
    (pin,) = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line.startswith("torch==")]
    (named,) = [number for number, call in enumerate(calls) if call.endswith(f"install --quiet {pin} {CPU}")]
    (others,) = [number for number, call in enumerate(calls) if call.endswith("--requirement /dev/stdin")]
    assert named < others


def test_a_torch_that_is_installed_stays(make, tmp_path):
    calls = make("tour", torch=True)
    pins = (ROOT / "requirements.txt").read_text().splitlines()
    assert (tmp_path / "installed").read_text().splitlines() == [pin for pin in pins if not pin.startswith("torch==")]
    assert not any("torch==" in call for call in calls)


@pytest.mark.parametrize(("end", "resolution"), [("oldest", "lowest-direct"), ("newest", "highest")])
def test_each_end_of_the_ranges_has_an_environment_of_its_own_with_its_own_torch(make, tmp_path, end, resolution):
    calls = make(f"test-{end}", torch=True)
    assert f"-m venv .venv-{end}" in calls
    (resolved,) = [call for call in calls if "uv pip compile pyproject.toml --extra dev" in call]
    assert f"--resolution {resolution}" in resolved
    assert (tmp_path / "installed").read_text() == "-e .\nnumpy==2.1.0\n"
    assert calls[-1].startswith("-m pytest ")
    assert not (tmp_path / ".venv").exists()


def test_a_python_that_is_too_old_makes_no_environment(make, tmp_path):
    (asked,) = make("tour", too_old=True)
    assert asked.startswith("-c import sys")
    assert not (tmp_path / ".venv").exists()
