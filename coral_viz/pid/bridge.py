"""To and from ``dit`` (James, Ellison and Crutchfield, JOSS 2018), the reference for breadth of measures.

dit is imported only when one of these functions is called.
"""

from __future__ import annotations

import importlib
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
    """Atoms of a table, or of each table of a batch, by one of dit's classes.

    Args:
        p: probabilities of shape batch axes + (n1, n2, ny).
        name: the class in ``dit.pid``, such as "PID_CCS". Its gap is unknown, so NaN.

    Raises:
        ModuleNotFoundError: without dit, or a package that this class of it needs.
    """
    measure = getattr(_dit("dit.pid"), name)
    batch = p.shape[:-3]
    found = np.empty((len(NODES), *batch))
    for index in np.ndindex(batch):
        with _asking_for_packages(f"dit's {name}"):
            result = measure(to_dit(p[index]))
        found[(slice(None), *index)] = [float(result[node]) for node in NODES]
    return Atoms.of(found, gap=np.full(batch, np.nan), source=f"dit {name}")


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
