"""The generated parts of README and docs: ``python docs/tables.py`` writes them again.

A part stands between ``<!-- generated: NAME -->`` and ``<!-- end -->``. NAME is the path of a table that ships, or one
of ``TABLES``.
"""

from __future__ import annotations

import re
from pathlib import Path

from coral_viz import methods, runs, tasks
from coral_viz.methods import FusionKnobs, catalogue

ROOT = Path(__file__).parents[1]
PART = re.compile(r"(<!-- generated: (.+?) -->\n)(.*?)(<!-- end -->)", re.DOTALL)
HEAD, RULE = "default | allowed | meaning |", ":--|:--|:--|\n"


def pages() -> list[Path]:
    """The README and the pages of the docs."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def filled(text: str) -> str:
    """The text of a page with its generated parts as they are now; ValueError for an unknown name."""
    return PART.sub(lambda found: f"{found[1]}\n{table(found[2])}\n{found[4]}", text)


def table(name: str) -> str:
    """The table of this name, in markdown; ValueError naming the known ones if there is none."""
    if name in TABLES:
        return TABLES[name]()
    if not name.startswith("data/results/") or not (ROOT / name).is_file():
        raise ValueError(f"there is no generated part {name!r}; name a file of data/results or {', '.join(TABLES)}.")
    return (ROOT / name).read_text(encoding="utf-8")


def result() -> str:
    """The README's result: after biased training, five of the methods."""
    rows = [line.split("|")[1:-1] for line in table("data/results/factors.md").splitlines()]
    columns = [0, *(i for i, head in enumerate(rows[0]) if "biased:" in head and "unbiased" not in head)]
    names = ("Cross", "SimCLR", "CoMM", "InfMasking", "COrAL (hinge)")
    chosen = rows[:2] + [row for name in names for row in rows if row[0].strip() == name]
    lines = ["|".join(["", *(row[i] for i in columns), ""]) for row in chosen]
    return "\n".join(lines).replace("biased: ", "") + "\n"


def options(cls) -> str:
    """The settings of an options class, one a line."""
    return f"| name | {HEAD}\n|:--|{RULE}" + "".join(_line(row) for row in cls.describe())


def hyperparameters() -> str:
    """Those of every method that it does not share with the others, or whose default is its own."""
    shared = {row["name"]: row["default"] for row in FusionKnobs.describe()}
    lines = [f"| method | name | {HEAD}\n|:--|:--|{RULE}"]
    for name in methods.names():
        own = [row for row in methods.get(name).KNOBS.describe() if shared.get(row["name"], ...) != row["default"]]
        lines += [f"| `{name}` {_line(row)}" for row in own]
    return "".join(lines)


def _line(row: dict) -> str:
    default = "" if row["default"] in (None, "") else f"`{row['default']}`"
    return f"| `{row['name']}` | {default} | {row['allowed']} | {row['meaning'].replace('|', '/')} |\n"


TABLES = {
    "result": result,
    "methods": catalogue.markdown,
    "hyperparameters": hyperparameters,
    "shared hyperparameters": lambda: options(FusionKnobs),
    "factors": lambda: options(tasks.preset("factors").task.DIALS),
    "trifeature": lambda: options(tasks.preset("trifeature").task.DIALS),
    "budget": lambda: options(runs.Budget),
}

if __name__ == "__main__":
    for page in pages():
        page.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8")
