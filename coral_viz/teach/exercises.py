"""The exercises of the notebooks, by name: each takes an answer and returns praise that says why it is right.

What is right is computed by the package, not looked up; whatever is wrong is told as ``NotYet``, with a step onwards.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from coral_viz import pid

EXERCISES: dict[str, Callable[[object], str]] = {}
"""By name: a function of the answer that returns praise, or raises ``NotYet``."""

CLOSE = 5e-3


class NotYet(Exception):
    """What is still missing from an answer, in a sentence to the learner."""


def exercise(function: Callable[[object], str]) -> Callable[[object], str]:
    EXERCISES[function.__name__] = function
    return function


# --- 01: decompositions of tables -----------------------------------------------------------------------------------


@exercise
def only_source_2(table) -> str:
    """A table p[x1, x2, y] with one bit of U2 and nothing else."""
    atoms = pid.broja(table)
    if _is(atoms.as_array(), (0, 1, 0, 0)):
        raise NotYet("All of it is unique to source 1 still. The first axis of the table is source 1, the second is 2.")
    if not _is(atoms.as_array(), (0, 0, 1, 0)):
        raise NotYet(f"This table has {_in_words(atoms)}; only U2 may be there, with 1 bit.")
    return "Source 2 alone tells the target. Which source is called 1 is a choice; the atoms follow it."


@exercise
def hidden_by_co_information(answer) -> str:
    """A gate, by name or as a table, of which I1 + I2 - I12 is zero although it has redundancy."""
    atoms = pid.broja(pid.gates.gate(answer) if isinstance(answer, str) else answer)
    difference = atoms.information_1 + atoms.information_2 - atoms.information
    if abs(difference) > CLOSE:
        raise NotYet(f"Here I1 + I2 - I12 is {difference:.3f} bits, not 0.")
    if atoms.redundancy < CLOSE:
        raise NotYet(f"I1 + I2 - I12 is 0, but so is the redundancy: this one has {_in_words(atoms)}.")
    return f"It has {_in_words(atoms)}: R and S are equal, so their difference, which is I1 + I2 - I12, hides both."


@exercise
def lattice_node(label) -> str:
    """The node of three sources that says: sources 1 and 2 together tell it, and so do sources 1 and 3 together."""
    labels = pid.redundancy_lattice(3).labels()
    written = str(label).replace(" ", "").replace(",", "")
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
    if not _is(given.sum(), exact.sum()):
        raise NotYet(f"Together they make {given.sum():g} bits; to name one of 8 equally likely classes takes another.")
    if not _is(given, exact):
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


# --- 03: objectives -------------------------------------------------------------------------------------------------


@exercise
def loss_of_collapse(nats) -> str:
    """NT-Xent of a batch of 128 whose embeddings are all the same."""
    import torch

    from coral_viz import losses

    same = torch.ones(128, 4, dtype=torch.float64)
    exact = float(losses.nt_xent(same, same, temperature=0.1))
    if _is(nats, exact / math.log(2)):
        raise NotYet("Right in bits; the losses here are in nats, with the natural logarithm.")
    if not _is(nats, exact):
        raise NotYet("Among how many others must a sample find its partner, if all of them look alike?")
    return f"All 2 x 128 - 1 = 255 others look alike, so the loss is log 255 = {exact:.2f} nats: knowing nothing."


@exercise
def common_to_views(names) -> str:
    """Which latents the two views of one sample share in unbiased training."""
    given = {names} if isinstance(names, str) else set(names)
    every = {"r", "u1", "u2", "t1", "t2"}
    if not given <= every | {"phase"}:
        raise NotYet(f"Choose among {', '.join(sorted(every))} and phase.")
    if "phase" in given:
        raise NotYet("Phases are drawn afresh for every view: that is what makes them a nuisance.")
    if given != every:
        raise NotYet(f"{', '.join(sorted(every - given))} too: a view changes phases, noise and tokens, but no class.")
    return "Views keep every class. So a method that matches views may keep all five; one that matches modalities, r."


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
    if not _is(given[0], 0.7):
        raise NotYet("R is given: 0.7 bits.")
    if not _is(given[0] + given[1], 1.2) or not _is(given[0] + given[2], 0.9):
        raise NotYet("What source 1 tells is R + U1 = 1.2, and what source 2 tells is R + U2 = 0.9.")
    if not _is(given.sum(), 1.6):
        raise NotYet(f"All four must make I12 = 1.6; yours make {given.sum():g}.")
    return "Three informations and one redundancy fix all atoms. Measures differ in the redundancy; the rest follows."


# --- 05: orthogonality ----------------------------------------------------------------------------------------------


@exercise
def orthogonal_copy(matrix) -> str:
    """A 2 x 2 matrix that turns every vector into one at a right angle to it, and loses nothing."""
    q = np.asarray(matrix, dtype=float)
    if q.shape != (2, 2):
        raise NotYet(f"A 2 x 2 matrix is asked for, not one of shape {q.shape}.")
    if abs(np.linalg.det(q)) < 1e-6:
        raise NotYet("This matrix squeezes the plane onto a line or a point, so it loses information.")
    z = np.random.default_rng(0).normal(size=(1000, 2))
    cosine = (z * (z @ q)).sum(1) / np.linalg.norm(z, axis=1) / np.linalg.norm(z @ q, axis=1)
    if np.abs(cosine).max() > 1e-3:
        raise NotYet(f"The cosine between a vector and its copy reaches {np.abs(cosine).max():.2f}; it should be 0.")
    return "The copy is at a right angle to every original, so no charge is due, and it holds the same information."


@exercise
def free_for_the_hinge(cosine) -> str:
    """A cosine for which the hinge charges nothing, and the square does."""
    c = float(cosine)
    if not -1 <= c <= 1:
        raise NotYet("A cosine lies between -1 and 1.")
    if c > 0:
        raise NotYet(f"The hinge charges max(0, {c:g}) = {c:g}.")
    if c == 0:
        raise NotYet("At 0 neither of the two charges anything.")
    return f"The hinge charges max(0, {c:g}) = 0, the square {c * c:.2g}: opposite directions are free for the hinge."


# --- 06: masks ------------------------------------------------------------------------------------------------------


@exercise
def tokens_kept(count) -> str:
    """How many of a modality's tokens InfMasking keeps at its default ratio."""
    from coral_viz import methods, tasks

    task = tasks.load("factors")
    method = methods.build("infmasking", task)
    kept, rho = method.kept[0], method.knobs.mask_ratio
    if count == task.tokens - kept:
        raise NotYet("So many are hidden; how many are kept?")
    if count != kept:
        raise NotYet(f"{task.tokens} x {1 - rho:.2g} is no whole number, and only whole tokens can be kept.")
    ratio = (task.tokens - kept) / task.tokens
    return f"Rounded down, which matters on short lists: of {task.tokens} tokens {ratio:.0%} are hidden, not {rho:.0%}."


@exercise
def hidden_in_view_1(count) -> str:
    """How many tokens COrAL hides in view 1, on average, at the end of training."""
    from coral_viz import methods, tasks

    task = tasks.load("factors")
    ratio = methods.build("coral", task).mask_probability(1.0)
    hidden = ratio * task.tokens
    if _is(count, 2 * hidden):
        raise NotYet("That would be both modalities. In view 1 only one of them loses tokens.")
    if not _is(count, hidden):
        raise NotYet(f"The ratio is {ratio:g} at the end, and a modality has {task.tokens} tokens. Whose are hidden?")
    return f"{task.tokens} x {ratio:g} of modality 1, none of modality 2: the path must fill in one from the other."


def _is(value, wanted) -> bool:
    return bool(np.allclose(value, wanted, atol=CLOSE))


def _in_words(atoms: pid.Atoms) -> str:
    symbols = ("R", "U1", "U2", "S")
    return ", ".join(f"{symbol} {value:.3f}" for symbol, value in zip(symbols, atoms.as_array()))
