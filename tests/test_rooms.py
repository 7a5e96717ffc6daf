"""The package's plan, read from its imports: subpackages import only downwards, and every name leads to one thing."""

import ast
import re
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import Path

import coral_viz

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "coral_viz"
PLAN = re.findall(
    r"^\| `coral_viz\.(\w+)` \|", (ROOT / "docs" / "package.md").read_text(encoding="utf-8"), re.MULTILINE
)
FOUNDATIONS = ["files", "paths", "parents", "extras"]  # how the package meets its machine; anything may use them
MODULES = {
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): ast.parse(
        file.read_text(encoding="utf-8")
    )
    for file in PACKAGE.rglob("*.py")
}


def imported(module):
    """Modules of the package that a module imports anywhere in its code."""
    for node in ast.walk(MODULES[module]):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name in MODULES)
        elif isinstance(node, ast.ImportFrom) and node.module in MODULES:
            whole = [f"{node.module}.{each.name}" for each in node.names]
            yield from (name if name in MODULES else node.module for name in whole)


def room(module):
    return module.removeprefix("coral_viz").removeprefix(".").partition(".")[0]


def test_the_plan_has_every_room_once():
    tops = {room(module) for module in MODULES} - {"", "__main__", *FOUNDATIONS}
    assert sorted(PLAN) == sorted(tops) == sorted(coral_viz.ROOMS)
    assert len([folder for folder in PACKAGE.iterdir() if (folder / "__init__.py").is_file()]) <= 12


def test_rooms_import_only_those_below_them():
    level = dict.fromkeys(FOUNDATIONS, 0) | {name: 1 + i for i, name in enumerate(PLAN)}
    pairs = {(module, target) for module in MODULES for target in imported(module) if room(module) in level}
    assert len(pairs) > 500
    up = [(a, b) for a, b in pairs if room(a) != room(b) and level.get(room(b), 0) >= level[room(a)]]
    assert up == []


def test_no_module_imports_itself_by_way_of_others():
    TopologicalSorter({module: set(imported(module)) - {module} for module in MODULES}).prepare()


def test_no_two_modules_share_a_name():
    names = Counter(module.rpartition(".")[2] for module in MODULES if module != "coral_viz")
    assert [name for name, count in names.items() if count > 1] == []


def test_no_function_shadows_its_module():
    """A package that imports a function under the name of one of its modules hides that module."""
    shadowed = [
        f"{module}.{each.asname or each.name}"
        for module, tree in MODULES.items()
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for each in node.names
        if f"{module}.{each.asname or each.name}" in MODULES and f"{node.module}.{each.name}" not in MODULES
    ]
    assert shadowed == []
