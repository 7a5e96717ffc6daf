"""From a sweep's table to the numbers and configurations that figures show, and their names.

A sweep's table has the tidy columns and one column per setting: a hyperparameter of the method or a setting of the
task. Runs that differ in the seed alone form a configuration (in code a *cell*); a mean never mixes configurations.
Intervals are those of all tables (``results.intervals``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from coral_viz import style
from coral_viz.figures.sweep.sweep_words import (
    BASELINE,
    Base,
    based_in_words,
    baseline_in_words,
    is_baseline,
    lacks,
    value_in_words,
)
from coral_viz.results import metrics, own_results, references, schema, tables
from coral_viz.runs.spec import usual_settings

WHOLE = 0.98
"""From which share of what is possible on a label counts as kept whole."""

LITTLE = 0.05
"""Up to which share of the truth a mark in a plane of shares stands at nothing."""


def settings(table: pd.DataFrame) -> list[str]:
    """The settings of the table: of method, task and distribution those that vary, and the columns with settings."""
    varied = [name for name in ("method", "task", "distribution") if table[name].nunique() > 1]
    own = [name for name in table if name not in schema.COLUMNS and name != "reference"]
    return [*varied, *(own or ["knob"])]


OF = ["method", "task", "distribution"]
"""On what the default of a setting depends."""


def baseline(table: pd.DataFrame) -> dict[str, object]:
    """By setting, except the method, the default of a run's spec for this method, task and distribution.

    If defaults differ, it is a dict of them by (method, task, distribution). For a setting without a default, such as
    the task itself, it is the most frequent value. The table need not have a run with the default.
    """
    runs = table.drop_duplicates("run_id")
    places = [] if own_results.are_own(runs) else runs[OF].drop_duplicates().itertuples(index=False, name=None)
    own = {of: _defaults(*of) for of in places}
    found = {}
    for name in [name for name in settings(table) if name != "method"]:
        values = {of: known[name] for of, known in own.items() if name in known}
        frequent = list(runs[name].dropna().mode())
        if values:
            distinct = set(values.values())
            found[name] = distinct.pop() if len(distinct) == 1 else values
        elif frequent:
            found[name] = frequent[0]
    return found


def _defaults(method: str, task: str, distribution: str) -> dict[str, object]:
    """The settings of the task's runs of a method, as far as they are known; the distribution is no default."""
    try:
        settings = usual_settings(method, task, distribution)
    except ValueError:
        return {}
    return {name: value for name, value in settings.items() if name != "distribution"} | {"knob": ""}


def as_base(rows: pd.DataFrame, name: str, base: Base) -> pd.Series:
    """Whether the setting of each row is as in the base; never where the base leaves it out."""
    value = base.get(name)
    if isinstance(value, Mapping):
        value = pd.Series([value.get(of) for of in rows[OF].itertuples(index=False, name=None)], rows.index, object)
    return rows[name] == value


def held(table: pd.DataFrame, free: Sequence[str], base: Base) -> pd.DataFrame:
    """The rows in which every setting that is not free has its value in the base, or does not exist for the method.

    Raises:
        ValueError: a name that is no setting, a setting that varies and is not in the base, or no such rows.
    """
    for name in free:
        _check_setting(table, name)
    for name in [name for name in settings(table) if name not in (*free, "method")]:
        lacking = table.groupby("method")[name].transform("count") == 0
        if name not in base and table.loc[~lacking, name].nunique(dropna=False) > 1:
            raise ValueError(f"the table varies {name!r}, too; let the base hold it")
        table = table[lacking | (as_base(table, name, base) if name in base else True)]
    if table.empty:
        raise ValueError(f"no run has {' and '.join(based_in_words(base))}; let base= name other values")
    return table


def measured(table: pd.DataFrame, metric: str, readout: str | None, part: str, labels=None) -> pd.DataFrame:
    """One row per run and label of the selected numbers, with a column ``reference``: chance, the truth, or NaN.

    Args:
        table: a sweep's table, or a tidy table.
        metric: one of ``metrics.METRICS``, a term "loss/...", or any other that the table has.
        readout: one of ``metrics.READOUTS``; None for the metric's default.
        part: a part's name, "all", or for atoms "a|b"; a loss has no part, and its last step is used.
        labels: those to keep; None for all.

    Raises:
        ValueError: no finished run holds such numbers.
    """
    known = metrics.named(metric)
    if metric.startswith(metrics.LOSS):
        rows = tables.select(table, metric=metric, split="train").assign(reference=np.nan)
        return rows[rows["step"] == rows.groupby("run_id")["step"].transform("max")]
    read = known.readout if readout is None else readout
    if readout is None and own_results.are_own(table) and not table.loc[table["metric"] == metric, "readout"].any():
        read = ""
    rows = tables.select(table, metric=metric, part=part, **({} if read is None else {"readout": read}))
    rows = rows[rows["label"].isin(tables.labels(rows) if labels is None else labels)]
    if rows.empty:
        raise ValueError(f"the table holds no {metric} of {', '.join(labels)} in part {part!r}")
    if known.bound == "truth":
        bound = references.references(table).set_index(["run_id", "label"])["truth"]
    else:
        bound = table[table["metric"] == known.bound].set_index(["run_id", "label"])["value"]
    return rows.join(bound.rename("reference"), on=["run_id", "label"])


def summary(rows: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """``tables.summarise`` of ``measured`` rows with their mean ``reference``."""
    means = rows.groupby(list(by), as_index=False, sort=False, dropna=False)["reference"].mean()
    return tables.summarise(rows, by).merge(means, on=list(by))


def whole(rows: pd.DataFrame) -> dict[str, float]:
    """The labels of ``measured`` rows that every run keeps almost completely, and the smallest share among runs.

    It is empty if this holds for all labels, or if the metric has no maximum.
    """
    most = 1.0 if metrics.of(rows).in_percent else rows["reference"]
    least = (rows["value"] / most).groupby(rows["label"]).min()
    kept = least[least >= WHOLE]
    return {} if len(kept) == len(least) else {label: kept[label] for label in tables.labels(rows) if label in kept}


def lines(rows: pd.DataFrame, setting: str) -> pd.DataFrame:
    """Rows of runs that differ from others in this setting alone; a column ``line`` names all other settings.

    Raises:
        ValueError: no such setting, one whose values are words, or no two levels with everything else the same.
    """
    _check_setting(rows, setting)
    if not is_number(rows[setting]):
        raise ValueError(f"the values of {setting!r} are words, not numbers to draw a curve over")
    others = [name for name in settings(rows) if name != setting]
    rows = _alone(rows, setting)
    if rows.empty:
        raise ValueError(f"no two runs differ in {setting!r} alone; choose another setting to vary, or hold fewer")
    rows = rows.assign(line=named(rows, others), **{setting: rows[setting].astype(float)})
    return rows.sort_values(setting, kind="stable")


def levels(table: pd.DataFrame, setting: str) -> int:
    """The number of levels of a setting that a curve can be drawn over; 0 if its values are words."""
    return _alone(table, setting)[setting].nunique() if is_number(table[setting]) else 0


def _alone(rows: pd.DataFrame, setting: str) -> pd.DataFrame:
    """The rows of runs that differ from others in this setting alone."""
    others = [name for name in settings(rows) if name != setting]
    rows = rows[rows[setting].notna()]
    return rows[rows.groupby(others or ["method"], dropna=False)[setting].transform("nunique") > 1]


def cells(rows: pd.DataFrame, names: Sequence[str], base: Base | None):
    """The rows with a column ``cell``, method and settings in words, those of the base first; and the base.

    All settings except the named ones are held at the base, or at ``baseline`` if it lacks them. Errors as ``held``.
    """
    base = {**baseline(rows), **(base or {})}
    rows = held(rows, names, base)
    rows = rows.assign(cell=named(rows, ["method", *names], base))
    return rows.sort_values("cell", key=lambda words: ~words.map(is_baseline), kind="stable"), base


def traded(table: pd.DataFrame, setting: str, part: str | None, readout: str) -> pd.DataFrame:
    """A row per run: the shares of ``unique`` and ``synergy`` that its part keeps, ``level``, ``cell`` and ``line``.

    ``level`` is the setting's value, ``cell`` names the differences from the baseline, ``line`` all other settings. The
    default part is "shared", or the whole embedding of methods without such a part. ValueError without such rows.
    """
    _check_setting(table, setting)
    shares_one = table["method"].isin(table.loc[table["part"] == "shared", "method"])
    groups = [(part, table)] if part else [("shared", table[shares_one]), ("all", table[~shares_one])]
    rows = pd.concat([measured(group, "bits", readout, name) for name, group in groups if len(group)])
    shares = (rows["value"] / rows["reference"]).groupby([rows["run_id"], rows["label"].str.split("_").str[0]]).mean()
    shares = shares.unstack()
    if not {"unique", "synergy"} <= set(shares):
        raise ValueError("the table needs labels of unique information and of synergy")
    runs = rows.drop_duplicates("run_id").dropna(subset=setting)
    known = settings(rows)
    words = {
        "cell": named(runs, known, baseline(rows)),
        "line": named(runs, [name for name in known if name != setting]),
    }
    level = runs[setting].astype(float) if is_number(runs[setting]) else runs[setting]
    runs = runs.assign(level=level, **words).merge(shares, on="run_id")
    if setting == "method":
        order = [name for name, _ in style.method_order((name, "") for name in level)]
        return runs.sort_values("level", key=lambda names: names.map(order.index), kind="stable")
    return runs.sort_values("level", kind="stable") if is_number(level) else runs


def without_those_at_nothing(means: pd.DataFrame) -> tuple[pd.DataFrame, list]:
    """Configurations except those with levels that keep almost nothing of both, and these levels."""
    little = (means[["unique", "synergy"]] <= LITTLE).all(axis=1).groupby(means["level"], sort=False).all()
    neither = [] if little.all() else list(little.index[little])
    return means[~means["level"].isin(neither)], neither


def is_number(values: pd.Series) -> bool:
    """Whether a setting's values are numbers, not words or switches."""
    known = values.dropna().infer_objects()
    return pd.api.types.is_numeric_dtype(known) and not pd.api.types.is_bool_dtype(known)


def named(rows: pd.DataFrame, names: Sequence[str], base: Base | None = None) -> list[str]:
    """Every row's configuration in words: its method and settings, without those that all rows share.

    With a base, settings with their values in the base are left out instead. The base itself is called baseline, unless
    only methods differ.
    """
    others = [name for name in names if name != "method"]
    differs = {name: _differs(rows, name, base) for name in others}
    varied = [
        name for name in names if rows[name].nunique(dropna=False) > 1 or (name in (base or ()) and any(differs[name]))
    ]
    words = []
    for i, values in enumerate(rows[varied].to_numpy(object)):
        told = [
            value_in_words(name, value) for name, value in zip(varied, values) if name == "method" or differs[name][i]
        ]
        is_base = base is not None and varied != ["method"] and len(told) == ("method" in varied)
        words.append(", ".join([*told, BASELINE] if is_base else told))
    return words


def _differs(rows: pd.DataFrame, name: str, base: Base | None) -> np.ndarray:
    """Which rows have a value of a setting, with a base one that differs from it."""
    has = ~rows[name].map(lacks).to_numpy(bool)
    return has if base is None else has & ~as_base(rows, name, base).to_numpy(bool)


def compared_in_words(rows: pd.DataFrame, base: Base, look: str) -> str:
    """``baseline_in_words`` of the rows of ``cells``; if no run is at the baseline, a sentence that says so."""
    off = np.zeros(len(rows), bool)
    for name in [name for name in base if name in rows]:
        off |= _differs(rows, name, base)
    if based := based_in_words(base) if off.all() else []:
        return f" No run is at the baseline: {', '.join(based)}."
    return baseline_in_words(list(rows["cell"].unique()), base, look)


def _check_setting(table: pd.DataFrame, name: str) -> None:
    if name not in (*settings(table), "method"):
        raise ValueError(f"the table has no setting {name!r}; it has {', '.join(settings(table))}")
