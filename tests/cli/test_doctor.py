import dataclasses
import importlib.metadata
import os

import pytest
from packaging.requirements import Requirement

from coral_viz.cli import doctor
from coral_viz.cli.doctor import Check


def test_a_machine_that_passes_its_tests_is_well():
    assert [check for check in doctor.report() if check.required and not check.well] == []


def test_every_requirement_is_looked_at():
    names = {check.name for check in doctor.packages()}
    assert {"torch", "jupyterlab", "ipykernel", "dit", "playwright"} <= names


def test_an_absent_extra_is_optional_and_an_incomplete_one_is_not(monkeypatch):
    version = importlib.metadata.version

    def absent(*hidden):
        def find(name):
            if name in hidden:
                raise importlib.metadata.PackageNotFoundError(name)
            return version(name)

        monkeypatch.setattr(importlib.metadata, "version", find)
        return {check.name: check for check in doctor.packages() if not check.well}

    found = absent("umap-learn", "torch", "pandas")
    assert not any(check.required for check in found.values())
    assert found["[train]"].fix == "pip install 'coral_viz[train]'"
    found = absent("umap-learn", "pandas")
    assert [name for name, check in found.items() if check.required] == ["pandas"]
    assert found["pandas"].fix.endswith(" is needed: pip install 'coral_viz[train]'")


def test_a_source_that_is_not_installed_is_told_to_be(monkeypatch):
    def requires(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "requires", requires)
    (check,) = doctor.packages()
    assert (check.well, check.fix) == (False, "`pip install .` in its folder")


@pytest.mark.parametrize(
    ("line", "found"), [("numpy<1", "2."), ("surely-not-a-package>=1", "not installed"), ("numpy>=2", "")]
)
def test_a_package_is_well_in_an_allowed_version_only(line, found):
    check = doctor.package(Requirement(line))
    assert check.well == (found == "")
    assert check.found.startswith(found)
    if not check.well:
        assert line.replace("<", " <").replace(">", " >") in check.fix


@pytest.mark.skipif(os.name != "posix", reason="needs a folder that root cannot write to either")
def test_a_folder_that_cannot_be_written_is_named():
    check = doctor.disk(doctor.Path("/proc"))
    assert not check.well
    assert "/proc cannot be written" in check.found
    assert "--out" in check.fix


def test_no_browser_is_no_failure(monkeypatch, capsys):
    monkeypatch.setenv("PATH", "")
    check = doctor.browser()
    assert not check.well
    monkeypatch.setattr(doctor, "report", lambda: [check])
    assert doctor.main() == 0
    assert "apt-get install chromium" in capsys.readouterr().out


def test_a_failure_prints_its_fix_and_the_exit_status_is_1(monkeypatch, capsys):
    good = Check("disk", True, "free")
    monkeypatch.setattr(doctor, "report", lambda: [good, Check("torch", False, "not installed", "install it")])
    assert doctor.main() == 1
    words = capsys.readouterr().out
    assert "FAIL  torch" in words
    assert "to fix: install it" in words
    monkeypatch.setattr(doctor, "report", lambda: [good])
    assert doctor.main() == 0
    assert "All is well." in capsys.readouterr().out


def test_a_self_test_that_raises_is_a_failure():
    def broken():
        raise ArithmeticError("2 + 2 is 5")

    check = doctor.self_test("adding", broken, "train")
    assert dataclasses.astuple(check)[:3] == ("adding", False, "ArithmeticError: 2 + 2 is 5")
    assert check.fix


def test_a_solver_that_is_wrong_is_found(monkeypatch):
    monkeypatch.setattr(doctor, "AND_REDUNDANCY", 0.25)
    with pytest.raises(ArithmeticError, match=r"the redundancy of AND is 0\.311278"):
        doctor.decomposes()
