"""What losses, masks and orthogonality do: the exercises of notebooks 03, 05, 06 and 08."""

from __future__ import annotations

import math

import numpy as np

from coral_viz import pid
from coral_viz.teach.exercises.registry import CLOSE, NotYet, close, exercise

# --- 03: objectives -------------------------------------------------------------------------------------------------


@exercise
def loss_of_collapse(nats) -> str:
    """NT-Xent of a batch of 128 whose embeddings are all the same."""
    import torch

    from coral_viz.methods import losses

    same = torch.ones(128, 4, dtype=torch.float64)
    exact = float(losses.nt_xent(same, same, temperature=0.1))
    if close(nats, exact / math.log(2)):
        raise NotYet("Right in bits; the losses here are in nats, with the natural logarithm.")
    itself_too = math.log(256)
    if close(nats, itself_too, 1e-3):
        raise NotYet("Nearly. Does a sample compete with itself, too, when it looks for its partner?")
    if not close(nats, exact, 2e-3):
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


# --- 05: orthogonality ----------------------------------------------------------------------------------------------


@exercise
def orthogonal_copy(matrix) -> str:
    """A 2 x 2 matrix that turns every vector into one at a right angle to it, and loses nothing."""
    q = np.asarray(matrix, dtype=float)
    if q.shape != (2, 2):
        raise NotYet(f"A 2 x 2 matrix is asked for, not one of shape {q.shape}.")
    if not np.isfinite(q).all():
        raise NotYet("Four finite numbers are asked for.")
    if np.linalg.cond(q) > 1e6:
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
    if close(count, 2 * hidden):
        raise NotYet("That would be both modalities. In view 1 only one of them loses tokens.")
    if not close(count, hidden):
        raise NotYet(f"The ratio is {ratio:g} at the end, and a modality has {task.tokens} tokens. Whose are hidden?")
    return f"{task.tokens} x {ratio:g} of modality 1, none of modality 2: the path must fill in one from the other."


# --- 08: more than two modalities -----------------------------------------------------------------------------------


@exercise
def only_all_three(table) -> str:
    """A table p[x1, x2, x3] of which no pair tells anything, though all three share one bit."""
    p = np.asarray(table, dtype=float)
    if p.ndim != 3:
        raise NotYet(f"Three variables make a table of three axes, not of {p.ndim}.")
    for axis in range(3):
        pair = [i + 1 for i in range(3) if i != axis]
        if (bits := pid.total_correlation(p.sum(axis))) > CLOSE:
            raise NotYet(f"x{pair[0]} and x{pair[1]} tell {bits:.2f} bits of each other already.")
    if not close(total := pid.total_correlation(p), 1):
        raise NotYet(f"No pair tells anything, but all three share {total:.2f} bits; 1 is asked for.")
    omega = pid.o_information(p)
    return (
        f"TC = {total:.2f} and no pair has any of it. DTC = {total - omega:.2f}, so the O-information is {omega:.2f}."
    )


@exercise
def parity_of_five(omega) -> str:
    """The O-information of five bits of which all five together have even parity."""
    bits = np.indices((2,) * 5).sum(0)
    exact = pid.o_information(1.0 - bits % 2)
    if close(omega, -exact):
        raise NotYet("The size is right. Does redundancy or synergy prevail?")
    if not close(omega, exact):
        raise NotYet("TC counts the bit of parity once. How often does DTC count it among five?")
    return f"1 - 4 = {exact:.0f}: the more have to come together, the more negative."


@exercise
def a_fourth_number(feature) -> str:
    """A function of three numbers, each -1 or 1, that makes their parity a matter of a weighted sum."""
    from scipy.optimize import linprog

    bits = np.array(np.meshgrid(*[(-1.0, 1.0)] * 3)).reshape(3, -1).T
    numbers = np.column_stack([np.ones(8), bits, [float(feature(*row)) for row in bits]])
    signed = bits.prod(1)[:, None] * numbers
    if linprog(np.zeros(5), A_ub=-signed, b_ub=-np.ones(8), bounds=(None, None)).status != 0:
        raise NotYet(
            "No weights of a, b, c and your number get all eight cases right. What changes sign with each of them?"
        )
    return "A product changes its sign with every factor. Symile's score adds up such products; a fusion can learn one."
