"""The notebooks in a real JupyterLab, as people use them: run, moved, run while moved, opened again, read aloud."""

import re
from functools import cache
from html import escape

import nbformat
import pytest
import render
from conftest import DRAWN, LAPTOP, Watched
from playwright.sync_api import expect

from coral_viz import explore, pid

pytestmark = pytest.mark.browser

SECOND = 1000
PROMPT = ".jp-CodeCell .jp-InputPrompt"
ERROR = "[data-mime-type='application/vnd.jupyter.error']"
SHOWN = ".jp-OutputArea-output img"
EXPLORER = re.compile(r"explore\.(\w+)\(")
WORKSHOP = re.compile("0[0-6]_")  # the others are among the slow tests
NAMES = [
    pytest.param(name, marks=[] if WORKSHOP.match(name) else pytest.mark.slow)
    for name in (render.target(script).name for script in render.scripts())
]
AHEAD = 3  # so many notebooks run already while one is looked at: two cores are seldom idle then

MOVES = {  # by explorer: a control, by the name that is read aloud, and what to set it to
    "gates": ("gate", "OR"),
    "lattice": ("measure", "MMI"),
    "unique": ("gate", "XOR"),
    "solver": ("gate", "XOR"),
    "tasks": ("sigma, noise", 1.5),
    "estimators": ("distribution", "xor"),
    "embeddings": ("picture", "bits by part"),
    "masking": ("progress of training", 0.2),
    "recordings": ("moment", 1),
    "ablations": ("picture", "configurations"),
    "beyond": ("modalities, M", 5),
}

NAMELESS = """controls => controls.filter(element => {
    const labels = [...(element.labels ?? [])].map(label => label.textContent);
    const own = [element.getAttribute('aria-label'), element.title, element.textContent];
    return !element.matches('select, input') && !own.some(name => name?.trim())
        || element.matches('select, input') && !labels.concat(own.slice(0, 2)).some(name => name?.trim());
}).map(element => element.outerHTML.slice(0, 200))"""


@cache
def code_cells(name):
    cells = nbformat.read(render.NOTEBOOKS / name, as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code"]


def wait_until_ready(page, count):
    """Until every code cell is drawn, which JupyterLab does little by little, and the kernel is idle.

    The status bar says so. The circle in the toolbar is "idle" from the beginning, before any kernel is asked for; then
    *Run All Cells* asks for another one, and its cells are lost.
    """
    expect(page.locator(PROMPT)).to_have_count(count, timeout=180 * SECOND)
    idle = page.locator("#jp-main-statusbar").get_by_text(f"{render.KERNEL['display_name']} | Idle")
    idle.wait_for(timeout=180 * SECOND)


def choose(page, menu, item):
    """An item of JupyterLab's menu bar."""
    page.get_by_role("menuitem", name=menu, exact=True).click()
    page.get_by_role("menuitem", name=item, exact=True).click()


def wait_until_run(page):
    """Until the last code cell that is not folded has its number, and the kernel nothing left to do."""
    last = page.locator(f"{PROMPT}:not(.jp-Placeholder-prompt)").last
    expect(last).to_have_text(re.compile(r"\[\d+\]:"), timeout=600 * SECOND)
    expect(page.locator("[data-status=idle]").first).to_be_visible(timeout=600 * SECOND)


def assert_pictures_have_words(page, name):
    """As many pictures as the notebook shows, each of them loaded, each with its alternative text.

    Those that answer a question are not there before it is answered.
    """
    answer_all(page)
    sources = [cell.source for cell in code_cells(name)]
    drawn = [EXPLORER.search(source) for source in sources]
    shown = sum(bool(found and found[1] not in explore.EXPLORABLES) for found in drawn)
    shown += sum(source.count("show(") for source in sources)
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
    if name in explore.EXPLORABLES:
        cell.get_by_label(label, exact=True).select_option(value)
        return expect(cell.locator(".coral-page code")).to_contain_text(f"{label}='{value}'")
    before = picture.get_attribute("alt")
    control = cell.get_by_label(label, exact=True).and_(cell.locator("select, input"))  # not the handle of a slider
    if isinstance(value, str):
        control.select_option(value)
    else:
        control.fill(str(value))
        control.press("Enter")
    expect(picture).not_to_have_attribute("alt", before, timeout=30 * SECOND)
    assert cell.locator("[role=alert]").count() == 0


def hide_a_token(page):
    """Hide a token of the masking explorer by a click: its button says so, and the picture changes; show it again."""
    cell = page.locator(".jp-CodeCell").filter(has_text="explore.masking(")
    picture = cell.locator("figure img")
    before = picture.get_attribute("alt")
    cell.get_by_label("picture", exact=True).select_option("bits under a mask")
    expect(picture).not_to_have_attribute("alt", before, timeout=30 * SECOND)
    shown = picture.get_attribute("alt")
    token = cell.get_by_role("button", name=re.compile(r"^M1 T\d+$")).first.inner_text()
    cell.get_by_role("button", name=token, exact=True).click()
    hidden = cell.get_by_role("button", name=f"{token} hidden", exact=True)
    expect(hidden).to_be_attached(timeout=30 * SECOND)
    expect(picture).not_to_have_attribute("alt", shown, timeout=30 * SECOND)
    hidden.click()
    expect(picture).to_have_attribute("alt", shown, timeout=30 * SECOND)
    assert cell.locator("[role=alert]").count() == 0


def see_comparisons(page):
    """Choose the pictures of the ablation explorer that compare configurations: each is another one, none complains."""
    cell = page.locator(".jp-CodeCell").filter(has_text="explore.ablations(")
    picture = cell.locator("figure img")
    for view in ("differences from the baseline", "heat map of two settings", "measure over parameters and seconds"):
        before = picture.get_attribute("alt")
        cell.get_by_label("picture", exact=True).select_option(view)
        expect(picture).not_to_have_attribute("alt", before, timeout=60 * SECOND)
        assert cell.locator("[role=alert]").count() == 0
    cell.get_by_label("picture", exact=True).select_option("learning curves over steps")
    expect(cell.get_by_role("alert")).to_contain_text("no training of these runs is recorded", timeout=30 * SECOND)


def answer_all(page):
    """Guess in every question, and have the answer revealed, with its picture if it has one."""
    for cell in page.locator(".jp-CodeCell").filter(has=page.get_by_role("button", name="Reveal")).all():
        assert cell.locator(SHOWN).count() == 0
        cell.get_by_role("radio").first.check()
        cell.get_by_role("button", name="Reveal").click()
        expect(cell.get_by_role("status").first).to_contain_text(re.compile("Yes|The answer is: "), timeout=30 * SECOND)


@pytest.fixture(scope="module")
def start(context, lab, request):
    """Starts the notebook of a test, and of the next tests, unless they run already."""
    names = [item.callspec.params["name"] for item in request.session.items if "running" in item.fixturenames]
    running = {}

    def start_one(name):
        watched = Watched(context.new_page(), lab, f"fresh/{name}")
        wait_until_ready(watched.page, len(code_cells(name)))
        choose(watched.page, "Run", "Run All Cells")
        return watched

    def start_from(name):
        first = names.index(name)
        for soon in names[first : first + 1 + AHEAD]:
            running[soon] = running.get(soon) or start_one(soon)
        return running[name]

    return start_from


@pytest.fixture
def running(start, name, tmp_path):
    """The notebook ``name``, whose cells are running or have run."""
    watched = start(name)
    yield watched
    watched.close(tmp_path / "page.jpeg")


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_and_its_explorers_move(running, name):
    page, cells = running.page, code_cells(name)
    source = "\n".join(cell.source for cell in cells)
    wait_until_run(page)
    assert page.locator(ERROR).all_inner_texts() == []
    numbers = ["" if cell.metadata else f"[{number}]:" for number, cell in enumerate(cells, 1)]  # "": folded
    assert page.locator(PROMPT).all_text_contents() == numbers
    assert_pictures_have_words(page, name)
    assert_controls_have_names(page)
    for explorer in dict.fromkeys(EXPLORER.findall(source)):
        move(page, explorer)
    if "explore.masking(" in source:
        hide_a_token(page)
    if "explore.ablations(" in source:
        see_comparisons(page)
    assert running.complaints == []


CUT = """labels => labels.filter(label => label.offsetParent && label.scrollWidth > label.clientWidth + 1)
    .map(label => label.textContent)"""
UNNAMED = "handles => handles.filter(handle => !handle.getAttribute('aria-label')).map(handle => handle.outerHTML)"


def assert_the_kernel_answers(page):
    """BROJA of a target with three values and noise takes a solver: the bars are of SUM, then of SUM with noise."""
    cell = page.locator(".jp-CodeCell").filter(has_text="explore.gates()")
    cell.get_by_label("gate", exact=True).select_option("SUM")
    for bits, key in ((1.0, ""), (float(pid.broja(pid.gates.gate("SUM", noise=0.05)).synergy), "ArrowRight")):
        if key:
            cell.get_by_role("slider", name="noise on Y").press(key)
        name = f"S: {bits:.3f} bits, only both sources together provide it"
        expect(cell.get_by_role("button", name=name)).to_be_visible(timeout=60 * SECOND)


def test_explorers_are_whole_in_a_laptops_window_and_named(open_notebook):
    watched = open_notebook("fresh/explorers.ipynb")
    page = watched.page
    wait_until_ready(page, len(explore.__all__))
    choose(page, "Run", "Run All Cells")
    wait_until_run(page)
    page.set_viewport_size(LAPTOP)
    page.wait_for_timeout(2 * SECOND)  # until JupyterLab has laid it out
    room = page.locator(".jp-NotebookPanel-notebook").bounding_box()["height"]
    for name in explore.EXPLORABLES:
        cell = page.locator(".jp-CodeCell").filter(has_text=f"explore.{name}()")
        cell.scroll_into_view_if_needed()
        expect(cell.locator(".coral-page code")).to_have_text(f"explore.{name}()")
        assert cell.locator(".jp-OutputArea-output").bounding_box()["height"] <= room, name
    assert_the_kernel_answers(page)
    for name in sorted(set(explore.__all__) - set(explore.EXPLORABLES)):
        cell = page.locator(".jp-CodeCell").filter(has_text=f"explore.{name}()")
        cell.scroll_into_view_if_needed()
        expect(cell.locator("figure img")).to_be_visible(timeout=60 * SECOND)
        assert cell.locator(".jp-OutputArea-output").bounding_box()["height"] <= room, name
        picture, control = (cell.locator(where).first.bounding_box() for where in ("figure img", "select, input"))
        assert picture["x"] + picture["width"] <= control["x"], f"controls of {name} are not beside its picture"
        assert cell.locator(".widget-label, .widget-label-basic span").evaluate_all(CUT) == []
        assert cell.locator(".noUi-handle").evaluate_all(UNNAMED) == []
        assert cell.locator("[title=null]").count() == 0
    cell = page.locator(".jp-CodeCell").filter(has_text="explore.recordings()")
    cell.scroll_into_view_if_needed()  # JupyterLab does not lay out what is far away, which then has no inner text
    moment = cell.get_by_role("spinbutton", name="moment")
    first = moment.get_attribute("max")
    for recording in ("trifeature", "biased"):  # of more moments, then of fewer
        chosen = cell.get_by_label("recording", exact=True)
        chosen.select_option(
            index=[recording in words for words in chosen.locator("option").all_text_contents()].index(True)
        )
        expect(moment).to_have_attribute("max", "20" if recording == "trifeature" else first, timeout=30 * SECOND)
        for key, end in (("End", "max"), ("Home", "min")):
            cell.get_by_role("slider", name="moment").press(key)
            expect(moment).to_have_value(moment.get_attribute(end), timeout=30 * SECOND)
    assert watched.complaints == []


def saved(page, lab, path):
    """The values of the widgets in a saved notebook, from which JupyterLab shows them when it is opened again.

    Nothing while the file cannot be read, since it is being written.
    """
    answer = page.request.get(f"{lab}/api/contents/{path}")
    metadata = answer.json()["content"]["metadata"] if answer.ok else {}
    models = metadata.get("widgets", {}).get("application/vnd.jupyter.widget-state+json", {}).get("state", {})
    return [model["state"].get("value") for model in models.values()]


def test_a_slider_moved_while_a_cell_draws_spoils_neither_and_both_are_saved(open_notebook, lab):
    path = "fresh/concurrent.ipynb"
    watched = open_notebook(path)
    page = watched.page
    wait_until_ready(page, 2)
    choose(page, "Run", "Run All Cells")
    drawn = page.locator(".jp-CodeCell").nth(1).locator("img")
    expect(drawn.nth(1)).to_be_attached(timeout=180 * SECOND)
    move(page, "tasks")
    wait_until_run(page)
    expect(drawn).to_have_count(DRAWN)
    assert len({picture.get_attribute("src") for picture in drawn.all()}) == 1, "a picture differs from its equals"
    assert page.locator(ERROR).count() == 0
    moved = escape(page.locator("figure img").get_attribute("alt"))
    choose(page, "File", "Save All")
    for _ in range(60):
        page.wait_for_timeout(SECOND)
        values = saved(page, lab, path)
        if any(moved in str(value) for value in values):
            break
    assert any(moved in str(value) for value in values)
    assert MOVES["tasks"][1] in values
    assert watched.complaints == []


def test_a_committed_notebook_shows_its_pictures_without_running(open_notebook):
    name = "04_pid_of_embeddings.ipynb"
    watched = open_notebook(f"committed/{name}")
    page = watched.page
    wait_until_ready(page, len(code_cells(name)))
    assert_pictures_have_words(page, name)
    assert page.get_by_text("model not found").count() == 0
    assert page.get_by_text("official Jupyter news").count() == 0
    answer = page.locator("details").first
    assert not answer.locator("p").first.is_visible()
    answer.locator("summary").click()
    assert answer.locator("p").first.is_visible()
    assert watched.complaints == []
