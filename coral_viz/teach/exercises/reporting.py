"""What seeds can say and figures must: the exercises of notebooks 07 and 09."""

from __future__ import annotations

import numpy as np

from coral_viz.teach.exercises.registry import NotYet, close, exercise

# --- 07: ablations --------------------------------------------------------------------------------------------------


@exercise
def runs_of_a_grid(count) -> str:
    """How many runs a grid of one method, five seeds, five ratios and two kinds of masks holds."""
    from coral_viz.runs import grids

    knobs = {"mask_ratio": [0.0, 0.25, 0.5, 0.75, 0.9], "masking": ["asymmetric", "symmetric"]}
    runs = len(grids.make({"method": "coral", "knobs": knobs}).specs)
    if count * len(grids.SEEDS) == runs:
        raise NotYet("So many cells. Each of them is run in every world.")
    if count != runs:
        raise NotYet("Every value of one list goes with every value of the others, the seeds too.")
    return f"5 ratios x 2 kinds of masks x 5 seeds = {runs} runs. One more list of two would double them."


@exercise
def width_of_a_paired_interval(width) -> str:
    """The width of the interval of a difference that is the same in each of three worlds."""
    exact = float(np.std(np.subtract((0.7, 0.8, 0.9), (0.68, 0.78, 0.88)).round(9)))
    if not close(float(width), exact):
        raise NotYet("Subtract first, world by world. How much do the three differences differ among themselves?")
    return "The difference is 0.02 in every world, so nothing is uncertain about it, however much the worlds differ."


@exercise
def found_by_chance(count) -> str:
    """How many of 40 differences that do not exist lie outside of their 95 % intervals, on average."""
    exact = 40 * (1 - 0.95)
    if close(count, 40 - exact):
        raise NotYet("So many intervals hold the 0. How many do not?")
    if not close(count, exact):
        raise NotYet("An interval of 95 % misses what is true in 5 of 100 cases.")
    return f"{exact:g} of 40: who looks at forty differences will find some. Look for those that repeat."


# --- 09: figures for a paper ----------------------------------------------------------------------------------------


@exercise
def column_in_points(points) -> str:
    """The width of ICML's column in points."""
    from coral_viz import style

    inches = style.WIDTHS["icml"][0]
    if close(points, 72 * style.WIDTHS["icml"][1]):
        raise NotYet("That is the page, for figures that span both columns.")
    if not close(points, 72 * inches):
        raise NotYet(f"A column is {inches:g} inches wide, and an inch has 72 points.")
    return f"{inches:g} x 72 = {72 * inches:g}: what the pdf must say about its width, to a tenth of a point."


@exercise
def type_in_print(points) -> str:
    """The size of type of 8 points after a figure of 6.5 inches was scaled to a column of 3.25."""
    factor = 3.25 / 6.5
    if close(points, 8 / factor):
        raise NotYet("The figure shrinks, and so does the type.")
    if not close(points, 8 * factor):
        raise NotYet(f"Every length is multiplied by {factor:g}, the size of the type, too.")
    return (
        f"8 x {factor:g} = {8 * factor:g} points, which nobody can read. Draw at the final width, then nothing scales."
    )
