"""Explorers are closed when their cell has run again without them, and live as long as a cell shows them."""

import sys
from types import SimpleNamespace

import pytest
from IPython.core.interactiveshell import InteractiveShell
from ipywidgets.widgets.widget import _instances as opened
from traitlets.config import Config

from coral_viz import explore, teach
from coral_viz.explore import live
from coral_viz.explore.background import Background
from coral_viz.explore.explorer import Explorer, choice, slider
from coral_viz.explore.presenter import Presenter
from coral_viz.figures.layout.canvas import canvas, describe, picture


@picture
def dot(size):
    figure = canvas(4, "One dot.")
    figure.subplots().scatter([0], [0], s=size)
    return describe(figure, f"A dot of size {size:g}.")


class Dots(Explorer):
    """A dot of some size."""

    NAME = "dots"

    def controls(self):
        return {"kind": choice("kind", ["dot"], "dot"), "size": slider("size", 1.0, 0.0, 5.0, 0.5)}

    def compute(self, settings):
        return settings["size"]

    def draw(self, computed, settings, look):
        return dot(computed, look=look)


@pytest.fixture
def cell():
    """Runs code as the cell of some name, as a front end does; its namespace is ``cell.names``."""
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    shell.push({"explore": explore, "teach": teach, "Dots": Dots})

    def run(name, code):
        result = shell.run_cell(code, store_history=True, cell_id=name)
        return result.error_in_exec

    run.names = shell.user_ns
    yield run
    for name in [*live._ended]:
        run(name, "None")
    shell.restore_sys_module_state()
    InteractiveShell.clear_instance()


def test_a_cell_that_runs_thirty_times_has_one_explorer(cell, monkeypatch):
    monkeypatch.setattr(Presenter, "present", lambda self, figure, caption: None)  # drawing takes time
    before = len(opened)
    cell("a", "Dots()")
    one = len(opened) - before
    assert one > 10
    for _ in range(29):
        cell("a", "Dots()")
    assert len(opened) - before == one
    cell("a", "1 + 1")
    assert len(opened) == before


@pytest.mark.parametrize("code", [*(f"{name}()" for name in explore.__all__), "ablations(grid='comm')"])
def test_no_widget_of_an_explorer_stays(cell, code):
    before = set(opened)
    assert cell("a", f"explore.{code}") is None
    assert len(opened) > len(before) + (0 if code.partition("(")[0] in explore.EXPLORABLES else 20)
    cell("a", "")
    assert [widget for model, widget in opened.items() if model not in before] == []


def test_cells_do_not_close_each_other_s_explorers_nor_their_own_of_one_run(cell):
    cell("a", "first, second = Dots(), Dots()")
    cell("b", "third = Dots()")
    cell("b", "third = Dots()")
    for name in ("first", "second", "third"):
        assert cell.names[name].view.model_id in opened


def test_an_explorer_lives_while_another_cell_shows_it(cell):
    cell("made", "held = Dots()")
    cell("shown", "held")
    former = cell.names["held"]
    cell("made", "held = Dots()")
    assert former.view.model_id in opened
    cell("shown", "held")
    assert former.view.comm is None
    assert cell.names["held"].view.model_id in opened


def test_a_closed_explorer_is_built_again_when_it_is_shown_again(cell):
    cell("a", "held = Dots()")
    held = cell.names["held"]
    held.widgets["size"].value = 3.0
    cell("a", "Dots()")
    assert held.view.comm is None
    cell("b", "held")
    assert held.view.model_id in opened
    assert held.settings == {"kind": "dot", "size": 3.0}
    held.widgets["size"].value = 4.0
    assert held.presenter.shown.alt == "A dot of size 4."
    cell("b", "held")
    assert held.view.model_id in opened


def test_what_was_refused_does_not_stay(cell):
    before = len(opened)
    for _ in range(3):
        assert isinstance(cell("a", "Dots(size=9)"), ValueError)
    cell("a", "")
    assert len(opened) == before


def test_what_is_made_between_cells_or_outside_of_ipython_belongs_to_none(cell):
    between = Dots()
    for _ in range(2):
        cell("a", "Dots()")
    assert between.view.model_id in opened
    between.close()
    cell("a", "")
    InteractiveShell.clear_instance()
    outside = Dots()
    assert live._running == []
    outside.close()
    assert outside.view.comm is None


def test_a_cell_without_a_name_closes_nothing(cell):
    for number in range(2):
        cell(None, f"held_{number} = Dots()")
    for number in range(2):
        assert cell.names[f"held_{number}"].view.model_id in opened
        cell.names[f"held_{number}"].close()


def test_a_prediction_is_closed_and_asked_again_like_an_explorer(cell):
    before = len(opened)
    for _ in range(2):
        cell("a", "held = teach.predict('Which?', ['this', 'that'], 'this', 'It is.')")
    cell("a", "")
    assert len(opened) == before
    cell("b", "held")
    asked = cell.names["held"]
    asked.choice.value = "this"
    asked.button.click()
    assert asked.words == "Yes. It is."


def test_closing_leaves_what_runs_beside_the_kernel():
    left = []
    beside = SimpleNamespace(leave=lambda: left.append(1))
    sweep, own = explore.ablations(), explore.masking()
    sweep.launcher.running = own.own.running = beside
    sweep.close()
    own.close()
    assert left == [1, 1]


def test_a_command_that_is_left_ends_and_tells_no_more():
    said, ended = [], []
    code = "import time; print('begun', flush=True); time.sleep(60)"
    running = Background([sys.executable, "-c", code], said.append, ended.append)
    while not said:
        running.thread.join(0.05)
    running.leave()
    running.thread.join(30)
    assert running.process.returncode
    assert (set(said), ended) == ({"begun"}, [])
