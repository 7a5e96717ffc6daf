"""The redundancy lattice of two to four embeddings, from samples.

Every set of sources is replaced by held-out class posteriors, as in ``estimate``. They determine the specific
information of a set A about each class y, I(y; A) = E[log p(y|a) / p(y) | y], and hence I_min (Williams and Beer 2010),
the minimum over the sets of a node. Other measures need the joint distribution of the sources, which classifiers do not
give.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from coral_viz.pid import samples
from coral_viz.pid.calibration import recalibrate
from coral_viz.pid.classifiers import HeldOut, cross_fit
from coral_viz.pid.estimate import at_infinity, prepared
from coral_viz.pid.information import BIT
from coral_viz.pid.lattice import Lattice, redundancy_lattice


class Partial(NamedTuple):
    """Partial information of the nodes of a lattice.

    Attributes:
        lattice: of the sources.
        values: bits per node, in the order of ``lattice.nodes``; they sum to the information of all sources.
        informations: I(A;Y) in bits by set of sources, numbered from 0.
        source: how the values came about, in words.
    """

    lattice: Lattice
    values: np.ndarray
    informations: dict[tuple[int, ...], float]
    source: str

    def as_dict(self) -> dict[str, float]:
        """The values by label of their node, such as "{1}{23}"."""
        return dict(zip(self.lattice.labels(), self.values.tolist()))


def decompose_many(
    sources: Sequence[np.ndarray], y: np.ndarray, *, groups: np.ndarray | None = None, folds: int = 5, seed: int = 0
) -> Partial:
    """Partial information, by I_min, of each node of the lattice of two to four embeddings about a label.

    Args:
        sources: embeddings (n, d_i).
        y: labels (n,), integers or names.
        groups: (n,), as for ``decompose``.
        folds: of the cross-fit.
        seed: of folds and classifiers.

    Returns:
        Partial information, which is non-negative. I_min counts as redundant that sources have equally much information
        about a class, whether it is the same information or not.

    Raises:
        ValueError: another number of sources; otherwise as ``decompose``.

    Warns:
        UserWarning: as ``decompose``.
    """
    sources = list(sources)
    lattice = redundancy_lattice(len(sources))
    y = samples.labels(y)
    features, groups = prepared({f"z{i + 1}": z for i, z in enumerate(sources)}, y, folds, groups)
    subsets = [subset for size in range(1, len(sources) + 1) for subset in combinations(range(len(sources)), size)]
    fits = {
        subset: cross_fit([features[i] for i in subset], y, folds=folds, seed=seed, groups=groups) for subset in subsets
    }
    p_y = np.bincount(y) / len(y)
    most = -np.log(p_y) / BIT
    specific: dict[tuple[int, ...], np.ndarray] = {}
    for subset in subsets:
        full, half = (specific_information(_pooled(fits, subset, kind, y)) for kind in ("posterior", "halved"))
        parts = [specific[part] for part in subsets if set(part) < set(subset)]
        specific[subset] = np.maximum.reduce([np.clip(at_infinity(full, half, most), 0.0, most), *parts])
    redundancies = [p_y @ np.min([specific[subset] for subset in node], axis=0) for node in lattice.nodes]
    told = ", ".join(fits[subset].classifier for subset in subsets)
    values = np.maximum(lattice.invert(redundancies), 0.0)
    return Partial(
        lattice, values, {subset: float(p_y @ specific[subset]) for subset in subsets}, f"I_min of posteriors ({told})"
    )


def specific_information(t: np.ndarray) -> np.ndarray:
    """I(y; Z) in bits of each class, from calibrated posteriors t (n, C) whose mean is p(y)."""
    p_y = t.mean(0)
    return (t * np.log(t / p_y)).mean(0) / p_y / BIT


def _pooled(fits: dict[tuple[int, ...], HeldOut], subset: tuple[int, ...], kind: str, y: np.ndarray) -> np.ndarray:
    """The calibrated posterior of a set: the best pool of its own and those of its parts, which it contains."""
    parts = [part for part in fits if set(part) <= set(subset)]
    return recalibrate([getattr(fits[part], kind) for part in reversed(parts)], y)
