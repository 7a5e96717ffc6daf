"""The union information of three sources and more, with a certificate: BROJA's optimisation over couplings of all.

Griffith and Koch, "Quantifying synergistic mutual information", 2014: among all distributions Q with the same
source-target marginals (X_i, Y) as P, the union information is the least information of all sources together. The
synergy of the whole is I(X_1, ..., X_k; Y) - union. For two sources it is BROJA's.

The method is that of ``_barrier``, with one system of equations for all marginals: a barrier on
f(q) = sum of q log(q / q(x)), Newton's method, and any multipliers made dual feasible by a shift for each x_1.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from coral_viz.pid.information import BIT, entropy, table

STEPS, SHRINK, KAPPA = 150, 0.3, 10.0
LARGEST = 50_000
"""Cells beyond which a table is refused: the steps are those of a dense solver."""


class WholeUnion(NamedTuple):
    """The union information in bits, the bound on its error, and the synergy of all sources together."""

    information: float
    gap: float
    synergy: float


def union_information(p, groups: Sequence[Sequence[int]] | None = None, *, tol: float = 1e-7) -> WholeUnion:
    """The least information of sources with these source-target marginals, and the synergy of all together.

    Args:
        p: probabilities or counts, one axis a source and the target last.
        groups: axes that count as one source each, such as [(0, 1), (2,)]; every axis by itself where None.
        tol: gap to reach in bits.

    Returns:
        ``information`` within ``gap`` of its exact value, and so is ``synergy``, I(all;Y) - information.

    Raises:
        ValueError: a bad table, groups that do not name each source once, more than 50 000 possible cells, tol <= 0.

    Warns:
        RuntimeWarning: the gap is larger than ``tol``.
    """
    if not tol > 0:
        raise ValueError(f"tol must be positive, not {tol}.")
    p = _grouped(table(p, max(np.ndim(p), 2)), groups)
    marginals = [p.sum(tuple(j for j in range(p.ndim - 1) if j != i)) for i in range(p.ndim - 1)]
    program = _Program(marginals)
    f, gap = program.minimise(tol * BIT)
    h_y = entropy(p.sum(tuple(range(p.ndim - 1))))
    whole = h_y + entropy(p.sum(-1), None) - entropy(p, None)
    value = float(np.clip(f / BIT + h_y, 0.0, whole))
    if not gap <= tol * BIT:
        message = f"The union information missed its tolerance: the gap is {gap / BIT:.2g} bit."
        warnings.warn(message, RuntimeWarning, stacklevel=2)
    return WholeUnion(value, float(max(gap, 0.0) / BIT), float(whole - value))


def _grouped(p, groups) -> np.ndarray:
    """The table with the axes of each group as one."""
    sources = p.ndim - 1
    groups = [(axis,) for axis in range(sources)] if groups is None else groups
    groups = [tuple(np.ravel(group).tolist()) for group in groups]
    if sorted(axis for group in groups for axis in group) != list(range(sources)) or not all(groups):
        raise ValueError(f"Groups must name each source from 0 to {sources - 1} once, but are {groups}.")
    ordered = p.transpose([axis for group in groups for axis in group] + [sources])
    return ordered.reshape([int(np.prod([p.shape[axis] for axis in group])) for group in groups] + [p.shape[-1]])


class _Program:
    """Cells (x_1, ..., x_k, y) that marginals leave possible, and the equations A q = b that these are."""

    def __init__(self, marginals: list[np.ndarray]):
        self.marginals = marginals
        possible = self._product([marginal > 0 for marginal in marginals])
        if possible.sum() > LARGEST:
            raise ValueError(f"The table has {possible.sum()} possible cells, more than {LARGEST}.")
        self.cells = np.nonzero(possible)
        count, starts = len(self.cells[0]), np.cumsum([0, *(marginal.size for marginal in marginals)])
        flat = [
            np.ravel_multi_index((self.cells[i], self.cells[-1]), marginal.shape) + starts[i]
            for i, marginal in enumerate(marginals)
        ]
        every, rows = np.unique(np.concatenate(flat), return_inverse=True)
        self.a = csr_array((np.ones(len(rows)), (rows, np.tile(np.arange(count), len(marginals)))))
        self.b = np.concatenate([marginal.ravel() for marginal in marginals])[every]
        shape = possible.shape[:-1]
        self.x, self.pair = np.unique(np.ravel_multi_index(self.cells[:-1], shape), return_inverse=True)
        self.first = np.unravel_index(self.x, shape)[0]
        self.block = csr_array((np.ones(count), (np.arange(count), self.pair)))

    def minimise(self, tol: float) -> tuple[float, float]:
        """f and its gap in nats."""
        p_y = np.maximum(self.marginals[0].sum(0), np.finfo(float).tiny)
        product = self._product([self.marginals[0], *(other / p_y for other in self.marginals[1:])])
        q, multipliers, mu = product[self.cells], np.zeros(len(self.b)), 0.1 / len(self.cells[0])
        best, lower = np.inf, -np.inf
        for _ in range(STEPS):
            slope = self._slope(q)
            z = np.clip(slope - self.a.T @ multipliers, mu / (KAPPA * q), KAPPA * mu / q)
            step, multipliers = self._newton(q, z, slope, mu)
            if not np.isfinite(step).all():  # no digits are left
                break
            q, taken = self._forward(q, step, mu)
            best, lower = min(best, self._value(self._exact(q))), max(lower, self._dual(multipliers))
            if best - lower <= tol:
                break
            if taken > 0.5:
                mu *= SHRINK
        return best, best - lower

    def _slope(self, q):
        return np.log(q / self._sums(q)[self.pair])

    def _sums(self, q):
        return np.bincount(self.pair, q, len(self.x))

    def _newton(self, q, z, slope, mu: float):
        """The step, and the multipliers after it; the Hessian is a diagonal minus one rank-one term per x."""
        diagonal = q / (1 + z)
        rest = np.bincount(self.pair, q * z / (1 + z), len(self.x))
        weighted = self.a * diagonal
        across = (weighted @ self.block).toarray()
        normal = (weighted @ self.a.T).toarray() + across / rest @ across.T

        def inverse(v):
            scaled = diagonal * v
            return scaled + diagonal * (self._sums(scaled) / rest)[self.pair]

        pull = mu / q - slope
        right = self.b - self.a @ q - self.a @ inverse(pull)
        size = np.sqrt(np.maximum(normal.diagonal(), 1e-300))
        scaled = normal / size[:, None] / size  # redundant equations leave it singular
        if not np.isfinite(scaled).all():
            return np.full_like(q, np.nan), size
        multipliers = np.linalg.lstsq(scaled, right / size, rcond=1e-13)[0] / size
        return inverse(pull + self.a.T @ multipliers), multipliers

    def _forward(self, q, step, mu: float):
        """As far as the barrier lets it fall, and the share of the step that was."""
        shrinking = step < 0
        share = min(1.0, 0.99 * np.min(-q[shrinking] / step[shrinking], initial=np.inf))
        start, fall = self._barrier(q, mu), step @ (self._slope(q) - mu / q)
        while share > 1e-10 and self._barrier(q + share * step, mu) > start + 1e-4 * share * min(fall, 0.0) + 1e-12:
            share /= 2
        return q + share * step, share

    def _barrier(self, q, mu: float) -> float:
        return float(q @ self._slope(q) - mu * np.log(q).sum())

    def _exact(self, q) -> np.ndarray:
        """The coupling near q with the marginals to rounding: scaled down, deficits filled by their product."""
        full = np.zeros([marginal.shape[0] for marginal in self.marginals] + [self.marginals[0].shape[1]])
        full[self.cells] = q
        for i, marginal in enumerate(self.marginals):
            full = full * self._lifted(np.minimum(1.0, _ratio(marginal, self._marginal(full, i))), i)
        missing = [np.maximum(marginal - self._marginal(full, i), 0.0) for i, marginal in enumerate(self.marginals)]
        total = missing[0].sum(0)
        fill = [missing[0], *(_ratio(other, np.broadcast_to(total, other.shape)) for other in missing[1:])]
        return full + self._product(fill)

    def _value(self, full) -> float:
        return float(BIT * (entropy(full.sum(-1), None) - entropy(full, None)))

    def _dual(self, multipliers) -> float:
        """The value of the multipliers after the shift of each x_1 that makes them feasible."""
        score = self.a.T @ multipliers
        top = np.full(len(self.x), -np.inf)
        np.maximum.at(top, self.pair, score)
        excess = top + np.log(np.bincount(self.pair, np.exp(score - top[self.pair]), len(self.x)))
        shift = np.full(self.marginals[0].shape[0], -np.inf)
        np.maximum.at(shift, self.first, excess)
        p_first = self.marginals[0].sum(1)
        return float(multipliers @ self.b - p_first[p_first > 0] @ shift[p_first > 0])

    def _product(self, values: list[np.ndarray]) -> np.ndarray:
        """One array over all cells (x_1, ..., x_k, y): the product of one (x_i, y) per marginal."""
        return functools.reduce(np.multiply, [self._lifted(value, i) for i, value in enumerate(values)])

    def _lifted(self, value, i: int) -> np.ndarray:
        shape = [1] * len(self.marginals) + [value.shape[1]]
        shape[i] = value.shape[0]
        return value.reshape(shape)

    def _marginal(self, full, i: int) -> np.ndarray:
        return full.sum(tuple(j for j in range(len(self.marginals)) if j != i))


def _ratio(x, y):
    """x / y, and 0 where y is."""
    return x / np.where(y > 0, y, 1.0) * (y > 0)
