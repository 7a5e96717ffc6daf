"""Saving of a figure: files of its exact size, and a json with its alternative text and a hash of its data.

On one machine and with the same versions, the same figure of the same data gives the same bytes, whatever fonts are
installed: there are no dates, identifiers are fixed, and the layout is solved once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

import coral_viz

METADATA = {
    "pdf": {"CreationDate": None},
    "svg": {"Date": None},
    "png": {"Software": None},
}
"""What each format must leave out so that its bytes depend on the picture alone."""

FIXED: dict[Any, Any] = {
    "pdf.fonttype": 42,
    "savefig.bbox": None,
    "figure.autolayout": False,
    "figure.constrained_layout.use": False,
    "text.hinting": "none",
}
"""Settings that count at the moment of saving."""


def save(figure: Figure, stem: str | Path, *, data: pd.DataFrame, formats: Iterable[str] = METADATA) -> list[Path]:
    """Write the figure in each of the formats, and ``stem.json``; returns their paths.

    The alternative text is ``figure.alt``, as every function of ``coral_viz.figures`` sets it. The json holds it with
    the size in inches, the SHA-256 of the data as CSV, its rows and run ids, and the versions of what drew it.

    Args:
        figure: the picture; its layout is fixed by this call.
        stem: path without suffix; its folder is made if absent.
        data: the table that the figure shows.
        formats: pdf, svg, png, or some of them.

    Raises:
        ValueError: the figure has no alternative text, or a format is none of these.
    """
    formats = list(formats)
    if unknown := [name for name in formats if name not in METADATA]:
        raise ValueError(f"format {unknown[0]!r} does not exist; choose from {', '.join(METADATA)}")
    alt = getattr(figure, "alt", "")
    if not alt.strip():
        raise ValueError("the figure has no alternative text: set figure.alt to what it shows, in words")
    stem = Path(stem)
    stem.parent.mkdir(parents=True, exist_ok=True)
    paths = [stem.with_name(f"{stem.name}.{suffix}") for suffix in (*formats, "json")]
    with matplotlib.rc_context(FIXED | {"svg.hashsalt": stem.name}):
        _settle(figure)
        for path, name in zip(paths, formats):
            figure.savefig(path, dpi="figure", metadata=METADATA[name])
    paths[-1].write_text(json.dumps(_sidecar(figure, alt, data), indent=2) + "\n", encoding="utf-8")
    return paths


def _settle(figure: Figure) -> None:
    """Lay the figure out for good; the layout's solver leaves jitter in the last digits, which rounding takes away."""
    figure.draw_without_rendering()
    figure.set_layout_engine(None)
    for ax in figure.axes:
        ax.set_position(np.round(ax.get_position().bounds, 6))


def _sidecar(figure: Figure, alt: str, data: pd.DataFrame) -> dict:
    width, height = figure.get_size_inches()
    return {
        "alt": alt,
        "width_inches": round(float(width), 4),
        "height_inches": round(float(height), 4),
        "data_sha256": hashlib.sha256(data.to_csv(index=False).encode()).hexdigest(),
        "rows": len(data),
        "run_ids": sorted(data["run_id"].unique()) if "run_id" in data else [],
        "coral_viz": coral_viz.__version__,
        "matplotlib": matplotlib.__version__,
    }
