"""The README's method, exactly as printed, is a method."""

import re
from pathlib import Path

import pytest
import torch

from coral_viz import methods, runs, tasks
from coral_viz.methods.base import REGISTRY

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def mine():
    code = next(block for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "class Mine(" in block)
    exec(compile(code, "README.md", "exec"), {"__name__": "mine"})
    yield "mine"
    del REGISTRY["mine"]


def test_the_method_of_the_readme_trains_and_is_measured(mine):
    assert mine in methods.names()
    budget = runs.Budget(steps=5, batch=16, samples=64, probe_samples=200, test_samples=200)
    rows = runs.perform(runs.RunSpec.make(mine, "factors", 0, knobs={"pull": 0.5}, budget=budget), "cpu").rows
    assert {"modality_1", "modality_2", "all", "modality_1|modality_2"} <= set(rows["part"])
    assert set(rows["knob"]) == {"pull=0.5"}
    task = tasks.load("factors")
    views = task.views(task.sample(8, "train", 0), torch.Generator().manual_seed(0))
    halved, full = (sum(methods.build(mine, task, pull=pull).loss(*views, 0.0).values()) for pull in (0.5, 1.0))
    assert halved < full


def test_every_file_the_readme_links_to_is_there():
    root = Path(__file__).parents[1]
    links = re.findall(r"\]\(((?!http)[^)]+)\)", README)
    assert len(links) >= 6
    assert [link for link in links if not (root / link).exists()] == []


def test_the_tables_of_the_readme_are_the_shipped_ones():
    results = Path(__file__).parents[1] / "data" / "results"
    shipped = {path.name: path.read_text() for path in results.glob("*.md")}
    assert len(shipped) >= 1
    assert [name for name, table in shipped.items() if table not in README and not name.startswith("grid_")] == []
    assert [name for name in shipped if name.startswith("grid_") and f"data/results/{name}" not in README] == []


def test_the_readme_lists_the_methods_as_the_registry_does():
    from coral_viz.methods.catalogue import markdown

    assert markdown() in README
