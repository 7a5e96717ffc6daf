"""Is each method at its best? The same search over settings for every method, on seeds used for nothing else."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from coral_viz.results import multiplicity, references, statistics, tables
from coral_viz.results.metrics import LINEAR
from coral_viz.runs import sweep_table
from coral_viz.runs.spec import usual_settings

LEVEL = 0.05
GROUP = ["method", "task", "distribution"]


def tuned(table: pd.DataFrame) -> pd.DataFrame:
    """For each method, the best setting that was tried, and whether the default differs from it beyond noise.

    The criterion is the share of the exact information that a linear readout extracts from the whole embedding, the
    mean over labels. As the best setting was selected among several, its lead over the default counts only if it is
    significant in a t test, paired by seed, with Holm's correction for all settings that were tried.

    Args:
        table: a sweep's table (``runs.sweep_table``) with the default among the settings of every method.

    Returns:
        A row per method, task and distribution: the settings of the best, best and default (shares, mean over seeds),
        lead, low and high (its 95 % t interval), p_holm, n (seeds), tried (settings) and within_noise.

    Raises:
        ValueError: no setting varies, a method was not tried at its defaults, or as ``tables.beside_truth``.
    """
    names = sweep_table.settings(table)
    if not names:
        raise ValueError("the table tries no settings: let a grid vary some, such as budget.lr = [0.0003, 0.001]")
    rows = tables.beside_truth(table, part="all", readout=LINEAR)
    rows = rows.assign(value=references.share(rows["value"], rows["truth"], rows["known"]))
    keys = [*GROUP, *names, "seed", "training_seed", "status"]
    rows = rows.groupby(keys, as_index=False, dropna=False, sort=False)["value"].mean()
    return pd.DataFrame([_best(group, names) for _, group in rows.groupby(GROUP, sort=False)])


def _best(rows: pd.DataFrame, names: list[str]) -> dict:
    """The row of one method."""
    place = {name: rows[name].iloc[0] for name in GROUP}
    usual = usual_settings(place["method"], place["task"])
    default = {name: usual.get(name) for name in names}
    means = tables.summarise(rows, names)
    leads = statistics.paired(rows, default)
    leads = leads.assign(p_holm=multiplicity.holm(leads["p"]))
    first = means.loc[means["estimate"].idxmax()]
    base = means[_at(means, default)].iloc[0]
    lead = leads[_at(leads, {name: first[name] for name in names})]
    found = {"lead": 0.0, "low": 0.0, "high": 0.0, "p_holm": 1.0}  # of the default over itself
    if len(lead):
        row = lead.iloc[0]
        found = {"lead": row["estimate"], "low": row["low"], "high": row["high"], "p_holm": row["p_holm"]}
    told = {name: first[name] for name in names} | {"best": first["estimate"], "default": base["estimate"]}
    counts = {"n": int(base["n"]), "tried": len(means), "within_noise": not found["p_holm"] <= LEVEL}
    return place | told | found | counts


def _at(table: pd.DataFrame, settings: Mapping[str, object]) -> pd.Series:
    same = [table[name].isna() if pd.isna(value) else table[name] == value for name, value in settings.items()]
    return pd.concat(same, axis=1).all(axis=1)
