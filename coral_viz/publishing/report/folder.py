"""The folder that a report is written to.

The folder holds ``index.html``, the tidy table as ``results.parquet`` and ``results.csv``, ``timing.csv``, and in
``figures/`` a pdf, svg, png and json of every picture.
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
    timing.to_csv(out / "timing.csv", index=False)
    for name, figure in figures.items():
        save(figure, out / "figures" / name, data=table)
    failed = pd.DataFrame() if failures is None else failures
    filled = page.document(command=command, **sections.content(table, timing, figures, failed, settings))
    index = out / "index.html"
    index.write_text(filled, encoding="utf-8")
    return index
