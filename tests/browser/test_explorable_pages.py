"""Explorables in a real Chromium, opened as files with the network off: numbers, pointer, keyboard, names, contrast."""

import json
import re

import numpy as np
import pytest
from conftest import LAPTOP
from playwright.sync_api import expect

from coral_viz import explore, pid, style
from coral_viz.explore import lattices, unique_information
from coral_viz.explore.gate_editor import MEASURES
from coral_viz.pid.lattice import redundancy_lattice

pytestmark = pytest.mark.browser

COUNT = 200
"""Random tables of each shape."""
NUMBERS = """tables => tables.map(p => measures.map(measure => {
    const atoms = atomsOf(p, REDUNDANCIES[measure](p));
    return ATOMS.map(atom => atoms[atom]);
}))"""


@pytest.fixture(scope="module")
def window(context):
    """One page for all tests; what it must not do is in ``complaints``."""
    page = context.new_page()
    page.set_viewport_size(LAPTOP)
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("request", lambda request: page.complaints.append(request.url) if request.url[:5] != "file:" else None)
    context.set_offline(True)
    yield page
    context.set_offline(False)
    page.close()


@pytest.fixture
def opened(window, tmp_path):
    """Opens the page of an explorable as a file."""

    def open_one(explorer):
        (tmp_path / "page.html").write_text(explorer.page(), encoding="utf-8")
        window.goto((tmp_path / "page.html").as_uri())
        return window

    yield open_one
    complaints, window.complaints[:] = list(window.complaints), []
    assert complaints == []


def atoms_of(p, measure="BROJA"):
    return pid.decompose_pmf(p, MEASURES[measure]).as_array()


def shown_in(page, measure="BROJA"):
    """The atoms that the page writes in the row of a measure."""
    row = page.get_by_role("row").filter(has_text=measure).get_by_role("cell")
    return [float(number.replace("−", "-")) for number in row.all_inner_texts()]


def bars_of(page):
    """The atoms that the bars are read aloud by."""
    names = page.get_by_role("button", name=re.compile("^(R|U1|U2|S): ")).evaluate_all(
        "bars => bars.map(b => b.ariaLabel)"
    )
    return [float(name.split()[1].replace("−", "-")) for name in names]


def told_by(page):
    """The explorer that the page's line of Python makes."""
    return eval(page.locator("code").inner_text(), {"explore": explore})


@pytest.mark.parametrize("shape", [(2, 2, 2), (3, 4, 2), (5, 1, 2)])
def test_numbers_at_the_pointer_are_those_of_pid(opened, shape):
    rng = np.random.default_rng(sum(shape))
    p = rng.dirichlet(np.full(np.prod(shape), 0.3), COUNT) * (rng.random((COUNT, np.prod(shape))) > 0.2)
    p = (p / p.sum(1, keepdims=True)).reshape(COUNT, *shape)
    page = opened(explore.gates())
    shared = (explore.gates.script().partition("const SIDE")[0], json.dumps(list(MEASURES.values())))
    script = f"(tables) => {{ {shared[0]}; const measures = {shared[1]}; return ({NUMBERS})(tables); }}"
    found = np.array(page.evaluate(script, p.tolist()))
    for measure, numbers in zip(MEASURES, found.swapaxes(0, 1)):
        np.testing.assert_allclose(numbers, np.stack(atoms_of(p, measure), -1), atol=1e-6, err_msg=measure)


def test_every_gate_shows_its_atoms_by_every_measure(opened):
    page = opened(explore.gates())
    for name in pid.gates.names():
        page.get_by_label("gate").select_option(name)
        for measure in MEASURES:
            exact = atoms_of(pid.gates.gate(name), measure)
            np.testing.assert_allclose(shown_in(page, measure), exact, atol=6e-4, err_msg=f"{name} {measure}")
        assert told_by(page).settings["gate"] == name
    assert page.get_by_label("noise on Y").is_disabled()  # of SUBTLE, whose target is not binary


def test_a_square_is_dragged_and_a_target_value_flipped(opened):
    page = opened(explore.gates(gate="AND"))
    square = page.get_by_role("slider", name="probability of x1 = 0, x2 = 1")
    box = square.bounding_box()
    page.mouse.move(box["x"] + 4, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 - 8, box["y"] + box["height"] / 2 - 8, steps=4)
    page.mouse.up()
    explorer = told_by(page)
    assert explorer.settings["gate"] == "custom"
    assert 0 < explorer.table[0, 1].sum() < 0.05
    np.testing.assert_allclose(shown_in(page), atoms_of(explorer.table), atol=1e-3)
    page.get_by_role("button", name="y is 0 where x1 = 0, x2 = 0: flip").click()
    flipped = told_by(page)
    np.testing.assert_allclose(flipped.table[0, 0], explorer.table[0, 0, ::-1])
    np.testing.assert_allclose(shown_in(page), atoms_of(flipped.table), atol=1e-3)


def test_gates_work_by_keyboard(opened):
    page = opened(explore.gates(gate="AND"))
    square = page.get_by_role("slider", name="probability of x1 = 1, x2 = 1")
    square.press("ArrowUp")
    square.press("PageUp")
    expect(square).to_have_attribute("aria-valuenow", "0.360")
    assert told_by(page).table[1, 1].sum() == pytest.approx(0.36, abs=1e-3)
    page.get_by_role("button", name="y is 1 where x1 = 1, x2 = 1: flip").press("Enter")
    assert shown_in(page) == [0, 0, 0, 0]
    page.get_by_label("gate").select_option("XOR")
    page.get_by_label("noise on Y").press("ArrowRight")
    np.testing.assert_allclose(shown_in(page), atoms_of(pid.gates.gate("XOR", noise=0.05)), atol=6e-4)
    page.get_by_role("radio", name="I_sx").check()
    assert told_by(page).settings["measure"] == "I_sx"


def test_an_atom_stands_out_in_the_sums_that_it_is_part_of(opened):
    page = opened(explore.gates(gate="custom", target=[0, 0, 1, 1]))
    atom = page.get_by_role("button", name=re.compile("^U1: 1.000 bits"))
    atom.focus()
    expect(page.locator(".words")).to_have_text(
        "U1 = 1.000: only source 1 provides it. It is part of I(X1;Y), I(X1,X2;Y)."
    )
    faded = "rects => rects.map(rect => getComputedStyle(rect).opacity)"
    assert set(page.locator("[data-atom=unique_1]").evaluate_all(faded)) == {"1"}
    assert set(page.locator("rect[data-atom=redundancy]").evaluate_all(faded)) == {"0.25"}
    atom.press("Enter")
    expect(atom).to_have_attribute("aria-pressed", "true")


def test_points_are_dragged_and_the_atoms_follow(opened):
    page = opened(explore.unique())
    box = page.get_by_role("slider", name="source 1").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] - 30, steps=4)
    page.mouse.up()
    explorer = told_by(page)
    (no, yes), second = explorer.settings["points"]
    assert no < 0.2
    assert 0.55 < yes < 0.9
    assert second == explore.unique().settings["points"][1]
    np.testing.assert_allclose(bars_of(page), atoms_of(explorer.table), atol=1e-3)


def test_on_the_walk_only_synergy_falls(opened):
    page = opened(explore.unique())
    before = bars_of(page)
    page.get_by_role("slider", name="walk from P to ★").press("End")
    after = bars_of(page)
    assert after[:3] == before[:3]
    assert before[3] > 0.05
    assert after[3] == 0
    np.testing.assert_allclose(after, atoms_of(told_by(page).table), atol=1e-3)


def test_couplings_of_random_curves_are_those_of_pid(opened):
    """Points at random, on the diagonal and on the edges; the table given, and the least informative one."""
    rng = np.random.default_rng(0)
    points = np.sort(rng.random((COUNT, 2, 2)).round(1))
    priors, overlaps = rng.uniform(0.05, 0.95, COUNT), rng.random((COUNT, 2))
    page = opened(explore.unique())
    script = explore.unique.script().partition("export default")[0]
    found = page.evaluate(
        f"cases => {{ {script}; return cases.map(([points, prior, overlap]) => "
        "[couplingOf(points, prior, overlap), couplingOf(points, prior, leastInformative(points))]); }",
        list(zip(points.tolist(), priors.tolist(), overlaps.tolist())),
    )
    given, least = np.array(found).swapaxes(0, 1)
    exact = [unique_information.coupling(*case) for case in zip(points, priors, overlaps)]
    np.testing.assert_allclose(given, exact, atol=1e-12)
    np.testing.assert_allclose(least.sum(1), given.sum(1), atol=1e-9)
    np.testing.assert_allclose(least.sum(2), given.sum(2), atol=1e-9)
    union = pid.information.informations(least)[2]
    np.testing.assert_allclose(union, sum(atoms_of(given)[:3]), atol=1e-6)


def test_unique_works_by_keyboard(opened):
    page = opened(explore.unique())
    page.get_by_role("slider", name="source 2").press("ArrowRight")
    page.get_by_role("slider", name="source 2").press("ArrowDown")
    assert told_by(page).settings["points"][1] == pytest.approx([0.51, 0.94])
    page.get_by_role("slider", name="source 1").press("PageDown")
    page.get_by_role("slider", name="source 1").press("PageDown")
    for _ in range(3):
        page.get_by_role("slider", name="source 1").press("PageDown")
    assert told_by(page).settings["points"][0] == pytest.approx([0.1, 0.1]), "no source is worse than chance"
    page.get_by_role("slider", name="P: how often both say yes").press("ArrowUp")
    assert told_by(page).settings["overlap"] == pytest.approx([0.5, 0.55])
    page.get_by_label("gate").select_option("AND")
    np.testing.assert_allclose(bars_of(page), pid.gates.GATES["AND"].known, atol=1e-3)


@pytest.mark.parametrize("sources", [2, 3])
def test_a_node_that_is_picked_shows_the_atoms_that_sum_to_it(opened, sources):
    page = opened(explore.lattice())
    page.get_by_label("sources").select_option(str(sources))
    lattice = redundancy_lattice(sources)
    for example in lattices.examples(sources):
        page.get_by_label("distribution").select_option(example)
        for measure in lattices.MEASURES:
            page.get_by_label("measure").select_option(measure)
            shared = lattices.redundancies(sources, example, measure)
            names = page.get_by_role("radio").evaluate_all("nodes => nodes.map(node => node.ariaLabel)")
            atoms = [float(name.split()[-2].replace("−", "-")) for name in names]
            np.testing.assert_allclose(atoms, lattice.invert(shared), atol=6e-4, err_msg=f"{example} {measure}")
    page.get_by_role("radio", name=lattice.labels()[-1]).click()
    assert told_by(page).settings["node"] == lattice.labels()[-1]
    terms = [float(term.split()[0].replace("−", "-")) for term in page.get_by_role("listitem").all_inner_texts()]
    assert sum(terms) == pytest.approx(shared[-1], abs=1e-2)
    assert page.locator(".node.below").count() == len(lattice.nodes)


def test_the_lattice_works_by_keyboard(opened):
    page = opened(explore.lattice(sources=3, example="AND of three", node="{1}"))
    page.get_by_role("radio", checked=True).press("ArrowRight")
    expect(page.get_by_role("radio", checked=True)).to_be_focused()
    assert told_by(page).settings["node"] == "{2}"
    page.keyboard.press("ArrowDown")
    assert told_by(page).settings["node"] == "{2}{13}"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert told_by(page).settings["node"] == "{1}{2}{3}"


NAMELESS = """elements => elements.filter(element => !(element.ariaLabel ?? element.textContent).trim()
    && !element.labels?.[0]?.textContent.trim()).map(element => element.outerHTML)"""
FAINT = """page => {
    const light = colour => {
        const [r, g, b] = colour.match(/[\\d.]+/g).map(part => part / 255)
            .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const painted = element => {
        const style = getComputedStyle(element), svg = element instanceof SVGGeometryElement;
        const colour = svg ? style.fill : style.backgroundColor;
        return colour !== 'none' && !/, 0\\)$/.test(colour) && colour;
    };
    const texts = [...page.querySelectorAll('*')].filter(element => [...element.childNodes].some(node =>
        node.nodeType === Node.TEXT_NODE && node.data.trim()) && element.checkVisibility());
    return texts.map(element => {
        const box = element.getBoundingClientRect(), style = getComputedStyle(element);
        const below = document.elementsFromPoint(box.x + box.width / 2, box.y + box.height / 2).map(painted);
        const ink = light(element instanceof SVGElement ? style.fill : style.color);
        const [dark, bright] = [ink, light(below.find(Boolean) || 'rgb(255, 255, 255)')].sort((a, b) => a - b);
        return [element.textContent, (bright + 0.05) / (dark + 0.05)];
    });
}"""


@pytest.mark.parametrize("name", explore.EXPLORABLES)
def test_an_output_is_alive_without_a_kernel_and_covers_its_picture(window, tmp_path, name):
    explorer = getattr(explore, name)()
    (tmp_path / "output.html").write_text(explorer._repr_mimebundle_()["text/html"], encoding="utf-8")
    window.goto((tmp_path / "output.html").as_uri())
    frame = window.frame_locator("iframe")
    control = frame.get_by_role("combobox").first
    before, values = control.input_value(), control.locator("option").all_inner_texts()
    control.select_option(next(value for value in values if value != before))
    expect(frame.locator("code")).not_to_have_text(f"explore.{name}()")
    box, picture = (window.locator(what).bounding_box() for what in ("iframe", "img"))
    assert (box["x"], box["y"], box["width"]) == pytest.approx((picture["x"], picture["y"], box["width"]), abs=1)
    assert box["height"] == explorer.HEIGHT >= picture["height"]
    assert window.complaints == []


@pytest.mark.parametrize("name", explore.EXPLORABLES)
def test_every_control_has_a_name_and_every_text_contrast(opened, name):
    page = opened(getattr(explore, name)())
    controls = page.locator("input, select, button, [tabindex], [role=button], [role=slider]")
    assert controls.count() >= 4
    assert controls.evaluate_all(NAMELESS) == []
    texts = page.locator(".coral-page").evaluate(FAINT)
    assert len(texts) > 10
    assert [text for text, contrast in texts if contrast < style.READABLE] == []


@pytest.mark.parametrize("name", explore.EXPLORABLES)
def test_a_page_fits_into_a_laptops_window_and_shows_where_the_focus_is(opened, name):
    explorer = getattr(explore, name)()
    page = opened(explorer)
    box = page.locator(".coral-page").bounding_box()
    assert box["width"] <= LAPTOP["width"]
    assert box["height"] <= explorer.HEIGHT <= 560
    control = page.locator("[tabindex]").first
    page.keyboard.press("Tab")
    control.focus()
    assert control.evaluate("element => getComputedStyle(element).outlineWidth") == "3px"


@pytest.mark.parametrize("name", explore.EXPLORABLES)
def test_motion_is_short_and_left_out_where_less_is_preferred(opened, name):
    page = opened(getattr(explore, name)())
    shape = page.locator(".coral-page svg rect").first
    seconds = "element => getComputedStyle(element).transitionDuration"
    assert shape.evaluate(seconds) == "0s"  # the context prefers less
    page.emulate_media(reduced_motion="no-preference")
    assert 0 < float(shape.evaluate(seconds).split("s")[0]) <= 0.3
    page.emulate_media(reduced_motion="reduce")
