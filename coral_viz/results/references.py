"""The information in the data, as a reference for embeddings: the exact truth, an estimate, or an upper bound.

Tasks that generate their data state the truth. For one's own data it is replaced by an estimate with its 95 % interval,
and by the entropy of the label, which no embedding can exceed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

EXACT, ESTIMATE, ENTROPY = "exact truth", "estimate", "entropy"
METRICS = {"truth": EXACT, "estimate": ESTIMATE, "entropy": ENTROPY}
"""By metric of the table, what it is called; the first that a run states is the one that counts."""

HARDLY = 0.01
"""Bits: data that are estimated to hold less hold nothing of which a share could be kept."""

ATOMS = ("redundancy", "unique_1", "unique_2", "synergy")


def references(frame: pd.DataFrame) -> pd.DataFrame:
    """The information in the data that each run was trained on.

    Returns:
        A row per run_id, distribution and label: truth (bits in the data: exact, estimated, or an upper bound), known
        (which of the three, in words), held_low and held_high (95 % interval of an estimate, else NaN), and most (the
        maximum of an embedding in bits: the exact truth, else the entropy of the label).
    """
    names = [*METRICS, "estimate/low", "estimate/high"]
    rows = frame[(frame["part"] == "data") & frame["metric"].isin(names) & (frame["status"] == "done")]
    keys = ["run_id", "distribution", "label"]
    wide = (
        rows.set_index([*keys, "metric"])["value"].unstack() if len(rows) else pd.DataFrame(rows[keys]).set_index(keys)
    )
    wide = wide.reindex(columns=names).astype(float)
    known = pd.Series(np.nan, wide.index, "str")
    for metric in reversed(METRICS):
        known = known.mask(wide[metric].notna(), METRICS[metric])
    held = {
        "truth": wide["truth"].fillna(wide["estimate"]).fillna(wide["entropy"]),
        "known": known,
        "held_low": wide["estimate/low"],
        "held_high": wide["estimate/high"],
        "most": wide["truth"].fillna(wide["entropy"]),
    }
    return pd.DataFrame(held).reset_index()


def by_label(frame: pd.DataFrame) -> pd.DataFrame:
    """``references`` averaged over runs, indexed by (distribution, label)."""
    return mean(references(frame), ["distribution", "label"]).set_index(["distribution", "label"])


def mean(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """The columns of ``references`` averaged over each group; ``known`` is that of its first row."""
    groups = rows.groupby(by, as_index=False, sort=False, dropna=False)
    means = groups[["truth", "held_low", "held_high", "most"]].mean()
    return means.merge(groups["known"].first(), on=by)


def share(kept: pd.Series, truth: pd.Series, known: pd.Series) -> pd.Series:
    """Bits kept as a share of those in the data; 0 if the data are estimated to have almost none."""
    nothing = (known != EXACT) & (truth < HARDLY)
    return (kept / truth.where(~nothing, 1.0)).where(~nothing, 0.0)


def in_words(found: pd.DataFrame) -> str:
    """The type of reference of these rows, "exact truth", "estimate" or "entropy"; the weakest if they differ."""
    known = set(found["known"])
    return next((word for word in (ENTROPY, ESTIMATE) if word in known), EXACT)


def bits(row: pd.Series) -> str:
    """The bits in the data, as text on an axis: "2 bits", "about 1.31 bits" for an estimate, "at most 2 bits"."""
    value = 0.0 if np.isnan(row["truth"]) else row["truth"]
    words = f"{value:.3g} bit" + "s" * (f"{value:.3g}" != "1")
    return {ESTIMATE: "about ", ENTROPY: "at most "}.get(row["known"], "") + words
