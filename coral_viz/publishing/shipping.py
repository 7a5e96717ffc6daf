"""The shipped data: results for README and notebooks, each made from a finished tour or sweep by one command.

``results/NAME.parquet`` holds every measurement (training curves left out), ``results/NAME.csv`` its summary over
seeds, ``results/NAME.md`` the probe's accuracy as a table, ``figures/NAME_*`` the pictures of the README;
``results/grid_NAME.*`` the tables of a sweep; ``runs/`` and ``replays/`` trained methods and recorded trainings that
notebooks open; ``manifest.json`` for every NAME the command it came from and the hash of each file. Nothing in the
folder changes before all that a NAME has is made and checked.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import torch

from coral_viz import figures, methods, runs, style
from coral_viz.figures.course.probe_curves import learning
from coral_viz.figures.sweep import setting_curves, sweep_data
from coral_viz.publishing import manifest, names
from coral_viz.publishing.cell_table import GROUP, below, grid_table, percent
from coral_viz.results import found, parts, schema, tables
from coral_viz.runs import replay, sweep_table

MEASURE = ["part", "label", "metric", "readout", "unit"]
SUMMARY = ["task", "method", "knob", "distribution", *MEASURE]
OPENED = [("cross", ""), ("cross_self", ""), ("comm", ""), ("infmasking", ""), ("coral", "")]
OPENED += [("coral", "orthogonality=squared")]
WATCHED = ("cross", "comm", "infmasking", "coral")
TRAININGS = ("unbiased", "biased")
MANY = 4
PICTURES = ("schematic", "bits_kept", "retrieval")
FORMATS = ("svg",)  # what a README shows; `paper` draws the others
RESERVED = ("bench_", "grid_", "runs_")
"""How names of benchmarks, of sweeps and of runs begin."""


def ship(tour: str | Path, data: str | Path, *, name: str, command: str) -> list[Path]:
    """Write tables and pictures of the folder of a tour, or of a sweep of methods, to ``data``; returns their paths.

    ``name`` is what the files are called, ``command`` what made the folder, for the manifest. Other names in ``data``
    stay as they are. Raises ValueError if the folder holds no results, or a sweep over settings of the task, and as
    ``_named`` and ``manifest.put``.
    """
    name, source, data = _named(name), Path(tour) / "results.parquet", Path(data)
    if not source.is_file():
        raise ValueError(f"{str(tour)!r} holds no results.parquet; run `python -m coral_viz tour --out {tour}` first.")
    table = _tidy(source)
    measured = schema.validate(table[table["split"] != "train"])
    with manifest.aside(data) as folder:
        paths = _three(folder, name)
        measured.to_parquet(paths[0], index=False)
        summary(measured).to_csv(paths[1], index=False, float_format="%.4f")
        paths[2].write_text(accuracy_table(measured), encoding="utf-8")
        look = style.paper(columns=2)
        drawn = figures.overview(measured, look=look, only=PICTURES)
        if set(measured["task"]) == {"factors"} and tables.modalities(measured) == 2:
            drawn["schematic"] = figures.schematic(look=look)
        for picture in (picture for picture in PICTURES if picture in drawn):
            stem = folder / "figures" / f"{name}_{picture}"
            paths += figures.save(drawn[picture], stem, data=measured, formats=FORMATS)
        return manifest.put(paths, folder, data, name=name, command=command)


def _tidy(path: Path) -> pd.DataFrame:
    """The table of a tour; or of a sweep without the columns of its settings, which methods and ``knob`` must imply."""
    if "specs" not in tables.parquet(path).attrs:
        return tables.read(path)
    table = sweep_table.read(path)
    for name in sweep_table.settings(table):
        if table.groupby([*tables.VARIANT, "task", "distribution"])[name].nunique(dropna=False).gt(1).any():
            raise ValueError(
                f"the sweep {str(path.parent)!r} varies {name}, unsaid in a table of methods; ship a grid."
            )
    tidy = table[[*schema.COLUMNS]]
    tidy.attrs = {}
    return tidy


def ship_runs(source: str | Path, data: str | Path, *, seed: int, command: str) -> list[Path]:
    """Put runs of OPENED methods and TRAININGS with this seed into ``data/runs``, recordings into ``data/replays``.

    ``source`` is the folder of a tour or of a sweep of one task; runs by another version of a method, and those with a
    training seed of their own, stay behind. Weights are kept in float16. Recordings are of WATCHED methods; two
    pictures show what readouts found in those of biased training, over steps and over seconds. Returns the paths.
    Raises ValueError if there is no such run, or if there are several tasks.
    """
    store, data = runs.Store(Path(source) / "runs", to_write=False), Path(data)
    specs = [spec for spec in store.specs() if {spec.seed, spec.training_seed} == {seed}]
    specs = [spec for spec in specs if _opened(spec) and store.finished(spec)]
    if not specs:
        raise ValueError(f"{str(source)!r} holds no finished run with seed {seed} of the methods that ship.")
    asked = sorted({f"runs_{spec.task}" for spec in specs})
    if len(asked) > 1:
        raise ValueError(f"{str(source)!r} holds runs of several tasks: {', '.join(asked)}; ship a folder of one.")
    watched = [spec for spec in specs if spec.method in WATCHED and not spec.knob]
    with manifest.aside(data) as folder:
        shipped, paths = runs.Store(folder / "runs"), []
        for spec in specs:
            weights = {name: _half(tensor) for name, tensor in store.weights(spec).items()}
            shipped.save(spec, runs.Result(store.rows(spec), weights, store.provenance(spec)), **store.timing(spec))
            paths += sorted(shipped.path(spec).iterdir())
        recordings = replay.gather(watched, folder / "replays", [data / "replays", store.root / "replays"])
        seconds = {spec.id: store.timing(spec)["seconds"] for spec in specs}
        paths += recordings + _learning([*map(replay.load, recordings)], seconds, folder / "figures" / asked[0])
        return manifest.put(paths, folder, data, name=asked[0], command=command)


def _learning(recordings: Iterable[replay.Replay], seconds: dict[str, float], stem: Path) -> list[Path]:
    """Pictures of what was read over the steps, and over the seconds, of biased trainings."""
    shown = [recording for recording in recordings if recording.spec.distribution == "biased"]
    if not shown:
        return []
    probes = pd.concat([recording.probes.assign(run_id=recording.spec.id) for recording in shown])
    look, paths = style.paper(columns=2), []
    for name, paces in (("learning", None), ("learning_seconds", seconds)):
        drawn = learning(shown, seconds=paces, look=look)
        paths += figures.save(drawn, stem.with_name(f"{stem.name}_{name}"), data=probes, formats=FORMATS)
    return paths


def ship_grid(out: str | Path, data: str | Path, *, name: str, command: str) -> list[Path]:
    """Write the table of the sweep folder ``out``, its cells and their comparison to ``data``; returns their paths.

    Also a picture over every number with four levels or more in cells that differ in it alone. ``name`` and ``command``
    as in ``ship``; files and manifest say ``grid_NAME``. ValueError as ``sweep_table.read`` and ``ship``.
    """
    name, table, data = f"grid_{_named(name)}", sweep_table.read(Path(out) / "results.parquet"), Path(data)
    with manifest.aside(data) as folder:
        paths = _three(folder, name)
        sweep_table.write(table, paths[0])
        cells = tables.summarise(_shown(table), [*GROUP, *sweep_table.settings(table), *MEASURE])
        cells.to_csv(paths[1], index=False, float_format="%.4f")
        paths[2].write_text(grid_table(table), encoding="utf-8")
        for setting in sweep_table.settings(table):
            if sweep_data.levels(table, setting) >= MANY:
                drawn, stem = setting_curves.curve(table, setting, look=style.paper(columns=2)), f"{name}_{setting}"
                paths += figures.save(drawn, folder / "figures" / stem, data=table, formats=FORMATS)
        return manifest.put(paths, folder, data, name=name, command=command)


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Bits kept, balanced accuracy and retrieval: mean over seeds, 95 % t interval, number of seeds.

    Of the whole embedding (also with missing modalities) and of what its parts hold of each label.
    """
    return tables.summarise(_shown(table), SUMMARY)


def accuracy_table(table: pd.DataFrame) -> str:
    """Balanced accuracy of a linear probe on the whole embedding in %, as markdown.

    Mean over seeds ± half the interval; one line per method, one column per training distribution and label. Where the
    label was found in some seeds and not in others (see ``found``), k/n and the interval of the share in % stand below.
    """
    rows = tables.select(table, metric="balanced_accuracy", part="all")
    cells = tables.summarise(rows, found.BY)
    counts = found.found(table).set_index(list(found.BY))
    cells = cells.set_index(list(found.BY))
    columns = [
        (distribution, label)
        for distribution in tables.distributions(rows)
        for label in tables.labels(rows[rows["distribution"] == distribution])
    ]
    heads = [": ".join(filter(None, [name, style.label_style(label).symbol])) for name, label in columns]
    lines = [f"| | {' | '.join(heads)} |", f"|:--|{'--:|' * len(columns)}"]
    for variant in style.method_order(tables.variants(rows)):
        keys = [(*variant, *column) for column in columns]
        shown = [percent(cells.loc[key]) + below(counts.loc[key]) if key in cells.index else "" for key in keys]
        lines.append(f"| {style.method_style(*variant).label} | {' | '.join(shown)} |")
    return "\n".join(lines) + "\n"


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    return table[(table["split"] != "train") & ~parts.are(table, "data")]


def _opened(spec: runs.RunSpec) -> bool:
    today = spec.method_version == methods.get(spec.method).VERSION
    return today and (spec.method, spec.knob) in OPENED and spec.distribution in TRAININGS


def _half(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.half() if tensor.is_floating_point() else tensor


def _named(name: str) -> str:
    """The same name. ValueError as ``names.check``, or if it begins as others' names do."""
    if names.check(name).startswith(RESERVED):
        raise ValueError(f"{name!r} begins as names of other files do ({', '.join(RESERVED)}); choose another.")
    return name


def _three(folder: Path, name: str) -> list[Path]:
    """The paths of a table, of its summary and of what a README shows of it, in a folder that is made."""
    (folder / "results").mkdir()
    return [folder / "results" / f"{name}{suffix}" for suffix in (".parquet", ".csv", ".md")]
