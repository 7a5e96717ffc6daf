"""The generated parts of README and docs: ``python docs/tables.py`` writes them again.

A part stands between ``<!-- generated: NAME -->`` and ``<!-- end -->``. NAME is the path of a table that ships, one of
``TABLES``, or the path from the page to one of ``PICTURES``, which is shown with its caption.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

from coral_viz import figures, methods, runs, style, tasks
from coral_viz.figures.comparison.bits_kept import LINES, MOST
from coral_viz.figures.course.probe_curves import learning
from coral_viz.figures.sweep import setting_curves
from coral_viz.methods import FusionKnobs, catalogue
from coral_viz.results import metrics, schema
from coral_viz.results import tables as results
from coral_viz.results.references import ATOMS, ESTIMATE, EXACT

ROOT = Path(__file__).parents[1]
REAL = ("six-or-nine",)
"""Tables of methods on real data that ship."""

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
    if (path := name.removeprefix("../")) in PICTURES:
        return f"![{PICTURES[path].short.format(**LINES[EXACT])}]({name})\n"
    if not name.startswith("data/results/") or not (ROOT / name).is_file():
        raise ValueError(f"there is no generated part {name!r}; name a file of data/results or {', '.join(TABLES)}.")
    return (ROOT / name).read_text(encoding="utf-8")


def result() -> str:
    """The README's result: after biased training, five of the methods."""
    cells = shipped_cells("factors")
    columns = [f"biased: {label}" for label in ("R", "U1", "U2", "S")]
    lines = [
        [name, *(cells[name][column] for column in columns)]
        for name in ("Cross", "SimCLR", "CoMM", "InfMasking", "COrAL (hinge)")
    ]
    return numbers(["", *(column.removeprefix("biased: ") for column in columns)], lines)


def images() -> str:
    """The sweep on images, the baseline of each method after both kinds of training."""
    cells, labels = shipped_cells("grid_trifeature"), ("R", "U1", "U2", "S")
    lines = [
        [
            name,
            *(cells[f"{name}, {training}: baseline"][label] for training in ("unbiased", "biased") for label in labels),
        ]
        for name in ("Cross", "CoMM", "InfMasking", "COrAL")
    ]
    heads = [f"{training}: {label}" for training in ("unbiased", "biased") for label in labels]
    return numbers(["", *heads], lines)


def token_speed() -> str:
    """A training step on tokens against a plain implementation."""
    rows = {(row["method"], row["part"]): row for row in benchmark("bench_training")}
    lines = [
        [
            name,
            f"{float(row['ours_ms']):.1f}",
            *(f"{float(rows[name, part]['ratio']):.1f}" for part in ("step", "network")),
        ]
        for (name, part), row in rows.items()
        if part == "step"
    ]
    return numbers(["", "ms a step", "times faster", "times faster, network alone"], lines)


def image_speed() -> str:
    """Views and training steps on images against PIL and the plain networks."""
    lines = [
        [row["part"], row["size"], f"{float(row['ours_ms']):.0f}", f"{float(row['ratio']):.1f}"]
        for row in benchmark("bench_trifeature")
        if row["part"] == "views" or row["part"].endswith("step")
    ]
    return numbers(["", "size in px", "ms", "times faster"], lines)


def sweep_speed() -> str:
    """The same runs on one core and on several processes, and the look-up of one that is finished."""
    rows = {row["what"]: row for row in benchmark("bench_sweeps")}
    runs, workers = rows["serial"]["runs"], rows["serial"]["workers"]
    names = {"serial": "one core", "joblib": f"{workers} processes", "dask": f"{workers} Dask workers"}
    lines = [
        [f"{runs} short runs, {name}", f"{float(rows[what]['seconds']):.0f}", f"{float(rows[what]['ratio']):.1f}"]
        for what, name in names.items()
    ]
    lookup = float(rows["look-up of a finished run"]["seconds"])
    return numbers(["", "s", "times faster"], [*lines, ["looking up a finished run", f"{lookup:.4f}", ""]])


def real_data() -> str:
    """The estimated atoms of real data, with groups held out together and without."""
    heads = ["data", "label", "n", "held out", "H", "R", "U1", "U2", "S"]
    lines = []
    for row in benchmark("bench_real"):
        bits = {key: float(row[key]) for key in row if key.startswith(ATOMS) or key == "entropy"}
        spans = (_span(bits[name], bits[f"{name}/low"], bits[f"{name}/high"]) for name in ATOMS)
        held_out = f"{row['groups']} groups" if row["groups"] != "0" else "samples"
        lines.append([row["task"], row["label"], row["n"], held_out, f"{bits['entropy']:.2f}", *spans])
    return numbers(heads, lines)


def real_runs() -> str:
    """Bits that methods keep of real data, by the best readout, beside the estimate of what the data hold."""
    lines, heads = [], []
    for name in REAL:
        kept = results.bits_kept(results.read(ROOT / "data" / "results" / f"{name}.parquet"))
        kept = kept[kept["readout"] == metrics.BEST]
        order = style.method_order(results.variants(kept))
        heads = [style.method_style(*variant).label for variant in order]
        for label, rows in kept.groupby("label"):
            held, rows = rows.iloc[0], rows.set_index(results.VARIANT)
            about = [name, label, f"{held['most']:.2f}", _span(held["truth"], held["held_low"], held["held_high"])]
            spans = (_span(*rows.loc[variant, ["estimate", "low", "high"]]) for variant in order)
            lines.append([*about, f"{rows['n'].min()}", *spans])
    return numbers(["data", "label", "H", "in the data", "n", *heads], lines)


def _span(value: float, low: float, high: float) -> str:
    return f"{value:z.2f} [{low:z.2f}, {high:z.2f}]"


def shipped_cells(name: str) -> dict[str, dict[str, str]]:
    """The cells of a table that ships, by the names of its rows and columns."""
    heads, _, *rows = (
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in table(f"data/results/{name}.md").splitlines()
        if line.startswith("|")
    )
    return {row[0]: dict(zip(heads, row)) for row in rows}


def benchmark(name: str) -> list[dict[str, str]]:
    """The rows of a benchmark that ships."""
    with (ROOT / "data" / "results" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def numbers(heads: list[str], lines: list[list[str]]) -> str:
    """A table of names and numbers."""
    rule = "|".join(["", ":--", *["--:"] * (len(heads) - 1), ""])
    shown = [f"| {' | '.join(line)} |".replace("|  |", "| |") for line in (heads, *lines)]
    return "\n".join([shown[0], rule, *shown[1:]]) + "\n"


def options(cls) -> str:
    """The settings of an options class, one a line."""
    return f"| name | {HEAD}\n|:--|{RULE}" + "".join(_line(row) for row in cls.describe())


def own_data() -> str:
    """The augmentations of one's own data."""
    return "".join(line for line in options(tasks.Arrays.DIALS).splitlines(keepends=True) if "`content`" not in line)


def hyperparameters() -> str:
    """Those of every method that it does not share with the others, or whose default is its own."""
    shared = {row["name"]: row["default"] for row in FusionKnobs.describe()}
    lines = [f"| method | name | {HEAD}\n|:--|:--|{RULE}"]
    for name in methods.names():
        own = [row for row in methods.get(name).KNOBS.describe() if shared.get(row["name"], ...) != row["default"]]
        lines += [f"| `{name}` {_line(row)}" for row in own]
    return "".join(lines)


def columns() -> str:
    """The columns of the tidy table."""
    lines = ["| column | holds | meaning |\n|:--|:--|:--|\n"]
    for column in schema.COLUMNS.values():
        held = " or ".join(f"`{word}`" if word else "nothing" for word in column.words) or f"`{column.dtype}`"
        before = f"that of `{column.like}`" if column.like else f"`{column.before}`"
        since = f" (since version {column.since}; in older tables {before})" if column.since > 1 else ""
        lines.append(f"| `{column.name}` | {held} | {column.meaning}{since} |\n")
    return "".join(lines)


def _line(row: dict) -> str:
    default = "" if row["default"] in (None, "") else f"`{row['default']}`"
    return f"| `{row['name']}` | {default} | {row['allowed']} | {row['meaning'].replace('|', '/')} |\n"


TABLES = {
    "columns": columns,
    "result": result,
    "images": images,
    "token speed": token_speed,
    "image speed": image_speed,
    "sweep speed": sweep_speed,
    "real data": real_data,
    "real runs": real_runs,
    "own data": own_data,
    "methods": catalogue.markdown,
    "hyperparameters": hyperparameters,
    "shared hyperparameters": lambda: options(FusionKnobs),
    "factors": lambda: options(tasks.preset("factors").task.DIALS),
    "digits": lambda: options(tasks.preset("digits").task.DIALS),
    "trifeature": lambda: options(tasks.preset("trifeature").task.DIALS),
    "budget": lambda: options(runs.Budget),
}

ACCURACY = metrics.METRICS["balanced_accuracy"]
PICTURES = {
    "data/figures/factors_schematic.svg": figures.schematic.caption,
    "data/figures/factors_bits_kept.svg": figures.bits_kept.caption,
    **{
        f"data/figures/runs_factors_learning{ending}.svg": learning.caption.filled(
            measured=ACCURACY.heading, bound="chance", axis=axis
        )
        for ending, axis in (("", "steps"), ("_seconds", "seconds"))
    },
    **{
        f"data/figures/{name}_bits_kept.svg": figures.bits_kept.caption.filled(most=MOST[ESTIMATE], **LINES[ESTIMATE])
        for name in REAL
    },
    "data/figures/xnor_retrieval.svg": figures.retrieval.caption,
    **{
        f"data/figures/grid_{grid}_{setting}.svg": setting_curves.curve.caption.filled(
            measured=ACCURACY.title,
            setting=setting.replace("_", " "),
            of=f" in the sweep {grid}",
            dotted="; dotted: chance",
        )
        for grid, setting in (("coral", "mask_ratio"), ("infmasking", "mask_ratio"), ("dials", "rho"))
    },
    "data/figures/runs_trifeature-32_learning.svg": learning.caption.filled(
        measured=ACCURACY.heading, bound="chance", axis="steps"
    ),
}
"""The captions of the pictures in the pages, by path."""

if __name__ == "__main__":
    for page in pages():
        page.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8")
