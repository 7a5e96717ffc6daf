"""The redundancy lattice (Williams and Beer 2010) of two to four sources: nodes, order, covers, Moebius inversion.

A node is an antichain of collections of sources. The node ((0,), (1, 2)) stands for information that source 1 provides,
and that sources 2 and 3 together provide, too. Node a is below node b if every collection of b contains one of a. A
redundancy measure I gives the information common to all collections of a node. Its Moebius inverse Pi is the part that
no lower node has: I(a) = sum of Pi(b), b <= a.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, combinations

import numpy as np

from coral_viz.pid.bridge import dit_partial
from coral_viz.pid.information import table
from coral_viz.pid.measures import DIT

Node = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Lattice:
    """The redundancy lattice of some sources; make it with ``redundancy_lattice``.

    Attributes:
        sources: how many sources.
        nodes: from the bottom (all single sources) up to the top (all sources together), by rank.
        below: below[i, j] says whether node j <= node i; lower triangular with ones on the diagonal.
        rank: length of the longest chain from the bottom to each node.
        covers: pairs (i, j) of indices with node j directly below node i: the edges of the Hasse diagram.
    """

    sources: int
    nodes: tuple[Node, ...]
    below: np.ndarray
    rank: np.ndarray
    covers: tuple[tuple[int, int], ...]

    def invert(self, redundancies) -> np.ndarray:
        """Moebius inversion: the partial information of each node.

        Args:
            redundancies: I of each node in the order of ``nodes``, shape batch axes + (nodes,).

        Returns:
            Pi of each node, same shape and unit; sums over lower sets give the redundancies back.
        """
        redundancies = np.asarray(redundancies, dtype=float)
        if redundancies.shape[-1:] != (len(self.nodes),):
            raise ValueError(f"This lattice has {len(self.nodes)} nodes, but {redundancies.shape} values were given.")
        return np.linalg.solve(self.below.astype(float), redundancies[..., None])[..., 0]

    def decompose(self, p, redundancy: Callable | str) -> np.ndarray:
        """The partial information of each node under a redundancy measure.

        Args:
            p: probabilities or counts, shape batch axes + one axis a source + (ny,).
            redundancy: a function (p, node, sources) -> bits, such as ``measures.i_min``; or the name of a class of
                dit's, one of ``measures.DIT``, such as "PID_CCS". dit solves one table at a time, of three sources in
                seconds to hours.

        Returns:
            Pi in bits, shape batch axes + (nodes,); NaN where dit leaves a node open.

        Raises:
            ValueError: a bad table, an unknown name, or a class of dit's that cannot take so many sources.
            ModuleNotFoundError: without dit, or a package that the class needs.
        """
        p = table(p, self.sources + 1)
        if not callable(redundancy):
            if redundancy not in DIT:
                raise ValueError(f"There is no measure {redundancy!r} of dit's; there are {', '.join(DIT)}.")
            return dit_partial(p, redundancy, self.nodes)
        values = [redundancy(p, node, self.sources) for node in self.nodes]
        return self.invert(np.stack(np.broadcast_arrays(*values), -1))

    def layout(self) -> np.ndarray:
        """Coordinates (x, y) of each node for a Hasse diagram, shape (nodes, 2): y the rank, x centred in each rank."""
        place = np.empty((len(self.nodes), 2))
        for rank in range(self.rank.max() + 1):
            members = np.flatnonzero(self.rank == rank)
            place[members, 0] = np.arange(len(members)) - (len(members) - 1) / 2
            place[members, 1] = rank
        return place

    def labels(self) -> list[str]:
        """Each node as text with sources counted from 1, such as "{1}{23}"."""
        return ["".join("{" + "".join(str(s + 1) for s in part) + "}" for part in node) for node in self.nodes]


@cache
def redundancy_lattice(sources: int = 2) -> Lattice:
    """The lattice of 2 sources (4 nodes), 3 (18) or 4 (166).

    Raises:
        ValueError: another number of sources.
    """
    if sources not in (2, 3, 4) or not isinstance(sources, int | np.integer):
        raise ValueError(f"Lattices are for 2, 3 or 4 sources, not {sources}.")
    nodes = _antichains(sources)
    below = np.array([[_lies_below(lower, upper) for lower in nodes] for upper in nodes])
    rank = _ranks(below)
    order = sorted(range(len(nodes)), key=lambda i: (rank[i], _reading_order(nodes[i])))
    below, rank = below[np.ix_(order, order)], rank[order]
    strictly = below & ~np.eye(len(nodes), dtype=bool)
    direct = strictly & ~(strictly @ strictly)
    covers = tuple((int(i), int(j)) for i, j in np.argwhere(direct))
    return Lattice(sources, tuple(nodes[i] for i in order), below, rank, covers)


def _antichains(sources: int) -> list[Node]:
    """All non-empty sets of non-empty collections, none of which contains another."""
    nodes: list[Node] = [()]
    for collection in _subsets(range(sources)):
        nodes += [(*node, collection) for node in nodes if not any(set(a) < set(collection) for a in node)]
    return nodes[1:]


def _subsets(items: Sequence):
    return chain.from_iterable(combinations(items, size) for size in range(1, len(items) + 1))


def _lies_below(lower: Node, upper: Node) -> bool:
    return all(any(set(a) <= set(b) for a in lower) for b in upper)


def _ranks(below) -> np.ndarray:
    """Longest chain from the bottom, by relaxing as often as there are nodes."""
    rank = np.zeros(len(below), dtype=int)
    strictly = below & ~np.eye(len(below), dtype=bool)
    for _ in below:
        rank = np.max(np.where(strictly, rank + 1, 0), axis=1)
    return rank


def _reading_order(node: Node):
    """Left to right within a rank: by where the collections lie among the sources on average, simpler nodes first."""
    return sum(sum(part) / len(part) for part in node) / len(node), len(node), node
