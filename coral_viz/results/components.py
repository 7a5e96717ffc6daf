"""Components of variance: how far results spread between seeds, and between trainings with one seed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from coral_viz.results import tables

FOUND = ("estimate", "seeds_sd", "trainings_sd", "share", "n", "trained_again", "trainings")


def components(frame: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Standard deviations between seeds, and between trainings with one seed (training seeds).

    A value is the level of its seed plus an effect of the training: the one-way layout with two independent random
    effects. Variances are those of the analysis of variance, for seeds with different numbers of trainings too (Searle,
    Casella and McCulloch, "Variance Components", 1992, section 3.6); a negative one is 0.

    Returns:
        ``by`` + estimate (mean over seeds), seeds_sd, trainings_sd, share (of the variance of one run that is its
        seed's), n (seeds), trained_again (seeds with several trainings), trainings (in all). NaN where there is but
        one seed, or no seed with several trainings: then the two cannot be told apart.

    Raises:
        ValueError: no finished run, or as ``tables.by_seed``.
    """
    by = list(by)
    rows = tables.select(frame)
    tables.by_seed(rows, by)
    groups = rows.groupby(by, sort=False, dropna=False)
    found = [(*key, *_of([values.to_numpy() for _, values in group.groupby("seed")["value"]])) for key, group in groups]
    return pd.DataFrame(found, columns=[*by, *FOUND])


def _of(by_seed: list[np.ndarray]) -> tuple[float, ...]:
    """The columns of ``FOUND`` for the values of each seed."""
    sizes, means = np.array([len(values) for values in by_seed]), np.array([values.mean() for values in by_seed])
    n, trainings = len(by_seed), int(sizes.sum())
    counted = n, int((sizes > 1).sum()), trainings
    if n < 2 or trainings == n:
        return (float(means.mean()), np.nan, np.nan, np.nan, *counted)
    within = sum(((values - values.mean()) ** 2).sum() for values in by_seed) / (trainings - n)
    grand = (sizes * means).sum() / trainings
    between = (sizes * (means - grand) ** 2).sum() / (n - 1)
    effective = (trainings - (sizes**2).sum() / trainings) / (n - 1)
    between_seeds = max((between - within) / effective, 0.0)
    share = between_seeds / (between_seeds + within) if between_seeds + within else np.nan
    return (float(means.mean()), float(np.sqrt(between_seeds)), float(np.sqrt(within)), float(share), *counted)
