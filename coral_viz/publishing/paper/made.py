"""The folder of a paper's figures and tables, and its manifest."""

from __future__ import annotations

import hashlib
import json
import shlex
import tempfile
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

import coral_viz
from coral_viz import figures, style
from coral_viz.figures.layout import canvas
from coral_viz.paths import DATA
from coral_viz.publishing.paper import document, latex_tables, pictures
from coral_viz.publishing.paper.latex_tables import PlannedTable
from coral_viz.publishing.paper.planned_figure import PlannedFigure
from coral_viz.publishing.paper.sources import Source, gather
from coral_viz.publishing.paper.sweep_choice import SweepChoice


@dataclass(frozen=True)
class Paper:
    """Result of ``make``: files by the name of the figure or table, and by name the reasons why others are missing."""

    out: Path
    figures: dict[str, list[Path]] = field(default_factory=dict)
    tables: dict[str, list[Path]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    @property
    def manifest(self) -> Path:
        return self.out / "manifest.json"


def make(
    out: str | Path = "out/paper",
    *,
    venue: str = "icml",
    serif: bool = False,
    captions: str = "none",
    results: str | Path | Iterable[str | Path] = (),
    metric: str = "",
    hold: Mapping[str, object] | None = None,
    baseline: Mapping[str, object] | None = None,
    data: str | Path = DATA,
    only: Iterable[str] = (),
    every: bool = False,
) -> Paper:
    """Write figures and tables for a venue to ``out``; files of these names are replaced.

    ``main.tex`` shows all of them at the venue's widths, ``contact_sheet.png`` the figures beside each other.

    Args:
        out: the folder; made if absent.
        venue: a key of ``style.WIDTHS``.
        serif: letters like those of the venue's text, as ``style.paper`` has them.
        captions: "inside" writes n, interval and what is dotted below every figure, too; the caption of each, which
            tells them, stands beside it as text in either case.
        results: one's own table or tables: of a tour, in place of the main one, or of sweeps, in place of the shipped
            ones, with a figure for every setting that is a number.
        metric: the only one of sweeps that is drawn; "" for balanced accuracy and one's own.
        hold: of sweeps only the runs with these values of settings.
        baseline: the configuration of sweeps that others are compared with; defaults for what it does not name.
        data: the folder of shipped data, by default that of the package.
        only: names of the figures and tables to make; if there is none, all tables, the twelve figures that a paper
            needs most, and all figures of one's own results.
        every: all figures instead.

    Raises:
        ValueError: an unknown venue, name, place of captions, metric or value of a setting, a table that is missing or
            not valid, or a folder that cannot be written. Then nothing is written.
    """
    one = style.paper(venue, serif=serif, captions=captions)
    whole = len(style.WIDTHS[venue.lower()])
    looks = [one, style.paper(venue, columns=whole, serif=serif, captions=captions)]
    own, only = [results] if isinstance(results, str | Path) else list(results), list(only)
    choice = SweepChoice(metric, dict(hold or {}), dict(baseline or {}))
    sources = choice.of(gather(data, own))
    plan: list[PlannedFigure | PlannedTable] = [*pictures.plan(sources, choice), *latex_tables.plan(sources, choice)]
    chosen = _chosen(plan, only, every, set(map(Path, own)))
    paper = Paper(_writable(Path(out)))
    used: dict[Path, set[str]] = {}
    for planned in chosen:
        if planned.source is not None and planned.source.content is None:
            paper.missing[planned.name] = f"{planned.source.path} is not there"
            continue
        try:
            if isinstance(planned, PlannedFigure):
                paper.figures[planned.name] = _drawn(planned, looks[planned.columns - 1], paper.out, used)
            else:
                paper.tables[planned.name] = _tabulated(planned, paper.out, used)
        except ValueError as error:
            paper.missing[planned.name] = str(error)
    words = ["--venue", venue.lower(), *["--serif"] * serif]
    words += [] if captions == "none" else ["--captions", captions]
    words += choice.words
    words += [] if Path(data) == DATA else ["--data", str(data)]
    words += ["--results", *map(str, own)] if own else []
    words += ["--only", *only] if only else []
    words += ["--all"] * every
    beside = {name: paths[-1] for name, paths in paper.figures.items()}
    document.write(paper.out, venue.lower(), beside, list(paper.tables))
    document.contact_sheet(paper.out, list(paper.figures))
    _record(paper, used, venue.lower(), shlex.join(words))
    return paper


def _chosen(
    planned: list[PlannedFigure | PlannedTable], only: list[str], every: bool, own: Set[Path]
) -> list[PlannedFigure | PlannedTable]:
    names = [each.name for each in planned]
    if unknown := [name for name in only if name not in names]:
        raise ValueError(f"there is no figure or table {', '.join(map(repr, unknown))}; there are {', '.join(names)}.")
    if only or every:
        return [each for each in planned if every or each.name in only]
    return [each for each in planned if isinstance(each, PlannedTable) or each.core or _rests_on(each, own)]


def _rests_on(planned: PlannedFigure, own: Set[Path]) -> bool:
    return planned.source is not None and planned.source.path in own


def _drawn(picture: PlannedFigure, look: dict, out: Path, used: dict[Path, set[str]]) -> list[Path]:
    """The files of a figure and its caption. ValueError if the source does not hold what it shows."""
    figure, rows = picture.draw(picture.source and picture.source.content, look)
    mixed = picture.source.mixed if picture.source else ""
    caption = _caption(canvas.caption_of(figure).long, canvas.beside(figure), picture.protocol(rows), mixed)
    _note(used, picture.source, rows)
    return [*figures.save(figure, out / picture.name, data=rows), _write(out / f"{picture.name}.txt", caption)]


def _tabulated(planned: PlannedTable, out: Path, used: dict[Path, set[str]]) -> list[Path]:
    """The files of a table and its caption, in the same way."""
    sheet = planned.make(planned.source.content)
    sheet = replace(sheet, caption=_caption(sheet.caption, planned.source.mixed).strip())
    texts = {"tex": sheet.latex, "csv": sheet.rows.to_csv(index=False), "txt": f"{sheet.caption}\n"}
    _note(used, planned.source, planned.source.content)
    return [_write(out / f"{planned.name}.{suffix}", text) for suffix, text in texts.items()]


def _caption(*sentences: str) -> str:
    return " ".join(filter(None, sentences)) + "\n"


def _record(paper: Paper, used: dict[Path, set[str]], venue: str, words: str) -> None:
    """The manifest: what made the paper and what it rests on, but not where it was put."""
    manifest = {
        "command": f"python -m coral_viz figures {words}",
        "coral_viz": coral_viz.__version__,
        "venue": venue,
        "widths_inches": style.WIDTHS[venue],
        "sources": {_named(path): {"sha256": _hash(path), "run_ids": sorted(ids)} for path, ids in used.items()},
        "figures": {name: _hashes(paths) for name, paths in paper.figures.items()},
        "tables": {name: _hashes(paths) for name, paths in paper.tables.items()},
        "missing": paper.missing,
    }
    _write(paper.manifest, json.dumps(manifest, indent=2) + "\n")


def _writable(out: Path) -> Path:
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            return out
    except OSError as error:
        raise ValueError(f"cannot write to {str(out)!r}: {error.strerror}; choose another --out.") from None


def _note(used: dict[Path, set[str]], source: Source | None, rows: pd.DataFrame) -> None:
    """Remember which runs of which source a figure or table shows."""
    if source is not None:
        used.setdefault(source.path, set()).update(rows.get("run_id", ()))


def _named(path: Path) -> str:
    """A path as it was given; what ships in the package is called the same on every machine."""
    return Path("data", path.relative_to(DATA)).as_posix() if path.is_relative_to(DATA) else path.as_posix()


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def _hash(path: Path) -> str | None:
    """SHA-256 of a file; a folder of runs has none, its runs' ids are hashes themselves."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def _hashes(paths: list[Path]) -> dict[str, str | None]:
    return {path.name: _hash(path) for path in paths}
