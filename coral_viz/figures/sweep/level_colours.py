"""Colours of the levels of a setting."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from numbers import Real

import numpy as np
from matplotlib.colors import to_rgb

from coral_viz import style


def level_colours(levels: Sequence[object]) -> list:
    """Words in colours of their own, numbers from pale to deep."""
    if any(isinstance(level, bool) or not isinstance(level, Real) for level in levels):
        return list(itertools.islice(itertools.cycle(style.PETROFF6), len(levels)))
    pale, deep = (np.array(to_rgb(end)) for end in (style.PALE_SYNERGY, style.DEEP_SYNERGY))
    return [tuple(pale + share * (deep - pale)) for share in np.linspace(0, 1, len(levels))]
