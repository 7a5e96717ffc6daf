"""The package as others install it: its requirements cover its imports, the lock keeps to them, the wheel is whole."""

import ast
import importlib.metadata
import itertools
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement

import coral_viz
from coral_viz import extras, pid

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "requirements.txt").read_text(encoding="utf-8")

NEEDS = {  # the extras that a part of the package may import from; others: train
    "pid": [],
    "cli": ["train", "cluster", "dev"],
    "__main__": [],
    "extras": [],
    "paths": [],
    "explore": ["train", "notebooks"],
    "teach": ["train", "notebooks"],
    "runs": ["train", "cluster"],
    "evaluation": ["train", "umap"],
    "tasks": ["train", "multibench"],
}
PLATFORMS = [
    {"python_version": python, "python_full_version": f"{python}.0"} | system
    for python, system in itertools.product(
        ("3.11", "3.12", "3.13"),
        (
            {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux", "platform_machine": "x86_64"},
            {"sys_platform": "darwin", "os_name": "posix", "platform_system": "Darwin", "platform_machine": "arm64"},
            {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows", "platform_machine": "AMD64"},
        ),
    )
]


def stated(extra):
    """The requirements of an extra as pyproject.toml states them, without those of extras that it brings."""
    lines = PROJECT["optional-dependencies"][extra] if extra else PROJECT["dependencies"]
    return [Requirement(line) for line in lines if not line.startswith("coral_viz")]


def imported(file):
    """Names of the packages, but for the standard library, that a file imports anywhere."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
        yield from {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names) - {"coral_viz"}


HIDE = """
import sys

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {modules!r}:
            raise ModuleNotFoundError("hidden", name=name)

sys.meta_path.insert(0, Hidden())
{code}
"""


def without(modules, code, cwd=None):
    """What a process says and its exit status, in which none of some packages can be imported."""
    command = [sys.executable, "-c", HIDE.format(modules=sorted(modules), code=code)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def of_extras():
    return {extras.MODULES.get(each.name, each.name) for extra in extras.MAIN for each in stated(extra)}


def test_every_import_is_a_requirement_of_its_part():
    strays = []
    for file in (ROOT / "coral_viz").rglob("*.py"):
        part = file.relative_to(ROOT / "coral_viz").parts[0].removesuffix(".py")
        allowed = [each.name for extra in ["", *NEEDS.get(part, ["train"])] for each in stated(extra)]
        allowed = {extras.MODULES.get(name, name) for name in allowed}
        strays += [f"{file.name}: {name}" for name in imported(file) if name not in allowed]
    assert strays == []


def test_scipy_stats_takes_a_second_to_import_and_is_imported_on_first_use_alone():
    late = {f"{module}.py" for module in pid._ON_FIRST_USE.values()}
    files = [file for file in (ROOT / "coral_viz").rglob("*.py") if file.name not in late]
    heavy = re.compile(r"^(from scipy import .*stats|(from|import) scipy\.stats)", re.MULTILINE)
    assert [file.name for file in files if heavy.search(file.read_text(encoding="utf-8"))] == []


def test_tests_and_notebooks_import_what_the_development_extra_brings():
    allowed = {extras.MODULES.get(each.name, each.name) for extra in ["", *extras.MAIN] for each in stated(extra)}
    own = {file.stem for folder in ("tests", "notebooks") for file in (ROOT / folder).rglob("*.py")}
    files = [*(ROOT / "tests").rglob("*.py"), *(ROOT / "notebooks").rglob("*.py")]
    assert {name for file in files for name in imported(file)} - allowed - own == set()


def test_the_metadata_are_those_of_the_project():
    def ranges(adds):
        return {each.name: each.specifier for each in adds if each.name != "ecos"}  # which not every Python has

    found = {extra: ranges(adds) for extra, adds in extras.requirements().items()}
    assert found == {extra: ranges(stated(extra)) for extra in ["", *PROJECT["optional-dependencies"]]}
    assert importlib.metadata.version("coral_viz") == coral_viz.__version__


def test_the_decomposition_needs_no_extra():
    code = """
import numpy as np
from coral_viz import pid
assert abs(pid.broja(pid.gates.gate("XOR")).synergy - 1) < 1e-6
bits = np.random.default_rng(0).integers(2, size=(2, 2000))
print(round(float(pid.decompose(bits[0], bits[1], bits[0] ^ bits[1]).synergy), 1))
"""
    said = without(of_extras() - {"joblib"}, code)  # which scikit-learn brings
    assert (said.stdout, said.stderr) == ("1.0\n", "")


@pytest.mark.parametrize(
    ("code", "missing", "extra"),
    [
        ("from coral_viz import tasks", "torch", "train"),
        ("import coral_viz; coral_viz.figures", "matplotlib", "train"),
        ("from coral_viz import explore; explore.gates()", "ipywidgets", "notebooks"),
        ("from coral_viz.cli import benchmarks; benchmarks.run('trifeature', 'out')", "PIL", "train"),
    ],
)
def test_a_missing_extra_is_named(code, missing, extra, tmp_path):
    said = without([missing], code, tmp_path)
    assert said.returncode == 1
    assert said.stderr.splitlines()[-1] == (
        f"ModuleNotFoundError: {missing} is not installed; it comes with pip install 'coral_viz[{extra}]'."
    )


def test_a_command_without_its_extra_is_one_sentence(tmp_path):
    asked = ["tour --quick", "methods", "train cross", "sweep grid.toml", "bench training"]
    code = f"from coral_viz.__main__ import main; print([main(line.split()) for line in {asked}])"
    said = without(["torch"], code, tmp_path)
    assert said.stdout == "[1, 1, 1, 1, 1]\n"
    words = "coral_viz: torch is not installed; it comes with pip install 'coral_viz[train]'."
    assert said.stderr.splitlines() == [words] * len(asked)


def test_the_lock_pins_every_requirement_within_its_range_on_every_platform():
    pins = [Requirement(line) for line in LOCK.splitlines() if line and line[0] not in "#-"]
    assert all(re.fullmatch(r"==[^*,]+", str(pin.specifier)) for pin in pins)
    for platform in PLATFORMS:
        holds = default_environment() | platform
        found = {pin.name: pin for pin in pins if pin.marker is None or pin.marker.evaluate(holds)}
        for wanted in (each for extra in ("", "train", "notebooks", "cluster", "dev") for each in stated(extra)):
            if wanted.marker is None or wanted.marker.evaluate(holds):
                (pin,) = found[wanted.name].specifier
                assert wanted.specifier.contains(pin.version), (platform, wanted)


def test_the_lock_installs_this_package_and_names_no_place():
    assert [line for line in LOCK.splitlines() if line.startswith("-")] == ["-e ."]
    assert not re.search(r"://|@|/", "".join(line for line in LOCK.splitlines() if not line.startswith("#")))
    assert not re.search(r"^(nvidia|cuda|triton)", LOCK, re.MULTILINE)


def test_the_wheel_carries_package_and_data_and_nothing_else(tmp_path):
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    kinds = (".py", ".html", ".css", ".js", ".csv")
    files = [file for file in (ROOT / "coral_viz").rglob("*") if file.suffix in kinds]
    code = {file.relative_to(ROOT).as_posix() for file in files}
    data = {f"coral_viz/{file.relative_to(ROOT).as_posix()}" for file in (ROOT / "data").rglob("*") if file.is_file()}
    described = {name for name in held if ".dist-info/" in name}
    assert held == code | data | {"coral_viz/py.typed"} | described
    assert any(name.endswith("/entry_points.txt") for name in described)
