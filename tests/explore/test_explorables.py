"""Explorables in Python: their settings, their figures, the page that stands for them, and what they ask the kernel."""

import json
import re
import runpy
from html import unescape
from pathlib import Path

import numpy as np
import pytest

from coral_viz import explore, pid, style
from coral_viz.explore.gate_editor import MEASURES, SAID
from coral_viz.explore.lattices import MEASURES as MEASURES_OF_LATTICES
from coral_viz.explore.lattices import meaning
from coral_viz.pid.lattice import redundancy_lattice
from coral_viz.pid.measures import CLOSED_FORMS

VIEWS = [
    "explore.gates()",
    "explore.gates(gate='SUM', noise=0.5)",
    "explore.gates(gate='custom', measure='MMI', pairs=[0.4, 0.1, 0.2, 0.3], target=[1, 0, 0.5, 1])",
    "explore.unique(gate='AND', walk=0.5)",
    "explore.unique(gate='custom', points=[[0, 0.5], [0.2, 0.2]], prior=0.3, overlap=[0, 1])",
    "explore.lattice(sources=3, measure='I_±', example='AND of three', node='{1}{23}')",
]


@pytest.mark.parametrize("code", VIEWS)
def test_a_line_of_python_opens_the_same_view(code):
    explorer = eval(code)
    assert explorer.code() == code
    figure = explorer.figure()
    assert figure.get_figwidth() == pytest.approx(style.paper(columns=2)["figure.figsize"][0])
    assert figure.alt == eval(explorer.code()).figure().alt


@pytest.mark.parametrize("name", explore.EXPLORABLES)
def test_a_page_is_shown_where_no_kernel_runs_and_a_picture_where_no_page_is(name):
    explorer = getattr(explore, name)()
    bundle = explorer._repr_mimebundle_()
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == explorer.view.model_id
    assert unescape(re.search('srcdoc="([^"]*)"', bundle["text/html"])[1]) == explorer.page()
    assert re.search('<img src="data:image/png;base64,[^"]*" alt="[^"]{40,}"', bundle["text/html"])
    assert bundle["text/plain"].endswith(f"(In Python: {explorer.code()})")


@pytest.mark.parametrize("name", explore.EXPLORABLES)
def test_a_page_asks_no_network_and_holds_the_colours_of_atoms(name):
    page = getattr(explore, name)().page()
    assert re.findall(r"(?:https?:)?//(?!www\.w3\.org/2000/svg)[\w.]+\.\w+", page) == []
    for colour in style.ATOM_COLOURS.values():
        assert page.count(f'"mark": "{colour}"') == 1
        assert colour not in getattr(explore, name).script()


def test_text_from_data_cannot_end_the_script(monkeypatch):
    monkeypatch.setitem(SAID, "MMI", "</script><b>")
    assert "</script><b>" not in explore.gates().page()
    assert json.dumps("</script><b>").replace("</", r"<\/") in explore.gates().page()


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"gat": "AND"}, "explore.gates has no setting 'gat'; it has gate, noise"),
        ({"gate": "NAND"}, "There is no gate 'NAND'; there are RDN"),
        ({"noise": 2}, r"noise must lie within \[0, 1\], not 2"),
        ({"gate": "custom", "noise": 2}, r"must lie within \[0, 1\]"),
        ({"gate": "RDN", "correlation": 0.5}, "The sources of RDN cannot be correlated"),
        ({"gate": "custom", "correlation": 0.5}, "correlation is a setting of named gates"),
        ({"measure": "I_max"}, "measure = 'I_max' is not allowed; choose one of BROJA"),
        ({"pairs": [1, 0, 0, 0]}, "pairs is a setting of gate = 'custom' only, not of 'AND'"),
        ({"gate": "custom", "pairs": [1, 0]}, "hold four numbers each, not 2 and 4"),
        ({"gate": "custom", "pairs": [0, 0, 0, 0]}, "all zeros"),
        ({"gate": "custom", "pairs": [-1, 1, 1, 1]}, "must not be negative"),
        ({"gate": "custom", "pairs": [float("inf"), 1, 1, 1]}, "must be finite"),
        ({"gate": "custom", "target": [0, 0, 0, 2]}, r"must lie within \[0, 1\]"),
    ],
)
def test_bad_settings_are_a_sentence(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        explore.gates(**settings)


@pytest.mark.parametrize(
    ("name", "settings", "sentence"),
    [
        ("unique", {"gate": "SUM"}, "gate = 'SUM' is not allowed; choose one of curves that cross, RDN"),
        ("unique", {"prior": 0.2}, "prior is a setting of gate = 'custom' only, not of 'curves that cross'"),
        ("unique", {"gate": "custom", "points": [[0, 1]]}, r"not of shapes \(1, 2\) and \(2,\)"),
        ("unique", {"gate": "custom", "points": [[0.5, 0.4], [0, 1]]}, "must lie on the diagonal or above it"),
        ("unique", {"gate": "custom", "prior": 1.5}, r"prior must lie within \[0, 1\], not 1.5"),
        ("unique", {"walk": float("nan")}, r"walk must lie within \[0, 1\], not nan"),
        ("lattice", {"sources": 4}, "sources = 4 is not allowed; choose one of 2, 3"),
        ("lattice", {"sources": 3, "example": "AND"}, "example = 'AND' is not allowed; choose one of XOR of three"),
        ("lattice", {"measure": "BROJA"}, "measure = 'BROJA' is not allowed; choose one of I_min"),
        ("lattice", {"node": "{3}"}, r"node = '\{3\}' is not allowed; choose one of \{1\}\{2\}"),
    ],
)
def test_bad_settings_of_the_others_are_one_too(name, settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        getattr(explore, name)(**settings)


def test_settings_are_those_that_the_page_shows():
    explorer = explore.gates(gate="XOR")
    explorer.view.state = explorer.settings | {"noise": 0.5}  # as the page does
    assert explorer.code() == "explore.gates(gate='XOR', noise=0.5)"
    np.testing.assert_array_equal(explorer.table, pid.gates.gate("XOR", noise=0.5))


def test_the_kernel_answers_what_takes_a_solver():
    explorer = explore.gates(gate="SUM")
    assert explorer.view.answer == {}
    explorer.view.state = explorer.settings | {"noise": 0.5}
    exact = float(pid.broja(pid.gates.gate("SUM", noise=0.5)).redundancy)
    assert explorer.view.answer == {"of": ["SUM", 0.5, 0.0], "redundancy": pytest.approx(exact)}
    assert explore.gates(gate="SUM", noise=0.5).view.answer["of"] == ["SUM", 0.5, 0.0]


def test_a_gate_says_what_its_measure_asks():
    page = Path(__file__).parents[2] / "notebooks" / "glossary.md"
    terms = [line.removeprefix("### ") for line in page.read_text().splitlines() if line.startswith("### ")]
    for measure in MEASURES:
        explorer = explore.gates(measure=measure)
        said = explorer.caption(explorer.compute(explorer.settings), explorer.settings)
        assert said == f"Y: the target is 1 if both sources are. {measure}: {SAID[measure]}."
        assert measure.lower().replace("±", "pm") in terms


@pytest.mark.parametrize("name", [name for name in pid.gates.names() if pid.gates.gate(name).shape == (2, 2, 2)])
def test_points_and_overlap_of_a_gate_make_its_table(name):
    np.testing.assert_allclose(explore.unique(gate=name).table, pid.gates.gate(name), atol=1e-12)


def test_the_walk_ends_at_the_least_informative_table():
    start, end = (explore.unique(walk=walk).table for walk in (0.0, 1.0))
    np.testing.assert_allclose(start.sum(0), end.sum(0), atol=1e-9)
    np.testing.assert_allclose(start.sum(1), end.sum(1), atol=1e-9)
    assert pid.broja(start).synergy > 0.05
    assert pid.information.informations(end)[2] == pytest.approx(sum(pid.broja(start).as_array()[:3]), abs=1e-6)


def test_the_lattice_says_what_a_node_means_and_sums():
    lattice = redundancy_lattice(3)
    words = [meaning(lattice, i) for i in range(len(lattice.nodes))]
    assert "information in source 1, and also in sources 2 and 3 together" in words
    assert "information in sources 1, 2 and 3 together" in words
    assert len(set(words)) == 18
    explorer = explore.lattice(sources=3, example="XOR of three", node="{123}")
    said = explorer.caption(explorer.compute(explorer.settings), explorer.settings)
    assert said.endswith("Atom of this node: 1.000 bits.")


def test_redundancies_of_the_page_are_sums_of_atoms():
    content = explore.lattice().content()
    assert set(content["redundancies"]) == {2, 3}
    for sources, by_example in content["redundancies"].items():
        lattice = redundancy_lattice(sources)
        p = pid.gates.gate("AND") if sources == 2 else np.stack([1 - (x := np.indices((2, 2, 2)).prod(0)), x], -1)
        example = "AND" if sources == 2 else "AND of three"
        for measure, function in MEASURES_OF_LATTICES.items():
            exact = lattice.decompose(p, CLOSED_FORMS[function])
            np.testing.assert_allclose(lattice.invert(by_example[example][measure]), exact, atol=1e-12)


def test_the_pages_of_the_docs_are_the_explorables_as_they_are_now():
    docs = Path(__file__).parents[2] / "docs"
    made = runpy.run_path(str(docs / "explorables.py"))
    assert sorted(made["ABOUT"]) == sorted(explore.EXPLORABLES)
    stale = [
        name for name in made["ABOUT"] if (docs / "explorables" / f"{name}.html").read_text() != made["page"](name)
    ]
    assert stale == [], "run python docs/explorables.py"
