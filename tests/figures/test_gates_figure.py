"""The picture of a gate: its words can be read, its areas are the bits, unknown measures are named."""

import numpy as np
import pytest
from matplotlib.collections import PatchCollection
from matplotlib.colors import to_hex
from matplotlib.patches import Circle, PathPatch

from coral_viz import pid, style
from coral_viz.figures.decomposition.gate_diagram import ONE_BIT, gate

LOOKS = {"screen": style.screen(), "talk": style.talk(), "one": style.paper(), "two": style.paper(columns=2)}
LOOKS["neurips"] = style.paper("neurips")
MEASURES = {"BROJA": "broja", "I_min": "i_min", "MMI": "mmi", "I_sx": "i_sx", "I_±": "i_pm"}
P = pid.gates.gate("AND", noise=0.2)


def drawn(p=P, shown="BROJA", **look):
    return gate(p, {name: pid.decompose_pmf(p, measure) for name, measure in MEASURES.items()}, shown, **look)


def words(figure):
    return [text.get_text() for text in figure.texts]


def filled(figure, atom):
    """Corners of what is filled with the colour of an atom, shape by shape."""
    colour = style.ATOM_COLOURS[atom].lower()
    (path,) = (a.get_path() for a in figure.artists if isinstance(a, PathPatch) and to_hex(a.get_fc()) == colour)
    return np.split(path.vertices, np.flatnonzero(path.codes == path.MOVETO)[1:])


@pytest.mark.parametrize("look", LOOKS)
def test_every_word_can_be_read(look, assert_legible, face):
    figure = drawn(look=LOOKS[look] | face)
    assert figure.get_figwidth() == pytest.approx(LOOKS[look]["figure.figsize"][0])
    assert_legible(figure)


def test_every_measures_bits_are_written_and_drawn():
    figure, atoms = drawn(), {name: pid.decompose_pmf(P, measure) for name, measure in MEASURES.items()}
    for column, atom in enumerate(("redundancy", "unique_1", "unique_2", "synergy")):
        bits = np.array([found.as_array()[column] for found in atoms.values()])
        for value in bits:
            assert f"{value:z.2f}".replace("-", "−") in words(figure)
        bars = filled(figure, atom)[-len(bits) :]
        widths = np.array([bar[1, 0] - bar[0, 0] for bar in bars])
        np.testing.assert_allclose(widths * bits.max(), bits * widths[bits.argmax()], atol=1e-9)


def test_areas_of_discs_are_bits():
    figure, atoms = drawn(), pid.broja(P)
    for atom in ("redundancy", "synergy"):
        disc, *bars = filled(figure, atom)
        assert len(bars) == len(MEASURES)
        assert np.ptp(disc[:, 0]) / 2 == pytest.approx(ONE_BIT * np.sqrt(getattr(atoms, atom)))
    assert len(filled(figure, "unique_1")) == len(MEASURES)  # no disc of 0 bits


def test_negative_atoms_are_dashed():
    figure, atoms = drawn(shown="I_±"), pid.decompose_pmf(P, "i_pm")
    dashed = [a for a in figure.artists if isinstance(a, Circle) and a.get_linestyle() == "--"]
    assert [circle.radius for circle in dashed] == pytest.approx([ONE_BIT * np.sqrt(-atoms.unique_1)] * 2)
    assert f"U1 −{-atoms.unique_1:.2f}" in words(figure)


def test_squares_are_the_probabilities_of_pairs():
    p = pid.gates.gate("AND", correlation=0.5)
    (squares,) = (artist for artist in drawn(p).artists if isinstance(artist, PatchCollection))
    areas = np.array([np.prod(np.ptp(path.vertices, 0)) for path in squares.get_paths()])
    np.testing.assert_allclose(areas / areas.sum(), p.sum(-1).ravel())


def test_the_likeliest_target_is_written():
    assert [words(drawn()).count(word) for word in ("0\n90%", "1\n90%")] == [3, 1]
    assert words(drawn(pid.gates.gate("AND", noise=1.0))).count("?") == 4


def test_a_measure_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="The diagram can show BROJA, I_min, MMI, I_sx, I_±, not 'PM'"):
        drawn(shown="PM")
