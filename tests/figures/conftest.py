"""What figure tests look at: the words that a figure really draws, and where they stand."""

from pathlib import Path
from unittest.mock import patch

import matplotlib
import numpy as np
import pytest
from matplotlib.text import Text

from coral_viz import style
from coral_viz.figures.layout.saving import FIXED


def drawn_words(figure):
    """Texts that drawing the figure draws, with their boxes in pixels; all with letters that matplotlib brings.

    Formulas have none: matplotlib looks for their fonts by name, among whatever is installed.
    """
    seen = []
    draw = Text.draw

    def record(text, renderer):
        if text.get_visible() and text.get_text().strip():
            seen.append(text)
        draw(text, renderer)

    brought = Path(matplotlib.get_data_path())
    with matplotlib.rc_context(FIXED), patch.object(Text, "draw", record):
        figure.draw_without_rendering()
        assert all(brought in Path(text.get_fontproperties().get_file()).parents for text in seen)
        assert not any("$" in text.get_text() for text in seen)
        return [(text.get_text(), Text.get_window_extent(text)) for text in dict.fromkeys(seen)]


@pytest.fixture(params=[style.SANS, style.SERIF], ids=["sans", "serif"])
def face(request):
    """A wide face and a narrow one, to be laid over a look."""
    return request.param


@pytest.fixture
def assert_legible():
    """Fails if a figure draws words outside of its canvas or words over other words."""

    def check(figure):
        words = drawn_words(figure)
        assert words
        canvas = figure.bbox.padded(1)
        outside = [text for text, box in words if not (canvas.contains(*box.min) and canvas.contains(*box.max))]
        assert not outside, f"outside of the canvas: {outside}"
        low, high = np.array([box.min for _, box in words]), np.array([box.max for _, box in words])
        shared = np.minimum(high[:, None], high) - np.maximum(low[:, None], low)
        heights = (high - low)[:, 1]
        allowed = 0.15 * np.minimum(heights[:, None], heights)
        pairs = np.argwhere(np.triu((shared > allowed[..., None]).all(-1), 1))
        overlaps = [(words[i][0], words[j][0]) for i, j in pairs]
        assert not overlaps, f"words over words: {overlaps}"

    return check
