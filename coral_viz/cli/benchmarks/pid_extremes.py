"""How fast the solvers are where general ones stop: large sparse tables, and Gaussian sources and targets."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.sparse import coo_array

from coral_viz import pid
from coral_viz.cli.benchmarks.peers import SOLVERS, cpu, dit_broja, ecos_union, searched_gaussian, timed

REPEATS = 5  # calls to one measurement of a millisecond: the clock of CPU time is coarse


def sparse_times(quick: bool) -> Iterator[tuple]:
    """Milliseconds of sparse tables, with the gap, against ECOS and dit's cone solver where these take seconds."""
    for case, p, peers in sparse_cases(quick):
        atoms, ours = pid.broja(p), np.median([cpu(_repeat, pid.broja, p) for _ in range(3)]) / REPEATS
        yield "sparse", case, "coral_viz", "single", 1e3 * ours, "ms", "", 1, 3
        yield "sparse", case, "coral_viz", "gap", float(atoms.gap), "bits", "", 1, 1
        union = atoms.redundancy + atoms.unique_1 + atoms.unique_2
        for solver in peers:
            if solver == "ecos":
                spent, found = timed(ecos_union, p)
                error, bound = abs(found - union), ""
            else:
                spent, theirs = dit_broja(p.toarray(), SOLVERS[solver])
                error = np.abs(theirs - atoms.as_array()).max() if theirs is not None else None
                bound = "at least" if theirs is None else ""
            yield "sparse", case, solver, "single", 1e3 * spent, "ms", bound, 1, 1
            if not bound:
                yield "sparse", case, solver, "worst error", error, "bits", "", 1, 1
            yield "sparse", case, f"coral_viz against {solver}", "single", spent / ours, "times faster", bound, 1, 1


def sparse_cases(quick: bool) -> Iterator[tuple[str, coo_array, tuple[str, ...]]]:
    """Named tables that are mostly zeros, and the peers to give them to."""
    both, ecos = ("ecos", "dit cone"), ("ecos",)
    yield "COPY 10x10", copy_table(10, 10), both
    yield "noisy COPY 12x12", copy_table(12, 12, noisy=True), ecos
    if not quick:
        yield "COPY 20x10", copy_table(20, 10), both
        yield "COPY 30x10", copy_table(30, 10), ecos
        yield "COPY 20x20", copy_table(20, 20), both
        yield "COPY 100x25", copy_table(100, 25), ecos
        yield "noisy COPY 20x20", copy_table(20, 20, noisy=True), ecos
        yield "500 counts in 20x20x20", _counts((20, 20, 20), 500), ()
        yield "1000 counts in 30x30x100", _counts((30, 30, 100), 1000), ()
    yield "COPY 990x25", copy_table(990, 25), ()


def copy_table(n1: int, n2: int, noisy: bool = False) -> coo_array:
    """Y = (X1, X2), both uniform; ``noisy``: in one of ten cases another value, one for each (x1, x2)."""
    x1, x2 = np.indices((n1, n2)).reshape(2, -1)
    y, share = x1 * n2 + x2, np.full(n1 * n2, 1 / (n1 * n2))
    if not noisy:
        return coo_array((share, (x1, x2, y)), (n1, n2, n1 * n2))
    other = np.random.default_rng(0).permutation(n1 * n2)
    mass = np.concatenate([0.9 * share, 0.1 * share])
    return coo_array((mass, (np.tile(x1, 2), np.tile(x2, 2), np.append(y, other))), (n1, n2, n1 * n2))


def _counts(shape: tuple[int, ...], n: int) -> coo_array:
    """n samples of a uniform distribution."""
    cells = np.prod(shape)
    return coo_array(np.random.default_rng(0).multinomial(n, np.full(cells, 1 / cells)).reshape(shape))


def _repeat(call, *arguments) -> None:
    for _ in range(REPEATS):
        call(*arguments)


def gaussian_times(quick: bool) -> Iterator[tuple]:
    """Milliseconds of Gaussian atoms alone and in a batch, with the gap, against a search over the couplings."""
    for d in (2,) if quick else (2, 4, 7):
        x = np.random.default_rng(0).normal(size=(1000, 3 * d, 3 * d + 3))
        covariances, case, few = x @ x.mT, f"d = {d}", 5
        batch = np.median([cpu(pid.gaussian, covariances, d, d) for _ in range(3)]) / len(x)
        single = np.median([cpu(_repeat, pid.gaussian, c, d, d) for c in covariances[:20]]) / REPEATS
        atoms = pid.gaussian(covariances, d, d)
        union = atoms.redundancy + atoms.unique_1 + atoms.unique_2
        spent, found = zip(*(timed(searched_gaussian, c, d, d) for c in covariances[:few]))
        lower, upper = np.transpose(found)
        apart = max(np.max(lower - union[:few]), np.max(union[:few] - upper), 0.0)
        yield "gaussian", case, "coral_viz", "batch", 1e3 * batch, "ms", "", len(x), 3
        yield "gaussian", case, "coral_viz", "single", 1e3 * single, "ms", "", 20, REPEATS
        yield "gaussian", case, "coral_viz", "worst gap", float(atoms.gap.max()), "bits", "", len(x), 1
        yield "gaussian", case, "coral_viz", "beyond the bounds of the search", apart, "bits", "", few, 1
        yield "gaussian", case, "search", "single", 1e3 * np.median(spent), "ms", "", few, 1
        yield "gaussian", case, "search", "worst error", float(np.max(upper - lower)), "bits", "", few, 1
        ratio = np.median(spent) / single
        yield "gaussian", case, "coral_viz against search", "single", ratio, "times faster", "", few, 1
