"""World and luck told apart: how far results spread between worlds, and between trainings in one world."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from coral_viz.results import tables

FOUND = ("estimate", "seeds_sd", "trainings_sd", "share", "n", "trained_again", "trainings")


def components(frame: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Standard deviations between worlds (seeds) and between trainings in one world (training seeds).

    A value is its world's level plus the luck of a training, both independent with a variance of their own: the one-way
    layout with random effects. Variances are those of the analysis of variance, for worlds with different numbers of
    trainings too (Searle, Casella and McCulloch, "Variance Components", 1992, section 3.6); a negative one is 0.

    Returns:
        ``by`` + estimate (mean over seeds), seeds_sd, trainings_sd, share (of the variance of one run that is its
        world's), n (seeds), trained_again (seeds with several trainings), trainings (in all). NaN where there is but
        one seed, or no seed with several trainings: then world and luck cannot be told apart.

    Raises:
        ValueError: no finished run, or as ``tables.by_seed``.
    """
    by = list(by)
    rows = tables.select(frame)
    tables.by_seed(rows, by)
    groups = rows.groupby(by, sort=False, dropna=False)
    found = [(*key, *_of([values.to_numpy() for _, values in group.groupby("seed")["value"]])) for key, group in groups]
    return pd.DataFrame(found, columns=[*by, *FOUND])


def _of(worlds: list[np.ndarray]) -> tuple[float, ...]:
    """The columns of ``FOUND`` for the values of each world."""
    sizes, means = np.array([len(values) for values in worlds]), np.array([values.mean() for values in worlds])
    n, trainings = len(worlds), int(sizes.sum())
    counted = n, int((sizes > 1).sum()), trainings
    if n < 2 or trainings == n:
        return (float(means.mean()), np.nan, np.nan, np.nan, *counted)
    within = sum(((values - values.mean()) ** 2).sum() for values in worlds) / (trainings - n)
    grand = (sizes * means).sum() / trainings
    between = (sizes * (means - grand) ** 2).sum() / (n - 1)
    effective = (trainings - (sizes**2).sum() / trainings) / (n - 1)
    world = max((between - within) / effective, 0.0)
    share = world / (world + within) if world + within else np.nan
    return (float(means.mean()), float(np.sqrt(world)), float(np.sqrt(within)), float(share), *counted)
