"""The four atoms of a decomposition in bits, with a certified bound on their error."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import issparse

NAMES = ("redundancy", "unique_1", "unique_2", "synergy")

Bits = Any
"""A float, or an array of floats over the batch axes: numpy types the two apart, and arithmetic takes either."""


@dataclass(frozen=True)
class Atoms:
    """I(X1,X2;Y) = redundancy + unique_1 + unique_2 + synergy, all in bits.

    Every field is a float or an array of one common shape (the batch axes of what was decomposed).

    Attributes:
        redundancy: information about the target in either source.
        unique_1: information only in source 1.
        unique_2: information only in source 2.
        synergy: information only in both sources together.
        gap: bound on the error of each atom; 0 for closed forms, NaN without a certificate. It does not include
            sampling error, for which see ``low`` and ``high``.
        low, high: ends of intervals, shape (4,) + batch axes, in the order of ``NAMES``; None unless requested.
        p: p-value of the hypothesis that the atom is 0, shape (4,) + batch axes, NaN without a test; or None.
        coupling: the optimal joint distribution, shape batch axes + (n1, n2, ny); None unless requested.
        source: measure, estimator and classifiers, in words.
    """

    redundancy: Bits
    unique_1: Bits
    unique_2: Bits
    synergy: Bits
    gap: Bits = 0.0
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    p: np.ndarray | None = None
    coupling: np.ndarray | None = None
    source: str = ""

    @classmethod
    def of(cls, parts: Iterable, *, gap: Bits = 0.0, source: str = "") -> Atoms:
        """From the four atoms in the order of ``NAMES``, each a number or an array, 0-dimensional or not."""
        redundancy, unique_1, unique_2, synergy = (np.asarray(part)[()] for part in parts)
        return cls(redundancy, unique_1, unique_2, synergy, gap=np.asarray(gap)[()], source=source)

    @property
    def information_1(self):
        """I(X1;Y) in bits."""
        return self.redundancy + self.unique_1

    @property
    def information_2(self):
        """I(X2;Y) in bits."""
        return self.redundancy + self.unique_2

    @property
    def information(self):
        """I(X1,X2;Y) in bits."""
        return self.redundancy + self.unique_1 + self.unique_2 + self.synergy

    def __repr__(self) -> str:
        """The fields there are, to three decimals; ``gap``, which is tiny, to one digit."""
        fields = {name: value for name, value in vars(self).items() if value is not None}
        return f"Atoms({', '.join(f'{name}={_short(name, value)}' for name, value in fields.items())})"

    def as_dict(self) -> dict:
        """The four atoms by name."""
        return {name: getattr(self, name) for name in NAMES}

    def as_array(self) -> np.ndarray:
        """The four atoms stacked, shape (4,) + batch axes, in the order of ``NAMES``."""
        return np.stack([np.asarray(getattr(self, name), dtype=float) for name in NAMES])


def _short(name: str, value) -> str:
    """A field in few characters; of large arrays the corners."""
    if name == "source":
        return repr(value)
    if issparse(value):
        return f"<{value.nnz} cells of a sparse array>"
    shown = "{:.1g}".format if name == "gap" else lambda x: f"{round(x, 3):zg}"
    lines = np.array2string(np.asarray(value), separator=", ", threshold=8, edgeitems=2, formatter={"all": shown})
    return " ".join(lines.split())
