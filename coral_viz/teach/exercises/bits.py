"""What is information and how is it estimated: the exercises of notebooks 01, 02 and 04."""

from __future__ import annotations

import math
import re

import numpy as np

from coral_viz import pid
from coral_viz.teach.exercises.registry import CLOSE, NotYet, close, exercise, in_words

# --- 01: decompositions of tables -----------------------------------------------------------------------------------


@exercise
def only_source_2(table) -> str:
    """A table p[x1, x2, y] with one bit of U2 and nothing else."""
    atoms = pid.broja(table)
    if close(atoms.as_array(), (0, 1, 0, 0)):
        raise NotYet("All of it is unique to source 1 still. The first axis of the table is source 1, the second is 2.")
    if not close(atoms.as_array(), (0, 0, 1, 0)):
        raise NotYet(f"This table has {in_words(atoms)}; only U2 may be there, with 1 bit.")
    return "Source 2 alone tells the target. Which source is called 1 is a choice; the atoms follow it."


@exercise
def hidden_by_co_information(answer) -> str:
    """A gate, by name or as a table, of which I1 + I2 - I12 is zero although it has redundancy."""
    atoms = pid.broja(pid.gates.gate(answer) if isinstance(answer, str) else answer)
    difference = atoms.information_1 + atoms.information_2 - atoms.information
    if abs(difference) > CLOSE:
        raise NotYet(f"Here I1 + I2 - I12 is {difference:.3f} bits, not 0.")
    if atoms.redundancy < CLOSE:
        raise NotYet(f"I1 + I2 - I12 is 0, but so is the redundancy: this one has {in_words(atoms)}.")
    return f"It has {in_words(atoms)}: R and S are equal, so their difference, which is I1 + I2 - I12, hides both."


@exercise
def lattice_node(label) -> str:
    """The node of three sources that says: sources 1 and 2 together tell it, and so do sources 1 and 3 together."""
    labels = pid.redundancy_lattice(3).labels()
    groups = re.findall(r"\{([\d ,]+)\}", str(label))
    groups = sorted(
        ("".join(sorted(set(group) - set(" ,"))) for group in groups), key=lambda group: (len(group), group)
    )
    written = "".join(f"{{{group}}}" for group in groups)
    if written not in labels:
        raise NotYet(f"The lattice has no node {label!r}. Its nodes are written like {labels[0]} or {labels[-1]}.")
    if written != "{12}{13}":
        raise NotYet(f"{written} says something else. Every pair of braces is a group of sources that can tell it.")
    return "Two groups can tell it, each without the other. Source 1 is in both, yet alone it need not tell anything."


# --- 02: synthetic tasks --------------------------------------------------------------------------------------------


@exercise
def atoms_of_eight_classes(atoms) -> str:
    """R, U1, U2, S of the label unique_2 in a world of 8 classes."""
    from coral_viz import tasks  # torch, which the first notebook does without

    exact = tasks.load("factors", classes=8).truth["unique_2"].as_array()
    given = np.asarray(atoms, dtype=float)
    if given.shape != (4,):
        raise NotYet("Four numbers are asked for: R, U1, U2 and S, in this order.")
    if not close(given.sum(), exact.sum()):
        raise NotYet(f"Together they make {given.sum():g} bits; to name one of 8 equally likely classes takes another.")
    if not close(given, exact):
        raise NotYet("The sum is right. But which atom is it? Ask who can tell u2.")
    return "8 = 2 x 2 x 2 classes, so three yes-or-no questions, and modality 2 alone can answer them."


@exercise
def half_the_bits(sigma) -> str:
    """A noise at which the data still tell about half of what is to be known of u1."""
    from coral_viz import tasks

    task = tasks.load("factors", sigma=float(sigma), seed=41)
    batch = task.sample(4000, "test", seed=41)
    bits, _ = pid.information_from_posterior(task.posteriors(batch)["unique_1"][0], batch.labels["unique_1"])
    share = bits / math.log2(task.classes)
    if abs(share - 0.5) > 0.05:
        raise NotYet(f"With sigma = {sigma:g} a perfect reader still gets {share:.0%} of the bits; aim for about half.")
    return f"With sigma = {sigma:g} a perfect reader gets {share:.0%} of u1: no method could keep more from these data."


@exercise
def relation_of_half_a_bit(rho) -> str:
    """A rho at which "t1 = t2?" is worth half a bit."""
    rho = float(rho)
    if not 0 < rho < 1:
        raise NotYet("rho is a probability; at 0 and at 1 the answer is always the same, so there is nothing to tell.")
    bits = -rho * math.log2(rho) - (1 - rho) * math.log2(1 - rho)
    if abs(bits - 0.5) > 0.02:
        raise NotYet(f"With rho = {rho:g} the answer is worth {bits:.2f} bits. The fairer the coin, the more it tells.")
    return f"A coin that shows one side with probability {rho:g} is worth {bits:.2f} bits a throw."


# --- 04: estimates --------------------------------------------------------------------------------------------------


@exercise
def enough_samples(n) -> str:
    """Samples for four in every cell of a table of 8 x 8 x 4."""
    cells = 8 * 8 * 4
    if n < 4 * cells:
        raise NotYet(
            f"The table has 8 x 8 x 4 = {cells} cells, and with n = {n} about {n / cells:.2g} samples in each."
        )
    if n != 4 * cells:
        raise NotYet(f"That is enough, but {n} are more than are needed: how many are just enough?")
    return f"{cells} cells, four samples in each. With 20 clusters a source it would be {20 * 20 * 4 * 4}."


@exercise
def atoms_from_informations(atoms) -> str:
    """R, U1, U2, S if I1 = 1.2, I2 = .9, I12 = 1.6 and R = .7 bits."""
    given = np.asarray(atoms, dtype=float)
    if given.shape != (4,):
        raise NotYet("Four numbers are asked for: R, U1, U2 and S, in this order.")
    if not close(given[0], 0.7):
        raise NotYet("R is given: 0.7 bits.")
    if not close(given[0] + given[1], 1.2) or not close(given[0] + given[2], 0.9):
        raise NotYet("What source 1 tells is R + U1 = 1.2, and what source 2 tells is R + U2 = 0.9.")
    if not close(given.sum(), 1.6):
        raise NotYet(f"All four must make I12 = 1.6; yours make {given.sum():g}.")
    return "Three informations and one redundancy fix all atoms. Measures differ in the redundancy; the rest follows."
