"""The interval of every mean over seeds: Student's, clipped to the scale.

Coverage of the mean by 95 % intervals over n seeds in %, and in brackets their median width in points, over 1 000
samples of values like accuracies, within the scale. In the last two distributions a share of the seeds finds the label,
and the others are at chance:

=========================  ==  =========  ==========  ===================  =========  ===========
values                     n   Student t  percentile  expanded percentile  BCa        studentised
=========================  ==  =========  ==========  ===================  =========  ===========
in the middle (beta)       3   95 (25)    74 (10)     74 (10)              72 (9)     100 (75)
in the middle (beta)       5   94 (14)    81 (9)      91 (12)              82 (9)     94 (18)
in the middle (beta)       10  94 (8)     90 (7)      93 (8)               90 (7)     95 (9)
near the end               3   90 (6)     73 (3)      73 (3)               72 (3)     100 (75)
near the end               5   90 (4)     81 (3)      89 (4)               83 (3)     94 (7)
near the end               10  91 (3)     85 (2)      90 (3)               87 (2)     94 (3)
skewed                     3   88 (30)    71 (15)     71 (15)              70 (14)    100 (75)
skewed                     5   88 (21)    81 (15)     87 (20)              82 (16)    94 (38)
skewed                     10  90 (14)    87 (12)     91 (14)              90 (12)    96 (18)
found in half              3   74 (75)    74 (74)     74 (74)              74 (74)    98 (75)
found in half              5   94 (75)    94 (59)     94 (74)              94 (60)    96 (75)
found in half              10  95 (55)    92 (45)     97 (52)              98 (45)    100 (61)
found in a fifth           3   49 (11)    49 (8)      49 (8)               48 (8)     100 (75)
found in a fifth           5   66 (56)    64 (46)     66 (61)              64 (59)    68 (75)
found in a fifth           10  89 (37)    88 (37)     89 (39)              88 (38)    90 (75)
=========================  ==  =========  ==========  ===================  =========  ===========

Student's interval has the largest coverage except for the studentised bootstrap, and is the only one with this coverage
at 3 seeds. The studentised bootstrap achieves its coverage by intervals as wide as the scale. No interval covers if all
seeds agree by chance: if one training in five finds a label, five seeds are equal in a third of all tables. Then the
count k of n (``found``), which is given beside the mean, is more informative.
"""

from __future__ import annotations

import numpy as np
from scipy.special import stdtrit

SCALES = {"share": (0.0, 1.0)}
"""Where the values of a unit end."""


def student(values: np.ndarray, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Low and high of Student's interval of the mean of values (..., n); NaN for one value.

    ValueError for a confidence outside of (0, 1).
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    values = np.asarray(values, float)
    n, mean = values.shape[-1], values.mean(axis=-1)
    if n == 1:
        return np.full_like(mean, np.nan), np.full_like(mean, np.nan)
    half = stdtrit(n - 1, (1 + confidence) / 2) * values.std(axis=-1, ddof=1) / np.sqrt(n)
    return mean - half, mean + half


def within(low: float, high: float, values: np.ndarray, unit: str) -> tuple[float, float]:
    """An interval clipped to the scale of the unit, unless values are outside of it."""
    least, most = SCALES.get(unit, (-np.inf, np.inf))
    if np.min(values) < least or np.max(values) > most:
        return low, high
    return max(low, least), min(high, most)


def in_words(estimate: float, low: float, high: float) -> str:
    """A mean of shares in %, with its interval: "85.1 ± 6.3", or "85.1 [43.8, 100.0]" if the interval is clipped.

    The interval is left out if it is NaN, or if it rounds to the mean.
    """
    return f"{100 * estimate:.1f}{beside(estimate, low, high)}"


def beside(estimate: float, low: float, high: float) -> str:
    """The interval of ``in_words``: " ± 6.3", " [43.8, 100.0]" or ""."""
    if not high - low >= 1e-3:
        return ""
    if abs(high + low - 2 * estimate) < 1e-8:
        return f" ± {50 * (high - low):.1f}"
    return f" [{100 * low:.1f}, {100 * high:.1f}]"
