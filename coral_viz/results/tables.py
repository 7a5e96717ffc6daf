"""The tidy table that every run writes and every figure reads (see ``schema``), and its summaries.

Tables hold single measurements; only this module averages over seeds. Every estimate comes with its n.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from coral_viz import files
from coral_viz.results import intervals, parts, references
from coral_viz.results.schema import COLUMNS, brief, check_columns, upgraded, validate

LABELS = ("redundancy", "unique_1", "unique_2", "synergy")
"""The labels of two modalities, named after the atoms that they carry, in the order of the atoms."""

DISTRIBUTIONS = ("unbiased", "biased", "relation")
"""Training distributions in the order in which they are shown."""

MEASURED = ("method", "knob", "task", "distribution", "split", "part", "label", "metric", "readout", "step")
"""What tells one measurement of a run from another, and a run from others but in its seeds and settings."""

VARIANT = ["method", "knob"]
"""What tells one trained objective from another."""


def write(frame: pd.DataFrame, stem: str | Path) -> list[Path]:
    """Write ``stem.parquet`` and ``stem.csv`` of a valid table; returns both paths. ValueError as ``validate``.

    Writing is atomic for each file.
    """
    frame, stem = validate(frame), Path(stem)
    paths = [stem.with_name(stem.name + suffix) for suffix in (".parquet", ".csv")]
    for path, written in zip(paths, (frame.to_parquet, frame.to_csv)):
        with files.replacing(path) as unfinished:
            written(unfinished, index=False)
    return paths


def read(path: str | Path) -> pd.DataFrame:
    """The valid table in a ``.parquet`` or ``.csv`` file. ValueError for any other suffix, and as ``validate``."""
    path = Path(path)
    if path.suffix == ".parquet":
        return validate(parquet(path))
    if path.suffix == ".csv":
        # Read as words first: "" is a word but no number, and words become numbers without a digit lost.
        cells = upgraded(pd.read_csv(path, dtype="str", keep_default_na=False))
        check_columns(cells)
        numbers = [column.name for column in COLUMNS.values() if column.dtype == "float64"]
        return validate(cells.assign(**{name: cells[name].replace("", "nan") for name in numbers}))
    raise ValueError(f"cannot read a table from {path.name!r}: the file must end in .parquet or .csv")


def is_tidy(path: str | Path) -> bool:
    """Whether a CSV file has a column of runs, as tables of this package do. False if there is no file."""
    try:
        with open(path, encoding="utf-8") as file:
            return {"run_id", "table_version"} & set(file.readline().strip().split(",")) != set()
    except (OSError, ValueError):
        return False


def parquet(path: str | Path) -> pd.DataFrame:
    """The table in a parquet file, unchecked. ValueError for other files; OSError if it cannot be read."""
    try:
        with open(path, "rb") as file:
            return pd.read_parquet(file)
    except (FileNotFoundError, PermissionError):
        raise
    except Exception as error:
        raise ValueError(f"{str(path)!r} is no parquet table: {brief(error)}") from None


def select(frame: pd.DataFrame, **where: str) -> pd.DataFrame:
    """Rows of finished runs in which the named columns have the given values. ValueError if there are none."""
    rows = frame[frame["status"] == "done"]
    for column, word in where.items():
        rows = rows[rows[column] == word]
    if rows.empty:
        words = ", ".join(f"{column} {word!r}" for column, word in where.items())
        raise ValueError(f"the table holds no finished run with {words}")
    return rows


def in_order(found: Iterable[str], known: Sequence[str]) -> list[str]:
    """The distinct names in the known order; unknown ones follow by name."""
    found = set(found)
    return [name for name in known if name in found] + sorted(found - set(known))


def labels(frame: pd.DataFrame) -> list[str]:
    """The labels in the rows: redundancy, every unique_m, synergy, every synergy_ij; others follow by name."""
    return in_label_order(frame["label"])


def in_label_order(names: Iterable[str]) -> list[str]:
    """The distinct names of labels in the order of ``labels``."""
    return sorted(set(names), key=_place)


def modalities(frame: pd.DataFrame) -> int:
    """The number of modalities, from the numbers in labels and parts of the rows; 0 if there are none."""
    names = set(frame["label"]).union(*(parts.parse(text).names for text in frame["part"].unique()))
    return max((parts.modality(name) or 0 for name in names), default=0)


def distributions(frame: pd.DataFrame) -> list[str]:
    """The training distributions in the rows, in the order of ``DISTRIBUTIONS``."""
    return in_order(frame["distribution"], DISTRIBUTIONS)


def variants(frame: pd.DataFrame) -> set[tuple[str, str]]:
    """The (method, knob) pairs in the rows."""
    return set(frame[VARIANT].itertuples(index=False, name=None))


def of_variant(frame: pd.DataFrame, variant: tuple[str, str]) -> pd.DataFrame:
    """The rows of one (method, knob) pair."""
    return frame[(frame["method"] == variant[0]) & (frame["knob"] == variant[1])]


def by_seed(rows: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """A row per seed in every group of ``by``, the mean over its trainings.

    Seeds are independent, trainings with one seed are not, so every seed counts once. ValueError if a group has the
    same training twice, as its mean would mix different measurements.
    """
    seeds = [*by, "seed"]
    again = rows.duplicated(seeds)
    if not again.any():
        return rows
    groups = rows.groupby(seeds, sort=False, dropna=False)
    same = [name for name in (*MEASURED, "training_seed") if name in rows]
    kinds = groups[same].transform("nunique", dropna=False)
    mixed = (kinds.drop(columns="training_seed", errors="ignore") > 1).any(axis=1)
    mixed |= kinds.get("training_seed", 1) < groups["value"].transform("size")
    if mixed.any():
        group = ", ".join(f"{name} {rows.loc[mixed, name].iloc[0]}" for name in seeds)
        raise ValueError(
            f"more than one value for {group}: group by a further column, so that no mean mixes different measurements"
        )
    return rows[~again].assign(value=groups["value"].mean().to_numpy())


def summarise(frame: pd.DataFrame, by: Sequence[str], *, confidence: float = 0.95) -> pd.DataFrame:
    """Mean over seeds of ``value``, with its interval.

    Args:
        frame: rows of the tidy table.
        by: columns that distinguish the groups; NaN is a value like others (see ``by_seed``).
        confidence: nominal coverage of Student's interval (see ``intervals``), in (0, 1). It ends where the scale of a
            column ``unit`` ends.

    Returns:
        ``by`` + estimate, low, high (in the unit of the values; low and high are NaN with one seed), n (seeds) and
        interval (in words).

    Raises:
        ValueError: as ``by_seed``; confidence out of range.
    """
    by = list(by)
    intervals.student(np.zeros(1), confidence)  # refuses the confidence of an empty table, too
    done = by_seed(frame[frame["status"] == "done"], by)
    units = done["unit"] if "unit" in done else pd.Series("", done.index)
    groups = done.assign(unit=units).groupby(by, sort=False, observed=True, dropna=False)[["value", "unit"]]
    rows = [(*key, *_t_interval(own["value"].to_numpy(), own["unit"].iloc[0], confidence)) for key, own in groups]
    return pd.DataFrame(rows, columns=[*by, "estimate", "low", "high", "n", "interval"])


def beside_truth(frame: pd.DataFrame, **where: str) -> pd.DataFrame:
    """I(part; label) in bits of every run, and the columns of ``references`` about I(X1, X2; label).

    Args:
        frame: a valid table.
        where: values of columns, as in ``select`` (``part="all"``: the whole embedding).

    Raises:
        ValueError: no run measured such bits, or a run has no reference.
    """
    rows = select(frame, metric="bits", **where)
    held = references.references(frame).drop(columns="distribution")
    rows = rows.merge(held, on=["run_id", "label"], how="left", validate="many_to_one")
    if rows["truth"].isna().any():
        row = rows[rows["truth"].isna()].iloc[0]
        raise ValueError(f"run {row['run_id']} measures bits about {row['label']!r} but states no truth of it")
    return rows


def bits_kept(frame: pd.DataFrame, *, confidence: float = 0.95) -> pd.DataFrame:
    """The main result: bits of each label in the whole embedding, mean over seeds, beside the bits in the data.

    Returns:
        As ``summarise`` by method, knob, distribution, label and readout, with the columns of ``references`` and share
        (estimate / truth). Intervals are clipped to [0, ``most``].
    """
    by = [*VARIANT, "distribution", "label", "readout"]
    rows = beside_truth(frame, part="all")
    summary = summarise(rows, by, confidence=confidence)
    summary = summary.merge(references.mean(rows, by), on=by)
    summary["low"] = np.maximum(summary["low"], np.minimum(summary["estimate"], 0))
    summary["high"] = np.minimum(summary["high"], np.maximum(summary["estimate"], summary["most"]))
    return summary.assign(share=references.share(summary["estimate"], summary["truth"], summary["known"]))


def after(distribution: str) -> str:
    """ "after biased training"; "after training" where the data are one's own, with one distribution alone."""
    return f"after {distribution} training" if distribution else "after training"


def _place(label: str) -> tuple:
    """A label's place in the order of labels; indices count, so that unique_10 follows unique_9."""
    kind, _, index = label.partition("_")
    kinds = ("redundancy", "unique", "synergy")
    return kinds.index(kind) if kind in kinds else len(kinds), len(index), label


def _t_interval(values: np.ndarray, unit: str, confidence: float) -> tuple[float, float, float, int, str]:
    """Estimate, low, high, n and the interval's name."""
    n, mean = len(values), float(values.mean())
    low, high = map(float, intervals.student(values, confidence))
    if n == 1:
        return mean, low, high, 1, "no interval"
    return mean, *intervals.within(low, high, values, unit), n, f"{confidence:.0%} t-interval over seeds"
