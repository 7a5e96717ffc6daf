"""What others do, and what it costs: dit's solvers, the cone programme of BROJA, a search over Gaussian couplings.

The last two are slow and independent of the methods of ``coral_viz.pid``, which the tests check with them.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import contextmanager
from typing import TypeVar

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import coo_array, csc_matrix, csr_matrix

from coral_viz import pid
from coral_viz.pid.bridge import NODES
from coral_viz.pid.information import BIT

T = TypeVar("T")

LIMIT = 60.0  # seconds of CPU time for one table of a competitor
SOLVERS = {"dit default": {}, "dit cone": {"method": "cone"}}


def ecos_union(p) -> float:
    """The union information in bits by ECOS (Makkeh, Theis and Vicente, "BROJA-2PID", Entropy 2018).

    Minimise sum r subject to (-r, q_x, q) in the exponential cone, that is r >= q log(q / q_x), q_x the sum over y, and
    to the marginals, over the cells (x1, ..., xk, y) that these leave possible.

    Args:
        p: probabilities (n1, ..., nk, ny), dense or ``scipy.sparse.coo_array``.
    """
    import ecos

    p = coo_array(p)
    *sources, y = p.coords
    p_y = np.bincount(y, p.data)
    ends = [np.unique(np.stack([y, x]), axis=1, return_inverse=True) for x in sources]
    right = [np.bincount(inverse, p.data) for _, inverse in ends]
    rows, target = [np.arange(len(right[0]))], ends[0][0][0]
    for values, _ in ends[1:]:
        others = [np.flatnonzero(values[0] == value) for value in target]
        kept = np.repeat(np.arange(len(target)), [len(other) for other in others])
        rows, target = [*(row[kept] for row in rows), np.concatenate(others)], target[kept]
    cell, places = np.arange(len(target)), [values[1][row] for (values, _), row in zip(ends, rows)]
    pair = np.unique(np.ravel_multi_index(places, p.shape[:-1]), return_inverse=True)[1]
    member = csr_matrix((np.ones(len(cell)), (pair, cell)))
    shared = (member.T @ member).tocoo()
    cone = csc_matrix(
        (
            np.concatenate([np.ones(len(cell)), -np.ones(shared.nnz), -np.ones(len(cell))]),
            (
                np.concatenate([3 * cell, 3 * shared.row + 1, 3 * cell + 2]),
                np.concatenate([cell, len(cell) + shared.col, len(cell) + cell]),
            ),
        )
    )
    starts = np.cumsum([0, *map(len, right)])
    numbers = np.concatenate([row + start for row, start in zip(rows, starts)])
    equations = csr_matrix((np.ones(len(numbers)), (numbers, np.tile(len(cell) + cell, len(rows)))))
    implied = [np.diff(values[0], append=-1) != 0 for values, _ in ends[1:]]  # one per y, by the first source's
    needed = ~np.concatenate([np.zeros(len(right[0]), dtype=bool), *implied])
    cost = np.repeat([1.0, 0.0], len(cell))
    dims = {"l": 0, "q": [], "e": len(cell)}
    sides = np.zeros(3 * len(cell)), equations[needed].tocsc(), np.concatenate(right)[needed]
    found = ecos.solve(cost, cone, sides[0], dims, *sides[1:], verbose=False)
    return found["info"]["pcost"] / BIT - float(p_y @ np.log2(np.where(p_y > 0, p_y, 1.0)))


def searched_gaussian(covariance, d1: int, d2: int) -> tuple[float, float]:
    """A lower and an upper bound in bits on the Gaussian union information, by BFGS on a barrier over the couplings.

    Once both noises are white, their correlation K, singular values below 1, is free: the noise T = [I K; K' I] gives
    1/2 log det(T + C) - 1/2 log det T, C the outer product of the gains (Venkatesh et al., NeurIPS 2023). That is
    convex in T, so its tangent at any K bounds it from below everywhere.
    """
    target = covariance[d1 + d2 :, d1 + d2 :]
    gains = []
    for part in (slice(d1), slice(d1, d1 + d2)):
        gain = np.linalg.solve(target, covariance[d1 + d2 :, part]).T
        noise = np.linalg.cholesky(covariance[part, part] - gain @ target @ gain.T)
        gains.append(np.linalg.solve(noise, gain @ np.linalg.cholesky(target)))
    outer = np.concatenate(gains) @ np.concatenate(gains).T

    def total(k):
        return np.block([[np.eye(d1), k], [k.T, np.eye(d2)]])

    def down(t):
        return (np.linalg.inv(t) - np.linalg.inv(t + outer))[:d1, d1:]

    def barrier(flat, mu):
        t = total(flat.reshape(d1, d2))
        if np.linalg.eigvalsh(t)[0] <= 0:
            return np.inf, np.zeros_like(flat)
        value = np.linalg.slogdet(t + outer)[1] - (1 + mu) * np.linalg.slogdet(t)[1]
        return value, -2 * (down(t) + mu * np.linalg.inv(t)[:d1, d1:]).ravel()

    flat, lower, upper = np.zeros(d1 * d2), -np.inf, np.inf
    for mu in 0.1 ** np.arange(9.0):
        flat = minimize(barrier, flat, (mu,), "BFGS", jac=True, options={"gtol": 1e-7 * mu, "maxiter": 3000}).x
        k = flat.reshape(d1, d2)
        value, slope = barrier(flat, 0.0)[0] / 2, down(total(k))
        upper = min(upper, value)
        lower = max(lower, value - np.linalg.svd(slope, compute_uv=False).sum() + np.sum(slope * k))
    return lower / BIT, upper / BIT


def dit_broja(table: np.ndarray, options: dict) -> tuple[float, np.ndarray | None]:
    """CPU seconds of dit's BROJA and its atoms; the limit and None where it was stopped."""
    import dit.pid

    distribution = pid.to_dit(table)
    with cpu_limit(LIMIT):
        spent, found = timed(dit.pid.PID_BROJA, distribution, **options)
        return spent, np.array([float(found[node]) for node in NODES])
    return LIMIT, None


def timed(call: Callable[..., T], *args, **options) -> tuple[float, T]:
    """CPU seconds of a call, and what it returns."""
    begun = time.process_time()
    found = call(*args, **options)
    return time.process_time() - begun, found


def cpu(call: Callable, *args, **options) -> float:
    """CPU seconds of a call."""
    return timed(call, *args, **options)[0]


@contextmanager
def cpu_limit(seconds: float):
    """Stop what runs inside, quietly, after so many seconds of CPU time."""

    def stop(*_):
        raise TimeoutError

    former = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    except TimeoutError:
        pass
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, former)
