"""Do methods differ, and which ones? Friedman's test on ranks and Nemenyi's critical difference.

See Demsar, "Statistical Comparisons of Classifiers over Multiple Data Sets", JMLR 7, 2006.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from coral_viz.results import tables

DECIMALS = 12  # values that agree so far are tied


@dataclass(frozen=True)
class RankTest:
    """Ranks of methods, and tests of their differences.

    Attributes:
        ranks: a row per method, best first: the columns that distinguish methods, and rank, the mean over blocks (1 is
            best).
        each: a row per method and block: the columns that distinguish both, and rank.
        statistic, p: of Friedman's test (chi-squared, corrected for ties) of the hypothesis that methods do not differ.
        critical_difference: Nemenyi's. Methods differ if their mean ranks are further apart, with the given confidence
            for all pairs together.
        n: the number of blocks, that is seeds, in which all methods were ranked.
    """

    ranks: pd.DataFrame
    each: pd.DataFrame
    statistic: float
    p: float
    critical_difference: float
    confidence: float
    n: int

    @property
    def alike(self) -> list[tuple[int, int]]:
        """First and last place in ``ranks`` of each maximal set of methods that do not differ."""
        rank = self.ranks["rank"].to_numpy()
        last = np.searchsorted(rank, rank + self.critical_difference + 1e-12, side="right") - 1
        reaches = [(first, int(end)) for first, end in enumerate(last) if end > first]
        return [pair for i, pair in enumerate(reaches) if i == 0 or pair[1] > reaches[i - 1][1]]


def friedman(
    frame: pd.DataFrame,
    by: Sequence[str] = tuple(tables.VARIANT),
    blocks: Sequence[str] = ("task",),
    *,
    confidence: float = 0.95,
) -> RankTest:
    """Rank methods for every seed and test whether they differ.

    Args:
        frame: finished rows of one measure of which more is better, such as one label and one training distribution.
        by: columns that distinguish methods.
        blocks: columns that, with the seed, distinguish data sets. Data sets are independent; labels of one are not.
        confidence: of the critical difference, in (0, 1).

    Raises:
        ValueError: no finished run, as ``tables.by_seed``, fewer than three methods, fewer than two seeds common to all
            methods, or a confidence out of range.
    """
    from scipy import stats  # takes half a second to import

    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    by, blocks = list(by), list(blocks)
    rows = tables.by_seed(tables.select(frame), [*by, *blocks])
    wide = rows.pivot(index=[*blocks, "seed"], columns=by, values="value").dropna().round(DECIMALS)
    n, count = wide.shape
    if count < 3 or n < 2:
        raise ValueError(
            f"{count} methods with {n} shared seeds cannot be ranked; at least 3 methods and 2 seeds are needed"
        )
    ranked = wide.rank(axis=1, ascending=False)
    each = ranked.melt(ignore_index=False, value_name="rank").reset_index()
    ranks = ranked.mean().rename("rank").sort_values(kind="stable").reset_index()
    tied = (wide.nunique(axis=1) == 1).all()
    statistic, p = (0.0, 1.0) if tied else stats.friedmanchisquare(*wide.to_numpy().T)
    return RankTest(ranks, each, float(statistic), float(p), critical_difference(count, n, confidence), confidence, n)


def critical_difference(count: int, n: int, confidence: float = 0.95) -> float:
    """Nemenyi's critical difference between mean ranks of ``count`` methods with ``n`` seeds."""
    from scipy import stats  # takes half a second to import

    q = stats.studentized_range.ppf(confidence, count, math.inf) / math.sqrt(2)
    return float(q * math.sqrt(count * (count + 1) / (6 * n)))
