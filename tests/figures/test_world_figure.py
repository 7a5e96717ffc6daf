import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import PathPatch

from coral_viz import style
from coral_viz.figures.data.task_information import bits_left
from coral_viz.pid import Atoms

TRUTH = {"redundancy": Atoms(2.0, 0.0, 0.0, 0.0), "t": Atoms(0.5, 1.5, 0.0, 0.0)}
LEFT = {"redundancy": Atoms(1.5, 0.0, 0.1, 0.2), "t": Atoms(0.4, 1.0, 0.0, 0.0)}


@pytest.mark.parametrize("look", [style.screen(), style.talk(), style.paper(columns=2), style.paper()])
def test_bars_can_be_read(assert_legible, face, look):
    assert_legible(bits_left(TRUTH, LEFT, n=300, look=look | face))


def test_bars_are_the_atoms_end_to_end():
    bars = {}  # by the height of their middle: where they begin, their bits, their colour
    for path in (artist for artist in bits_left(TRUTH, LEFT, n=300).artists if isinstance(artist, PathPatch)):
        for corners in path.get_path().vertices.reshape(-1, 5, 2)[:, :4]:
            bar = (corners[0, 0], np.ptp(corners[:, 0]), to_hex(path.get_fc()))
            bars.setdefault(round(float(corners[:, 1].mean()), 6), []).append(bar)
    *lines, key = (sorted(bars[y]) for y in sorted(bars))
    start, bit = lines[0][0][0], lines[0][0][1] / 2.0
    r, u1, u2, s = (style.ATOM_COLOURS[atom].lower() for atom in ("redundancy", "unique_1", "unique_2", "synergy"))
    assert [colour for *_, colour in key] == [r, u1, u2, s]
    wanted = [[(0, 2.0, r)], [(0, 1.5, r), (1.5, 0.1, u2), (1.6, 0.2, s)], [(0, 0.5, r), (0.5, 1.5, u1)]]
    for line, expected in zip(lines, [*wanted, [(0, 0.4, r), (0.4, 1.0, u1)]], strict=True):
        assert [colour for *_, colour in line] == [colour for *_, colour in expected]
        found = [((left - start) / bit, width / bit) for left, width, _ in line]
        np.testing.assert_allclose(found, [bar[:2] for bar in expected], atol=1e-9)


@pytest.mark.parametrize("most", [0.3, 1.0, 4.0, 0.0])
def test_the_axis_names_round_bits(most):
    figure = bits_left({"redundancy": Atoms(most, 0.0, 0.0, 0.0)}, {"redundancy": Atoms(0.0, 0.0, 0.0, 0.0)}, n=300)
    numbers = [float(text.get_text()) for text in figure.texts if text.get_text().replace(".", "").isdecimal()]
    assert numbers[0] == 0
    assert len(numbers) < 12
    assert max(numbers) <= 1.02 * max(most, 1e-3)


def test_alt_text_and_small_print_tell_what_is_left():
    figure = bits_left(TRUTH, LEFT, n=300)
    assert "redundancy 1.80 of 2.00 bits, t 1.40 of 2.00 bits" in figure.alt
    assert any("n = 300" in text.get_text() for text in figure.texts)


def test_labels_must_agree():
    with pytest.raises(ValueError, match="must have the same labels"):
        bits_left(TRUTH, {"t": LEFT["t"]}, n=300)
    with pytest.raises(ValueError, match="must have the same labels"):
        bits_left({}, {}, n=300)
