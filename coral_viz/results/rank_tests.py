"""Do methods differ at all, and which from which: Friedman's test on ranks and Nemenyi's critical difference.

After Demsar ("Statistical Comparisons of Classifiers over Multiple Data Sets", JMLR 7, 2006).
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
    """What ranks say of some rivals.

    - ``ranks``: a row per rival, best first: the columns that tell it apart, and rank, its mean over blocks (1 is the
      best).
    - ``each``: a row per rival and block: the same columns, the block's, and rank.
    - ``statistic``, ``p``: of Friedman's test (chi-squared, corrected for ties) that all rivals are alike.
    - ``critical_difference``: Nemenyi's; mean ranks further apart differ, with this confidence for all pairs at once.
    - ``n``: blocks, that is seeds, in which all rivals were ranked.
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
        """First and last place in ``ranks`` of each largest set of rivals none of which differ."""
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
    """Rank rivals for every seed and test whether they differ.

    Args:
        frame: finished rows of one measure of which more is better, such as one label after one kind of training.
        by: columns that tell the rivals apart, three or more.
        blocks: columns that, with the seed, tell data sets apart. Data sets are independent; labels of one are not.
        confidence: of the critical difference, in (0, 1).

    Raises:
        ValueError: no finished run, as ``tables.by_seed``, fewer than three rivals, fewer than two seeds that all
            rivals share, or a confidence out of range.
    """
    from scipy import stats  # takes half a second to import

    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    by, blocks = list(by), list(blocks)
    rows = tables.by_seed(tables.select(frame), [*by, *blocks])
    wide = rows.pivot(index=[*blocks, "seed"], columns=by, values="value").dropna().round(DECIMALS)
    n, count = wide.shape
    if count < 3 or n < 2:
        raise ValueError(f"{count} rivals with {n} shared seeds cannot be tested; it takes 3 rivals with 2 seeds")
    ranked = wide.rank(axis=1, ascending=False)
    each = ranked.melt(ignore_index=False, value_name="rank").reset_index()
    ranks = ranked.mean().rename("rank").sort_values(kind="stable").reset_index()
    tied = (wide.nunique(axis=1) == 1).all()
    statistic, p = (0.0, 1.0) if tied else stats.friedmanchisquare(*wide.to_numpy().T)
    return RankTest(ranks, each, float(statistic), float(p), critical_difference(count, n, confidence), confidence, n)


def critical_difference(count: int, n: int, confidence: float = 0.95) -> float:
    """Nemenyi's: how far apart mean ranks of ``count`` rivals with ``n`` seeds must be to differ."""
    from scipy import stats  # takes half a second to import

    q = stats.studentized_range.ppf(confidence, count, math.inf) / math.sqrt(2)
    return float(q * math.sqrt(count * (count + 1) / (6 * n)))
