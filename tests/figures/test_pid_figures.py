"""What the pictures of decompositions show: their artists hold the numbers, and bad input is named."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from coral_viz import pid, style
from coral_viz.figures.decomposition import atom_bars as figures
from coral_viz.figures.decomposition import hasse, unique_hull
from coral_viz.pid import gates, measures

LOOKS = [style.paper("icml", 1), style.paper("icml", 2), style.screen(), style.talk()]
TWO, THREE = pid.redundancy_lattice(2), pid.redundancy_lattice(3)
TABLES = (
    np.array([[0.02, 0.22], [0.25, 0.23], [0.23, 0.05]]),
    np.array([[0.15, 0.4], [0.05, 0.05], [0.3, 0.05]]),
)


def estimated():
    values = np.array([0.4, 0.1, 0.0, 0.02])
    p = np.array([0.001, 0.01, np.nan, 0.4])
    return pid.Atoms(*values, low=np.maximum(values - 0.05, 0), high=values + 0.05, p=p)


def every_figure(look):
    by_gate = {name: pid.broja(gates.gate(name)) for name in ("AND", "SUM", "COPY")}
    by_measure = {name: pid.decompose_pmf(gates.gate("AND"), name) for name in ("broja", "i_pm", "i_sx")}
    yield figures.bars(by_gate, look=look)
    yield figures.dots({"a": estimated()}, look=look)
    yield figures.side_by_side(by_measure, look=look)
    yield hasse.hasse(THREE, np.linspace(-1, 1, 18), look=look)
    yield unique_hull.roc(*TABLES, look=look)
    yield unique_hull.polytope(gates.gate("XOR", noise=0.2), look=look)
    yield unique_hull.polytope(gates.gate("AND"), look=look)


@pytest.mark.parametrize("look", LOOKS, ids=["narrow", "wide", "screen", "talk"])
def test_every_figure_has_the_looks_width_and_words_that_can_be_read(look, assert_legible, face):
    for figure in every_figure(look | face):
        assert isinstance(figure, Figure)
        assert figure.get_figwidth() == pytest.approx(look["figure.figsize"][0])
        assert "bit" in figure.alt
        assert_legible(figure)


def test_bars_stack_the_atoms():
    atoms = pid.broja(gates.gate("AND"))
    (ax,) = figures.bars({"AND": atoms}).axes
    widths = [patch.get_width() for patch in ax.patches]
    np.testing.assert_allclose(widths, atoms.as_array())
    assert ax.patches[-1].get_x() + widths[-1] == pytest.approx(atoms.information)


def test_bars_refuse_negative_atoms():
    with pytest.raises(ValueError, match="negative atom"):
        figures.bars({"I_pm": pid.decompose_pmf(gates.gate("AND"), "i_pm")})


def test_dots_are_hollow_where_zero_is_not_rejected():
    panels = figures.dots({"a": estimated()}).axes
    faces = [panel.lines[-1 if panel.lines[-1].get_marker() != "None" else 0].get_markerfacecolor() for panel in panels]
    assert faces[3] == style.PAPER
    assert style.PAPER not in faces[:3]


def test_side_by_side_writes_every_number():
    by_measure = {"i_pm": pid.decompose_pmf(gates.gate("AND"), "i_pm")}
    panels = figures.side_by_side(by_measure).axes
    assert [panel.texts[0].get_text() for panel in panels] == ["0.56", "−0.25", "−0.25", "0.75"]
    assert [text.get_text() for text in panels[0].get_yticklabels()] == ["I_±"]


def test_hasse_has_an_edge_per_cover_and_a_value_per_node():
    values = THREE.decompose(np.random.default_rng(0).dirichlet(np.ones(16)).reshape(2, 2, 2, 2), measures.i_min)
    (ax,) = hasse.hasse(THREE, values).axes
    assert len(ax.lines) == 30
    assert [text.get_text().split("\n")[0] for text in ax.texts] == THREE.labels()
    assert f"{values[3]:.3f}" in ax.texts[3].get_text()


def test_hull_lies_on_or_above_both_curves():
    (ax,) = unique_hull.roc(*TABLES).axes
    lines = {line.get_label(): line.get_xydata() for line in ax.lines}
    for source in ("source 1", "source 2"):
        x, y = lines[source].T
        assert (np.interp(x[1:], *lines["hull of both"].T) >= y[1:] - 1e-12).all()


@pytest.mark.parametrize(
    "p", [gates.gate("XOR", noise=0.3), np.random.default_rng(1).dirichlet(np.ones(8)).reshape(2, 2, 2)]
)
def test_polytope_marks_p_and_the_lowest_point(p):
    ax = unique_hull.polytope(p).axes[0]
    given, optimum = (line.get_xydata()[0] for line in ax.lines)
    np.testing.assert_allclose(given, p[0, 0])
    lowest = ax.images[0].get_array().min()
    atoms = pid.broja(p)
    union = atoms.redundancy + atoms.unique_1 + atoms.unique_2
    assert union - 1e-9 <= lowest < union + 1e-3
    np.testing.assert_allclose(optimum, pid.broja(p, tol=1e-9, coupling=True).coupling[0, 0], atol=1e-9)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: figures.bars({}), "no decomposition"),
        (lambda: figures.dots({"x": pid.broja(np.ones((3, 2, 2, 2)), batch_axes=1)}), "'x' is a batch"),
        (lambda: hasse.hasse(TWO, np.zeros(18)), "has 4 nodes"),
        (lambda: unique_hull.polytope(np.ones((2, 2, 3))), "2x2x2"),
        (lambda: unique_hull.polytope(gates.gate("RDN")), "no freedom"),
        (lambda: unique_hull.roc(np.ones((2, 3)), np.ones((2, 3))), "binary target"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_a_lattice_of_four_sources_is_too_large_to_draw():
    with pytest.raises(ValueError, match="166 nodes of 4 fit on no page"):
        hasse.hasse(pid.redundancy_lattice(4), np.zeros(166))
