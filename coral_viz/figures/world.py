"""What a world of a task holds: the exact truth about every label, and what of it noise leaves in the data."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch, PathPatch

from coral_viz import style
from coral_viz.figures.canvas import canvas, describe, picture, rectangles
from coral_viz.pid import NAMES, Atoms

ROW, HEADER = 2.9, 2.8  # lines of text: a label with its two bars, the axis
HALF = 0.36  # height of a bar


@picture
def bits_left(truth: Mapping[str, Atoms], left: Mapping[str, Atoms], *, n: int) -> Figure:
    """Two bars per label, in bits: pale, the atoms of what it was made from; full, the atoms that can be seen.

    Args:
        truth: exact atoms by label.
        left: atoms of the exact posteriors given the observations, by the same labels.
        n: samples that ``left`` is a mean over.

    Raises:
        ValueError: no label, or different labels.
    """
    if not truth or list(truth) != list(left):
        raise ValueError(f"truth and what is left must be of the same labels, not {list(truth)} and {list(left)}.")
    key = [
        Patch(fc=style.ATOM_COLOURS[a], hatch=style.ATOM_HATCHES[a], ec=style.PAPER, lw=0, label=style.ATOM_NAMES[a])
        for a in NAMES
    ]
    words = (
        "Pale, upper bar: what the label was made from, exactly. Full, lower bar: what a perfect reader of the noisy "
        f"data still gets, a mean over n = {n} samples, so it may pass the truth by a little."
    )
    figure = canvas(ROW * len(truth) * 0.62 + HEADER, words, key)
    ax = figure.subplots()
    for atoms, shift, alpha in ((truth, -0.5, 0.35), (left, 0.5, 1.0)):
        values = np.array([found.as_array() for found in atoms.values()]).clip(0)
        starts = np.cumsum(values, 1) - values
        for i, atom in enumerate(NAMES):
            look = {"fc": style.ATOM_COLOURS[atom], "hatch": style.ATOM_HATCHES[atom], "ec": style.PAPER, "lw": 0}
            y = np.flatnonzero(values[:, i])
            bars = rectangles(starts[y, i], y + (shift - 0.5) * HALF, values[y, i], HALF)
            ax.add_artist(PathPatch(bars, alpha=alpha, **look))
    most = max(float(atoms.information) for atoms in [*truth.values(), *left.values()])
    ax.set_yticks(range(len(truth)), [style.label_style(label).name for label in truth])
    ax.set(ylim=(len(truth) - 0.5, -0.5), xlim=(0, 1.02 * max(most, 1e-3)), xlabel="bits")
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    return describe(figure, _alt(truth, left))


def _alt(truth: Mapping[str, Atoms], left: Mapping[str, Atoms]) -> str:
    words = [
        f"{label} {float(left[label].information):.2f} of {float(truth[label].information):.2f} bits" for label in truth
    ]
    return f"Bars of the information about every label that is left in the data, beside the truth: {', '.join(words)}."
