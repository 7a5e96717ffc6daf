"""Seeds, intervals, figures and estimates: the exercises of notebooks 07, 09 and 10."""

from __future__ import annotations

import numpy as np

from coral_viz.pid import information
from coral_viz.teach.exercises.registry import NotYet, close, exercise

# --- 07: ablations --------------------------------------------------------------------------------------------------


@exercise
def runs_of_a_grid(count) -> str:
    """How many runs a grid of one method, five seeds, five ratios and two kinds of masks holds."""
    from coral_viz.runs import grids

    knobs = {"mask_ratio": [0.0, 0.25, 0.5, 0.75, 0.9], "masking": ["asymmetric", "symmetric"]}
    runs = len(grids.make({"method": "coral", "knobs": knobs}).specs)
    if count * len(grids.SEEDS) == runs:
        raise NotYet("That is the number of configurations. Each is run with every seed.")
    if count != runs:
        raise NotYet("Every value of one list is combined with every value of the others, and with every seed.")
    return f"5 ratios x 2 kinds of masks x 5 seeds = {runs} runs. One more list of two would double them."


@exercise
def width_of_a_paired_interval(width) -> str:
    """The width of the interval of a difference that is the same for each of three seeds."""
    exact = float(np.std(np.subtract((0.7, 0.8, 0.9), (0.68, 0.78, 0.88)).round(9)))
    if not close(float(width), exact):
        raise NotYet("Subtract first, seed by seed. How much do the three differences vary?")
    return "The difference is 0.02 for every seed, so it has no uncertainty, however much the seeds differ."


@exercise
def found_by_chance(count) -> str:
    """How many of 40 intervals exclude 0, on average, if no difference exists."""
    exact = 40 * (1 - 0.95)
    if close(count, 40 - exact):
        raise NotYet("That is how many intervals include 0. How many exclude it?")
    if not close(count, exact):
        raise NotYet("A 95 % interval misses the true value in 5 of 100 cases.")
    return f"{exact:g} of 40: among many differences some are significant by chance. Trust those that repeat."


# --- 09: figures for a paper ----------------------------------------------------------------------------------------


@exercise
def column_in_points(points) -> str:
    """The width of ICML's column in points."""
    from coral_viz import style

    inches = style.WIDTHS["icml"][0]
    if close(points, 72 * style.WIDTHS["icml"][1]):
        raise NotYet("That is the width of the page, for figures that span both columns.")
    if not close(points, 72 * inches):
        raise NotYet(f"A column is {inches:g} inches wide, and an inch has 72 points.")
    return f"{inches:g} x 72 = {72 * inches:g}: the width of the page in the pdf, in points."


@exercise
def type_in_print(points) -> str:
    """The size of type of 8 points after a figure of 6.5 inches was scaled to a column of 3.25."""
    factor = 3.25 / 6.5
    if close(points, 8 / factor):
        raise NotYet("The figure shrinks, and so does the type.")
    if not close(points, 8 * factor):
        raise NotYet(f"Every length is multiplied by {factor:g}, and so is the type size.")
    return (
        f"8 x {factor:g} = {8 * factor:g} points, too small to read. A figure drawn at its final width is not scaled."
    )


# --- 10: your own data ----------------------------------------------------------------------------------------------


@exercise
def most_about_a_rare_class(bits) -> str:
    """The entropy, in bits, of a label of which 10 of 100 samples have one class and 90 the other."""
    exact = float(information.entropy(np.array([0.1, 0.9])))
    if close(bits, 1):
        raise NotYet("That is the entropy of two equally frequent classes. These are not.")
    if close(bits, exact * np.log(2)):
        raise NotYet("That is in nats. Divide by ln 2, or take logarithms to base 2.")
    if not close(bits, exact):
        raise NotYet("No data hold more about a label than its entropy: the sum of -p log2 p over its classes.")
    return f"{exact:.3f} bits. A rare class is soon guessed: 'not ill' is right for 90 of 100 patients."


@exercise
def band_of_an_estimate(band) -> str:
    """From where to where the band of an estimate reaches, in bits, given its atoms with intervals."""
    if not (isinstance(band, tuple | list) and len(band) == 2):
        raise NotYet("Answer with a pair of numbers, (low, high).")
    low, value, high = 0.4 + 0.1, 0.5 + 0.2, 0.6 + 0.3 + 0.1 + 0.2
    if close(band[0], value) or close(band[1], value):
        raise NotYet(f"{value:g} bits is the estimate itself, the dashed line. The band is about its uncertainty.")
    if not close(band, (low, high)):
        raise NotYet("Add the four lower ends for one side of the band, and the four upper ends for the other.")
    return (
        f"From {low:g} to {high:g} bits, with the dashed line at {value:g}. An embedding inside it may keep everything."
    )
