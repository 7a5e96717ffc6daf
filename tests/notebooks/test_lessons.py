"""What the lessons say: their template, their exercises and the solutions told, and where their links lead."""

import ast
import re

import nbformat
import numpy as np
import pytest
import render

from coral_viz import pid, teach
from coral_viz.teach.exercises import EXERCISES
from coral_viz.teach.items import items

LESSONS = render.scripts()[1:]
EACH = pytest.mark.parametrize("script", LESSONS, ids=lambda script: script.stem)
EVERY = pytest.mark.parametrize("script", render.scripts(), ids=lambda script: script.stem)
PAGES = [*render.scripts(), *sorted(render.NOTEBOOKS.glob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")
CHECK = re.compile(r"""teach\.check\((\w+), "(\w+)"\)""")
SOLUTION = re.compile(r"<summary>Solution</summary>\s+`(\w+ = [^`]+)`")


@EACH
def test_lessons_keep_to_the_template(script):
    text = "\n".join(cell.source for cell in render.from_script(script).cells if cell.cell_type == "markdown")
    assert text.startswith("# ")
    places = [
        text.find(word)
        for word in (
            "**Questions.**",
            "**Objectives.**",
            "**You need**",
            "**Time.**",
            "**See it.**",
            "**Try it",
            "<summary>Hint</summary>",
            "<summary>Solution</summary>",
            "## Key points",
            "**Glossary.**",
            "**References.**",
            "**Next.**",
        )
    ]
    assert -1 not in places
    assert places[:4] == sorted(places[:4])
    assert places[-4:] == sorted(places[-4:])
    assert text.count("<details>") == text.count("</details>") == text.count("</summary>")


@EACH
def test_lessons_have_questions_to_guess_and_to_solve(script):
    cells = [cell for cell in render.from_script(script).cells if cell.cell_type == "code"]
    guesses = [cell for cell in cells if "teach.predict(" in cell.source]
    assert guesses
    assert all(cell.metadata["jupyter"]["source_hidden"] for cell in guesses), "the code tells the answer"
    assert 2 <= sum("teach.check(" in cell.source for cell in cells) <= 3


@EVERY
def test_what_answers_a_guess_appears_with_the_answer(script):
    """In the question's own cell, where it is hidden before; every wrong option is answered."""
    cells = [cell.source for cell in render.from_script(script).cells if cell.cell_type == "code"]
    for source in (source for source in cells if "teach.predict(" in source):
        (call,) = [node for node in ast.walk(ast.parse(source)) if is_predict(node)]
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        assert set(given) == {"replies", "shows"}
        options, replies = call.args[1], given["replies"]
        if isinstance(options, ast.Tuple):  # the others are computed
            answer = ast.literal_eval(call.args[2])
            told = [ast.literal_eval(key) for key in replies.keys]
            assert told == [option for option in ast.literal_eval(options) if option != answer]


def is_predict(node):
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "teach.predict"


@EVERY
def test_no_picture_beside_a_guess_shows_its_answer(script):
    """The picture that is shown on Reveal stands nowhere else in the notebook as it is committed."""
    notebook = nbformat.read(render.target(script), as_version=4)
    shown = [
        (cell.source, output.get("data", {}).get("text/html", ""))
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    ]
    guesses = [html for source, html in shown if "teach.predict(" in source]
    others = "".join(html for source, html in shown if "teach.predict(" not in source)
    assert guesses
    for html in guesses:
        question, _, answer = html.partition("<details>")
        assert "<img" not in question
        assert re.search("<img|<table", answer)
        assert not any(picture in others for picture in re.findall(r"base64,([^\"]+)", answer))


def exercises():
    """Every check of every lesson: its script, the variable it looks at, its name, and the solution told below it."""
    for script in LESSONS:
        cells = render.from_script(script).cells
        for number, cell in enumerate(cells):
            if found := CHECK.search(cell.source):
                yield script.stem, *found.groups(), SOLUTION.search(cells[number + 1].source)[1]


@pytest.mark.parametrize(("script", "variable", "name", "solution"), list(exercises()))
def test_solutions_told_are_right(script, variable, name, solution):
    scope = {"pid": pid, "np": np}
    exec(solution, scope)
    assert teach.check(scope[variable], name).passed


def test_the_test_sends_readers_to_sections_that_exist():
    again = {item.again for seed in range(20) for item in items(seed)}
    titles = {
        f"{script.stem[:2]}, section {number}"
        for script in LESSONS
        for number in re.findall(r"^# ## (\d)\. ", script.read_text(), re.MULTILINE)
    }
    assert len(again) > 5
    assert again <= titles


def test_every_exercise_is_asked_once():
    assert sorted(name for _, _, name, _ in exercises()) == sorted(EXERCISES)


def anchors(path):
    """What can be linked to in a page of Markdown: headings that GitHub and JupyterLab (it keeps case) name alike."""
    titles = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    of_github = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    return of_github & {title.replace(" ", "-") for title in titles}


def test_links_lead_somewhere():
    links = [link for page in PAGES for link in LINK.findall(page.read_text()) if not link.startswith("https://")]
    assert len(links) > 100
    for link in links:
        name, _, anchor = link.partition("#")
        target = render.NOTEBOOKS / name
        as_source = render.NOTEBOOKS / "scripts" / f"{target.stem}.py"
        assert target.is_file() or as_source.is_file(), link
        assert not anchor or anchor in anchors(target), link


def test_the_glossary_is_in_order():
    terms = re.findall(r"^### (.+)$", (render.NOTEBOOKS / "glossary.md").read_text(), re.MULTILINE)
    assert terms == sorted(terms, key=str.lower)


def test_the_overview_names_every_notebook():
    text = (render.NOTEBOOKS / "README.md").read_text()
    assert all(f"]({render.target(script).name})" in text for script in render.scripts())
