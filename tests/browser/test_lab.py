import nbformat
import pytest
import render
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SECOND = 1000
NAME = "00_start_here.ipynb"
PROMPT = ".jp-CodeCell .jp-InputPrompt"
ERROR = "[data-mime-type='application/vnd.jupyter.error']"


def code_cells(name):
    cells = nbformat.read(render.NOTEBOOKS / name, as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code"]


def open_notebook(page, lab, folder, name):
    """Done when the kernel is idle and every code cell is drawn, which JupyterLab does little by little."""
    page.goto(f"{lab}/lab/tree/{folder}/{name}?reset", timeout=120 * SECOND)
    expect(page.locator(PROMPT)).to_have_count(len(code_cells(name)), timeout=180 * SECOND)
    idle = page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']")
    idle.wait_for(state="attached", timeout=180 * SECOND)


def run_all(page):
    """Through the menu, as a user does; done when the last code cell has its number."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    last = page.locator(PROMPT).last
    expect(last).to_have_text("[*]:", timeout=60 * SECOND)
    expect(last).not_to_have_text("[*]:", timeout=400 * SECOND)


def assert_pictures_have_words(page, name):
    """As many pictures as the notebook shows, each of them loaded, each with its alternative text."""
    shown = sum(cell.source.count("show(") for cell in code_cells(name))
    pictures = page.locator(".jp-OutputArea-output img")
    expect(pictures).to_have_count(shown, timeout=60 * SECOND)
    assert shown > 0
    assert all(picture.evaluate("img => img.decode().then(() => img.naturalWidth)") > 0 for picture in pictures.all())
    assert all(len(picture.get_attribute("alt") or "") > 40 for picture in pictures.all())


def test_start_here_runs_in_jupyterlab(watched, lab):
    page = watched.page
    open_notebook(page, lab, "fresh", NAME)
    run_all(page)
    assert page.locator(ERROR).all_inner_texts() == []
    prompts = page.locator(PROMPT).all_inner_texts()
    assert prompts == [f"[{number}]:" for number in range(1, len(prompts) + 1)]
    assert_pictures_have_words(page, NAME)
    answer = page.locator("details").first
    assert not answer.locator("p").first.is_visible()
    answer.locator("summary").click()
    assert answer.locator("p").first.is_visible()
    assert watched.complaints == []


def test_the_committed_notebook_shows_its_pictures_without_running(watched, lab):
    page = watched.page
    open_notebook(page, lab, "committed", NAME)
    assert_pictures_have_words(page, NAME)
    assert page.get_by_text("official Jupyter news").count() == 0
    assert watched.complaints == []
