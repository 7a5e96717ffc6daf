"""What the package requires of others, from its metadata: the decomposition's own needs, and extras by name."""

from __future__ import annotations

import importlib
import importlib.metadata
from types import ModuleType

from packaging.requirements import Requirement

MAIN = {
    "train": "torch",
    "notebooks": "ipywidgets",
    "cluster": "distributed",
    "docs": "mkdocs",
    "umap": "umap-learn",
    "multibench": "h5py",
    "dev": "pytest",
}
"""Extras, each by the package without which it is of no use: where that is installed, the whole extra should be."""

MODULES = {"ipython": "IPython", "pillow": "PIL", "scikit-learn": "sklearn", "umap-learn": "umap"}
"""What is imported, of packages that are called otherwise."""


def requirements() -> dict[str, list[Requirement]]:
    """What each extra adds to those before it, and under "" what the decomposition needs.

    Raises:
        importlib.metadata.PackageNotFoundError: coral_viz is not installed; its source is merely on the path.
    """
    stated = [Requirement(line) for line in importlib.metadata.requires("coral_viz") or []]
    adds = {"": [each for each in stated if each.marker is None]}
    for extra in MAIN:
        known = {each.name for earlier in adds.values() for each in earlier} | {"coral_viz"}
        brings = [each for each in stated if each.marker and each.marker.evaluate({"extra": extra})]
        adds[extra] = [each for each in brings if each.name not in known]
    return adds


def install(extra: str) -> str:
    """The command that installs an extra, "" for the decomposition alone."""
    return f"pip install 'coral_viz[{extra}]'" if extra else "pip install coral_viz"


def load(module: str) -> ModuleType:
    """Import a module of coral_viz; where it needs an extra that is not installed, the error is one sentence."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if words := advice(error):
            raise ModuleNotFoundError(words, name=error.name) from None
        raise


def advice(error: ModuleNotFoundError) -> str:
    """Which extra brings the module that was not found, as a sentence; "" if none does."""
    missing = (error.name or "").partition(".")[0]
    try:
        wanted = requirements()
    except ModuleNotFoundError:
        return ""
    for extra, adds in wanted.items():
        if missing in [MODULES.get(each.name, each.name) for each in adds]:
            return f"{missing} is not installed; it comes with {install(extra)}."
    return ""
