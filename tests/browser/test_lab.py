"""The notebooks in a real JupyterLab, as people use them: run, moved, run while moved, opened again, read aloud."""

import contextlib
import re

import nbformat
import pytest
import render
from conftest import DRAWN
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SECOND = 1000
PROMPT = ".jp-CodeCell .jp-InputPrompt"
ERROR = "[data-mime-type='application/vnd.jupyter.error']"
SHOWN = ".jp-OutputArea-output img"
EXPLORER = re.compile(r"explore\.(\w+)\(")
NAMES = [render.target(script).name for script in render.scripts()]
PAIRS = [NAMES[first : first + 2] for first in range(0, len(NAMES), 2)]  # side by side, one on each of two cores

MOVES = {  # by explorer: a control, by the name that is read aloud, and what to set it to
    "gates": ("gate", "XOR"),
    "lattice": ("sources", "2"),
    "unique": ("gate", "XOR"),
    "tasks": ("sigma, noise", 1.5),
    "estimators": ("samples from", "xor"),
    "embeddings": ("picture", "bits by part"),
    "masking": ("sample", 3),
    "theatre": ("moment", 1),
    "ablations": ("picture", "cells"),
    "beyond": ("modalities, M", 5),
}

NAMELESS = """controls => controls.filter(element => {
    const labels = [...(element.labels ?? [])].map(label => label.textContent);
    const own = [element.getAttribute('aria-label'), element.title, element.textContent];
    return !element.matches('select, input') && !own.some(name => name?.trim())
        || element.matches('select, input') && !labels.concat(own.slice(0, 2)).some(name => name?.trim());
}).map(element => element.outerHTML.slice(0, 200))"""


def code_cells(name):
    cells = nbformat.read(render.NOTEBOOKS / name, as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code"]


def open_notebook(page, lab, folder, name):
    """Shows the notebook in a workspace of its own, so that pages do not disturb one another."""
    page.goto(f"{lab}/lab/workspaces/{name[:2]}{folder}/tree/{folder}/{name}?reset", timeout=120 * SECOND)


def wait_until_drawn(page, count):
    """Until every code cell is drawn, which JupyterLab does little by little, and the kernel is idle."""
    expect(page.locator(PROMPT)).to_have_count(count, timeout=180 * SECOND)
    idle = page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']")
    idle.wait_for(state="attached", timeout=180 * SECOND)


def start_all(page):
    """Through the menu, as a user does, who would try again if nothing happened."""
    for _ in range(3):
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        with contextlib.suppress(AssertionError):
            expect(page.locator(PROMPT).last).not_to_have_text("[ ]:", timeout=30 * SECOND)
            return


def wait_until_run(page):
    """Until the last code cell has its number."""
    last = page.locator(PROMPT).last
    expect(last).to_have_text(re.compile(r"\[\d+\]:"), timeout=400 * SECOND)


def assert_pictures_have_words(page, name):
    """As many pictures as the notebook shows, each of them loaded, each with its alternative text."""
    shown = sum(cell.source.count("show(") + bool(EXPLORER.search(cell.source)) for cell in code_cells(name))
    pictures = page.locator(SHOWN)
    expect(pictures).to_have_count(shown, timeout=60 * SECOND)
    assert shown > 0
    assert all(picture.evaluate("img => img.decode().then(() => img.naturalWidth)") > 0 for picture in pictures.all())
    assert all(len(picture.get_attribute("alt") or "") > 40 for picture in pictures.all())


def assert_controls_have_names(page):
    """Every control is read aloud by a name; a slider by that of the number box beside it."""
    live = page.locator(".jp-OutputArea-output .jupyter-widgets")
    assert live.locator("select, input, button").evaluate_all(NAMELESS) == []
    for slider in live.locator(".widget-slider, .widget-hslider").all():
        assert slider.locator("xpath=..").locator("input[type=number]").count() == 1


def move(page, name):
    """Set one control of an explorer, and wait for another picture."""
    cell = page.locator(".jp-CodeCell").filter(has_text=f"explore.{name}(")
    picture, (label, value) = cell.locator("figure img"), MOVES[name]
    before = picture.get_attribute("alt")
    control = cell.get_by_label(label, exact=True)
    if isinstance(value, str):
        control.select_option(value)
    else:
        control.fill(str(value))
        control.press("Enter")
    expect(picture).not_to_have_attribute("alt", before, timeout=30 * SECOND)
    assert cell.locator("[role=alert]").count() == 0


def answer(page):
    """Guess in the first question, and have the answer revealed."""
    cell = page.locator(".jp-CodeCell").filter(has=page.get_by_role("button", name="Reveal")).first
    cell.get_by_role("radio").first.check()
    cell.get_by_role("button", name="Reveal").click()
    expect(cell.get_by_role("status")).to_contain_text(re.compile("^(Yes|It is)"), timeout=30 * SECOND)


@pytest.mark.parametrize("names", PAIRS, ids=" ".join)
def test_notebooks_run_and_every_explorer_moves(open_page, lab, names):
    pages = {name: open_page() for name in names}
    for name, watched in pages.items():
        open_notebook(watched.page, lab, "fresh", name)
    for name, watched in pages.items():
        wait_until_drawn(watched.page, len(code_cells(name)))
        start_all(watched.page)
    for name, watched in pages.items():
        page, cells = watched.page, code_cells(name)
        wait_until_run(page)
        assert page.locator(ERROR).all_inner_texts() == []
        shown = page.locator(PROMPT).all_text_contents()
        begun = int(shown[0].strip("[]:"))  # 2 where a first try ran one cell
        numbers = ["" if cell.metadata else f"[{number}]:" for number, cell in enumerate(cells, begun)]  # "": folded
        assert shown == numbers
        assert_pictures_have_words(page, name)
        assert_controls_have_names(page)
        for explorer in dict.fromkeys(EXPLORER.findall("\n".join(cell.source for cell in cells))):
            move(page, explorer)
        if "teach.predict(" in "\n".join(cell.source for cell in cells):
            answer(page)
        assert watched.complaints == []


def test_a_slider_moved_while_a_cell_draws_spoils_neither(open_page, lab):
    watched = open_page()
    page = watched.page
    open_notebook(page, lab, "fresh", "concurrent.ipynb")
    wait_until_drawn(page, 2)
    start_all(page)
    drawn = page.locator(".jp-CodeCell").nth(1).locator("img")
    expect(drawn.nth(1)).to_be_attached(timeout=180 * SECOND)
    move(page, "tasks")
    wait_until_run(page)
    expect(drawn).to_have_count(DRAWN)
    assert len({picture.get_attribute("src") for picture in drawn.all()}) == 1, "a picture differs from its equals"
    assert page.locator(ERROR).count() == 0
    assert watched.complaints == []


def test_a_committed_notebook_shows_its_pictures_without_running(open_page, lab):
    watched, name = open_page(), "04_pid_of_embeddings.ipynb"
    page = watched.page
    open_notebook(page, lab, "committed", name)
    wait_until_drawn(page, len(code_cells(name)))
    assert_pictures_have_words(page, name)
    assert page.get_by_text("model not found").count() == 0
    assert page.get_by_text("official Jupyter news").count() == 0
    answer = page.locator("details").first
    assert not answer.locator("p").first.is_visible()
    answer.locator("summary").click()
    assert answer.locator("p").first.is_visible()
    assert watched.complaints == []
