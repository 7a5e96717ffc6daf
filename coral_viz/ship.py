"""What ships in ``data/``: the results that README and notebooks show, made from a finished tour by one command.

``results/factors.parquet`` holds every measurement (training curves left out), ``results/factors.csv`` its summary over
seeds, ``figures/`` the pictures of the README, ``manifest.json`` the hash of each file and the command it came from.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pandas as pd

from coral_viz import __version__, figures, style, tables

SUMMARY = ["method", "knob", "distribution", "label", "metric", "readout"]


def ship(tour: str | Path, data: str | Path, *, command: str) -> list[Path]:
    """Write tables and pictures of the tour folder ``tour`` to ``data``; returns their paths.

    ``command`` is what made the tour, for the manifest. Raises ValueError if the folder holds no results.
    """
    source, data = Path(tour) / "results.parquet", Path(data)
    if not source.is_file():
        raise ValueError(f"{str(tour)!r} holds no results.parquet; run `python -m coral_viz tour --out {tour}` first.")
    table = tables.read(source)
    measured = tables.validate(table[table["split"] != "train"])
    (data / "results").mkdir(parents=True, exist_ok=True)
    paths = [data / "results" / "factors.parquet", data / "results" / "factors.csv"]
    measured.to_parquet(paths[0], index=False)
    summary(measured).to_csv(paths[1], index=False, float_format="%.4f")
    look = style.paper(columns=2)
    pictures = {
        "schematic": figures.schematic(look=look),
        "bits_kept": figures.bits_kept(measured, look=look),
        "accuracy": figures.accuracy(measured, look=look),
    }
    for name, picture in pictures.items():
        paths += figures.save(picture, data / "figures" / name, data=measured)
    hashes = {str(path.relative_to(data)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
    manifest = {"command": command, "version": __version__, "sha256": hashes}
    (data / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    return paths


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Bits kept and balanced accuracy of the whole embedding: mean over seeds, 95 % t interval, number of seeds."""
    whole = table[(table["part"] == "all") & table["metric"].isin(["bits", "balanced_accuracy"])]
    return tables.summarise(whole, [*SUMMARY, "unit"])
