"""Is there any synergy? Permutation tests of counts.

If the label is independent of one source given the other, then S = 0, and labels can be permuted among samples with the
same value of the other source. This test is exact for any sample size. The other source is the one with the larger
unique atom, as the dispensable one has none. S = 0 is also possible if neither source is dispensable, on the boundary
of the set of couplings; in this case the same test was measured to reject as rarely. Two other null distributions are
not valid. Permuting X2 within classes also changes R and U. Samples from the optimal coupling, whose synergy is 0, lack
the cells that are empty by chance, so in sparse tables most true hypotheses would be rejected.
"""

from __future__ import annotations

import numpy as np

from coral_viz.pid.arguments import as_array
from coral_viz.pid.broja_solver import broja

# Gap of the solver in bits: a few samples know their atoms to nothing like this; many to a small part of a bit by n.
TOLERANCE = 1e-5
SHARE = 0.02
# numpy draws without replacement from fewer than so many samples; of more, a normal distribution tells no difference.
LARGEST = 10**9


def synergy_p_value(counts: np.ndarray, *, replicates: int = 200, seed: int = 0) -> float:
    """p-value of S = 0 given counts (n1, n2, ny), by permuting Y given the source with more unique information."""
    counts = checked_counts(counts)
    tol = float(np.clip(SHARE / counts.sum(), 1e-9, TOLERANCE))
    observed = broja(counts, tol=tol)
    ordered = counts if observed.unique_1 >= observed.unique_2 else counts.swapaxes(0, 1)
    null = shuffled(ordered.sum(2), ordered.sum(1), replicates, np.random.default_rng(seed))
    return _exceedance(np.asarray(broja(null, batch_axes=1, tol=tol).synergy), float(observed.synergy), tol)


def shuffled(rows: np.ndarray, columns: np.ndarray, replicates: int, rng: np.random.Generator) -> np.ndarray:
    """Random contingency tables with given margins, as if the samples of each table had their column shuffled.

    Args:
        rows: samples per row, batch axes + (r,).
        columns: samples per column, batch axes + (c,), with the same totals.
        replicates: tables to draw.
        rng: where from.

    Returns:
        Counts of shape (replicates,) + batch axes + (r, c). Drawn cell by cell: the cost depends on the cells, not on
        the samples.
    """
    open_columns = np.repeat(columns[None], replicates, axis=0)
    drawn = np.zeros((replicates, *rows.shape, columns.shape[-1]), dtype=int)
    for row in range(rows.shape[-1]):
        missing = np.repeat(rows[None, ..., row], replicates, axis=0)
        others = open_columns.sum(-1)
        for column in range(columns.shape[-1]):
            here = open_columns[..., column]
            others = others - here
            drawn[..., row, column] = _without_replacement(here, others, missing, rng)
            missing = missing - drawn[..., row, column]
        open_columns = open_columns - drawn[..., row, :]
    return drawn


def _without_replacement(here, others, missing, rng: np.random.Generator) -> np.ndarray:
    """How many of the ``missing`` samples drawn from ``here`` + ``others`` are from here."""
    total = here + others
    if total.max() < LARGEST:
        return rng.hypergeometric(here, others, missing)
    share = here / np.maximum(total, 1)
    spread = np.sqrt(missing * share * (1 - share) * (total - missing) / np.maximum(total - 1, 1))
    normal = np.rint(rng.normal(missing * share, spread)).astype(int)
    return np.clip(normal, np.maximum(missing - others, 0), np.minimum(here, missing))


def checked_counts(counts: np.ndarray) -> np.ndarray:
    """Counts (n1, n2, ny) as integers; ValueError unless they are whole numbers of at least 4 samples."""
    counts = as_array(counts, "Counts")
    if counts.ndim != 3:
        raise ValueError(f"Counts must have shape (n1, n2, ny), but have {counts.shape}.")
    if counts.dtype.kind not in "biuf":
        raise ValueError(f"Counts must be whole numbers, not {counts.dtype}.")
    if not (np.isfinite(counts).all() and (counts >= 0).all() and (counts == np.floor(counts)).all()):
        raise ValueError("Counts must be whole numbers, none negative: probabilities say nothing of the sample size.")
    if counts.sum(dtype=float) > 2**53:
        raise ValueError(f"Counts must total at most 2**53, but total {counts.sum(dtype=float):.2g}.")
    if counts.sum() < 4:
        raise ValueError(f"Inference needs at least 4 samples, but the table counts {int(counts.sum())}.")
    return counts.astype(int)


def _exceedance(null: np.ndarray, observed: float, tie: float) -> float:
    """Share of null values at least as large, ties by half, the observed one counted among them: never 0."""
    above, at_least = (null > observed + tie).sum(), (null >= observed - tie).sum()
    return float((1 + (above + at_least) / 2) / (1 + len(null)))
