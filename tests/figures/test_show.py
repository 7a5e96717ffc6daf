import io

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from coral_viz.figures import schematic
from coral_viz.figures.layout.canvas import describe
from coral_viz.figures.layout.display import show
from coral_viz.figures.layout.lettering import Canvas


def test_a_notebook_gets_the_picture_and_its_words():
    shown = show(schematic())
    assert shown.png.startswith(b"\x89PNG")
    page = shown._repr_html_()
    assert page.startswith('<img src="data:image/png;base64,iVBOR')
    assert 'alt="Schematic, left to right.' in page
    assert repr(shown) == schematic().alt


def test_the_file_holds_every_pixel():
    figure = schematic()
    canvas = Canvas(figure)
    canvas.draw()
    picture = Image.open(io.BytesIO(show(figure).png))
    picture.verify()  # the checksums
    picture = Image.open(io.BytesIO(show(figure).png))
    assert picture.mode == "RGB"
    np.testing.assert_array_equal(np.asarray(picture), np.asarray(canvas.buffer_rgba())[..., :3])


def test_words_cannot_leave_their_attribute():
    assert 'alt="a &lt; &quot;b&quot;"' in show(describe(Figure(), 'a < "b"'))._repr_html_()


def test_a_picture_without_words_is_refused():
    with pytest.raises(ValueError, match="no alternative text"):
        show(Figure())
