"""Statistics over seeds: paired differences, interquartile means and ranks, with intervals.

Every table states its n. Means and differences have Student's interval (``intervals``); interquartile means and ranks,
which have no such formula, are resampled (``resampling``).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from coral_viz.results import multiplicity, tables
from coral_viz.results.resampling import DRAWS, FEWEST_SEEDS, interval, resamples

CELLS = ("task", "distribution", "label")
DECIMALS = 12  # means that agree so far are tied


def bootstrap(
    frame: pd.DataFrame, by: Sequence[str], *, seed: int = 0, draws: int = DRAWS, confidence: float = 0.95
) -> pd.DataFrame:
    """Deprecated: mean over seeds of ``value`` with its bootstrap interval; use ``tables.summarise``.

    Args:
        frame: rows of a tidy table or a sweep's table; NaN, for a setting that a method lacks, is a value like others.
        by: columns that distinguish the groups. Trainings of one seed are averaged first.
        seed: of the resampling, from 9 seeds on. Groups of equal size share their resamples.
        draws: resamples, at least 1 000, from 9 seeds on.
        confidence: nominal coverage, in (0, 1); at 95 %, the measured coverage is 92 % with 5 seeds and 95 % with 10.

    Returns:
        ``by`` + estimate, low, high (NaN below 5 seeds), n (seeds) and interval (in words).

    Raises:
        ValueError: no finished run, no such column, a group with the same seed twice, too few draws, or a confidence
            out of range.
    """
    message = "statistics.bootstrap is replaced by tables.summarise, whose t-intervals cover better with few seeds."
    warnings.warn(message, DeprecationWarning, stacklevel=2)
    by = list(by)
    summary, values = _grouped(_finished(frame, by), by, confidence)
    low, high = _ends(values, seed, draws, confidence)
    return summary.assign(low=low, high=high, interval=[_words(end, confidence) for end in low])


def paired(
    frame: pd.DataFrame,
    base: Mapping[str, object],
    by: Sequence[str] = (),
    *,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Differences between every level of some settings and the base level, paired by seed.

    Args:
        frame: rows of a sweep's table (``runs.sweep_table``), or of another with these columns.
        base: the base level by name of the setting, such as {"mask_ratio": 0.75} or {"orthogonality": "hinge",
            "orthogonality_weight": 1.0}; None where a method lacks the setting.
        by: columns that distinguish the groups; each group is compared with its own base.
        confidence: nominal coverage, in (0, 1).

    Returns:
        ``by`` + the settings + estimate, low, high, n (pairs), interval (in words), found (whether the interval
        excludes 0), p (paired t test), p_holm (with Holm's correction over all rows) and effect (Cohen's d: mean over
        standard deviation of the differences), without a row for the base.
        ``found`` and p are not corrected for the number of differences. If several such tables are shown together,
        correct p over all of them (``multiplicity.holm``).

    Raises:
        ValueError: no setting or no such column, no run at the base level, a level that shares no seed with the base of
            its group, or a group with the same seed twice.
    """
    by, names = list(by), list(base)
    rows = _finished(frame, [*by, *names])
    at_base = _at(rows, base)
    if not at_base.any():
        raise ValueError(f"no finished run has {_said(base)}, so there is nothing to compare with")
    keys = [*by, "seed"]
    pairs = rows[~at_base].merge(rows.loc[at_base, [*keys, "value"]], on=keys, how="left", suffixes=("", "_base"))
    pairs["value"] -= pairs.pop("value_base")
    _check_pairs(pairs, [*by, *names], base)
    pairs = pairs.dropna(subset="value")
    table, values = _grouped(pairs.drop(columns="unit", errors="ignore"), [*by, *names], confidence)
    p = np.array([_t_test(differences) for differences in values])
    found = (table["low"] > 0) | (table["high"] < 0)
    effect = [_effect_size(differences) for differences in values]
    return table.assign(found=found, p=p, p_holm=multiplicity.holm(p), effect=effect)


def interactions(
    frame: pd.DataFrame,
    base: Mapping[str, object],
    by: Sequence[str] = (),
    *,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """How the effect of one setting depends on another: the difference of differences from a base, seed by seed.

    For levels a and b, and a0 and b0 of the base, it is y(a, b) - y(a, b0) - y(a0, b) + y(a0, b0): 0 where the effects
    of both settings add up.

    Args:
        frame: rows in which nothing but the two settings, the seed and ``by`` differs.
        base: the level of each of the two settings to compare with, by its name.
        by: columns that tell the groups apart.
        confidence: nominal coverage, in (0, 1).

    Returns:
        ``by`` + the settings + estimate, low, high, n, interval, found, p, p_holm, as ``paired``; no row where one of
        the four configurations is missing.

    Raises:
        ValueError: not two settings, or as ``paired``.
    """
    by, names = list(by), list(base)
    if len(names) != 2:
        raise ValueError(f"an interaction is one of two settings, not of {len(names)}: {', '.join(names)}")
    (first, at_first), (second, at_second) = base.items()
    rows = _finished(frame, [*by, *names])
    if not _at(rows, base).any():
        raise ValueError(f"no finished run has {_said(base)}, so there is nothing to compare with")
    wide = rows.pivot(index=[*by, "seed"], columns=names, values="value")
    parts = []
    for a, b in wide.columns:
        if a == at_first or b == at_second or not {(a, at_second), (at_first, b)} <= set(wide.columns):
            continue
        effect = wide[a, b] - wide[a, at_second] - wide[at_first, b] + wide[at_first, at_second]
        parts.append(effect.dropna().rename("value").reset_index().assign(status="done", **{first: a, second: b}))
    columns = [*by, *names, "estimate", "low", "high", "n", "interval", "found", "p", "p_holm"]
    if not parts:
        return pd.DataFrame(columns=columns)
    table, values = _grouped(pd.concat(parts, ignore_index=True), [*by, *names], confidence)
    p = np.array([_t_test(differences) for differences in values])
    found = (table["low"] > 0) | (table["high"] < 0)
    return table.assign(found=found, p=p, p_holm=multiplicity.holm(p))


def interquartile_mean(
    frame: pd.DataFrame,
    by: Sequence[str],
    cells: Sequence[str] = CELLS,
    *,
    seed: int = 0,
    draws: int = DRAWS,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Mean of the middle half of all values of a group, over cells and seeds, robust to outliers and ceilings.

    See Agarwal et al. (NeurIPS 2021, arXiv 2108.13264). Seeds are resampled within each task, jointly for all its
    cells, because these share their data. The 95 % interval covered in 92 % of tables with 5 seeds, 96 % with 10, and
    96 % with 5 in each of three tasks (800 tables or more, normal values, with a third of the variance common to the
    cells of a seed).

    Args:
        frame: rows of a tidy table with comparable values, such as shares of the truth.
        by: columns that distinguish the groups, such as ``tables.VARIANT``.
        cells: columns that distinguish the cells to average over; "task" among them.
        seed, draws, confidence: as in ``bootstrap``.

    Returns:
        ``by`` + estimate, low, high, n (seeds that all cells of a task have, summed over tasks), cells (how many) and
        interval (in words).

    Raises:
        ValueError: mixed units, a cell with the same seed twice, cells of a task that share no seed, or no "task".
    """
    by, cells = list(by), list(cells)
    rows = _finished(frame, [*by, *cells])
    if rows["unit"].nunique() > 1:
        raise ValueError(f"values in {' and '.join(sorted(set(rows['unit'])))} have no mean; choose one unit")
    found = []
    for key, group in rows.groupby(by, sort=False, dropna=False):
        cubes = [cube[:, :, 0] for cube in _cubes(group.assign(method_number=0), cells, by)]
        sizes = [cube.shape[1] for cube in cubes]
        counts, weights = resamples(sizes, draws, seed)
        values = np.concatenate([cube.ravel() for cube in cubes])
        times = np.concatenate([np.tile(count, len(cube)) for count, cube in zip(counts, cubes)], axis=1)
        low, high = interval(_middle(values, times)[:, None], weights, sizes, confidence)[0]
        estimate = float(_middle(values, np.ones((1, len(values))))[0])
        found.append((*key, estimate, low, high, sum(sizes), sum(map(len, cubes)), _words(low, confidence)))
    return pd.DataFrame(found, columns=[*by, "estimate", "low", "high", "n", "cells", "interval"])


def ranks(
    frame: pd.DataFrame,
    by: Sequence[str] = tuple(tables.VARIANT),
    cells: Sequence[str] = CELLS,
    *,
    seed: int = 0,
    draws: int = DRAWS,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Rank of each method in each cell by its mean over seeds (1 is the highest), averaged over cells, best first.

    All methods have the same resamples of seeds. Ties share the mean of their ranks. Ranks do not say how large
    differences are. For methods that are close to each other, resampled ranks are nearer to the middle than observed
    ones.

    Args:
        frame: rows of a tidy table of which more is better.
        by: columns that distinguish methods.
        cells: columns that distinguish the cells in which methods are ranked; "task" among them.
        seed, draws, confidence: as in ``bootstrap``.

    Returns:
        ``by`` + estimate (mean rank), low, high, n (seeds common to all methods and cells of a task, summed over
        tasks), interval (in words) and rank_1, ..., rank_k: the share of resamples and cells in which the method has
        that rank (NaN where no interval is given).

    Raises:
        ValueError: a method that lacks a cell, a cell with the same seed twice, no common seed, or no "task".
    """
    by, cells = list(by), list(cells)
    rows = _finished(frame, [*by, *cells]).sort_values(by)
    rows = rows.assign(method_number=rows.groupby(by, sort=False, dropna=False).ngroup())
    cubes = _cubes(rows, cells, by)
    sizes = [cube.shape[1] for cube in cubes]
    counts, weights = resamples(sizes, draws, seed)
    observed, _ = _ranked([cube.mean(axis=1)[None] for cube in cubes], np.ones(1))
    means = [np.einsum("ds,csk->dck", count, cube) / cube.shape[1] for count, cube in zip(counts, cubes)]
    drawn, places = _ranked(means, weights)
    low, high = interval(drawn, weights, sizes, confidence).T
    table = rows[by].drop_duplicates().reset_index(drop=True).assign(estimate=observed[0], low=low, high=high)
    table = table.assign(n=sum(sizes), interval=_words(low[0], confidence))
    shares = {f"rank_{place + 1}": np.where(np.isnan(low), np.nan, share) for place, share in enumerate(places)}
    return table.assign(**shares).sort_values("estimate", kind="stable", ignore_index=True)


def _finished(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Finished rows, one a seed (``tables.by_seed``). ValueError for a missing column, for no row, and as that."""
    if unknown := [name for name in columns if name not in frame]:
        raise ValueError(f"the table has no column {', '.join(map(repr, unknown))}; it has {', '.join(frame)}")
    rows = frame[frame["status"] == "done"]
    if rows.empty:
        raise ValueError("the table holds no finished run")
    return tables.by_seed(rows, columns)


def _grouped(rows: pd.DataFrame, by: list[str], confidence: float) -> tuple[pd.DataFrame, list[np.ndarray]]:
    """``tables.summarise`` of finished rows, and the values of each of its groups, in the order of their seeds."""
    summary = tables.summarise(rows, by, confidence=confidence)
    number = rows.groupby(by, sort=False, dropna=False).ngroup()
    values = rows["value"].to_numpy()[np.lexsort([rows["seed"], number])]
    return summary, np.split(values, np.cumsum(summary["n"])[:-1])


def _effect_size(differences: np.ndarray) -> float:
    """Cohen's d of paired differences: their mean over their standard deviation; infinite where all are the same."""
    differences = differences.astype(float).round(DECIMALS)
    if len(differences) < 2 or not differences.any():
        return np.nan if len(differences) < 2 else 0.0
    deviation = differences.std(ddof=1)
    return float(differences.mean() / deviation if deviation > 0 else np.copysign(np.inf, differences.mean()))


def _t_test(differences: np.ndarray) -> float:
    """The two-sided p-value that their mean is 0; NaN of one alone. Differences that all agree leave no doubt."""
    differences = differences.astype(float)
    if len(differences) > 1 and np.ptp(differences.round(DECIMALS)) == 0:
        return float(round(differences[0], DECIMALS) == 0)
    from scipy import stats  # takes half a second to import

    return float(stats.ttest_1samp(differences, 0).pvalue) if len(differences) > 1 else np.nan


def _ends(values: list[np.ndarray], seed: int, draws: int, confidence: float) -> np.ndarray:
    """Low and high, (2, groups), of the mean of each group; groups of equal size are resampled together."""
    ends = np.empty((2, len(values)))
    for n in {len(group) for group in values}:
        chosen = [i for i, group in enumerate(values) if len(group) == n]
        (counts,), weights = resamples([n], draws, seed)
        means = counts @ np.stack([values[i] for i in chosen], axis=1) / n
        ends[:, chosen] = interval(means, weights, [n], confidence).T
    return ends


def _at(rows: pd.DataFrame, base: Mapping[str, object]) -> pd.Series:
    """Which rows have every setting of the base."""
    same = [rows[name].isna() if pd.isna(value) else rows[name] == value for name, value in base.items()]
    if not same:
        raise ValueError("the base names no setting to compare")
    return pd.concat(same, axis=1).all(axis=1)


def _check_pairs(pairs: pd.DataFrame, by: list[str], base: Mapping[str, object]) -> None:
    """ValueError for a group none of whose seeds has a value at the base."""
    lone = pairs[pairs.groupby(by, dropna=False)["value"].transform("count") == 0]
    if len(lone):
        raise ValueError(f"{_said(_first(lone[by]))} shares no seed with {_said(base)}, so there is nothing to pair")


def _first(rows: pd.DataFrame) -> dict[str, object]:
    return {name: rows[name].iloc[0] for name in rows}


def _said(settings: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in settings.items())


def _cubes(rows: pd.DataFrame, cells: list[str], by: list[str]) -> list[np.ndarray]:
    """Values of each task, (cells, seeds, methods), of the seeds common to all methods and cells."""
    if "task" not in cells:
        raise ValueError("the cells do not name 'task', within which seeds are resampled")
    return [_cube(group, cells, rows.drop_duplicates("method_number"), by) for _, group in rows.groupby("task")]


def _cube(rows: pd.DataFrame, cells: list[str], methods: pd.DataFrame, by: list[str]) -> np.ndarray:
    wide = rows.pivot(index=cells, columns=["seed", "method_number"], values="value")
    columns = pd.MultiIndex.from_product([sorted(rows["seed"].unique()), methods["method_number"]])
    cube = wide.reindex(columns=columns).to_numpy().reshape(len(wide), -1, len(methods))
    lacking = np.argwhere(np.isnan(cube).all(axis=1))
    if len(lacking):
        cell, method = wide.index.to_frame()[lacking[0, 0] :], methods[by][lacking[0, 1] :]
        raise ValueError(f"{_said(_first(method))} has no value for {_said(_first(cell))}, so it cannot be ranked")
    shared = ~np.isnan(cube).any(axis=(0, 2))
    if not shared.any():
        raise ValueError(f"the cells of task {rows['task'].iloc[0]!r} share no seed")
    return cube[:, shared]


def _words(low: float, confidence: float) -> str:
    if np.isnan(low):
        return f"no interval below {FEWEST_SEEDS} seeds"
    return f"{confidence:.0%} bootstrap interval over seeds"


def _middle(values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Interquartile mean of values (N,), each taken so many times (resamples, N); at a quartile in part."""
    order = np.argsort(values)
    reached = np.cumsum(times[:, order], axis=1) / times.sum(axis=1, keepdims=True)
    inside = np.diff(np.clip(reached, 0.25, 0.75), axis=1, prepend=0.25)
    return inside @ values[order] / 0.5


def _ranked(means: list[np.ndarray], weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean ranks (resamples, methods) of means (resamples, cells, methods); shares of each rank (ranks, methods)."""
    rounded = np.concatenate(means, axis=1).round(DECIMALS)
    above = (rounded[..., None, :] > rounded[..., :, None]).sum(axis=-1)
    tied = (rounded[..., None, :] == rounded[..., :, None]).sum(axis=-1)
    shares = [((above <= place) & (place < above + tied)) / tied for place in range(rounded.shape[-1])]
    return (above + (tied + 1) / 2).mean(axis=1), np.stack([weights @ share.mean(axis=1) for share in shares])
