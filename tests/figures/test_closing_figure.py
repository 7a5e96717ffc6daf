import numpy as np
import pytest

from coral_viz import style
from coral_viz.figures.decomposition.solver_gap import LEAST, closing

ASKED, GAPS, ABOVE = [1e-1, 1e-2, 1e-3], [5e-2, 3e-3, 0.0], [4e-2, 3e-3, 1e-5]


@pytest.mark.parametrize("look", [style.screen(), style.talk(), style.paper(columns=2), style.paper()])
def test_words_can_be_read(assert_legible, face, look):
    assert_legible(closing(ASKED, GAPS, ABOVE, look=look | face))


def test_lines_are_the_gaps_and_nothing_stands_below_the_least():
    (ax,) = closing(ASKED, GAPS, ABOVE).axes
    drawn = {line.get_label(): line.get_ydata() for line in ax.lines}
    np.testing.assert_allclose(drawn["requested gap"], ASKED)
    np.testing.assert_allclose(drawn["certified gap"], [5e-2, 3e-3, LEAST])
    np.testing.assert_allclose(drawn["true error"], ABOVE)


def test_alt_text_tells_what_is_marked():
    alt = closing(ASKED, GAPS, ABOVE, chosen=2).alt
    assert "5e-02 at 1e-01" in alt
    assert "Marked: 1e-03, where the coupling found is 1.0e-05 bits above" in alt


@pytest.mark.parametrize(
    "values",
    [(ASKED, GAPS, ABOVE[:2]), (ASKED[:1], GAPS[:1], ABOVE[:1]), (ASKED, GAPS, [0, 0, -1]), ([0, 1], [1, 1], [1, 1])],
)
def test_bad_values_are_refused(values):
    with pytest.raises(ValueError, match="two or more positive requested gaps"):
        closing(*values)
