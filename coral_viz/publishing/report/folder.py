"""The folder that a report is written to.

The folder holds ``index.html``, which needs no other file, the tidy table as ``results.parquet`` and ``results.csv``,
``bits_kept.csv``, the summary that the page shows, ``timing.csv``, and in ``figures/`` a pdf, svg, png and json of
every picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from coral_viz.figures.layout.saving import save
from coral_viz.publishing import names
from coral_viz.publishing.report import page, sections
from coral_viz.results import schema, tables


def write(
    out: str | Path,
    table: pd.DataFrame,
    timing: pd.DataFrame,
    figures: Mapping[str, Figure],
    *,
    command: str,
    settings: Mapping[str, object],
    failures: pd.DataFrame | None = None,
) -> Path:
    """Write the folder ``out`` and return the path of its ``index.html``.

    Args:
        out: the folder; made if absent, files of the same names are replaced.
        table: the tidy table.
        timing: columns run_id, method, distribution, seed, seconds, device, and optionally those of
            ``results.provenance``; a row per run.
        figures: figures by name, see ``figures.overview``; others are shown at the end.
        command: the command that makes this folder again.
        settings: names and values of other settings (of the task, batch, learning rate).
        failures: columns run_id, method, distribution, seed, reason; a row per failed run, if any.

    Raises:
        ValueError: the table is not valid or has no bits of whole embeddings, a figure has no alternative text, or its
            name could lead out of the folder (see ``names.check``).
        OSError: the folder cannot be written.
    """
    out, table = Path(out), schema.validate(table)
    for name in figures:
        names.check(name)
    out.mkdir(parents=True, exist_ok=True)
    tables.write(table, out / "results")
    tables.bits_kept(table).to_csv(out / "bits_kept.csv", index=False)
    timing.to_csv(out / "timing.csv", index=False)
    shown = {name: _illustrated(out / "figures" / name, figure, table) for name, figure in figures.items()}
    failed = pd.DataFrame() if failures is None else failures
    filled = page.document(command=command, **sections.content(table, timing, shown, failed, settings))
    index = out / "index.html"
    index.write_text(filled, encoding="utf-8")
    return index


def _illustrated(stem: Path, figure: Figure, table: pd.DataFrame) -> page.Illustration:
    """Save a figure, and show it as the SVG that was saved."""
    paths = save(figure, stem, data=table)
    (svg,) = [path for path in paths if path.suffix == ".svg"]
    return page.Illustration.of(stem.name, figure, svg.read_bytes())
