"""The method of ``_barrier`` for one table: the same steps on a vector of the cells that have a choice.

A batch of small tables spends its time in arithmetic, one small table in calls to numpy, and a large sparse table would
spend it on cells that must be 0 or are settled by the marginals. Here these are left out, and the normal matrix is
factorised whole, sparse if it is, which also loses fewer digits where probabilities differ by many orders of magnitude.

Settled cells enter as the mass h[i,j] that they add to q12[i,j]. The gradient of f stays log(q / q12) and its Hessian a
diagonal minus one rank-one term per pair, so that only s = sum_y D z + h is new. Names are those of ``_barrier``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg.lapack import dpotrf, dpotrs
from scipy.sparse import csr_array
from scipy.sparse.linalg import splu

from coral_viz.pid._barrier import FAST, Path
from coral_viz.pid._cells import Cells

DENSE = 50_000
"""Up to so many entries, most of them 0, the factor of a normal matrix is an array: numpy's calls are the shorter."""

SPARSE = 0.01
"""Share of filled entries below which a normal matrix is factorised as a sparse one."""


State = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, float]
"""q, log q, slope, log q12, multipliers, z and mu of an iterate."""


class Program:
    """The free cells of one table and the equations A q = target that their marginals are.

    One column equation per y is left out: the others imply it. Its place, the last, is dropped from every result.
    """

    def __init__(self, cells: Cells):
        self.number = np.flatnonzero(cells.free)
        self.start = cells.product[self.number]
        self.rows, self.row = np.unique(cells.row[self.number], return_inverse=True)
        self.columns, column = np.unique(cells.column[self.number], return_inverse=True)
        needed = ~_heaviest(np.bincount(column, self.start), cells.second.y[self.columns])
        self.size = len(self.rows) + int(needed.sum())
        self.place = np.where(needed, len(self.rows) + np.cumsum(needed) - 1, self.size)
        self.column = self.place[column]
        pair = cells.pair[self.number]
        begins = np.diff(pair, prepend=-1) > 0
        self.first, self.pair = np.flatnonzero(begins), np.cumsum(begins) - 1
        settled = np.where(cells.free, 0.0, cells.product)
        self.settled = np.add.reduceat(settled, cells.start)[pair[self.first]]
        self.target = self.marginals(self.start)
        self._pattern()

    def marginals(self, q):
        """A q."""
        return (np.bincount(self.row, q, self.size + 1) + np.bincount(self.column, q, self.size + 1))[:-1]

    def lift(self, multipliers):
        """A' multipliers."""
        padded = np.concatenate((multipliers, _NONE))
        return padded[self.row] + padded[self.column]

    def by_pair(self, values):
        """Sums over the free cells of each pair of source values."""
        return np.add.reduceat(values, self.first)

    def slope(self, q):
        """log q, log(q / q12) and log q12, the last of each pair."""
        log_q, log_pair = np.log(q), np.log(self.by_pair(q) + self.settled)
        return log_q, log_q - log_pair[self.pair], log_pair

    def _pattern(self):
        """Where the factor F of the normal matrix F F' has its entries: a column for each cell and each pair."""
        cell = np.arange(len(self.start))
        equation = np.concatenate([self.row, self.column] * 2)
        column = np.concatenate([cell, cell, len(cell) + self.pair, len(cell) + self.pair])
        shape = self.size + 1, len(cell) + len(self.first)
        self.dense = np.prod(shape) <= DENSE
        self.factor: Any  # dense or sparse
        if self.dense:
            self.entry, self.factor = equation * shape[1] + column, np.zeros(shape)
        else:
            self.factor = csr_array((np.arange(1.0, len(equation) + 1), (equation, column)), shape)[:-1]
            self.entry = self.factor.data.astype(int) - 1

    def normal_matrix(self, scale, rank_one):
        """A (diag(scale) + one rank-one term per pair) A'."""
        root, shared = np.sqrt(scale), scale / np.sqrt(rank_one)[self.pair]
        values = np.concatenate([root, root, shared, shared])
        if self.dense:
            self.factor.flat[self.entry] = values
            return self.factor[:-1] @ self.factor[:-1].T
        self.factor.data = values[self.entry]
        return self.factor @ self.factor.T


def _heaviest(mass, group):
    """Which entry of each group is the largest, one a group."""
    order = np.lexsort((mass, group))
    largest = np.zeros(len(mass), dtype=bool)
    largest[order[np.flatnonzero(np.diff(group, append=-1))]] = True
    return largest


def minimise(cells: Cells, tol: float, path: Path = FAST):
    """The coupling and multipliers of one table with the smallest gap found.

    Args:
        cells: what its marginals allow.
        tol: the duality gap to reach, in nats.

    Returns:
        q of the shape of the cells, alpha and beta of those of the marginals; q is feasible up to rounding errors.
    """
    q, alpha, beta = cells.product, np.zeros(len(cells.first.y)), np.zeros(len(cells.second.y))
    if not cells.free.any():
        return q, alpha, beta
    program = Program(cells)
    state = _start(program, cells, path)
    for _ in range(path.steps):
        following = step(program, *state, tol, path)
        if following is None:
            break
        state = following
        if state[-1] * len(state[0]) <= tol:
            found = _spread(program, cells, state[0], state[4])
            if abs(_gap(cells, *found)) <= tol:
                break
    return _spread(program, cells, state[0], state[4])


def _start(program: Program, cells: Cells, path: Path) -> State:
    q = program.start
    first = cells.first
    p1 = np.bincount(first.x, first.mass)
    multipliers = np.zeros(program.size)
    multipliers[: len(program.rows)] = np.log(first.mass / p1[first.x])[program.rows]
    mu = path.start / len(q)
    log_q, slope, log_pair = program.slope(q)
    return q, log_q, slope, log_pair, multipliers, mu / q, mu


def step(program: Program, q, log_q, slope, log_pair, multipliers, z, mu, tol: float, path: Path):
    """One damped Newton step in q, a full one in the multipliers, the next z and mu; None if rounding forbids one."""
    found = newton_direction(program, q, slope, multipliers, z, mu)
    if found is None:
        return None
    move, multipliers = found
    lifted = program.lift(multipliers)
    relative = move / q
    length = path.reach / max(-relative.min(), path.reach)
    slack = slope - lifted
    descent = slack @ move - mu * relative.sum()
    merit = slack @ q - program.settled @ log_pair - mu * log_q.sum()
    for _ in range(40):
        after = q + length * move
        log_q, slope, log_pair = program.slope(after)
        slack = slope - lifted
        now = slack @ after - program.settled @ log_pair - mu * log_q.sum()
        if now <= merit + 1e-4 * length * descent + 1e-15 * (1.0 + abs(merit)):
            break
        length *= 0.5
    if not np.isfinite(log_q).all():
        return None
    if np.abs(slack * after).max() < path.spread * mu:
        mu = max(path.shrink * mu, 0.05 * tol / len(q))
    centre = mu / after
    z = np.minimum(np.maximum(slack, centre / path.clip), path.clip * centre)
    return after, log_q, slope, log_pair, multipliers, z, mu


def newton_direction(program: Program, q, slope, multipliers, z, mu):
    """The change of q and the new multipliers; None if the normal matrix is not positive in floating point."""
    scale = q / (1.0 + z)
    rank_one = program.by_pair(scale * z) + program.settled

    def apply(force):
        """(Hessian of f + diag(z / q))^-1 force."""
        return scale * (force + (program.by_pair(scale * force) / rank_one)[program.pair])

    solve = factorised(program.normal_matrix(scale, rank_one))
    if solve is None:
        return None
    move = apply(mu / q + program.lift(multipliers) - slope)
    rest = program.target - program.marginals(q + move)
    for _ in range(3):  # the first round solves, the others refine
        more = solve(rest)
        correction = apply(program.lift(more))
        move, multipliers = move + correction, multipliers + more
        rest = rest - program.marginals(correction)
        if np.abs(rest).max() < 1e-13:
            break
    return move, multipliers


def factorised(normal):
    """The solver of a positive matrix, dense or sparse; None if it is not positive in floating point."""
    if not isinstance(normal, np.ndarray):
        if normal.nnz < SPARSE * normal.shape[0] ** 2:
            try:
                return splu(normal.tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=_SYMMETRIC).solve
            except RuntimeError:
                return None
        normal = normal.toarray()
    factor, failed = dpotrf(normal, lower=1)
    return None if failed else lambda side: dpotrs(factor, side, lower=1)[0]


_SYMMETRIC = {"SymmetricMode": True}
_NONE = np.zeros(1)  # the multiplier of an equation that is left out


def _spread(program: Program, cells: Cells, q, multipliers):
    """q of every cell, alpha and beta of every entry of the marginals."""
    full, alpha, beta = cells.product.copy(), np.zeros(len(cells.first.y)), np.zeros(len(cells.second.y))
    full[program.number] = q
    alpha[program.rows] = multipliers[: len(program.rows)]
    beta[program.columns] = np.concatenate((multipliers, _NONE))[program.place]
    return full, alpha, beta


def _gap(cells: Cells, q, alpha, beta):
    slope = cells.slope(q)
    return q @ slope - cells.dual_value(alpha, beta, slope)


def solve(cells: Cells, tol: float, path: Path = FAST):
    """f and its gap in nats and the coupling, one value a cell, with exact marginals."""
    q, alpha, beta = minimise(cells, 0.9 * tol, path)
    q = cells.rounded(q)
    slope = cells.slope(q)
    f = q @ slope
    return f, f - cells.dual_value(alpha, beta, slope), q
