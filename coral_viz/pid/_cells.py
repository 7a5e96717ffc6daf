"""One table as lists: what is positive in its two source-target marginals, and the cells that these leave possible.

Let a and b be the marginals, as in ``_barrier``. Given y, a coupling may fill every pair of an x1 and an x2 that occur
with y. Where only one x1 or only one x2 does, it has no choice: q = a b / p(y). Such cells are *settled* and leave the
search, which cells of a deterministic or sparse table mostly do; what they weigh in q12 is all the others see of them.
Marginal entries below ``TRACE``, which would ruin the conditioning of a search, are settled at a b / p(y) as well.

Certificates leave nothing out. A settled cell has a multiplier of its own, log(q / q12), and a trace one that is low
enough to break no dual constraint: it costs the bound at most TRACE log(1 / TRACE) nats.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

TRACE = 1e-12
"""Marginal probabilities below this are left out of the search, but not of the certificate."""


class Marginal(NamedTuple):
    """The positive entries of one source-target table, sorted by target value."""

    x: np.ndarray
    y: np.ndarray
    mass: np.ndarray

    @classmethod
    def of(cls, table):
        """Of an array (values of the source, values of the target)."""
        y, x = np.nonzero(table.T)
        return cls(x, y, table[x, y])

    @classmethod
    def summed(cls, x, y, mass):
        """Of any number of entries, some at the same place, some 0."""
        key, place = np.unique(y * (1 + x.max()) + x, return_inverse=True)
        total = np.bincount(place, mass)
        key, total = key[total > 0], total[total > 0]
        return cls(key % (1 + x.max()), key // (1 + x.max()), total)

    def table(self, *shape):
        """As an array."""
        return np.bincount(self.x * shape[1] + self.y, self.mass, np.prod(shape)).reshape(shape)


@dataclass(frozen=True)
class Cells:
    """The possible cells of one table, sorted by pair of source values; arrays of one length unless said otherwise.

    Attributes:
        first, second: the marginals.
        row, column: number of each cell's entry in ``first`` and ``second``.
        start: number of the first cell of each pair (x1, x2).
        pair: number of each cell's pair.
        product: a b / p(y), the coupling under which the sources are independent given the target.
        choices_1, choices_2: how many x1 and x2, traces aside, each entry's y has; of the lengths of the marginals.
    """

    first: Marginal
    second: Marginal
    row: np.ndarray
    column: np.ndarray
    start: np.ndarray
    pair: np.ndarray
    product: np.ndarray
    choices_1: np.ndarray
    choices_2: np.ndarray

    @classmethod
    def of(cls, first: Marginal, second: Marginal):
        last = 1 + max(first.y[-1], second.y[-1])
        columns_of_y = np.bincount(second.y, minlength=last)
        row = np.repeat(np.arange(len(first.y)), columns_of_y[first.y])
        rank = np.arange(len(row)) - np.searchsorted(row, row)
        column = (np.cumsum(columns_of_y) - columns_of_y)[first.y[row]] + rank
        pair = first.x[row] * (1 + second.x.max()) + second.x[column]
        order = np.argsort(pair, kind="stable")
        row, column, pair = row[order], column[order], pair[order]
        begins = np.diff(pair, prepend=-1) > 0
        py = np.bincount(first.y, first.mass)
        product = first.mass[row] * (second.mass[column] / py[first.y[row]])
        choices = [np.bincount(side.y, side.mass >= TRACE, last)[side.y] for side in (first, second)]
        return cls(first, second, row, column, np.flatnonzero(begins), np.cumsum(begins) - 1, product, *choices)

    @property
    def index(self):
        """Where each cell lies in the table p[x1, x2, y]."""
        return self.first.x[self.row], self.second.x[self.column], self.first.y[self.row]

    @cached_property
    def free(self):
        """Which cells a search has to settle."""
        seen = (self.first.mass >= TRACE)[self.row] & (self.second.mass >= TRACE)[self.column]
        return seen & (self.choices_1[self.row] > 1) & (self.choices_2[self.column] > 1)

    def slope(self, q):
        """log(q / q12), the gradient of f; 0 where q is 0."""
        q12 = np.add.reduceat(q, self.start)[self.pair]
        return np.log(np.where(q > 0, q / np.where(q > 0, q12, 1.0), 1.0))

    def rounded(self, q):
        """The coupling near q with exact marginals, as ``broja.with_marginals`` finds it."""
        (_, y, a), (_, _, b) = self.first, self.second
        q = q * np.minimum(1.0, _ratio(a, self._rows(q)))[self.row]
        q = q * np.minimum(1.0, _ratio(b, self._columns(q)))[self.column]
        missing_a, missing_b = np.maximum(a - self._rows(q), 0.0), np.maximum(b - self._columns(q), 0.0)
        total = np.bincount(y, missing_a)[y]
        return q + _ratio(missing_a, total)[self.row] * missing_b[self.column]

    def dual_value(self, alpha, beta, slope):
        """A lower bound on min f in nats, as ``_barrier.dual_value`` finds it, from any multipliers.

        Args:
            alpha, beta: those of the free cells' entries, shapes of the marginals; others are set here.
            slope: log(q / q12) of a coupling, the better the nearer to the optimum.
        """
        alpha, beta = self._complete(alpha, beta, slope)
        exponent = alpha[self.row] + beta[self.column]
        top = np.maximum.reduceat(exponent, self.start)
        largest = top + np.log(np.add.reduceat(np.exp(exponent - top[self.pair]), self.start))
        x1, x2 = self.first.x[self.row[self.start]], self.second.x[self.column[self.start]]
        rows = _largest(largest, x1)
        columns = _largest(largest - rows[x1], x2)
        value = self.first.mass @ (alpha - rows[self.first.x])
        return value + self.second.mass @ (beta - columns[self.second.x])

    def _complete(self, alpha, beta, slope):
        """Multipliers for settled cells and for traces too."""
        if self.free.all():
            return alpha, beta
        alpha, beta = alpha.copy(), beta.copy()
        seen_1, seen_2 = self.first.mass >= TRACE, self.second.mass >= TRACE
        seen = seen_1[self.row] & seen_2[self.column]
        one_row = seen & (self.choices_1[self.row] == 1)
        one_column = seen & ~one_row & (self.choices_2[self.column] == 1)
        beta[self.column[one_row]] = slope[one_row]
        alpha[self.row[one_column]] = slope[one_column]
        highest_alpha = _largest(np.where(seen_1, alpha, 0.0), self.first.y, floor=0.0)
        highest_beta = _largest(np.where(seen_2, beta, 0.0), self.second.y, floor=0.0)
        alpha = np.where(seen_1, alpha, np.log(TRACE) - highest_beta[self.first.y])
        return alpha, np.where(seen_2, beta, np.log(TRACE) - highest_alpha[self.second.y])

    def _rows(self, q):
        return np.bincount(self.row, q)

    def _columns(self, q):
        return np.bincount(self.column, q)


def _largest(values, group, floor=-np.inf):
    """The largest of the values of each group, never below ``floor``."""
    found = np.full(group.max() + 1, floor)
    np.maximum.at(found, group, values)
    return found


def _ratio(x, y):
    """x / y, and 0 where y is."""
    return x / np.where(y > 0, y, 1.0) * (y > 0)
