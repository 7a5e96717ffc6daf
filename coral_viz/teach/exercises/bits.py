"""Information and its estimates: the exercises of notebooks 01, 02 and 04."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from coral_viz import pid
from coral_viz.teach.exercises.registry import CLOSE, NotYet, close, exercise, in_words

# --- 01: decompositions of tables -----------------------------------------------------------------------------------


@exercise
def atoms_from_informations(atoms) -> str:
    """R, U1, U2, S if I1 = 1.2, I2 = .9, I12 = 1.6 and R = .7 bits."""
    given = np.asarray(atoms, dtype=float)
    if given.shape != (4,):
        raise NotYet("Four numbers are asked for: R, U1, U2 and S, in this order.")
    if not close(given[0], 0.7):
        raise NotYet("R is given: 0.7 bits.")
    if not close(given[0] + given[1], 1.2) or not close(given[0] + given[2], 0.9):
        raise NotYet("Source 1 has R + U1 = 1.2 bits, and source 2 has R + U2 = 0.9 bits.")
    if not close(given.sum(), 1.6):
        raise NotYet(f"The sum of all four must be I12 = 1.6; yours is {given.sum():g}.")
    return "Three mutual informations and the redundancy determine all atoms. Measures differ in the redundancy."


@exercise
def hidden_by_co_information(answer) -> str:
    """A gate, by name or as a table, with redundancy although I1 + I2 - I12 is zero."""
    atoms = pid.broja(pid.gates.gate(answer) if isinstance(answer, str) else answer)
    difference = atoms.information_1 + atoms.information_2 - atoms.information
    if abs(difference) > CLOSE:
        raise NotYet(f"Here I1 + I2 - I12 is {difference:.3f} bits, not 0.")
    if atoms.redundancy < CLOSE:
        raise NotYet(f"I1 + I2 - I12 is 0, but so is the redundancy: this one has {in_words(atoms)}.")
    return f"It has {in_words(atoms)}: R and S are equal, so the co-information R - S is 0."


@exercise
def lattice_node(label) -> str:
    """The node of information that sources 1 and 2 together provide, and that sources 1 and 3 together provide, too."""
    labels = pid.redundancy_lattice(3).labels()
    groups = re.findall(r"\{([\d ,]+)\}", str(label))
    groups = sorted(
        ("".join(sorted(set(group) - set(" ,"))) for group in groups), key=lambda group: (len(group), group)
    )
    written = "".join(f"{{{group}}}" for group in groups)
    if written not in labels:
        raise NotYet(f"The lattice has no node {label!r}. Its nodes are written like {labels[0]} or {labels[-1]}.")
    if written != "{12}{13}":
        raise NotYet(f"{written} means something else. Every pair of braces is a group of sources that provides it.")
    return "Two groups provide it, each without the other. Source 1 is in both, yet alone it need not be informative."


# --- 02: synthetic tasks --------------------------------------------------------------------------------------------


@exercise
def atoms_of_eight_classes(atoms) -> str:
    """R, U1, U2, S of the label unique_2 with 8 classes."""
    from coral_viz import tasks  # torch, which the first notebook does without

    exact = tasks.load("factors", classes=8, features=48).truth["unique_2"].as_array()
    given = np.asarray(atoms, dtype=float)
    if given.shape != (4,):
        raise NotYet("Four numbers are asked for: R, U1, U2 and S, in this order.")
    if not close(given.sum(), exact.sum()):
        raise NotYet(f"Their sum is {given.sum():g} bits. How many bits does one of 8 equally likely classes have?")
    if not close(given, exact):
        raise NotYet("The sum is right. But which atom is it? Ask which modality encodes u2.")
    return "One of 8 classes has log2 8 = 3 bits, and modality 2 alone provides them."


@exercise
def half_the_bits(sigma) -> str:
    """A noise that leaves about half of the bits of u1 in the data."""
    from coral_viz import tasks

    task: Any = tasks.load("factors", sigma=float(sigma), seed=41)
    batch = task.sample(4000, "test", seed=41)
    posterior = task.posteriors(batch)["unique_1"][0]
    bits, _ = pid.information_from_posterior(posterior.numpy(), batch.labels["unique_1"].numpy())
    share = bits / math.log2(task.classes)
    if abs(share - 0.5) > 0.05:
        raise NotYet(f"With sigma = {sigma:g} an ideal classifier gets {share:.0%} of the bits; aim for about half.")
    return f"With sigma = {sigma:g} an ideal classifier gets {share:.0%} of u1: no method can keep more of these data."


@exercise
def relation_of_half_a_bit(rho) -> str:
    """A rho for which the answer to "t1 = t2?" has half a bit of entropy."""
    rho = float(rho)
    if not 0 < rho < 1:
        raise NotYet("rho is a probability; at 0 and at 1 the answer is always the same, so it has 0 bits.")
    bits = -rho * math.log2(rho) - (1 - rho) * math.log2(1 - rho)
    if abs(bits - 0.5) > 0.02:
        raise NotYet(f"With rho = {rho:g} the answer has {bits:.2f} bits. It has most at rho = 1/2.")
    return f"An answer that is yes with probability {rho:g} has {bits:.2f} bits."


# --- 04: estimates --------------------------------------------------------------------------------------------------


@exercise
def enough_samples(n) -> str:
    """The number of samples for four per entry of a table of 8 x 8 x 4."""
    cells = 8 * 8 * 4
    if n < 4 * cells:
        raise NotYet(
            f"The table has 8 x 8 x 4 = {cells} entries, and with n = {n} about {n / cells:.2g} samples in each."
        )
    if n != 4 * cells:
        raise NotYet(f"{n} are more than needed. How many are just enough?")
    return f"{cells} entries, four samples in each. With 20 clusters per source it would be {20 * 20 * 4 * 4}."


@exercise
def told_by_a_misled_classifier(bits) -> str:
    """log2 p(y|x) / p(y) in bits, of p(y|x) = 1/8 and p(y) = 1/2."""
    exact = math.log2((1 / 8) / (1 / 2))
    if close(bits, -exact):
        raise NotYet("The size is right. Does the classifier make the true label more or less probable than it was?")
    if close(bits, exact * math.log(2)):
        raise NotYet("Right in nats; in bits the logarithm is to base 2.")
    if close(bits, math.log2(1 / 8)):
        raise NotYet("log2 p(y|x) alone. What does the frequency of the label say without the classifier?")
    if not close(bits, exact):
        raise NotYet("log2 of a ratio is asked for: 1/8 to the frequency of the label.")
    return "log2(1/4) = -2 bits: it misleads. A guess by frequency would have given the true label one half."
