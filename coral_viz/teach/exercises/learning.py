"""What losses, masks and orthogonality do: the exercises of notebooks 03, 05, 06 and 08."""

from __future__ import annotations

import math
from typing import Any

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
        raise NotYet("Nearly. Is the vector itself among the candidates for its partner?")
    if not close(nats, exact, 2e-3):
        raise NotYet("Among how many other vectors is the partner, if all of them are the same?")
    return f"All 2 x 128 - 1 = 255 candidates are the same, so the loss is log 255 = {exact:.2f} nats: a uniform guess."


@exercise
def common_to_views(names) -> str:
    """Which latents the two views of one sample share in unbiased training."""
    given = {names} if isinstance(names, str) else set(names)
    every = {"r", "u1", "u2", "t1", "t2"}
    if not given <= every | {"phase"}:
        raise NotYet(f"Choose among {', '.join(sorted(every))} and phase.")
    if "phase" in given:
        raise NotYet("Every view has new phases: that is what makes them a nuisance.")
    if given != every:
        raise NotYet(f"{', '.join(sorted(every - given))} too: a view changes phases, noise and tokens, but no latent.")
    return (
        "A view keeps every latent: a loss that matches views rewards all five. One that matches modalities rewards r."
    )


# --- 05: orthogonality ----------------------------------------------------------------------------------------------


@exercise
def orthogonal_copy(matrix) -> str:
    """A 2 x 2 matrix that rotates every vector by a right angle, and loses nothing."""
    q = np.asarray(matrix, dtype=float)
    if q.shape != (2, 2):
        raise NotYet(f"A 2 x 2 matrix is asked for, not one of shape {q.shape}.")
    if not np.isfinite(q).all():
        raise NotYet("Four finite numbers are asked for.")
    if np.linalg.cond(q) > 1e6:
        raise NotYet("This matrix is (nearly) singular: it maps the plane to a line or a point and loses information.")
    z = np.random.default_rng(0).normal(size=(1000, 2))
    cosine = (z * (z @ q)).sum(1) / np.linalg.norm(z, axis=1) / np.linalg.norm(z @ q, axis=1)
    if np.abs(cosine).max() > 1e-3:
        raise NotYet(f"The cosine between a vector and its copy reaches {np.abs(cosine).max():.2f}; it should be 0.")
    return "The copy is orthogonal to every original, so the penalty is 0, and it holds the same information."


@exercise
def free_for_the_hinge(cosine) -> str:
    """A cosine for which the hinge penalty is 0, and the squared one is not."""
    c = float(cosine)
    if not -1 <= c <= 1:
        raise NotYet("A cosine lies between -1 and 1.")
    if c > 0:
        raise NotYet(f"The hinge penalty is max(0, {c:g}) = {c:g}.")
    if c == 0:
        raise NotYet("At 0 both penalties are 0.")
    return f"The hinge is max(0, {c:g}) = 0, the square {c * c:.2g}: the hinge does not penalise opposite directions."


# --- 06: masks ------------------------------------------------------------------------------------------------------


@exercise
def tokens_kept(count) -> str:
    """How many of a modality's tokens InfMasking keeps at its default ratio."""
    from coral_viz import methods, tasks

    task: Any = tasks.load("factors")
    method: Any = methods.build("infmasking", task)
    kept, rho = method.kept[0], method.knobs.mask_ratio
    if count == task.tokens - kept:
        raise NotYet("That is the number of hidden tokens. How many are kept?")
    if count != kept:
        raise NotYet(f"{task.tokens} x {1 - rho:.2g} is no whole number. How is it rounded?")
    ratio = (task.tokens - kept) / task.tokens
    return f"Rounding down matters with few tokens: {ratio:.0%} of {task.tokens} tokens are hidden, not {rho:.0%}."


@exercise
def hidden_in_view_1(count) -> str:
    """How many tokens COrAL hides in view 1, on average, at the end of training."""
    from coral_viz import methods, tasks

    task: Any = tasks.load("factors")
    method: Any = methods.build("coral", task)
    ratio = method.mask_probability(1.0)
    hidden = ratio * task.tokens
    if close(count, 2 * hidden):
        raise NotYet("That counts both modalities. In view 1 only one of them is masked.")
    if not close(count, hidden):
        raise NotYet(f"The ratio is {ratio:g} at the end, and a modality has {task.tokens} tokens. Whose are hidden?")
    return f"{task.tokens} x {ratio:g} of modality 1, none of modality 2: the path has to infer one from the other."


# --- 08: more than two modalities -----------------------------------------------------------------------------------


@exercise
def only_all_three(table) -> str:
    """A table p[x1, x2, x3] of pairwise independent variables that share one bit."""
    p = np.asarray(table, dtype=float)
    if p.ndim != 3:
        raise NotYet(f"Three variables make a table of three axes, not of {p.ndim}.")
    for axis in range(3):
        pair = [i + 1 for i in range(3) if i != axis]
        if (bits := pid.total_correlation(p.sum(axis))) > CLOSE:
            raise NotYet(f"x{pair[0]} and x{pair[1]} share {bits:.2f} bits; any two should be independent.")
    if not close(total := pid.total_correlation(p), 1):
        raise NotYet(f"Any two are independent, but all three share {total:.2f} bits; they should share 1.")
    omega = pid.o_information(p)
    return (
        f"Any two are independent. TC = {total:.2f}, DTC = {total - omega:.2f}, and the O-information is {omega:.2f}."
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
    return f"1 - 4 = {exact:.0f}: it falls with every variable that the parity needs."


@exercise
def a_fourth_number(feature) -> str:
    """A function of three numbers, each -1 or 1, that makes their parity linear."""
    from scipy.optimize import linprog

    bits = np.array(np.meshgrid(*[(-1.0, 1.0)] * 3)).reshape(3, -1).T
    numbers = np.column_stack([np.ones(8), bits, [float(feature(*row)) for row in bits]])
    signed = bits.prod(1)[:, None] * numbers
    if linprog(np.zeros(5), A_ub=-signed, b_ub=-np.ones(8), bounds=(None, None)).status != 0:
        raise NotYet(
            "No weighted sum of a, b, c and your feature is right in all eight cases. What changes sign with each one?"
        )
    return "A product changes sign with every factor. Symile's score sums products; a fusion network can learn them."
