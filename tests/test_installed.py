"""The wheel in an environment of its own, from another folder: its commands work without the repository."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from coral_viz.explore.presenter import AT_REST

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def called(tmp_path_factory):
    """Calls a command of an environment that holds the wheel, and sees of this one only what it depends on."""
    folder = tmp_path_factory.mktemp("installed")
    python = folder / "venv" / "bin" / "python"
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
    subprocess.run(build, cwd=ROOT, check=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", *folder.glob("*.whl")]
    subprocess.run(pip, cwd=folder, check=True)
    (site,) = (folder / "venv" / "lib").glob("python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))  # whose own .pth files are not followed
    elsewhere = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}

    def call(*words):
        command = [python.with_name(words[0]), *words[1:]]
        done = subprocess.run(command, cwd=folder, env=elsewhere, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return call


def test_the_package_lies_in_its_environment(called):
    found = called("python", "-c", "import coral_viz; print(coral_viz.__file__, coral_viz.__version__)").split()
    assert "site-packages" in found[0]
    assert str(ROOT) not in called("python", "-c", "import sys; print(*sys.path, sep='\\n')").splitlines()


@pytest.mark.parametrize("command", [["coral-viz"], ["python", "-m", "coral_viz"]])
def test_the_doctor_is_well(called, command):
    assert called(*command, "doctor").endswith("All is well.\n")


def test_explorers_find_their_data(called):
    shown = "from coral_viz import explore\nfor name in ('estimators', 'ablations', 'recordings', 'masking'):\n"
    shown += "    print(getattr(explore, name)().presenter.words)"
    assert called("python", "-c", shown) == f"{AT_REST}\n" * 4
    assert "function render(" in called("python", "-c", "from coral_viz import explore; print(explore.gates().page())")


def test_figures_find_tables_and_trained_methods(called):
    said = called("coral-viz", "figures", "--only", "bits_kept", "coverage", "map_synergy", "table_accuracy")
    assert "3 figures and 1 table;" in said


def test_a_quick_tour_tells_its_page(called):
    assert "index.html" in called("coral-viz", "tour", "--quick", "--task", "factors:distribution=biased")
