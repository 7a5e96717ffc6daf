"""Conversion to and from ``dit`` (James, Ellison and Crutchfield, JOSS 2018), which has the most measures.

dit is imported only when one of these functions is called.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from contextlib import contextmanager

import numpy as np

from coral_viz.pid.atoms import Atoms
from coral_viz.pid.information import table

NODES = (((0,), (1,)), ((0,),), ((1,),), ((0, 1),))
"""dit's names for the lattice nodes of redundancy, unique_1, unique_2 and synergy."""


def to_dit(p):
    """A table as ``dit.Distribution``: sources first, target last, only outcomes that occur.

    Args:
        p: probabilities or counts, shape (n1, ..., ny) with at least two axes.

    Values become text, zero-padded so that they sort as the numbers do: some measures of dit fail on integers.

    Raises:
        ValueError: a bad table.
    """
    dit = _dit("dit")
    p = table(p, max(np.ndim(p), 2))
    width = len(str(max(p.shape)))
    outcomes = np.argwhere(p > 0)
    return dit.Distribution([tuple(str(v).zfill(width) for v in row) for row in outcomes], list(p[p > 0]))


def from_dit(distribution) -> np.ndarray:
    """A ``dit.Distribution`` as probabilities, one axis a variable, values in the order of dit's alphabets."""
    linear = distribution.copy(base="linear")
    p = np.zeros([len(letters) for letters in linear.alphabet])
    for outcome, probability in zip(linear.outcomes, linear.pmf):
        p[tuple(letters.index(value) for letters, value in zip(linear.alphabet, outcome))] = probability
    return p


def dit_atoms(p, name: str) -> Atoms:
    """Atoms of a table, or of each table of a batch, by one of dit's classes; arguments as for ``dit_partial``.

    Their gap is unknown, so NaN.
    """
    found = np.moveaxis(dit_partial(p, name, NODES), -1, 0)
    return Atoms.of(found, gap=np.full(p.shape[:-3], np.nan), source=f"dit {name}")


def dit_partial(p, name: str, nodes: Sequence) -> np.ndarray:
    """Partial information in bits by one of dit's classes, shape batch axes + (nodes,).

    Args:
        p: probabilities of shape batch axes + one axis a source + (ny,).
        name: the class in ``dit.pid``, such as "PID_CCS".
        nodes: of the lattice, each a tuple of tuples of source numbers; NaN where the class leaves one open.

    Raises:
        ModuleNotFoundError: without dit, or a package that this class of it needs.
        ValueError: the class fails on such a table; some take two sources only.
    """
    measure = getattr(_dit("dit.pid"), name)
    sources = 1 + max(max(part) for node in nodes for part in node)
    batch = p.shape[: p.ndim - sources - 1]
    found = np.empty((*batch, len(nodes)))
    for index in np.ndindex(batch):
        with _asking_for_packages(f"dit's {name}"):
            distribution = to_dit(p[index])
            try:
                result = measure(distribution)
                found[index] = [float(result[node]) for node in nodes]
            except (ArithmeticError, LookupError, TypeError, ValueError) as error:
                raise ValueError(f"dit's {name} fails on this table of {sources} sources: {error}.") from error
    return found


def _dit(module: str):
    with _asking_for_packages("The bridge to dit"):
        return importlib.import_module(module)


@contextmanager
def _asking_for_packages(what: str):
    """Turns the import error of an optional package into a sentence."""
    try:
        yield
    except ModuleNotFoundError as error:
        message = f"{what} needs the package {error.name}, which is not installed: pip install {error.name}."
        raise ModuleNotFoundError(message, name=error.name) from None
