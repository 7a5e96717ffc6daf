"""Does a measure rise or fall with a hyperparameter? Page's test for ordered alternatives over seeds.

See Page, "Ordered Hypotheses for Multiple Treatments: A Significance Test for Linear Ranks", JASA 58, 1963.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from coral_viz.results import multiplicity, tables

LEVEL = 0.05
LEAST_LEVELS, LEAST_SEEDS = 3, 2
DECIMALS = 12  # values that agree so far are tied
COLUMNS = ("levels", "n", "statistic", "tau", "p", "p_holm")


def page(frame: pd.DataFrame, setting: str, by: Sequence[str] = ()) -> pd.DataFrame:
    """Whether the measure rises or falls with the levels of a numeric setting, a row per group.

    Levels are ranked within every seed, so that what makes a seed easy or hard cancels. The test is two-sided: the
    smaller p-value of a rise and of a fall, doubled.

    Args:
        frame: rows of a sweep's table in which nothing but the setting, the seed and ``by`` differs.
        setting: the column of levels.
        by: columns that distinguish the groups.

    Returns:
        ``by`` + levels (how many), n (seeds that have all of them), statistic (Page's L of a rise), tau (Kendall's,
        between level and value, mean over seeds: 1 always rises, -1 always falls), p and p_holm (with Holm's correction
        over all rows). Groups with fewer than three levels or two such seeds have no row.

    Raises:
        ValueError: no finished run, a column that is missing, or as ``tables.by_seed``.
    """
    by = list(by)
    if unknown := [name for name in (*by, setting) if name not in frame]:
        raise ValueError(f"the table has no column {unknown[0]!r}; it has {', '.join(frame)}")
    rows = tables.by_seed(tables.select(frame), [*by, setting])
    groups = rows.groupby(by, sort=False, dropna=False) if by else [((), rows)]
    found = []
    for key, group in groups:
        wide = group.pivot(index="seed", columns=setting, values="value").dropna().round(DECIMALS)
        if wide.shape[1] >= LEAST_LEVELS and wide.shape[0] >= LEAST_SEEDS:
            found.append((*key, wide.shape[1], wide.shape[0], *_tested(wide.to_numpy())))
    table = pd.DataFrame(found, columns=[*by, *COLUMNS[:-1]])
    return table.assign(p_holm=multiplicity.holm(table["p"]))


def _tested(values: np.ndarray) -> tuple[float, float, float]:
    """Page's L of values (seeds, levels), Kendall's tau, and the two-sided p-value."""
    from scipy import stats  # takes half a second to import

    if (np.ptp(values, axis=1) == 0).all():
        levels = values.shape[1]
        return len(values) * levels * (levels + 1) ** 2 / 4, 0.0, 1.0
    rises, falls = stats.page_trend_test(values), stats.page_trend_test(-values)
    return float(rises.statistic), _tau(values), float(min(1.0, 2 * min(rises.pvalue, falls.pvalue)))


def _tau(values: np.ndarray) -> float:
    """The mean over seeds of Kendall's tau-a: pairs of levels that rise less those that fall, as a share of all."""
    first, second = np.triu_indices(values.shape[1], 1)
    return float(np.sign(values[:, second] - values[:, first]).mean())


def in_words(trend: pd.Series) -> str:
    """A row of ``page`` as "rises, p = 0.012 (tau = 0.80)"; "no trend, p = 0.4" from p = 0.05 on, by Holm's p."""
    p = "p < 0.001" if trend["p_holm"] < 0.001 else f"p = {trend['p_holm']:.2g}"
    if trend["p_holm"] > LEVEL:
        return f"no trend, {p}"
    return f"{'rises' if trend['tau'] > 0 else 'falls'}, {p} (tau = {trend['tau']:.2f})"
