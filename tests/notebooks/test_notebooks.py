import ast
import re

import nbformat
import pytest
import render
from nbclient import NotebookClient

SCRIPTS = render.scripts()
EACH = pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)


def committed(script):
    return nbformat.read(render.target(script), as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def errors(notebook):
    """Error outputs of cells and, where widgets show them, of widgets; what explorers announce as gone wrong."""
    state = notebook.metadata.get("widgets", {}).get("application/vnd.jupyter.widget-state+json", {}).get("state", {})
    shown = [output for cell in code_cells(notebook) for output in cell.outputs]
    inside = [output for model in state.values() for output in model["state"].get("outputs", [])]
    raised = [f"{output['ename']}: {output['evalue']}" for output in shown + inside if output["output_type"] == "error"]
    values = [str(model["state"].get("value", "")) for model in state.values()]
    return raised + [re.sub("<.*?>", "", value) for value in values if 'role="alert"' in value]


def run(notebook):
    """Execute in place, all cells whatever happens, and keep what widgets show."""
    where = {"metadata": {"path": str(render.NOTEBOOKS)}}
    NotebookClient(notebook, timeout=300, allow_errors=True, store_widget_state=True, resources=where).execute()


@EACH
@pytest.mark.slow  # the browser tests run them, too
@pytest.mark.usefixtures("offline")
def test_notebook_runs_from_top_to_bottom_without_network(script):
    notebook = render.from_script(script)
    run(notebook)
    assert errors(notebook) == []
    assert all(cell.execution_count for cell in code_cells(notebook))


@pytest.mark.slow
@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('METHOD, STEPS = "coral"', 'METHOD, STEPS = "cross"'),
        ("budget=budget)", 'dials={"distribution": "relation"}, budget=budget)'),
    ],
)
def test_the_exercises_of_start_here_run(old, new):
    notebook = render.from_script(SCRIPTS[0])
    changed = next(cell for cell in notebook.cells if old in cell.source)
    changed.source = changed.source.replace(old, new)
    run(notebook)
    assert errors(notebook) == []


def test_errors_are_found_in_widgets_too():
    error = {"output_type": "error", "ename": "KeyError", "evalue": "lost", "traceback": []}
    cell = nbformat.v4.new_code_cell(outputs=[nbformat.from_dict(error | {"ename": "TypeError"})])
    alert = {"state": {"value": '<p role="alert">no such run</p>'}}
    state = {"state": {"1": {"state": {"outputs": [error]}}, "2": {"state": {"value": 3}}, "3": alert}}
    metadata = {"widgets": {"application/vnd.jupyter.widget-state+json": state}}
    found = errors(nbformat.v4.new_notebook(cells=[cell], metadata=metadata))
    assert found == ["TypeError: lost", "KeyError: lost", "no such run"]


@EACH
def test_committed_notebook_is_its_script_executed(script):
    notebook, source = committed(script), render.from_script(script)
    told = [(cell.cell_type, cell.id, cell.source) for cell in notebook.cells]
    assert told == [(cell.cell_type, cell.id, cell.source) for cell in source.cells], "run `make notebooks`"
    assert notebook.metadata == source.metadata, "no widget state, no machine's own metadata"
    assert [cell.execution_count for cell in code_cells(notebook)] == list(range(1, len(code_cells(notebook)) + 1))
    assert errors(notebook) == []


@EACH
def test_notebook_is_thin(script):
    cells = [cell.source for cell in code_cells(committed(script))]
    lines = [sum(bool(line.strip()) for line in source.splitlines()) for source in cells]
    read = [count for count, cell in zip(lines, code_cells(committed(script))) if not cell.metadata]  # not folded
    assert sum(read) <= 85
    assert max(lines) <= 25
    nodes = [node for source in cells for node in ast.walk(ast.parse(source))]
    assert sum(isinstance(node, ast.FunctionDef) for node in nodes) <= 3
    assert not any("pyplot" in source or "%matplotlib" in source for source in cells)
    assert render.target(script).stat().st_size <= 500_000


@EACH
def test_every_picture_has_words(script):
    shown = [output.get("data", {}) for cell in code_cells(committed(script)) for output in cell.outputs]
    pictures = [data for data in shown if "<img" in data.get("text/html", "")]
    assert pictures
    assert all('alt="' in data["text/html"] for data in pictures)
    assert not any("image/png" in data for data in shown), "a picture without alternative text"
    assert not any(render.LIVE in data for data in shown), "a live widget, which says nothing without a kernel"


def test_every_notebook_has_a_script():
    assert {path.stem for path in render.NOTEBOOKS.glob("*.ipynb")} == {script.stem for script in SCRIPTS}


@EACH
def test_explorers_and_questions_are_shown_where_no_kernel_runs(script):
    cells = [cell for cell in code_cells(committed(script)) if re.match(r"explore\.|teach\.predict", last_line(cell))]
    assert cells or script == SCRIPTS[0]  # the only one without
    for cell in cells:
        (html,) = [output["data"]["text/html"] for output in cell.outputs if "data" in output]
        assert ("<img" if "explore." in cell.source else "<details>") in html


def last_line(cell):
    """The line with which the last statement of a cell begins."""
    return cell.source.splitlines()[ast.parse(cell.source).body[-1].lineno - 1]
