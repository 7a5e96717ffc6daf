"""Gate editor, lattice, unique information and estimator lab: their numbers, their words, and bad input."""

import math
import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from coral_viz import explore, pid, style
from coral_viz.explore import shipped
from coral_viz.explore.gate_editor import CELLS, MEASURES, SAID
from coral_viz.explore.lattices import meaning
from coral_viz.explore.presenter import AT_REST
from coral_viz.explore.unique_information import HULL, SOLVER, VALLEY, gap
from coral_viz.pid.lattice import redundancy_lattice


def told(explorer):
    return explorer.caption(explorer.compute(explorer.settings), explorer.settings)


@pytest.mark.parametrize("name", ["gates", "lattice", "unique", "estimators"])
def test_settings_make_the_same_view_again(name):
    explorer = getattr(explore, name)()
    again = eval(explorer.code(), {"explore": explore})
    assert again.settings == explorer.settings
    assert again.presenter.shown.alt == explorer.presenter.shown.alt
    assert explorer.presenter.words == AT_REST
    assert explorer.figure().get_figwidth() == pytest.approx(style.paper(columns=2)["figure.figsize"][0])
    bundle = explorer._repr_mimebundle_()
    assert "<img" in bundle["text/html"]
    assert explorer.presenter.shown.alt in bundle["text/plain"]


def test_a_gate_shows_its_atoms_by_every_measure():
    _, _, atoms = explore.gates(gate="XOR", noise=0.5).compute(explore.gates(gate="XOR", noise=0.5).settings)
    exact = pid.broja(pid.gates.gate("XOR", noise=0.5))
    assert atoms["BROJA"].synergy == pytest.approx(exact.synergy)
    assert set(atoms) == {"BROJA", "I_min", "MMI", "I_sx", "I_±"}


def test_a_gate_says_what_its_measure_asks():
    explorer = explore.gates()
    for measure in MEASURES:
        explorer.widgets["measure"].value = measure
        assert f"{measure}: {SAID[measure]}." in told(explorer)
        assert measure.lower().replace("±", "pm") in glossary_terms()


def glossary_terms():
    page = Path(__file__).parents[2] / "notebooks" / "glossary.md"
    return [line.removeprefix("### ") for line in page.read_text().splitlines() if line.startswith("### ")]


def test_the_walk_shows_the_four_atoms_of_every_table_on_it():
    for walk in (0.0, 0.5, 1.0):
        explorer = explore.unique(picture=VALLEY, gate="AND", noise=0.0, walk=walk)
        _, best, q = explorer.compute(explorer.settings)
        assert "the same R 0.311, U1 0.000, U2 0.000." in told(explorer)
        left = float(pid.information.informations(q)[2] - pid.information.informations(best.coupling)[2])
        assert f"so S {left:.3f}." in told(explorer)


def test_moving_a_slider_changes_picture_and_words():
    explorer = explore.gates(gate="AND")
    before = explorer.presenter.shown.alt
    explorer.widgets["noise"].value = 0.5
    assert explorer.presenter.shown.alt != before


def test_a_typed_table_is_normalised_with_a_notice():
    explorer = explore.gates(gate="custom", p000=1.0, p111=1.0, p010=0.0, p100=0.0)
    p, typed, _ = explorer.compute(explorer.settings)
    assert typed == 2
    assert p[0, 0, 0] == p[1, 1, 1] == 0.5
    assert told(explorer).endswith("Your numbers summed to 2 and were divided by it.")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"p010": -0.25}, "P(0,1,0) is negative; probabilities are 0 or more."),
        ({"p010": math.inf}, "not finite, or too large"),
        (dict.fromkeys(CELLS, 0.0), "all eight numbers are 0; give"),
    ],
)
def test_a_bad_table_is_a_sentence_and_the_picture_stays(values, sentence):
    explorer = explore.gates(gate="custom")
    last = explorer.presenter.picture.value
    for name, value in values.items():
        explorer.widgets[name].value = value
    assert sentence in explorer.presenter.words
    assert 'role="alert"' in explorer.presenter.status.value
    if len(values) == 1:
        assert explorer.presenter.picture.value == last
    with pytest.raises(ValueError, match=r"negative|not finite|all eight numbers are 0"):
        explorer.figure()


def test_only_sources_that_can_be_correlated_are():
    explorer = explore.gates(gate="XOR", correlation=0.5)
    correlation = explorer.widgets["correlation"]
    for name, known in pid.gates.GATES.items():
        correlation.value = 0.5 * (not correlation.disabled)
        explorer.widgets["gate"].value = name
        assert correlation.disabled != known.correlates
        assert explorer.presenter.words == AT_REST
    assert correlation.disabled
    assert correlation.value == 0


def test_the_lattice_says_what_a_node_means_and_sums():
    lattice = redundancy_lattice(3)
    words = [meaning(lattice, i) for i in range(len(lattice.nodes))]
    assert "information in source 1, and also in sources 2 and 3 together" in words
    assert "information in sources 1, 2 and 3 together" in words
    assert len(set(words)) == 18
    explorer = explore.lattice(sources=3, example="XOR of three", node="{123}")
    assert "Atom of this node: 1.000 bits" in told(explorer)
    assert "itself and the 17 nodes below it" in told(explorer)
    explorer.widgets["sources"].value = 2
    assert explorer.presenter.words == AT_REST
    assert explorer.settings["node"] in redundancy_lattice(2).labels()


def test_new_information_sums_to_what_is_shared():
    explorer = explore.lattice(example="AND", measure="I_sx")
    lattice, shared, new = explorer.compute(explorer.settings)
    np.testing.assert_allclose(lattice.below @ new, shared)


@pytest.mark.parametrize("name", ["AND", "XOR", "OR", "RDN"])
def test_the_gap_bounds_how_far_a_coupling_is_from_the_least(name):
    p = pid.gates.gate(name, noise=0.3)
    best = pid.broja(p, coupling=True)
    least = float(pid.information.informations(best.coupling)[2])
    for walk in (0.0, 0.3, 0.7):
        q = (1 - walk) * p + walk * best.coupling
        assert float(pid.information.informations(q)[2]) - least <= gap(q) + 1e-9


def test_the_walk_ends_at_the_optimum():
    explorer = explore.unique(picture=VALLEY, gate="AND", noise=0.0)
    p, _, start = explorer.compute(explorer.settings)
    np.testing.assert_allclose(start, p)
    explorer.widgets["walk"].value = 1.0
    _, best, end = explorer.compute(explorer.settings)
    np.testing.assert_allclose(end, best.coupling)
    assert "I_Q = 0.3113 bits" in told(explorer)
    explorer.widgets["picture"].value = HULL
    assert "ROC curves" in explorer.presenter.shown.alt


def test_the_solver_certifies_what_it_is_asked_for():
    explorer = explore.unique(picture=SOLVER, gate="AND", digits=4)
    assert "For a requested gap of 0.0001 bits" in told(explorer)
    found = pid.broja(pid.gates.gate("AND", noise=0.2), tol=1e-4, coupling=True)
    assert f"every atom is at most {float(found.gap):.1e}" in told(explorer)
    assert f"{float(found.gap):.0e} at 1e-04" in explorer.presenter.shown.alt
    least = pid.broja(pid.gates.gate("AND", noise=0.2), tol=1e-9, coupling=True)
    above = pid.information.informations(found.coupling)[2] - pid.information.informations(least.coupling)[2]
    assert told(explorer).endswith(f"is {float(above):.1e} above the minimum.")
    explorer.widgets["gate"].value = "RDN"
    assert told(explorer).endswith("Here p(x1, y) and p(x2, y) already determine the atoms.")


def test_controls_of_other_pictures_are_out_of_the_way():
    explorer = explore.unique()
    for picture, own in ((HULL, []), (VALLEY, ["walk"]), (SOLVER, ["digits"])):
        explorer.widgets["picture"].value = picture
        assert explorer.visible == ["picture", "gate", "noise", *own]


def test_the_estimator_lab_shows_what_ships():
    explorer = explore.estimators()
    assert "posterior" in told(explorer)
    explorer.widgets["estimators"].value = ()
    assert explorer.presenter.words == "no estimator is chosen; choose one or more."
    explorer.widgets["picture"].value = "coverage of intervals"
    assert "Coverage of intervals" in explorer.presenter.shown.alt


def test_the_estimator_lab_goes_over_dimension_and_noise():
    shipped_rows = pd.read_csv(shipped.path("bench_dimensions.csv"))
    explorer = explore.estimators(picture="error against dimension", distribution="xor", noise=1.0)
    rows = shipped_rows[(shipped_rows["truth"] == "xor") & (shipped_rows["noise"] == 1.0)]
    assert set(explorer.compute(explorer.settings)["dimensions"]) == set(rows["dimensions"])
    largest = rows[(rows["dimensions"] == rows["dimensions"].max()) & (rows["estimator"] == "posterior")]
    assert f"posterior: {largest['mean_absolute_error'].item():.3f}" in told(explorer)
    assert "over dimensions from 2 to 128" in explorer.presenter.shown.alt
    explorer.widgets["picture"].value = "error against noise"
    assert explorer.settings["distribution"] == "xor"
    assert set(explorer.compute(explorer.settings)["dimensions"]) == {32}
    assert "over noise from 0.25 to 1" in explorer.presenter.shown.alt
    assert explorer.presenter.words == AT_REST


def test_unknown_settings_and_values_are_sentences():
    with pytest.raises(ValueError, match=r"explore\.gates has no setting 'gat'; it has gate, noise"):
        explore.gates(gat="AND")
    with pytest.raises(ValueError, match="gate = 'NAND' is not allowed"):
        explore.gates(gate="NAND")
    with pytest.raises(AttributeError, match="no explorer 'gate'"):
        _ = explore.gate


def test_every_slider_has_a_number_box_with_a_name():
    explorer = explore.gates()
    rows = [row for row in explorer.column.children if len(getattr(row, "children", ())) == 2]
    assert [row.children[0].description for row in rows] == ["noise on Y", "X2 copies X1"]
    assert all(row.children[1].description == "" for row in rows)


def test_another_thread_may_refresh_while_this_one_draws():
    explorer, failures = explore.gates(), []

    def move():
        try:
            for step in range(5):
                explorer.widgets["noise"].value = step / 10
        except Exception as error:
            failures.append(error)

    thread = threading.Thread(target=move)
    thread.start()
    for _ in range(5):
        explorer.figure()
    thread.join()
    assert failures == []
    assert explorer.presenter.words == AT_REST
