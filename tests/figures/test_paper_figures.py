"""Every figure of the shipped set can be read at the widths of a venue of two columns and of one."""

from pathlib import Path

import pytest

from coral_viz import style
from coral_viz.publishing.paper import pictures
from coral_viz.publishing.paper.sources import gather

SHIPPED = Path(__file__).parents[2] / "data"


@pytest.mark.slow
@pytest.mark.parametrize("venue", ["icml", "neurips"])
def test_every_word_of_the_shipped_set_can_be_read(venue, assert_legible, face):
    looks = [style.paper(venue), style.paper(venue, columns=len(style.WIDTHS[venue]))]
    shown = [each for each in pictures.plan(gather(SHIPPED)) if each.source is None or each.source.content is not None]
    assert len(shown) > 20
    for picture in shown:
        figure, _ = picture.draw(picture.source and picture.source.content, looks[picture.columns - 1] | face)
        try:
            assert_legible(figure)
        except AssertionError as error:
            raise AssertionError(f"{picture.name}: {error}") from None
