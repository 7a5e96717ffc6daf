import numpy as np
import pytest
from matplotlib.colors import to_hex

from coral_viz import style
from coral_viz.figures.world import bits_left
from coral_viz.pid import Atoms

TRUTH = {"redundancy": Atoms(2.0, 0.0, 0.0, 0.0), "t": Atoms(0.5, 1.5, 0.0, 0.0)}
LEFT = {"redundancy": Atoms(1.5, 0.0, 0.1, 0.2), "t": Atoms(0.4, 1.0, 0.0, 0.0)}


@pytest.mark.parametrize("look", [style.screen(), style.talk(), style.paper(columns=2), style.paper()])
def test_bars_can_be_read(assert_legible, look):
    assert_legible(bits_left(TRUTH, LEFT, n=300, look=look))


def test_bars_are_the_atoms_end_to_end():
    (ax,) = bits_left(TRUTH, LEFT, n=300).axes
    bars = [
        (corners[:, 1].mean(), corners[0, 0], np.ptp(corners[:, 0]), to_hex(path.get_fc()))
        for path in ax.patches
        for corners in path.get_path().vertices.reshape(-1, 5, 2)[:, :4]
    ]
    r, u1, u2, s = (style.ATOM_COLOURS[atom].lower() for atom in ("redundancy", "unique_1", "unique_2", "synergy"))
    upper = [bar for bar in bars if bar[0] % 1 > 0.5]
    lower = [bar for bar in bars if bar[0] % 1 < 0.5]
    assert sorted((round(y + 0.18), *rest) for y, *rest in upper) == [(0, 0, 2.0, r), (1, 0, 0.5, r), (1, 0.5, 1.5, u1)]
    wanted = [(0, 0, 1.5, r), (0, 1.5, 0.1, u2), (0, 1.6, 0.2, s), (1, 0, 0.4, r), (1, 0.4, 1.0, u1)]
    for found, bar in zip(sorted((round(y - 0.18), *rest) for y, *rest in lower), wanted, strict=True):
        assert found[3] == bar[3]
        np.testing.assert_allclose(found[:3], bar[:3])


def test_alt_text_and_small_print_tell_what_is_left():
    figure = bits_left(TRUTH, LEFT, n=300)
    assert "redundancy 1.80 of 2.00 bits, t 1.40 of 2.00 bits" in figure.alt
    assert any("n = 300" in text.get_text() for text in figure.texts)


def test_labels_must_agree():
    with pytest.raises(ValueError, match="must be of the same labels"):
        bits_left(TRUTH, {"t": LEFT["t"]}, n=300)
    with pytest.raises(ValueError, match="must be of the same labels"):
        bits_left({}, {}, n=300)
